"""Group commit for threads: whoever comes while others are being stored goes with the next lot.

A lot is what came while the one before it was stored, and what is on its way: after a lot its senders come again all
but together, and the first of them would be stored alone. Whoever comes alone is stored at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 64
ON_THEIR_WAY_SECONDS = 0.003
"""Longest wait for those on their way; most are there within one."""


def _closed() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Result]):
    """One thread's item. gate: opened once, when it is stored or its thread is to store the next lot."""

    item: Item
    gate: threading.Lock = field(default_factory=_closed)
    done: bool = False
    result: Result | None = None
    fault: Exception | None = None


class Gatherer(Generic[Item, Result]):
    """Stores what several threads bring at the same moment together.

    store: takes some items and answers one result for each, in order. It runs on the thread of one of those who wait.
    turn: entered before a lot is made up, so that it grows while others have theirs. at_work: how many may still come,
    with those who wait already among them.
    """

    def __init__(
        self,
        store: Callable[[Sequence[Item]], Sequence[Result]],
        turn: Callable[[], AbstractContextManager[object]] = nullcontext,
        at_work: Callable[[], int] = int,
        *,
        patience_seconds: float = ON_THEIR_WAY_SECONDS,
    ) -> None:
        self._store = store
        self._turn = turn
        self._at_work = at_work
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)
        self._queue: list[_Waiting[Item, Result]] = []
        self._storing = False

    def put(self, item: Item) -> Result:
        """The result for this item, once it is stored. Raises: whatever ``store`` raised for its lot."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._queue.append(mine)
            first, self._storing = not self._storing, True
            self._came.notify()
        if not first:
            mine.gate.acquire()
        if not mine.done:
            self._store_some()
        if mine.fault is not None:
            raise mine.fault
        assert mine.result is not None  # noqa: S101 - done without a fault
        return mine.result

    def _store_some(self) -> None:
        """Store what has come, and hand on to whoever came meanwhile."""
        some: list[_Waiting[Item, Result]] = []
        try:
            with self._turn():
                self._let_others_come()
                some = self._take()
                for one, result in zip(some, self._store([one.item for one in some]), strict=True):
                    one.result = result
        except Exception as fault:  # told to every thread that waits for this lot
            some = some or self._take()
            for one in some:
                one.fault = fault
        finally:
            self._hand_on(some)

    def _let_others_come(self) -> None:
        until = time.monotonic() + self._patience_seconds
        with self._lock:
            while len(self._queue) < min(self._at_work(), MOST_AT_ONCE):
                if not self._came.wait(until - time.monotonic()):
                    return

    def _take(self) -> list[_Waiting[Item, Result]]:
        with self._lock:
            some, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        return some

    def _hand_on(self, some: Sequence[_Waiting[Item, Result]]) -> None:
        with self._lock:
            heir = self._queue[0] if self._queue else None
            self._storing = heir is not None
        for one in some:
            one.done = True
            one.gate.release()
        if heir is not None:
            heir.gate.release()
