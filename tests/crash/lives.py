"""A switch with many short lives, for tests that kill it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.telephony.sipp import Phone
from tests.telephony.whole import START_SECONDS, Line


@dataclass
class Lives(Line):
    """As Line, but each start is a fork of a process that has everything imported already."""

    pid: int = 0
    started: int = 0
    _zygote: subprocess.Popen[str] | None = field(default=None, repr=False)

    def __enter__(self) -> Lives:
        with (self.folder / "switch.log").open("ab") as log:
            self._zygote = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.zygote"],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._zygote.stdout is not None
        assert self._zygote.stdout.readline() == "ready\n", self.log[-4000:]
        return self

    def start(self, *, wait: bool = True) -> None:
        assert self._zygote is not None
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._told.unlink(missing_ok=True)
        self._zygote.stdin.write("start\n")
        self._zygote.stdin.flush()
        self.pid = int(self._zygote.stdout.readline())
        self.started += 1
        if wait:
            self.wait_until_open()

    def wait_until_open(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self.is_open:
            if not self._alive() or time.monotonic() > until:
                raise AssertionError(f"the switch did not start:\n{self.log[-4000:]}")
            time.sleep(0.005)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        self._end(signal.SIGTERM)
        if self._zygote is not None and self._zygote.stdin is not None:
            self._zygote.communicate(timeout=10)
        return 0

    def _end(self, number: signal.Signals) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            until = time.monotonic() + 20
            while self._alive():
                assert time.monotonic() < until, "it does not end"
                time.sleep(0.002)
            self.pid = 0

    def _alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.pid != 0


def callers_told(phone: Phone) -> set[str]:
    """Numbers of the callers whom the switch told, by 100, 180 or 200, that it has their call."""
    return {caller for status, caller in _responses(phone) if status in {"100", "180", "183", "200"}}


def _responses(phone: Phone) -> Iterator[tuple[str, str]]:
    for part in re.split(r"-{20,} [^\n]*\n", phone.trace):
        if "message received" in part[:80] and (status := re.search(r"SIP/2\.0 (\d{3})", part)):
            caller = re.search(r"(?mi)^From:.*?<?sip:([^@>]+)@", part)
            if caller:
                yield status[1], caller[1]
