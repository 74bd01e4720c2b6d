"""The telephone company of the demo: every phone of the city on one SIP trunk.

It is the far end of the switch: it places the citizens' calls, and rings officials, seats and citizens when the switch
dials them. Phones behave as ``profile`` says.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import assert_never

import structlog

from minhu.carriers.voice import (
    EndedBy,
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    LegRinging,
    OpId,
    VoiceEngine,
)
from minhu.ops.demo.profile import Answers, Busy, Declines, Ignores, Reaction

log = structlog.get_logger(__name__)

BUSY_HERE, DECLINE = 486, 603


@dataclass(slots=True)
class Placed:
    """A call that a citizen placed, as he experiences it. settled: answered or over."""

    leg: LegId
    rang: bool = False
    answered: bool = False
    ended: LegEnded | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class TelephoneNetwork:
    """Phones over a VoiceEngine whose trunk is the switch.

    reaction_of: what the phone of a dialled number does. speech: WAV files that a citizen or an official says.
    """

    def __init__(
        self, engine: VoiceEngine, reaction_of: Callable[[str], Reaction], speech: Sequence[str], random: Random
    ) -> None:
        self._engine = engine
        self._reaction_of = reaction_of
        self._speech = speech
        self._random = random
        self._placed: dict[LegId, Placed] = {}
        self._ringing: dict[LegId, asyncio.Task[None]] = {}
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        await self._engine.start(self._on_event)

    async def stop(self) -> None:
        for task in self._ringing.values():
            task.cancel()
        await self._engine.stop()

    async def call(
        self, caller: str, line: str, *, patience_seconds: float, talks_seconds: float, diverted_from: str = ""
    ) -> Placed:
        """A citizen rings a line and stays until somebody has talked to him, he has left a message, or lost patience.

        caller: "" hides the number. diverted_from: the official's own number, when his carrier forwards the call.
        """
        placed = self._place(caller, line, diverted_from)
        await _within(placed.settled, patience_seconds)
        if placed.answered and placed.ended is None:
            self._speak(placed.leg)
            await _within(placed.over, talks_seconds)
        self._engine.hangup(placed.leg)
        await _within(placed.over, 10)
        self._placed.pop(placed.leg, None)
        return placed

    def _place(self, caller: str, line: str, diverted_from: str) -> Placed:
        leg = LegId(f"city-{next(self._numbers)}")
        placed = self._placed[leg] = Placed(leg)
        headers: dict[str, str] = {}
        if not caller:
            headers["Privacy"] = "id"
        if diverted_from:
            headers["Diversion"] = f"<sip:{diverted_from}@carrier.invalid>;reason=user-busy;counter=1"
        self._engine.dial(leg, line, caller_id=caller or "anonymous", timeout_seconds=120, headers=headers)
        return placed

    def _on_event(self, event: Event) -> None:
        match event:
            case LegIncoming():
                self._ringing[event.leg] = asyncio.create_task(self._react(event))
            case LegRinging(leg=leg) if leg in self._placed:
                self._placed[leg].rang = True
            case LegAnswered(leg=leg) if leg in self._placed:
                self._placed[leg].answered = True
                self._placed[leg].settled.set()
            case LegEnded(leg=leg):
                self._on_ended(leg, event)
            case _:
                pass

    def _on_ended(self, leg: LegId, event: LegEnded) -> None:
        if task := self._ringing.pop(leg, None):
            task.cancel()
        placed = self._placed.get(leg)
        if placed:
            placed.ended = event
            placed.settled.set()
            placed.over.set()

    async def _react(self, call: LegIncoming) -> None:
        leg = call.leg
        self._engine.trying(leg)
        reaction = self._reaction_of(call.request_uri)
        match reaction:
            case Busy():
                self._engine.hangup(leg, BUSY_HERE)
            case Ignores():
                self._engine.ring(leg)
            case Declines(after_seconds=after):
                self._engine.ring(leg)
                await asyncio.sleep(after)
                self._engine.hangup(leg, DECLINE)
            case Answers(after_seconds=after, talks_seconds=talks):
                self._engine.ring(leg)
                await asyncio.sleep(after)
                self._engine.answer(leg)
                self._speak(leg)
                await asyncio.sleep(talks)
                self._engine.hangup(leg)
            case unknown:
                assert_never(unknown)

    def _speak(self, leg: LegId) -> None:
        self._engine.play(leg, [self._random.choice(self._speech)], OpId(f"speech-{leg}"), loop=True)


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def how_it_ended(ended: LegEnded) -> str:
    """The end of a call in a few words, for the story."""
    match ended.by:
        case EndedBy.US:
            return "挂断"
        case EndedBy.CALLER:
            return "对方挂断"
        case EndedBy.NETWORK:
            return f"未接通（{ended.sip_code}）"
        case unknown:
            assert_never(unknown)
