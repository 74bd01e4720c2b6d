"""The whole telephone line for tests: ``minhu switch`` as its own process, on a real database, with real telephones.

    with Line(folder, database_url, handsets_port) as line:
        phones.call("call", to=line.at, number=..., caller=...)

The process lives on a working day at half past nine, whatever time it really is.
"""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from django.conf import settings

from minhu.carriers import prompts
from minhu.ops.demo.clock import VARIABLE, shift_seconds
from minhu.rules.calendar import china
from tests.telephony.sipp import LOOPBACK, free_port

NODE = "test-switch"
START_SECONDS = 40.0
T = TypeVar("T")


@dataclass
class Line:
    """One switch process that can be killed and started again.

    ring_seconds: of the official and of staff, each. around: a program that starts ours, and becomes it (exec).
    """

    folder: Path
    database_url: str
    handsets_port: int
    ring_seconds: int = 2
    more: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "minhu", "switch")
    around: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    sip_port: int = 0

    def __post_init__(self) -> None:
        self.sip_port = self.sip_port or free_port()
        self._rtp_low = free_port(pair=True)
        if self._rtp_low > 60_000:
            self._rtp_low = 30_000 + self._rtp_low % 20_000
        short_prompts(self.folder / "prompts")
        self.shift_seconds = shift_seconds(datetime.now(UTC), china())

    @property
    def at(self) -> tuple[str, int]:
        """Where it takes calls."""
        return LOOPBACK, self.sip_port

    def __enter__(self) -> Line:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, wait: bool = True) -> None:
        """Start the process; with ``wait`` until it takes calls."""
        self._told.unlink(missing_ok=True)
        with (self.folder / "switch.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.around, sys.executable, *self.program], env=self._environment(), stdout=log, stderr=log
            )
        if wait:
            self.wait_until_open()

    def wait_until_open(self) -> None:
        process, until = self.process, time.monotonic() + START_SECONDS
        while not self.is_open:
            if process is None or process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the switch did not start:\n{self.log[-4000:]}")
            time.sleep(0.01)

    @property
    def is_open(self) -> bool:
        return self._told.exists() and bool(self._told.read_text().strip())

    def stop(self) -> int:
        """SIGTERM, and wait for the end. Its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL: as when the power goes."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @property
    def log(self) -> str:
        """What the process said."""
        return (self.folder / "switch.log").read_text("utf-8", "replace")

    @property
    def _told(self) -> Path:
        return self.folder / "data" / "run" / f"{NODE}.sip"

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
            "MINHU_NODE": NODE,
            "MINHU_KEYS": keys,
            "MINHU_LOOKUP_KEY": base64.b64encode(settings.LOOKUP_KEY).decode(),
            "MINHU_OFFICIAL_RING_SECONDS": str(self.ring_seconds),
            "MINHU_STAFF_RING_SECONDS": str(self.ring_seconds),
            "MINHU_HOLD_SECONDS": "3",
            "MINHU_MESSAGE_SILENCE_SECONDS": "1",
            "MINHU_DRAIN_SECONDS": "1",
            "MINHU_PROMPTS": str(self.folder / "prompts"),
            "DATABASE_URL": self.database_url,
            "SIP_LISTEN": f"udp:{LOOPBACK}:{self.sip_port}",
            "SIP_TRUNKS": LOOPBACK,
            "SIP_TRUNK": f"udp:{LOOPBACK}:{self.handsets_port}",
            "SIP_RTP_LOW": str(self._rtp_low),
            "SIP_RTP_HIGH": str(self._rtp_low + 2000),
            VARIABLE: str(self.shift_seconds),
            **self.more,
        }


def short_prompts(folder: Path) -> None:
    """A city's own recordings, a tenth of a second each."""
    folder.mkdir(exist_ok=True)
    for path in prompts.every(folder=""):
        with wave.open(str(folder / Path(path).name), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(1600))


def eventually(look: Callable[[], T], *, seconds: float = 15.0) -> T:
    """Look until there is something to see, for so long at most."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
