"""Work that is done again and again: each kind on a thread of its own, so that a slow one never holds up another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import close_old_connections, connections
from prometheus_client import Counter, Gauge

log = structlog.get_logger(__name__)

DONE = Counter("minhu_jobs_done", "Things done, by kind of work", ["work"])
FAULTS = Counter("minhu_jobs_faults", "Rounds that failed, by kind of work", ["work"])
LAST_ROUND = Gauge("minhu_jobs_last_round_timestamp_seconds", "When a round last ended well", ["work"])

LONGEST_PAUSE_SECONDS = 30.0
AT_ONCE_SECONDS, LATER_SECONDS = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work. do: does what is waiting and returns how much that was; more may be waiting when it is > 0.

    first_seconds: how long after the start it is done first. By itself what is done every second or oftener begins at
    once and all else a little later: calls and texts that wait come first, however often the process starts.
    """

    name: str
    do: Callable[[], int]
    every_seconds: float
    first_seconds: float | None = None

    @property
    def begins_after_seconds(self) -> float:
        if self.first_seconds is not None:
            return self.first_seconds
        return 0.0 if self.every_seconds <= AT_ONCE_SECONDS else LATER_SECONDS


class Rounds:
    """Keeps kinds of work going until ``stop``. A fault is logged, and the work is tried again ever more slowly."""

    def __init__(self, works: Sequence[Work]) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_doing, args=(work,), name=work.name, daemon=True) for work in works
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let each round end, then return."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _keep_doing(self, work: Work) -> None:
        faults = 0
        self._stopping.wait(work.begins_after_seconds)
        while not self._stopping.is_set():
            close_old_connections()
            try:
                done = work.do()
            except Exception:
                faults += 1
                FAULTS.labels(work.name).inc()
                log.exception("round_failed", work=work.name, faults=faults)
                self._stopping.wait(min(LONGEST_PAUSE_SECONDS, work.every_seconds * 2 ** min(faults, 10)))
                continue
            faults = 0
            DONE.labels(work.name).inc(done)
            LAST_ROUND.labels(work.name).set_to_current_time()
            if not done:
                self._stopping.wait(work.every_seconds)
        connections.close_all()
