"""Time for the SIP core: passed in, so that tests live through 32-second time-outs in no time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any, Protocol


class Timer(Protocol):
    """A thing that will happen, unless cancelled."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Monotonic seconds and one-shot timers."""

    def now(self) -> float: ...

    def call_later(self, seconds: float, callback: Callable[..., None], *args: Any) -> Timer: ...


class LoopClock:
    """The running event loop's own clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self.now = self._loop.time

    def call_later(self, seconds: float, callback: Callable[..., None], *args: Any) -> Timer:
        """Run ``callback`` after ``seconds``; at the next turn of the loop when they are 0."""
        if seconds <= 0:
            return self._loop.call_soon(callback, *args)
        return self._loop.call_later(seconds, callback, *args)


class _VirtualTimer:
    __slots__ = ("args", "callback")

    def __init__(self, callback: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.callback: Callable[..., None] | None = callback
        self.args = args

    def cancel(self) -> None:
        self.callback = None


class VirtualClock:
    """A clock that stands still until told to advance."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._queue: list[tuple[float, int, _VirtualTimer]] = []

    def now(self) -> float:
        return self._now

    def call_later(self, seconds: float, callback: Callable[..., None], *args: Any) -> Timer:
        timer = _VirtualTimer(callback, args)
        heapq.heappush(self._queue, (self._now + max(seconds, 0.0), next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass; what falls due happens in order, at its own moment."""
        until = self._now + seconds
        while self._queue and self._queue[0][0] <= until:
            self._now, _, timer = heapq.heappop(self._queue)
            if timer.callback is not None:
                timer.callback(*timer.args)
        self._now = until

    @property
    def waiting(self) -> int:
        """How many timers are still to go off."""
        return sum(timer.callback is not None for _, _, timer in self._queue)
