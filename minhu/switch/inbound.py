"""One call from a citizen: its plan carried out step by step, to the end.

However it goes, the caller has been answered by a person or holds a promise when the line goes dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from minhu.carriers.voice import BridgeId, EndedBy, LegAnswered, LegEnded, LegId, LegRinging, PlayDone
from minhu.intake.entries import Receipt
from minhu.rules import texts
from minhu.rules.clock import legal_day
from minhu.rules.plans import Hold, OfferKey, Party, Plan, Record, Ring, Say, Step
from minhu.rules.words import CallState, PartyKind, StepKind
from minhu.switch import speech
from minhu.switch.caller import Caller, CallerGone
from minhu.switch.inbox import LineFree
from minhu.switch.record import CallRecord, owed

if TYPE_CHECKING:
    from minhu.switch.engine import Switchboard

CANCELLED, UNAVAILABLE, NOT_FOUND, BROKEN = 487, 480, 404, 500


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who rings whom. line_id None: not a published line. number: the caller's, "" when withheld.

    may_text: a mobile number that has not had its fill of texts today.
    """

    city_id: int
    line_id: int | None
    number: str
    may_text: bool


class InboundCall:
    """The story of one inbound call."""

    def __init__(self, board: Switchboard, arrived: Arrived, record: CallRecord, caller: Caller) -> None:
        self._board = board
        self._engine = board.engine
        self._now = board.around.now
        self._arrived = arrived
        self._record = record
        self._caller = caller
        self._plan: Plan | None = None
        self._settled = False

    # ---- the whole of it

    async def carry_out(self, plan: Plan) -> None:
        """Do what the plan says until a person has answered, or the promise is made and spoken. Raises: NotKept."""
        self._plan = plan
        record = self._record
        record.owed = owed(plan.promise)
        self._board.store.note(record.stand(), record.step(StepKind.PLANNED, self._now(), {"reason": plan.reason}))
        try:
            for step in plan.steps:
                if await self._do(step):
                    return
            await self._settle()
            self._end(EndedBy.US, UNAVAILABLE)
        except CallerGone as gone:
            await self._caller_left(gone.ended)

    async def turn_away(self, prompts: tuple[str, ...], sip_code: int) -> None:
        """Only speak, to somebody whom no plan serves; then end."""
        try:
            await self._caller.say(prompts)
            self._end(EndedBy.US, sip_code)
        except CallerGone as gone:
            self._end(gone.ended.by, gone.ended.sip_code)

    async def apologise(self) -> None:
        """Something of ours broke: the promise stands all the same, and the caller is told that we are sorry."""
        try:
            if self._record.ended_at is None:
                await self._settle()
                if self._record.answered_by is None:
                    await self._caller.say(speech.APOLOGY)
                self._end(EndedBy.US, BROKEN)
        except CallerGone as gone:
            await self._caller_left(gone.ended)

    async def _do(self, step: Step) -> bool:
        """Carry out one step. Whether a person answered, and the call is over."""
        match step:
            case Ring():
                return await self._ring(step)
            case Say(prompts, due):
                if due:
                    await self._settle()
                    prompts = (*prompts, *self._due_words())
                await self._say(prompts)
            case OfferKey():
                return await self._offer_key(step)
            case Hold():
                return await self._hold(step)
            case Record():
                await self._settle()
                await self._take_message(step)
            case unknown:
                assert_never(unknown)
        return False

    # ---- ringing

    async def _ring(self, ring: Ring) -> bool:
        deadline = self._board.around.time() + ring.seconds
        ringing = self._dial(ring)
        if not ringing:
            return False
        self._tell_ringing()
        try:
            while ringing:
                match await self._caller.next(deadline):
                    case None:
                        return False
                    case LegRinging(leg) if leg in ringing:
                        self._journal(StepKind.RINGING, ringing[leg])
                    case LegEnded(leg, sip_code) if leg in ringing:
                        self._stopped_ringing(leg, ringing.pop(leg), sip_code)
                    case LegAnswered(leg) if leg in ringing:
                        party = ringing.pop(leg)
                        self._cancel(ringing)
                        if await self._connect(leg, party):
                            return True
                    case _:
                        pass
            return False
        finally:
            self._cancel(ringing)

    def _dial(self, ring: Ring) -> dict[LegId, Party]:
        """Ring them all at once. Who cannot be dialled is left out."""
        ringing: dict[LegId, Party] = {}
        for party in ring.parties:
            leg = self._board.new_leg(self._caller.inbox)
            self._board.engaged.begin_ringing(party.number)
            ringing[leg] = party
            if not self._engine.dial(
                leg, party.number, caller_id=self._arrived.number, timeout_seconds=ring.seconds + 1.0
            ):
                self._stopped_ringing(leg, ringing.pop(leg), UNAVAILABLE)
        return ringing

    def _tell_ringing(self) -> None:
        self._caller.let_hear_ringing()
        record = self._record
        if record.ringing_at is None:
            record.ringing_at = self._now()
            record.state = CallState.RINGING
            self._board.store.note(record.stand())

    def _cancel(self, ringing: dict[LegId, Party]) -> None:
        while ringing:
            leg, party = ringing.popitem()
            self._engine.hangup(leg)
            self._stopped_ringing(leg, party, CANCELLED)

    def _stopped_ringing(self, leg: LegId, party: Party, sip_code: int) -> None:
        self._board.forget_leg(leg)
        self._record.rung_until = self._now()
        self._journal(StepKind.NOT_ANSWERED, party, sip=sip_code)
        self._board.engaged.end_ringing(party.number)

    # ---- talking

    async def _connect(self, leg: LegId, party: Party) -> bool:
        """A party has picked up: let the two talk. False when he was gone before they could."""
        engaged = self._board.engaged
        engaged.begin_talking(party.number)
        engaged.end_ringing(party.number)
        picked_up_at = self._now()
        self._record.rung_until = picked_up_at
        self._journal(StepKind.ANSWERED, party)
        try:
            await self._caller.answer()
            self._caller.hush()
            if not self._engine.bridge(BridgeId(str(self._record.call)), (self._caller.leg, leg)):
                self._journal(StepKind.NOT_ANSWERED, party, why="gone")
                return False
            await self._talk(leg, party)
        finally:
            self._engine.hangup(leg)
            self._board.forget_leg(leg)
            engaged.end_talking(party.number)
        return True

    async def _talk(self, leg: LegId, party: Party) -> None:
        record, now = self._record, self._now()
        record.answered_at, record.answered_by, record.state = now, party, CallState.ANSWERED
        self._board.store.note(record.stand(), record.step(StepKind.BRIDGED, now, None, party))
        while True:
            news = await self._caller.next(None)
            if isinstance(news, LegEnded) and news.leg == leg:
                break
        self._end(EndedBy.US, 200, {"hung_up": party.kind.value})

    # ---- waiting for the official

    async def _hold(self, hold: Hold) -> bool:
        number = hold.then.parties[0].number
        engaged = self._board.engaged
        if engaged.is_engaged(number):
            position = engaged.wait_for(number, self._caller.inbox)
            try:
                if not await self._wait(hold, position):
                    return False
                engaged.begin_ringing(number)  # nobody else may slip in between
            finally:
                engaged.give_up(number, self._caller.inbox)
            try:
                return await self._ring(hold.then)
            finally:
                engaged.end_ringing(number)
        return await self._ring(hold.then)

    async def _wait(self, hold: Hold, position: int) -> bool:
        """Whether the official became free in time."""
        deadline = self._board.around.time() + hold.seconds
        await self._caller.answer()
        told = (*hold.prompts, *speech.say_position(position))
        self._journal(StepKind.SAID, prompts=list(told))
        op = self._caller.sound(told)
        try:
            while True:
                match await self._caller.next(deadline):
                    case LineFree():
                        return True
                    case None:
                        return False
                    case PlayDone(op=done, completed=True) if done == op:
                        op = self._caller.sound(speech.HOLD_MUSIC, loop=True)
                    case _:
                        pass
        finally:
            self._caller.hush()

    # ---- speaking and listening

    async def _say(self, prompts: tuple[str, ...]) -> None:
        if prompts:
            self._journal(StepKind.SAID, prompts=list(prompts))
            await self._caller.say(prompts)

    async def _offer_key(self, offer: OfferKey) -> bool:
        self._journal(StepKind.SAID, prompts=list(offer.prompts))
        pressed = await self._caller.ask_key(offer.prompts, offer.digit, float(offer.seconds))
        if pressed:
            self._journal(StepKind.KEY, digit=pressed)
        if pressed == offer.digit:
            for ring in offer.then:
                if await self._ring(ring):
                    return True
        return False

    async def _take_message(self, wanted: Record) -> None:
        store, call = self._board.store, self._record.call
        path = store.message_path(call)
        if path is None:
            await self._say(speech.NO_RECORDER)
            return
        done = await self._caller.record(path, max_seconds=wanted.max_seconds, silence_seconds=wanted.silence_seconds)
        if done is None:
            return
        seconds = round(done.seconds, 1)
        if await store.keep_recording(call, done.path, seconds, self._now()):
            self._journal(StepKind.RECORDED, seconds=seconds)
        else:
            self._journal(StepKind.RECORDED, seconds=seconds, fault="not_kept")
            await self._say(speech.NO_RECORDER)

    def _due_words(self) -> tuple[str, ...]:
        due = self._record.owed
        return speech.say_due(due.due_at, self._now()) if due else ()

    # ---- the promise

    async def _settle(self, state: CallState = CallState.DIVERTED) -> None:
        """Make the promise durable, and the text with it; once, and never for somebody who was answered."""
        record = self._record
        if self._settled or self._plan is None or record.owed is None or record.answered_by is not None:
            return
        self._settled = True
        now = self._now()
        record.state = state
        told = {"promise": record.owed.kind.value, "due": record.owed.due_at.isoformat()}
        promised = record.step(StepKind.PROMISED, now, told, self._plan.promise.owner)
        receipt = self._receipt(self._plan)
        await self._board.store.keep(record.stand(), promised, *((receipt,) if receipt else ()))

    def _receipt(self, plan: Plan) -> Receipt | None:
        line_id, text, now = self._arrived.line_id, plan.text, self._now()
        if text is None or line_id is None or not self._arrived.may_text:
            return None
        variables = {**text.variables, "code": self._record.code}
        body = texts.render(text.template, variables, at=now)
        city_id = self._arrived.city_id
        return Receipt(self._record.call, city_id, line_id, self._arrived.number, now, text.template, variables, body)

    # ---- the end

    async def _caller_left(self, ended: LegEnded) -> None:
        await self._settle(CallState.ABANDONED)
        self._end(ended.by, ended.sip_code)

    def _end(self, by: EndedBy, sip_code: int, more: dict[str, str] | None = None) -> None:
        record, now = self._record, self._now()
        if by is EndedBy.US:
            self._engine.hangup(self._caller.leg, sip_code)
        record.ended_at = now
        record.sip_code = 200 if by is EndedBy.US and self._caller.answered else sip_code
        party = record.answered_by
        if party is not None and party.kind is PartyKind.OFFICIAL and record.answered_at is not None:
            talked_seconds = (now - record.answered_at).total_seconds()
            self._board.engaged.add_talk(party.id, talked_seconds, legal_day(now))
        ended = record.step(StepKind.ENDED, now, {"by": by.value, "sip": record.sip_code, **(more or {})})
        self._board.store.note(record.stand(), ended)

    def _journal(self, kind: StepKind, party: Party | None = None, **detail: str | int | float | list[str]) -> None:
        self._board.store.note(self._record.step(kind, self._now(), detail, party))
