"""The telephone company of the demo: every phone of the city on one SIP trunk.

It is the far end of the switch: it places the citizens' calls, and rings officials, seats and citizens when the switch
dials them. Phones behave as ``profile`` says; a phone that is in use is busy.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import assert_never

import structlog

from minhu.carriers.voice import (
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    LegRinging,
    OpId,
    VoiceEngine,
)
from minhu.ops.demo.people import kept
from minhu.ops.demo.profile import Answers, Busy, Declines, Ignores, Reaction

log = structlog.get_logger(__name__)

BUSY_HERE, DECLINE = 486, 603
LONGEST_TALK_SECONDS = 90.0


class Did(StrEnum):
    """What a phone that was rung did, as its owner sees it."""

    ANSWERED = "answered"
    BUSY = "busy"
    DECLINED = "declined"
    MISSED = "missed"
    HUNG_UP = "hung_up"


@dataclass(frozen=True, slots=True)
class Rung:
    """What a phone did that the switch rang. number: the phone; caller: what it showed; seconds: since it rang."""

    number: str
    caller: str
    did: Did
    seconds: float


@dataclass(frozen=True, slots=True)
class Manners:
    """How phones behave. reaction_of: by (phone, caller shown); speech_of: WAV files its owner says."""

    reaction_of: Callable[[str, str], Reaction]
    speech_of: Callable[[str], Sequence[str]]
    tell: Callable[[Rung], None]


@dataclass(slots=True)
class Placed:
    """A call that a citizen placed, as he experiences it. settled: answered or over."""

    leg: LegId
    rang: bool = False
    answered: bool = False
    ended: LegEnded | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Ringing:
    """A phone that the switch rang."""

    number: str
    caller: str
    began: float
    task: asyncio.Task[None] | None = None
    did: Did | None = None
    in_use: bool = False


class TelephoneNetwork:
    """Phones over a VoiceEngine whose trunk is the switch."""

    def __init__(self, engine: VoiceEngine, manners: Manners, random: Random) -> None:
        self._engine = engine
        self._manners = manners
        self._random = random
        self._placed: dict[LegId, Placed] = {}
        self._ringing: dict[LegId, _Ringing] = {}
        self._in_use: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        await self._engine.start(self._on_event)

    async def stop(self) -> None:
        for phone in self._ringing.values():
            if phone.task:
                phone.task.cancel()
        await self._engine.stop()

    def is_in_use(self, number: str) -> bool:
        return self._in_use[number] > 0

    async def call(
        self, caller: str, line: str, *, patience_seconds: float, message_seconds: float, diverted_from: str = ""
    ) -> Placed:
        """A citizen rings a line and stays until somebody has talked to him, he has left a message, or lost patience.

        caller: "" hides the number. message_seconds: how long he stays with a machine. diverted_from: the official's
        own number, when his carrier forwards the call.
        """
        placed = self._place(caller, line, diverted_from)
        self._in_use[caller] += 1
        try:
            await _within(placed.settled, patience_seconds)
            if placed.answered and placed.ended is None:
                self._speak(placed.leg, self._manners.speech_of(caller))
                await _within(placed.over, message_seconds)
                if caller and self._talks_with(caller):
                    await _within(placed.over, LONGEST_TALK_SECONDS)
        finally:
            self._engine.hangup(placed.leg)
            self._in_use[caller] -= 1
        await _within(placed.over, 10)
        self._placed.pop(placed.leg, None)
        return placed

    def _talks_with(self, caller: str) -> bool:
        """Whether a person has picked up, and not a machine: the phone of whoever did shows the caller's number."""
        return any(phone.caller == caller and phone.did is Did.ANSWERED for phone in self._ringing.values())

    def _place(self, caller: str, line: str, diverted_from: str) -> Placed:
        leg = LegId(f"city-{next(self._numbers)}")
        placed = self._placed[leg] = Placed(leg)
        headers: dict[str, str] = {}
        if not caller:
            headers["Privacy"] = "id"
        if diverted_from:
            headers["Diversion"] = f"<sip:{diverted_from}@carrier.invalid>;reason=user-busy;counter=1"
        self._engine.dial(leg, line, caller_id=caller, timeout_seconds=120, headers=headers)
        return placed

    def _on_event(self, event: Event) -> None:
        match event:
            case LegIncoming():
                self._rings(event)
            case LegRinging(leg=leg) if leg in self._placed:
                self._placed[leg].rang = True
            case LegAnswered(leg=leg) if leg in self._placed:
                self._placed[leg].answered = True
                self._placed[leg].settled.set()
            case LegEnded(leg=leg):
                self._on_ended(leg, event)
            case _:
                pass

    def _rings(self, call: LegIncoming) -> None:
        caller = "" if call.anonymous else kept(call.asserted or call.from_)
        phone = _Ringing(kept(call.request_uri), caller, asyncio.get_running_loop().time())
        self._ringing[call.leg] = phone
        phone.task = asyncio.create_task(self._react(call.leg, phone))

    def _on_ended(self, leg: LegId, event: LegEnded) -> None:
        phone = self._ringing.pop(leg, None)
        if phone is not None:
            if phone.task:
                phone.task.cancel()
            if phone.in_use:
                self._in_use[phone.number] -= 1
            self._tell(phone, Did.HUNG_UP if phone.did is Did.ANSWERED else Did.MISSED)
        placed = self._placed.get(leg)
        if placed:
            placed.ended = event
            placed.settled.set()
            placed.over.set()

    async def _react(self, leg: LegId, phone: _Ringing) -> None:
        self._engine.trying(leg)
        reaction = Busy() if self.is_in_use(phone.number) else self._manners.reaction_of(phone.number, phone.caller)
        if isinstance(reaction, Busy):
            self._tell(phone, Did.BUSY)
            self._engine.hangup(leg, BUSY_HERE)
            return
        phone.in_use = True
        self._in_use[phone.number] += 1
        self._engine.ring(leg)
        match reaction:
            case Ignores():
                pass
            case Declines(after_seconds=after):
                await asyncio.sleep(after)
                self._tell(phone, Did.DECLINED)
                self._engine.hangup(leg, DECLINE)
            case Answers(after_seconds=after, talks_seconds=talks):
                await asyncio.sleep(after)
                self._engine.answer(leg)
                self._tell(phone, Did.ANSWERED)
                self._speak(leg, self._manners.speech_of(phone.number))
                await asyncio.sleep(talks)
                self._engine.hangup(leg)
            case unknown:
                assert_never(unknown)

    def _tell(self, phone: _Ringing, did: Did) -> None:
        """Each end is told once: who declined or was busy has not missed the call as well."""
        if phone.did in {Did.BUSY, Did.DECLINED}:
            return
        phone.did = did
        seconds = asyncio.get_running_loop().time() - phone.began
        self._manners.tell(Rung(phone.number, phone.caller, did, seconds))

    def _speak(self, leg: LegId, speech: Sequence[str]) -> None:
        self._engine.play(leg, [self._random.choice(speech)], OpId(f"speech-{leg}"), loop=True)


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
