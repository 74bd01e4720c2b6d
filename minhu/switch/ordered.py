"""Click-to-call: the official's or the staff's telephone rings first, then the citizen is dialled and the two bridged.

The citizen's display shows the line's published number. The journal of the call is the evidence for the promise.
An inspector's check goes the same way, of no line: a published number is dialled as a citizen would, and what comes in
there is a call like any other.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from minhu.carriers.voice import BridgeId, LegAnswered, LegEnded, LegId, LegRinging
from minhu.intake.entries import Opened, OrderDone
from minhu.rules.plans import Party
from minhu.rules.words import CallState, Direction, PartyKind, StepKind
from minhu.switch import speech
from minhu.switch.caller import Caller, CallerGone
from minhu.switch.inbox import Inbox
from minhu.switch.ports import NotKept, Order
from minhu.switch.record import CallRecord
from minhu.switch.taped import Taped

if TYPE_CHECKING:
    from minhu.switch.engine import Switchboard

log = structlog.get_logger(__name__)

UNAVAILABLE, NO_ANSWER = 480, 408

PARTY_RING_SECONDS = 30.0
CITIZEN_RING_SECONDS = 45.0


class Result(StrEnum):
    """What came of an ordered call."""

    CONNECTED = "connected"
    PARTY_NOT_REACHED = "party_not_reached"
    CITIZEN_NOT_REACHED = "citizen_not_reached"
    PARTY_LEFT = "party_left"
    FAILED = "failed"


async def place(board: Switchboard, order: Order) -> None:
    """Carry out one order. Whatever goes wrong, the order gets a result."""
    board.counts["ordered"] += 1
    try:
        await _OrderedCall(board, order).carry_out()
    except NotKept:
        board.counts["not_kept"] += 1
    except Exception:
        board.counts["failed"] += 1
        log.exception("ordered_call_failed", order=str(order.id))
        board.store.note(OrderDone(order.id, Result.FAILED))


class _OrderedCall:
    """The story of one ordered call."""

    def __init__(self, board: Switchboard, order: Order) -> None:
        self._board = board
        self._engine = board.engine
        self._now = board.around.now
        self._order = order
        now = self._now()
        call = UUID(bytes=board.around.entropy(16), version=4)
        self._record = CallRecord(call, now, "", None)
        self._inbox = Inbox(asyncio.get_running_loop())
        self._party_leg = board.new_leg(self._inbox)
        self._party = Caller(board.engine, board.around, self._inbox, self._party_leg, call)
        self._citizen = Party(PartyKind.CITIZEN, order.citizen_id, "", order.number)

    async def carry_out(self) -> None:
        shown = self._shown()
        if not shown:
            self._board.store.note(OrderDone(self._order.id, Result.FAILED))
            return
        await self._open()
        engaged = self._board.engaged
        engaged.begin_talking(self._order.party.number)
        result = Result.FAILED
        try:
            result = await self._reach_both(shown)
        except CallerGone:
            result = Result.CONNECTED if self._record.answered_by else Result.PARTY_LEFT
        finally:
            engaged.end_talking(self._order.party.number)
            self._engine.hangup(self._party_leg)
            self._board.forget_leg(self._party_leg)
            self._close(result)

    def _shown(self) -> str:
        """The number on the citizen's display; "" when the line is gone."""
        if self._order.line_id is None:
            return self._order.shown
        line = self._board.around.directory().line_by_id(self._order.line_id, self._now())
        return line.number if line else ""

    async def _open(self) -> None:
        record, order = self._record, self._order
        opened = Opened(
            record.call,
            Direction.OUTBOUND,
            record.received_at,
            self._engine.node,
            self._city(),
            order.line_id,
            order=order.id,
            citizen_id=order.citizen_id,
        )
        await self._board.store.receive(opened, record.step(StepKind.RECEIVED, record.received_at))

    def _city(self) -> int:
        line = self._order.line_id
        return self._order.city_id if line is None else self._board.around.directory().city_of(line) or 0

    async def _reach_both(self, shown: str) -> Result:
        self._record.state = CallState.RINGING
        self._record.ringing_at = self._now()
        self._board.store.note(self._record.stand())
        if not await self._reach_party(shown):
            return Result.PARTY_NOT_REACHED
        if self._order.line_id is not None:
            await self._party.say(speech.FOR_OFFICIAL)
        citizen_leg = self._board.new_leg(self._inbox)
        taped = Taped(self._board, self._record.call, citizen_leg)
        self._party.let_hear_ringing()
        try:
            if not await self._reach_citizen(citizen_leg, shown):
                await self._party.say(speech.CITIZEN_NOT_REACHED)
                return Result.CITIZEN_NOT_REACHED
            self._party.hush()
            return await self._talk(citizen_leg, taped)
        finally:
            self._engine.hangup(citizen_leg)
            await taped.finish(self._inbox)
            if taped.seconds is not None:
                self._journal(StepKind.RECORDED, seconds=taped.seconds)
            self._board.forget_leg(citizen_leg)

    async def _reach_party(self, shown: str) -> bool:
        """Whether the one who owes the call picked up."""
        party, leg = self._order.party, self._party_leg
        deadline = self._board.around.time() + PARTY_RING_SECONDS
        sip_code = UNAVAILABLE
        try:
            if self._engine.dial(leg, party.number, caller_id=shown, timeout_seconds=PARTY_RING_SECONDS + 1.0):
                while (news := await self._party.next(deadline)) is not None:
                    match news:
                        case LegRinging():
                            self._journal(StepKind.RINGING, party)
                        case LegAnswered():
                            self._journal(StepKind.ANSWERED, party)
                            return True
                        case _:
                            pass
                sip_code = NO_ANSWER
        except CallerGone as gone:
            sip_code = gone.ended.sip_code
        self._journal(StepKind.NOT_ANSWERED, party, sip=sip_code)
        return False

    async def _reach_citizen(self, leg: LegId, shown: str) -> bool:
        """Whether the citizen picked up. Raises: CallerGone when the other hangs up meanwhile."""
        deadline = self._board.around.time() + CITIZEN_RING_SECONDS
        sip_code = UNAVAILABLE
        if self._engine.dial(leg, self._order.number, caller_id=shown, timeout_seconds=CITIZEN_RING_SECONDS + 1.0):
            sip_code = NO_ANSWER
            while (news := await self._party.next(deadline)) is not None:
                match news:
                    case LegRinging(leg=ringing) if ringing == leg:
                        self._journal(StepKind.RINGING, self._citizen)
                    case LegAnswered(leg=answered) if answered == leg:
                        self._journal(StepKind.ANSWERED, self._citizen)
                        return True
                    case LegEnded(leg=ended, sip_code=code) if ended == leg:
                        sip_code = code
                        break
                    case _:
                        pass
        self._record.sip_code = sip_code
        self._journal(StepKind.NOT_ANSWERED, self._citizen, sip=sip_code)
        return False

    async def _talk(self, citizen_leg: LegId, taped: Taped) -> Result:
        record = self._record
        if not self._engine.bridge(BridgeId(str(record.call)), (self._party_leg, citizen_leg)):
            return Result.CITIZEN_NOT_REACHED
        now = self._now()
        record.answered_at = record.rung_until = now
        record.answered_by, record.state = self._citizen, CallState.ANSWERED
        self._board.store.note(record.stand(), record.step(StepKind.BRIDGED, now, None, self._citizen))
        if self._order.line_id is None:
            taped.begin()
        while True:
            news = await self._party.next(None)
            await taped.take(news)
            if isinstance(news, LegEnded) and news.leg == citizen_leg:
                return Result.CONNECTED

    def _close(self, result: Result) -> None:
        record, now = self._record, self._now()
        record.ended_at = now
        if record.answered_by is None:
            record.state = CallState.ABANDONED
        ended = record.step(StepKind.ENDED, now, {"result": result.value})
        self._board.store.note(record.stand(), ended, OrderDone(self._order.id, result.value))

    def _journal(self, kind: StepKind, party: Party | None = None, **detail: str | float) -> None:
        self._board.store.note(self._record.step(kind, self._now(), detail, party))
