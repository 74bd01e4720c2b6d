"""What the voice contract needs of a world: an engine, telephones at its far end, and time.

A further engine joins the contract by a subclass of ``VoiceWorld`` in ``test_voice_contract.WORLDS``.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from minhu.carriers.fake import Answers, Busy, Declines, FakeVoiceEngine, Ignores, VirtualTimeLoop
from minhu.carriers.voice import Event, LegEnded, LegId, VoiceEngine

DEADLINE_SECONDS = 20.0

ANSWERING, BUSY, DECLINING, IGNORING = "601", "602", "603", "604"
"""Handsets of every world: they answer within five seconds, are engaged, decline, ring for ever."""

E = TypeVar("E", bound=Event)


class Telephone(Protocol):
    """A telephone at the far end of one leg."""

    @property
    def leg(self) -> LegId: ...

    def hangs_up(self) -> None: ...

    def presses(self, digits: str) -> None: ...


class VoiceWorld(ABC):
    """One engine, started, with everything it has told so far in ``events``."""

    engine: VoiceEngine
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    """None means an ordinary loop in real time."""
    presses_keys = True
    """Whether its telephones can."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    @classmethod
    def run(cls, scene: Callable[[VoiceWorld], Awaitable[None]]) -> None:
        """Play a scene in a fresh world on a loop of its own."""

        async def whole() -> None:
            world = cls()
            try:
                await world.begin()
                await scene(world)
            finally:
                await world.end()

        with asyncio.Runner(loop_factory=cls.loop_factory) as runner:
            runner.run(whole())

    async def begin(self) -> None:
        """Start the engine; a world with real telephones starts them here too."""
        await self.engine.start(self.sink)

    async def end(self) -> None:
        """Release everything."""
        await self.engine.stop()

    def sink(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    @abstractmethod
    async def citizen_rings(self, to: str, *, caller: str = "13900000001") -> Telephone:
        """A call comes in. Returns once LegIncoming has been told."""

    @abstractmethod
    async def telephone(self, leg: LegId) -> Telephone:
        """The telephone at the far end of a leg that we dialled and that was answered."""

    async def until(self, kind: type[E], leg: LegId, *, and_also: Callable[[E], bool] = lambda _: True) -> E:
        """The first event of this kind for ``leg``, waited for with a deadline."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                for event in self.of(leg):
                    if isinstance(event, kind) and and_also(event):
                        return event
                await self.news()

    async def news(self) -> None:
        """Wait until something more is told."""
        self._news.clear()
        await self._news.wait()

    def of(self, leg: LegId) -> list[Event]:
        """Everything told of one leg, in order."""
        return [event for event in self.events if getattr(event, "leg", None) == leg]

    def endings(self, leg: LegId) -> list[LegEnded]:
        return [event for event in self.of(leg) if isinstance(event, LegEnded)]


class FakeVoiceWorld(VoiceWorld):
    """The network in memory, in virtual time."""

    loop_factory = VirtualTimeLoop

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeVoiceEngine()
        self.engine = self.fake
        self.fake.handset(ANSWERING, Answers(after_seconds=4.0))
        self.fake.handset(BUSY, Busy())
        self.fake.handset(DECLINING, Declines())
        self.fake.handset(IGNORING, Ignores())

    async def citizen_rings(self, to: str, *, caller: str = "13900000001") -> Telephone:
        return self.fake.call(to, caller=caller)

    async def telephone(self, leg: LegId) -> Telephone:
        return self.fake.far_end(leg)
