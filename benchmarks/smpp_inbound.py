"""Inbound texts a second over SMPP, each on disk before its acknowledgement.

The SMSC (smpp34's server, its own process, on the same cores) holds the texts before we bind; the clock runs from the
bind to its last acknowledgement. Our adapter commits what has gathered, smpplib's own loop one text at a time; both
into SQLite with WAL and synchronous=FULL, so a commit waits for the disk.

    python -m benchmarks.smpp_inbound --texts 20000
"""

from __future__ import annotations

import argparse
import logging
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smpplib.client import Client
from smpplib.exceptions import ConnectionError as SmppConnectionError

from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.text import Inbound, Receipt
from tests.peers.smsc_handle import Smsc, text

BAR_TEXTS_PER_SECOND = 2_000
INSERT = "INSERT INTO texts (key, sender, recipient, body) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Result:
    """commits: transactions. cpu_seconds: of this process."""

    texts: int
    seconds: float
    commits: int
    cpu_seconds: float

    def __str__(self) -> str:
        per_second = self.texts / self.seconds
        cpu = self.cpu_seconds / self.texts * 1e6
        per_commit = self.texts / self.commits
        return f"{per_second:8,.0f} texts/s   {per_commit:6.1f} texts a commit   {cpu:5.0f} us CPU a text"


class Disk:
    """One table, and how often it was committed."""

    def __init__(self, path: Path) -> None:
        self.commits = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, key, sender, recipient, body)")

    def store(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(INSERT, rows)
        self._database.execute("COMMIT")
        self.commits += 1

    def count(self) -> int:
        (count,) = self._database.execute("SELECT count(DISTINCT body) FROM texts").fetchone()
        return int(count)


class DiskSink:
    """The sink of our adapter."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._disk.store([(one.key, one.sender, one.recipient, one.body) for one in batch])

    def receipt(self, batch: Sequence[Receipt]) -> None:
        raise AssertionError("nobody sent a text")


def ours(smsc: Smsc, disk: Disk) -> Callable[[], None]:
    gateway = SmppGateway("smpp", SmppSettings("127.0.0.1", smsc.port, "minhu", "secret"))
    gateway.start(DiskSink(disk))
    return gateway.stop


def bare(smsc: Smsc, disk: Disk) -> Callable[[], None]:
    """smpplib as its documentation shows it, with one commit in the handler."""
    client = Client("127.0.0.1", smsc.port, allow_unknown_opt_params=True)

    def received(pdu: Any) -> int:
        body = pdu.short_message.decode("utf-16-be")
        disk.store([("", pdu.source_addr.decode(), pdu.destination_addr.decode(), body)])
        return 0

    def listen() -> None:
        try:
            client.listen()
        except (SmppConnectionError, OSError):
            return  # the SMSC was stopped: the run is over

    client.set_message_received_handler(received)
    client.connect()
    client.bind_transceiver(system_id="minhu", password="secret")  # noqa: S106 - of the loopback SMSC
    threading.Thread(target=listen, daemon=True).start()
    return lambda: None


def measure(start: Callable[[Smsc, Disk], Callable[[], None]], texts: int, folder: Path) -> Result:
    folder.mkdir()
    disk = Disk(folder / "texts.sqlite3")
    with Smsc(folder) as smsc:
        for first in range(0, texts, 5_000):
            numbers = range(first, min(first + 5_000, texts))
            smsc.inject(
                *[text(f"1390000{n % 10_000:04}", "10639001", f"新华路{n}号路灯不亮，请派人看看") for n in numbers]
            )
        cpu, begun = _cpu_seconds(), time.perf_counter()
        stop = start(smsc, disk)
        smsc.until("acked", texts, seconds=600)
        seconds = time.perf_counter() - begun
        cpu = _cpu_seconds() - cpu
        stop()
    if disk.count() != texts:
        raise AssertionError(f"acknowledged {texts}, on disk {disk.count()}")
    return Result(texts, seconds, disk.commits, cpu)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--texts", type=int, default=20_000)
    arguments.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one unless given")
    given = arguments.parse_args()
    logging.disable()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        mine = measure(ours, given.texts, Path(folder) / "ours")
        print(f"minhu.carriers.smpp          {mine}")
        theirs = measure(bare, max(given.texts // 5, 1), Path(folder) / "bare")
        print(f"smpplib, one commit a text   {theirs}")
    reached = mine.texts / mine.seconds >= BAR_TEXTS_PER_SECOND
    verdict = "met" if reached else "MISSED"
    print(f"bar: {BAR_TEXTS_PER_SECOND:,} texts/s, each durable before its acknowledgement: {verdict}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
