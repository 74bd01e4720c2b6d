"""Group commit for threads: whoever comes while others are being stored goes with the next lot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 64
PAUSE_SECONDS, MOST_PAUSES = 0.003, 6
"""Under load whoever stores waits while others keep coming: one of thirty costs a third of what one alone does."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Result]):
    item: Item
    done: bool = False
    result: Result | None = None
    fault: Exception | None = None


class Gatherer(Generic[Item, Result]):
    """Stores what several threads bring at the same moment together.

    store: takes some items and answers one result for each, in order. It runs on the thread of one of those who wait.
    """

    def __init__(self, store: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._queue: list[_Waiting[Item, Result]] = []
        self._queue_lock = threading.Lock()
        self._last = 1

    def put(self, item: Item) -> Result:
        """The result for this item, once it is stored. Raises: whatever ``store`` raised for its lot."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._queue_lock:
            self._queue.append(mine)
        while not mine.done:
            with self._turn:
                if not mine.done:
                    self._store_some()
        if mine.fault is not None:
            raise mine.fault
        assert mine.result is not None  # noqa: S101 - done without a fault
        return mine.result

    def _store_some(self) -> None:
        self._let_others_join()
        with self._queue_lock:
            some, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        self._last = len(some)
        try:
            for one, result in zip(some, self._store([one.item for one in some]), strict=True):
                one.result = result
        except Exception as fault:  # told to every thread that waits for this lot
            for one in some:
                one.fault = fault
        for one in some:
            one.done = True

    def _let_others_join(self) -> None:
        """Only after a lot of several: whoever comes alone is stored at once."""
        if self._last == 1:
            return
        for _ in range(MOST_PAUSES):
            before = len(self._queue)
            time.sleep(PAUSE_SECONDS)
            if len(self._queue) in {before, MOST_AT_ONCE}:
                return
