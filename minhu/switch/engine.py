"""The switchboard: takes calls from a telephone engine and carries out their plans. Decides nothing, blocks nothing.

Every call is a task of its own, and every task reads the events of its legs from its own inbox: what goes wrong in one
call ends that call, with an apology and a promise, and no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from minhu.carriers.voice import Event, LegId, LegIncoming, NodeDown, NodeUp, VoiceEngine
from minhu.intake.entries import Context, Opened, Owed
from minhu.rules.clock import legal_day
from minhu.rules.codes import ENTROPY_BYTES, make_code
from minhu.rules.numbers import NotANumber, is_mobile, normalise
from minhu.rules.plans import CallerNow, LineNow, Plan
from minhu.rules.routing import callback_due, plan
from minhu.rules.texts import MAX_PER_CASE_PER_DAY
from minhu.rules.words import Direction, LineMode, PromiseKind
from minhu.switch import speech
from minhu.switch.attempts import attempt_id, receive
from minhu.switch.caller import Caller
from minhu.switch.engaged import Engaged
from minhu.switch.inbound import BROKEN, NOT_FOUND, Arrived, InboundCall
from minhu.switch.inbox import Inbox
from minhu.switch.ordered import place
from minhu.switch.ports import NotKept, Order, Store, Surroundings
from minhu.switch.record import CallRecord

log = structlog.get_logger(__name__)


class Switchboard:
    """All calls of one engine. counts: what happened since the start, for the metrics."""

    def __init__(self, engine: VoiceEngine, store: Store, around: Surroundings) -> None:
        self.engine = engine
        self.store = store
        self.around = around
        self.engaged = Engaged()
        self.counts: Counter[str] = Counter()
        self._inboxes: dict[LegId, Inbox] = {}
        self._stories: set[asyncio.Task[None]] = set()
        self._legs_made = 0
        self._life = around.entropy(6).hex()
        self._began_at = around.now()

    # ---- events in

    def sink(self, event: Event) -> None:
        """Where the engine tells everything. Never raises."""
        match event:
            case LegIncoming():
                self._begin(self._take(event))
            case NodeUp() | NodeDown():
                log.info("telephone_engine", node=event.node, up=isinstance(event, NodeUp))
            case _:
                inbox = self._inboxes.get(event.leg)
                if inbox is not None:
                    inbox.put(event)

    def place(self, orders: Iterable[Order]) -> None:
        """Place calls that the console asked for."""
        for order in orders:
            self._begin(place(self, order))

    @property
    def calls(self) -> int:
        """How many calls are alive."""
        return len(self._stories)

    async def finish(self) -> None:
        """Wait until every call has told its end to the store."""
        while self._stories:
            await asyncio.wait(set(self._stories))

    def _begin(self, story: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(story)
        self._stories.add(task)
        task.add_done_callback(self._stories.discard)

    # ---- legs

    def new_leg(self, inbox: Inbox) -> LegId:
        """An id for a leg that is about to be dialled; its events go to this inbox."""
        self._legs_made += 1
        leg = LegId(f"{self._life}-{self._legs_made}")
        self._inboxes[leg] = inbox
        return leg

    def forget_leg(self, leg: LegId) -> None:
        """What else comes of this leg concerns nobody."""
        self._inboxes.pop(leg, None)

    # ---- one inbound call

    async def _take(self, incoming: LegIncoming) -> None:
        inbox = self._inboxes[incoming.leg] = Inbox(asyncio.get_running_loop())
        self.counts["received"] += 1
        try:
            await self._serve(incoming, inbox)
        except Exception:
            self.counts["failed"] += 1
            log.exception("call_failed", leg=incoming.leg)
            self.engine.hangup(incoming.leg, BROKEN)
        finally:
            self.forget_leg(incoming.leg)

    async def _serve(self, incoming: LegIncoming, inbox: Inbox) -> None:
        now = self.around.now()
        line, opened = self._open(incoming, now)
        try:
            kept = await receive(self.store, opened, incoming.trunk, self._anew, since=self._began_at)
        except NotKept:
            self.counts["not_kept"] += 1
            record, caller = self._begun(incoming, inbox, opened)
            await InboundCall(self, Arrived(0, None, "", False), record, caller).turn_away(speech.NOT_KEPT, BROKEN)
            return
        self.engine.trying(incoming.leg)
        opened, context = kept.opened, kept.context
        record, caller = self._begun(incoming, inbox, opened, kept.next_seq)
        self.counts["went_on"] += kept.went_on
        may_text = is_mobile(opened.number) and context.texts_today < MAX_PER_CASE_PER_DAY and not kept.was_told
        story = InboundCall(self, Arrived(opened.city_id, opened.line_id, opened.number, may_text), record, caller)
        if line is None:
            await story.turn_away(speech.NOT_IN_SERVICE, NOT_FOUND)
            return
        record.code = context.code or opened.code
        try:
            await story.carry_out(self._plan(line, opened.number, context, now))
        except Exception as fault:
            self.counts["apologies"] += 1
            log.exception("call_broken", call=str(opened.call), fault=type(fault).__name__)
            await story.apologise()

    def _begun(
        self, incoming: LegIncoming, inbox: Inbox, opened: Opened, next_seq: int = 1
    ) -> tuple[CallRecord, Caller]:
        record = CallRecord(opened.call, opened.at, opened.code, opened.owed)
        record.seq = next_seq
        return record, Caller(self.engine, self.around, inbox, incoming.leg, opened.call)

    def _anew(self) -> UUID:
        return UUID(bytes=self.around.entropy(16), version=4)

    def _open(self, incoming: LegIncoming, now: datetime) -> tuple[LineNow | None, Opened]:
        line, diversion, reason = find_line(incoming, self.around, now)
        due = None
        if line is not None:
            due_at = callback_due(line, at=now, calendar=self.around.calendar, policy=self.around.policy)
            due = Owed(PromiseKind.CALL_BACK, due_at, line.official.kind, line.official.id)
        city_id = (self.around.directory().city_of(line.line_id) if line else None) or 0
        code = self.store.code() if line else ""
        opened = Opened(
            call=attempt_id(incoming) or self._anew(),
            direction=Direction.INBOUND,
            at=now,
            node=incoming.node,
            city_id=city_id,
            line_id=line.line_id if line else None,
            number=caller_number(incoming),
            dialled=incoming.request_uri[:40],
            diversion=diversion[:40],
            reason=reason[:40],
            code=code or (make_code(self.around.entropy(ENTROPY_BYTES)) if line else ""),
            code_is_allotted=bool(code),
            owed=due,
        )
        return line, opened

    def _plan(self, line: LineNow, number: str, context: Context, now: datetime) -> Plan:
        line = self.engaged.as_it_is_now(line, legal_day(now))
        owner = line.official if context.callback_owner_id == line.official.id else None
        caller = CallerNow(
            number=number,
            mobile=bool(number) and is_mobile(number),
            callback_due_at=context.callback_due_at,
            callback_by=owner,
            code=context.code,
            urgent_case=context.urgent,
            muted=context.muted,
        )
        return plan(line, caller, at=now, calendar=self.around.calendar, policy=self.around.policy)


def caller_number(incoming: LegIncoming) -> str:
    """The caller's number in E.164; "" when it is withheld or is none."""
    if incoming.anonymous:
        return ""
    for raw in (incoming.asserted, incoming.from_):
        try:
            return normalise(raw)
        except NotANumber:
            continue
    return ""


def find_line(incoming: LegIncoming, around: Surroundings, at: datetime) -> tuple[LineNow | None, str, str]:
    """The published line that was rung, and the number and reason of the diversion that brought the call, if any.

    A call that was diverted from the line is a backstop call, and does not ring the official again.
    """
    directory = around.directory()
    direct = directory.line_now(_number(incoming.request_uri), at)
    for diverted in (*incoming.diversions, *incoming.history):
        number = _number(diverted.number)
        if direct is None:
            line = directory.line_now(number, at)
        else:  # History-Info lists the number itself too; only a reason makes it a diversion
            line = direct if number == direct.number and diverted.reason else None
        if line is not None:
            return replace(line, mode=LineMode.BACKSTOP), number, diverted.reason
    return direct, "", ""


def _number(raw: str) -> str:
    try:
        return normalise(raw)
    except NotANumber:
        return ""
