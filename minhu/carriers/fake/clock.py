"""Time that passes only when a test says so.

``VirtualTimeLoop`` is an asyncio loop whose clock jumps to the next timer as soon as nothing else can happen: the
code under test keeps its ordinary ``asyncio.sleep`` and ``asyncio.timeout``, and twenty seconds of ringing take none.
``VirtualClock`` is the same for code without a loop: the test moves it by hand.
"""

from __future__ import annotations

import asyncio
import heapq
import selectors
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import Context
from itertools import count
from typing import Any, Protocol

FIFO_STEP_SECONDS = 1e-9
"""Keeps timers of the same instant in the order they were set."""


class Cancellable(Protocol):
    def cancel(self) -> None: ...


class Timers(Protocol):
    """What a fake needs of a clock; an asyncio loop has it too."""

    def time(self) -> float:
        """Seconds since some moment in the past."""

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Cancellable:
        """Call back in ``delay`` seconds, unless cancelled."""


class _Timer:
    """One call to come."""

    __slots__ = ("args", "callback", "cancelled")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.callback = callback
        self.args = args
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self._now = 0.0
        self._order = count()
        self._timers: list[tuple[float, int, _Timer]] = []

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Cancellable:
        timer = _Timer(callback, args)
        heapq.heappush(self._timers, (self._now + max(delay, 0.0), next(self._order), timer))
        return timer

    def advance(self, seconds: float = 0.0) -> None:
        """Let ``seconds`` pass: everything due until then happens, in order, each at its own instant."""
        until = self._now + seconds
        while self._timers and self._timers[0][0] <= until:
            self._now, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.callback(*timer.args)
        self._now = until


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for the next timer, moves the loop's clock to it; really waits while threads are at work."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.loop.threads_at_work():
            return super().select(timeout if timeout is None else min(timeout, 0.01))
        self.loop.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in virtual time. Work given to ``run_in_executor`` takes no virtual time.

    busy: tells of other threads that must come to rest before time may jump.
    Use: ``asyncio.Runner(loop_factory=VirtualTimeLoop)``.
    """

    def __init__(self, busy: Callable[[], bool] = lambda: False) -> None:
        selector = _JumpingSelector()
        selector.loop = self
        self.now = 0.0
        self._busy = busy
        self._in_executor = 0
        self._order = count()
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def threads_at_work(self) -> bool:
        return self._in_executor > 0 or self._busy()

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return super().call_at(when + next(self._order) * FIFO_STEP_SECONDS, callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor or self._own_executor(), func, *args)
        self._in_executor += 1
        future.add_done_callback(self._one_less)
        return future

    def _own_executor(self) -> Executor:
        executor: Executor | None = getattr(self, "_default_executor", None)
        if executor is None:
            executor = ThreadPoolExecutor(2, thread_name_prefix="virtual")
            self.set_default_executor(executor)
        return executor

    def _one_less(self, _: object) -> None:
        self._in_executor -= 1
