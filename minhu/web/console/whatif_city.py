"""Many lines take seconds: they are simulated beside the page, which asks how far it is. What is found lies in the
cache that all processes of the site share, so any of them can answer.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.core.cache import cache

from minhu.planner.engine.whatif import Setting
from minhu.rules.errors import Refusal
from minhu.web.console.whatif_turns import Stale

if TYPE_CHECKING:
    from minhu.planner.engine.whatif_told import Ran
    from minhu.planner.whatif import Basis

KEPT_SECONDS: Final = 600
SILENT_SECONDS: Final = 20
"""A run that says nothing for so long has died with its process and is begun anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person waits for. person: his account."""

    person: int | None
    lines: frozenset[int]
    setting: Setting

    @property
    def key(self) -> str:
        """Where it lies. The same for all who ask the same."""
        told = repr((sorted(self.lines), self.setting)).encode()
        return f"whatif-{hashlib.sha256(told).hexdigest()[:32]}"

    @property
    def newest(self) -> str:
        """Where it is written what this person wants last."""
        return f"whatif-newest-{self.person}"


@dataclass(frozen=True, slots=True)
class Found:
    after: Ran
    before: Ran


@dataclass(frozen=True, slots=True)
class Underway:
    share: float


@dataclass(frozen=True, slots=True)
class Refused:
    says: str


Answer = Found | Underway | Refused


class Runs:
    """One run at a time in a process; its person's next wish ends it."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, wanted: Wanted, basis: Basis) -> Answer:
        """What is known of it; if nothing is, it is begun, or waits until another has ended."""
        cache.set(wanted.newest, wanted.key, KEPT_SECONDS)
        known: Answer | None = cache.get(wanted.key)
        if known is not None:
            return known
        if self._one.acquire(blocking=False):
            cache.set(wanted.key, Underway(0.0), SILENT_SECONDS)
            self._thread = threading.Thread(target=self._run, args=(wanted, basis), name="whatif-city", daemon=True)
            self._thread.start()
        return Underway(0.0)

    def finish(self) -> None:
        """Wait for the run that is under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, wanted: Wanted, basis: Basis) -> None:
        from minhu.planner.engine.whatif_told import watched

        def tell(share: float) -> None:
            if cache.get(wanted.newest) != wanted.key:
                raise Stale
            cache.set(wanted.key, Underway(share), SILENT_SECONDS)

        answer: Answer | None = None
        try:
            weeks = wanted.setting.weeks
            before = watched(basis.model(Setting(), weeks=weeks), lambda share: tell(share / 2))
            after = before
            if wanted.setting != Setting():
                after = watched(basis.model(wanted.setting, weeks=weeks), lambda share: tell(0.5 + share / 2))
            answer = Found(after, before)
        except Stale:
            pass
        except Refusal as refusal:
            answer = Refused(refusal.shown)
        finally:
            if answer is None:
                cache.delete(wanted.key)
            else:
                cache.set(wanted.key, answer, KEPT_SECONDS)
            self._one.release()


RUNS = Runs()
