"""The jobs process for tests: ``minhu jobs`` on a real database, bound to the SMSC of tests/peers.

    with Jobs(folder, database_url, smsc.port) as jobs:
        smsc.until("bound", 1)

It lives on a working day between half past nine and twenty, whatever time it really is, so that nothing waits for the
end of the quiet hours.
"""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from minhu.ops.demo.clock import VARIABLE, shift_seconds
from minhu.rules.calendar import china

SENDER = "10639001"
START_SECONDS, STOP_SECONDS = 60.0, 20.0

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = 60.0) -> T:
    """Look until there is something to see, for so long at most."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.05)
    return found


@dataclass
class Jobs:
    """One jobs process that can be killed and started again. more: settings of its own."""

    folder: Path
    database_url: str
    smsc_port: int
    more: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._shift_seconds = shift_seconds(datetime.now(UTC), china())

    def __enter__(self) -> Jobs:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def now(self) -> datetime:
        """What time it is for the process."""
        return datetime.now(UTC) + timedelta(seconds=self._shift_seconds)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        """What the process said, in all its lives."""
        return (self.folder / "jobs.log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start the process; ``smsc.until("binds", n)`` tells when it is there."""
        with (self.folder / "jobs.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "minhu", "jobs"], env=self._environment(), stdout=log, stderr=log
            )

    def stop(self) -> int:
        """SIGTERM, and wait for the end. Its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL: as when the power goes."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def run(self, *command: str) -> str:
        """What another command of Minhu says with the same settings, such as ``doctor``."""
        done = subprocess.run(
            [sys.executable, "-m", "minhu", *command],
            env=self._environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.stdout

    def _environment(self) -> dict[str, str]:
        keys = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in settings.FIELD_KEYS.items())
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("MINHU_", "SIP_", "SMPP_", "SMS_"))
            },
            "MINHU_MODE": "demo",
            "MINHU_ENV_FILE": os.devnull,
            "MINHU_DATA": str(self.folder / "data"),
            "MINHU_KEYS": keys,
            "MINHU_LOOKUP_KEY": base64.b64encode(settings.LOOKUP_KEY).decode(),
            "DATABASE_URL": self.database_url,
            "SMPP_HOST": "127.0.0.1",
            "SMPP_PORT": str(self.smsc_port),
            "SMPP_SYSTEM_ID": "minhu",
            "SMPP_PASSWORD": "secret",
            "SMPP_SENDER": SENDER,
            VARIABLE: str(self._shift_seconds),
            **self.more,
        }
