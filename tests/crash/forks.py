"""Many short lives of one process, each a fork of a parent that has everything imported; see ``zygote.py``."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

END_SECONDS = 20.0


class Forks:
    """Starts and kills ``minhu switch`` or ``minhu jobs``. pid: of the life that goes on, 0 for none."""

    def __init__(self, name: str, environment: Mapping[str, str], log: Path) -> None:
        self.pid = 0
        self.started = 0
        with log.open("ab") as file:
            self._zygote = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.zygote", name],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        assert self._zygote.stdout is not None
        assert self._zygote.stdout.readline() == "ready\n", log.read_text("utf-8", "replace")[-4000:]

    def start(self) -> None:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write("start\n")
        self._zygote.stdin.flush()
        self.pid = int(self._zygote.stdout.readline())
        self.started += 1

    def end(self, number: signal.Signals) -> None:
        """Send a signal, and wait until that life is over."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            until = time.monotonic() + END_SECONDS
            while self.alive():
                assert time.monotonic() < until, "it does not end"
                time.sleep(0.002)
            self.pid = 0

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.pid != 0

    def close(self) -> None:
        """End the last life gently, and the parent."""
        self.end(signal.SIGTERM)
        self._zygote.communicate(timeout=10)
