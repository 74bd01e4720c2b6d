"""So that playing with sliders starves nobody: one simulation at a time in a process, the newest of each person, and
the inner loops compiled beside the pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Final

from minhu.rules.errors import Refusal

LONGEST_WAIT_SECONDS: Final = 3.0


class Busy(Refusal):
    """Others are simulating, and have been for a while."""

    code = "whatif_busy"
    words = "正在为别人推演，请过几秒再试。"


class Stale(Exception):
    """The same person asked for something newer while this one waited: nothing went wrong, the slider moved on."""


class Turns:
    """One at a time; who waits is dropped as soon as he asks anew."""

    def __init__(self, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._longest_wait_seconds = longest_wait_seconds
        self._free = threading.Condition()
        self._taken = False
        self._newest: dict[int | None, object] = {}

    @contextmanager
    def turn(self, person: int | None) -> Iterator[None]:
        """Raises: Busy, Stale."""
        mine = object()
        with self._free:
            self._newest[person] = mine
            self._free.notify_all()
            came = self._free.wait_for(
                lambda: not self._taken or self._newest.get(person) is not mine, self._longest_wait_seconds
            )
            if self._newest.get(person) is not mine:
                raise Stale
            del self._newest[person]
            if not came:
                raise Busy
            self._taken = True
        try:
            yield
        finally:
            with self._free:
                self._taken = False
                self._free.notify_all()


class _State(Enum):
    COLD = auto()
    WARMING = auto()
    READY = auto()


class Engine:
    """Loads, and in the first process of a release compiles, the simulator's loops in a thread of its own."""

    def __init__(self, load: Callable[[], object]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._state = _State.COLD
        self._done = threading.Event()

    def ready(self, wait_seconds: float = 0.0) -> bool:
        """Whether a page may simulate; if not, it is being prepared from now on."""
        with self._lock:
            if self._state is _State.COLD:
                self._state = _State.WARMING
                self._done.clear()
                threading.Thread(target=self._warm, name="whatif-warm", daemon=True).start()
        self._done.wait(wait_seconds)
        return self._state is _State.READY

    def _warm(self) -> None:
        state = _State.COLD  # tried anew by the next page if it fails
        try:
            self._load()
            state = _State.READY
        finally:
            with self._lock:
                self._state = state
            self._done.set()


def load() -> None:
    """The smallest simulation there is."""
    from datetime import date

    from minhu.planner.engine.day import Rates
    from minhu.planner.engine.line_model import NOBODY, CityModel, LineModel
    from minhu.planner.engine.whatif_told import ran
    from minhu.rules.calendar import china

    line = LineModel(Rates.same_every_day((0.1,) * 48))
    ran(CityModel((line,), NOBODY, china(), date(2026, 3, 2), weeks=1, replications=2))


TURNS = Turns()
ENGINE = Engine(load)
