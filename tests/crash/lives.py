"""A switch and a jobs process with many short lives, for tests that kill them."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.crash.forks import Forks
from tests.telephony.sipp import Phone
from tests.telephony.whole import START_SECONDS, Line
from tests.texting.process import Jobs


@dataclass
class Lives(Line):
    """As Line, but each start is a fork of a process that has everything imported already."""

    _forks: Forks | None = field(default=None, repr=False)

    def __enter__(self) -> Lives:
        self._forks = Forks("switch", self._environment(), self.folder / "switch.log")
        return self

    @property
    def forks(self) -> Forks:
        assert self._forks is not None
        return self._forks

    @property
    def started(self) -> int:
        return self.forks.started

    def start(self, *, wait: bool = True) -> None:
        self._told.unlink(missing_ok=True)
        self.forks.start()
        if wait:
            self.wait_until_open()

    def wait_until_open(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self.is_open:
            if not self.forks.alive() or time.monotonic() > until:
                raise AssertionError(f"the switch did not start:\n{self.log[-4000:]}")
            time.sleep(0.005)

    def kill(self) -> None:
        self.forks.end(signal.SIGKILL)

    def stop(self) -> int:
        self.forks.close()
        return 0


@dataclass
class JobsLives(Jobs):
    """The same of the jobs process."""

    _forks: Forks | None = field(default=None, repr=False)

    def __enter__(self) -> JobsLives:
        self._forks = Forks("jobs", self._environment(), self.folder / "jobs.log")
        return self

    @property
    def forks(self) -> Forks:
        assert self._forks is not None
        return self._forks

    @property
    def alive(self) -> bool:
        return self.forks.alive()

    def start(self) -> None:
        self.forks.start()

    def kill(self) -> None:
        self.forks.end(signal.SIGKILL)

    def stop(self) -> int:
        self.forks.close()
        return 0


def callers_told(phone: Phone) -> set[str]:
    """Numbers of the callers whom the switch told, by 100, 180 or 200, that it has their call."""
    return {caller for status, caller in _responses(phone) if status in {"100", "180", "183", "200"}}


def _responses(phone: Phone) -> Iterator[tuple[str, str]]:
    for part in re.split(r"-{20,} [^\n]*\n", phone.trace):
        if "message received" in part[:80] and (status := re.search(r"SIP/2\.0 (\d{3})", part)):
            caller = re.search(r"(?mi)^From:.*?<?sip:([^@>]+)@", part)
            if caller:
                yield status[1], caller[1]
