"""Drives the SMSC of ``smsc.py``: starts it, kills it, starts it again on the same journal, tells it what to do."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PROGRAM = Path(__file__).with_name("smsc.py")
ROOT = PROGRAM.parent.parent.parent
DEADLINE_SECONDS = 20.0
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER, MESSAGE_PAYLOAD = 0x020C, 0x020E, 0x020F, 0x0424
UDHI = 0x40
CHANCE = random.SystemRandom()
"""Not the seeded one: tests that run in parallel would all draw the same ports."""


def free_port() -> int:
    """A loopback port below the range from which outgoing connections take theirs.

    So it is still free when a killed SMSC comes back to it.
    """
    while True:
        port = CHANCE.randrange(21_000, 32_000)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Taken:
    """One submit_sm that the SMSC took."""

    message_id: str
    sender: str
    recipient: str
    octets: bytes
    data_coding: int
    esm_class: int

    @property
    def content(self) -> bytes:
        """Without the user data header."""
        return self.octets[1 + self.octets[0] :] if self.esm_class & UDHI else self.octets


def text(
    sender: str,
    recipient: str,
    body: str | bytes,
    *,
    data_coding: int = 8,
    esm_class: int = 0,
    header: bytes = b"",
    tlvs: Sequence[tuple[int, bytes]] = (),
) -> dict[str, Any]:
    """What ``Smsc.inject`` takes. body: characters are sent as UCS-2, bytes as they are."""
    octets = header + (body.encode("utf-16-be", "surrogatepass") if isinstance(body, str) else body)
    return {
        "sender": sender,
        "recipient": recipient,
        "octets": octets.hex(),
        "data_coding": data_coding,
        "esm_class": esm_class | (UDHI if header else 0),
        "tlvs": [(tag, value.hex()) for tag, value in tlvs],
    }


def parts_of(sender: str, recipient: str, bodies: Sequence[str], *, reference: int = 7) -> list[dict[str, Any]]:
    """The segments of a long text, with user data headers."""
    total = len(bodies)
    return [
        text(sender, recipient, body, header=bytes((5, 0, 3, reference, total, number)))
        for number, body in enumerate(bodies, start=1)
    ]


def sar_parts_of(sender: str, recipient: str, bodies: Sequence[str], *, reference: int = 7) -> list[dict[str, Any]]:
    """The same with SAR parameters."""
    total = bytes((len(bodies),))
    return [
        text(
            sender,
            recipient,
            body,
            tlvs=[(SAR_REFERENCE, reference.to_bytes(2, "big")), (SAR_TOTAL, total), (SAR_NUMBER, bytes((number,)))],
        )
        for number, body in enumerate(bodies, start=1)
    ]


@dataclass(slots=True)
class Smsc:
    """One SMSC, its port and its journal; it may die and live again.

    Use: ``with Smsc(folder) as smsc: …``.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[str] | None = None
    _control: socket.socket | None = None
    _replies: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def command(self) -> list[str]:
        """What Python is given, without ports and journal."""
        return [str(PROGRAM)]

    def start(self) -> None:
        """Start, or start again on the same port and journal: what was not acknowledged is brought again."""
        control_port = free_port()
        with (self.folder / "smsc.err").open("a") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *self.command(),
                    *("--port", str(self.port)),
                    *("--control-port", str(control_port)),
                    *("--journal", str(self.folder / "smsc.jsonl")),
                ],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self.kill()
            raise RuntimeError((self.folder / "smsc.err").read_text())
        self._control = socket.create_connection(("127.0.0.1", control_port))
        self._replies = self._control.makefile("r")

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self.has_died()

    def has_died(self) -> None:
        """Wait until the process has ended, and release what belonged to it."""
        if self._process is not None:
            self._process.wait(DEADLINE_SECONDS)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
        if self._control is not None:
            self._replies.close()
            self._control.close()
            self._control = None

    def inject(self, *texts: dict[str, Any]) -> list[int]:
        """Give it texts to bring. Returns its numbers for them."""
        ids: list[int] = self._do("inject", texts=texts)
        return ids

    def manners(self, **changes: Any) -> None:
        """Change how it behaves; see ``smsc.Manners``."""
        self._do("manners", **changes)

    def figures(self) -> dict[str, int]:
        figures: dict[str, int] = self._do("figures")
        return figures

    def until(self, figure: str, at_least: int, seconds: float = DEADLINE_SECONDS) -> None:
        """Wait for a figure. Raises AssertionError when it is not reached in time."""
        reached = self._do("until", field=figure, at_least=at_least, seconds=seconds)
        assert reached, f"{figure} did not reach {at_least}: {self.figures()}"

    def submitted(self) -> list[Taken]:
        """Every submit_sm it ever took, in order, also in earlier lives."""
        names = ("message_id", "sender", "recipient", "data_coding", "esm_class")
        return [
            Taken(octets=bytes.fromhex(line["octets"]), **{name: line[name] for name in names})
            for line in self._do("submitted")
        ]

    def journalled(self) -> Iterable[dict[str, Any]]:
        """The journal as it stands, also while the SMSC is dead."""
        return [json.loads(line) for line in (self.folder / "smsc.jsonl").read_text().splitlines()]

    def release(self) -> int:
        """Give every withheld answer."""
        count: int = self._do("release")
        return count

    def send_receipts(self) -> int:
        """Send every receipt that is late."""
        count: int = self._do("send_receipts")
        return count

    def _do(self, verb: str, **order: Any) -> Any:
        with self._lock:
            assert self._control is not None, "the SMSC is not running"
            self._control.sendall(json.dumps({"do": verb, **order}).encode() + b"\n")
            answer = json.loads(self._replies.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["ok"]
