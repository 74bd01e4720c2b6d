"""Real telephones for tests: SIPp processes (Debian ``sip-tester``) playing the scenarios beside this file.

    phones = Phones(tmp_path)
    caller = phones.call("call", to=("127.0.0.1", 5060), number="80001", headers="Privacy: id")
    handset = phones.serve("answer", talk_ms=300)            # handset.port is where it listens
    assert caller.wait().ok

``scenarios/*.xml`` are SIPp scenarios with ``$name`` places; what a test does not fill in gets the value of
``DEFAULTS``. Inside a running event loop use ``await phone.finished()`` in place of ``phone.wait()``. ``stop_all`` (the
``phones`` fixture calls it) ends every process that is still there, by its id.

Source: https://sipp.readthedocs.io
"""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

SIPP = shutil.which("sipp") or ""
SCENARIOS = Path(__file__).parent / "scenarios"
LOOPBACK = "127.0.0.1"

CODECS = "m=audio [media_port] RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000"

DEFAULTS: Mapping[str, str] = {
    "caller": "13800000001",
    "headers": "",
    "ring_ms": "100",
    "talk_ms": "300",
    "wait_ms": "200",
    "away_ms": "1500",
    "code": "486",
    "reason": "Busy Here",
    "digits_gap_ms": "50",
    "digit": "1",
    "codecs": CODECS,
}
"""What stands in a scenario where a test says nothing. headers: whole extra header lines of the INVITE."""

_COUNT = re.compile(r"(Successful|Failed) call\s*\|\s*\d+\s*\|\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a SIPp process ended.

    successful, failed: calls. errors: its own words on what was unexpected.
    """

    exit_code: int
    successful: int
    failed: int
    errors: str = ""

    @property
    def ok(self) -> bool:
        """Every call went as its scenario says."""
        return self.exit_code == 0 and self.failed == 0

    def __bool__(self) -> bool:
        return self.ok


@dataclass
class Phone:
    """One SIPp process. port: where it sends from and listens. media_port: its RTP."""

    process: subprocess.Popen[bytes]
    port: int
    media_port: int
    folder: Path
    host: str = LOOPBACK
    _outcome: Outcome | None = field(default=None, repr=False)

    def wait(self, timeout_seconds: float = 30.0) -> Outcome:
        """Wait for the end of the scenario. A process that takes longer is ended and counts as failed."""
        if self._outcome is None:
            try:
                self.process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self._kill()
            self._outcome = self._read()
        return self._outcome

    async def finished(self, timeout_seconds: float = 30.0) -> Outcome:
        """The same while the event loop goes on."""
        until = time.monotonic() + timeout_seconds
        while self.process.poll() is None and time.monotonic() < until:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        return self.wait(0.01)

    def stop(self) -> Outcome:
        """End it now."""
        if self.process.poll() is None:
            self._kill()
        return self.wait(0.01)

    @property
    def trace(self) -> str:
        """Every SIP message it sent and received so far."""
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("messages.log"))

    def received(self, start: str) -> int:
        """How many received messages begin like this, such as ``SIP/2.0 180`` or ``BYE``."""
        parts = re.split(r"-{20,} [^\n]*\n", self.trace)
        return sum("message received" in part[:80] and part.partition("\n\n")[2].startswith(start) for part in parts)

    @property
    def response_times_ms(self) -> list[float]:
        """Milliseconds from the INVITE to the scenario's ``rtd`` mark, call by call (``call(..., times=True)``)."""
        path = next(self.folder.glob("*_rtt.csv"), None)
        if path is None:
            return []
        with path.open(newline="") as rows:
            return [float(row[1]) for row in csv.reader(rows, delimiter=";") if len(row) > 1 and _number(row[1])]

    def _kill(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5.0)

    def _read(self) -> Outcome:
        screen = (self.folder / "screen.txt").read_text("utf-8", "replace")
        counts = dict(_COUNT.findall(screen))
        errors = self.folder / "errors.log"
        said = errors.read_text("utf-8", "replace") if errors.exists() else ""
        known = "Successful" in counts
        return Outcome(
            self.process.returncode,
            int(counts.get("Successful", 0)),
            int(counts.get("Failed", 0 if known else 1)),
            said[:4000] or ("" if known else screen[-2000:]),
        )


class Phones:
    """Starts SIPp processes and ends them all. trace: keep every message, which costs SIPp time under load."""

    def __init__(self, folder: Path, *, trace: bool = True) -> None:
        self._folder = folder
        self._trace = trace
        self._phones: list[Phone] = []

    def call(
        self,
        scenario: str,
        *,
        to: tuple[str, int],
        number: str = "80001",
        calls: int = 1,
        rate: float = 10.0,
        port: int = 0,
        options: tuple[str, ...] = (),
        times: bool = False,
        **fills: object,
    ) -> Phone:
        """A caller. rate: calls a second. options: more of SIPp's own."""
        more = ["-m", str(calls), "-r", str(rate), "-s", number, *options]
        if times:
            more += ["-trace_rtt", "-rtt_freq", "1"]
        return self._start(scenario, port, [*more, f"{to[0]}:{to[1]}"], fills)

    def serve(
        self,
        scenario: str,
        *,
        port: int = 0,
        calls: int = 0,
        options: tuple[str, ...] = (),
        **fills: object,
    ) -> Phone:
        """A handset, or all handsets of a trunk. calls: ends after so many; 0 goes on until ``stop``."""
        more = ["-m", str(calls)] if calls else []
        phone = self._start(scenario, port, [*more, *options], fills)
        _wait_until_listening(phone)
        return phone

    def stop_all(self) -> None:
        for phone in self._phones:
            phone.stop()

    def _start(self, scenario: str, port: int, options: list[str], fills: Mapping[str, object]) -> Phone:
        folder = Path(tempfile.mkdtemp(prefix=f"{scenario}-", dir=self._folder))
        written = folder / f"{scenario}.xml"
        written.write_text(fill(scenario, fills))
        port = port or free_port()
        media_port = free_port(pair=True)
        command = [
            SIPP, "-sf", str(written), "-i", LOOPBACK, "-p", str(port), "-mi", LOOPBACK, "-mp", str(media_port),
            "-nostdin", "-trace_err", "-error_file", str(folder / "errors.log"),
        ]  # fmt: skip
        if self._trace:
            command += ["-trace_msg", "-message_file", str(folder / "messages.log")]
        command += options
        with (folder / "screen.txt").open("wb") as screen:
            process = subprocess.Popen(command, cwd=folder, stdout=screen, stderr=subprocess.STDOUT)
        phone = Phone(process, port, media_port, folder)
        self._phones.append(phone)
        return phone


def fill(scenario: str, fills: Mapping[str, object]) -> str:
    """The scenario's XML with its places filled. Raises KeyError for a place that nobody knows."""
    values = {**DEFAULTS, **{name: str(value) for name, value in fills.items()}}
    text = (SCENARIOS / f"{scenario}.xml").read_text()
    if not values["headers"]:  # an empty line would end the headers
        text = "".join(line for line in text.splitlines(keepends=True) if line.strip() != "$headers")
    return Template(text).substitute(values)


def free_port(*, pair: bool = False) -> int:
    """A UDP port that nobody uses now; with ``pair`` an even one whose next ones (SIPp takes four) are free too."""
    for _ in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((LOOPBACK, 0))
            port = int(sock.getsockname()[1])
        if not pair:
            return port
        port &= ~1
        if port < 65500 and all(_is_free(port + more) for more in range(4)):
            return port
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _wait_until_listening(phone: Phone) -> None:
    """Wait for SIPp to own its port, so that the first INVITE is not lost."""
    until = time.monotonic() + 5.0
    while _is_free(phone.port) and phone.process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)


def _number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def phones_in(folder: Path) -> Iterator[Phones]:
    """Body of a fixture: phones that are all gone afterwards."""
    phones = Phones(folder)
    try:
        yield phones
    finally:
        phones.stop_all()
