"""Time for the SIP core: passed in, so that tests live through 32-second time-outs in no time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

_MOST_QUEUES: Final = 64
"""Lengths that are queued; others (a session interval of the far end's choice) go to the loop itself."""


class Timer(Protocol):
    """A thing that will happen, unless cancelled."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Monotonic seconds and one-shot timers."""

    def now(self) -> float: ...

    def call_later(self, seconds: float, callback: Callable[..., None], *args: Any) -> Timer: ...


class LoopClock:
    """The running event loop's own clock.

    RFC 3261's timers have a handful of lengths, and nearly all are cancelled or outlive their call. Those of one length
    wait in one queue, in the order in which they were set, so the loop's heap holds one timer a length and not a
    thousand a second.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._queues: dict[float, _Queue] = {}
        self.now = self._loop.time

    def call_later(self, seconds: float, callback: Callable[..., None], *args: Any) -> Timer:
        """Run ``callback`` after ``seconds``; at the next turn of the loop when they are 0."""
        if seconds <= 0:
            return self._loop.call_soon(callback, *args)
        queue = self._queues.get(seconds)
        if queue is None:
            if len(self._queues) == _MOST_QUEUES:
                return self._loop.call_later(seconds, callback, *args)
            queue = self._queues[seconds] = _Queue(self._loop, seconds)
        return queue.add(callback, args)


class _Waiting:
    """One timer. callback: None once it is cancelled."""

    __slots__ = ("args", "callback", "due")

    def __init__(self, due: float, callback: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.due = due
        self.callback: Callable[..., None] | None = callback
        self.args = args

    def cancel(self) -> None:
        self.callback = None
        self.args = ()

    def run(self) -> None:
        if self.callback is not None:
            self.callback(*self.args)


class _Queue:
    """Timers of one length: who is set first falls due first."""

    __slots__ = ("_alarm", "_loop", "_seconds", "_timers")

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        self._timers: deque[_Waiting] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    def add(self, callback: Callable[..., None], args: tuple[Any, ...]) -> _Waiting:
        timer = _Waiting(self._loop.time() + self._seconds, callback, args)
        self._timers.append(timer)
        if self._alarm is None:
            self._alarm = self._loop.call_at(timer.due, self._ring)
        return timer

    def _ring(self) -> None:
        now, timers = self._loop.time(), self._timers
        self._alarm = None
        while timers and (timers[0].due <= now or timers[0].callback is None):
            timer = timers.popleft()
            if timer.callback is not None:
                self._loop.call_soon(timer.run)
        if timers and self._alarm is None:
            self._alarm = self._loop.call_at(timers[0].due, self._ring)


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
