"""Inbound texts a second over SMPP, each on disk before its acknowledgement.

The SMSC (smpp34's server, its own process, on the same cores) holds the texts before we bind; the clock runs from the
bind to its last acknowledgement. Measured is what ``minhu jobs`` does with a text: number sealed, keyed hash, repeats
told; on SQLite (WAL, synchronous=FULL) and on PostgreSQL (fsync), so a commit waits for the disk. Beside it, into one
bare table: our adapter alone, and smpplib's own loop with one commit a text.

    python -m benchmarks.smpp_inbound --texts 20000
"""

from __future__ import annotations

import argparse
import cProfile
import json
import logging
import os
import pstats
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from smpplib.client import Client
from smpplib.exceptions import ConnectionError as SmppConnectionError

from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.text import Inbound, Receipt, Sink
from tests import postgres
from tests.peers.smsc_handle import Smsc, text

BAR_TEXTS_PER_SECOND = 2_000
ENGINES = ("sqlite", "postgresql")
NAMES = {
    "sqlite": "minhu, SQLite FULL",
    "postgresql": "minhu, PostgreSQL fsync",
    "adapter": "minhu.carriers.smpp, bare table",
    "smpplib": "smpplib, one commit a text",
}
INSERT = "INSERT INTO texts (key, sender, recipient, body) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Result:
    """commits: transactions. cpu_seconds: of the process that stores, the database server's apart."""

    texts: int
    seconds: float
    commits: int
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.texts / self.seconds

    def __str__(self) -> str:
        cpu = self.cpu_seconds / self.texts * 1e6
        per_commit = self.texts / self.commits
        return f"{self.per_second:8,.0f} texts/s   {per_commit:6.1f} texts a commit   {cpu:5.0f} us CPU a text"


class Store(Protocol):
    """Where the texts go. commits: how many transactions."""

    commits: int

    def start(self, smsc: Smsc) -> Callable[[], None]:
        """Bind to the SMSC; returns what stops it."""

    def count(self) -> int:
        """Different texts on disk."""


class Product:
    """Minhu's own tables, written as ``minhu jobs`` writes them, on the database of DATABASE_URL."""

    def __init__(self) -> None:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        from minhu.intake.sink import ThreadSink

        self.commits = 0
        self._sink = ThreadSink()

    def start(self, smsc: Smsc) -> Callable[[], None]:
        return _bound(smsc, self)

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._sink.inbound(batch)
        self.commits += 1

    def receipt(self, batch: Sequence[Receipt]) -> None:
        raise AssertionError("nobody sent a text")

    def count(self) -> int:
        from minhu.intake.models import RawText

        return RawText.objects.values("body").distinct().count()


class Profiled(Product):
    """The same, and where the time of the storing thread goes."""

    def __init__(self) -> None:
        super().__init__()
        self._profile = cProfile.Profile()

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._profile.runcall(super().inbound, batch)

    def count(self) -> int:
        pstats.Stats(self._profile).sort_stats("tottime").print_stats(25)
        return super().count()


class Table:
    """One bare SQLite table behind our adapter."""

    def __init__(self, path: Path) -> None:
        self.commits = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, key, sender, recipient, body)")

    def start(self, smsc: Smsc) -> Callable[[], None]:
        return _bound(smsc, self)

    def store(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(INSERT, rows)
        self._database.execute("COMMIT")
        self.commits += 1

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self.store([(one.key, one.sender, one.recipient, one.body) for one in batch])

    def receipt(self, batch: Sequence[Receipt]) -> None:
        raise AssertionError("nobody sent a text")

    def count(self) -> int:
        (count,) = self._database.execute("SELECT count(DISTINCT body) FROM texts").fetchone()
        return int(count)


class Smpplib(Table):
    """smpplib as its documentation shows it, with one commit in the handler."""

    def start(self, smsc: Smsc) -> Callable[[], None]:
        client = Client("127.0.0.1", smsc.port, allow_unknown_opt_params=True)

        def received(pdu: Any) -> int:
            body = pdu.short_message.decode("utf-16-be")
            self.store([("", pdu.source_addr.decode(), pdu.destination_addr.decode(), body)])
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


def _bound(smsc: Smsc, sink: Sink) -> Callable[[], None]:
    gateway = SmppGateway("smpp", SmppSettings("127.0.0.1", smsc.port, "minhu", "secret"))
    gateway.start(sink)
    return gateway.stop


def measure(store: Store, texts: int, folder: Path) -> Result:
    """Bring so many texts, of a quarter as many citizens, and count what is on disk."""
    with Smsc(folder) as smsc:
        for first in range(0, texts, 5_000):
            numbers = range(first, min(first + 5_000, texts))
            smsc.inject(
                *[
                    text(f"139{n % max(texts // 4, 1):08}", "8615400000001", f"新华路{n}号路灯不亮，请派人看看")
                    for n in numbers
                ]
            )
        cpu, begun = _cpu_seconds(), time.perf_counter()
        stop = store.start(smsc)
        smsc.until("acked", texts, seconds=600)
        seconds = time.perf_counter() - begun
        cpu = _cpu_seconds() - cpu
        stop()
    if (count := store.count()) != texts:
        raise AssertionError(f"acknowledged {texts}, on disk {count}")
    return Result(texts, seconds, store.commits or 1, cpu)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run_alone(row: str, texts: int, folder: Path) -> Result:
    """Measure one row in a process of its own, so that none warms or slows another."""
    folder.mkdir(mode=0o711)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "minhu.settings",
        "MINHU_MODE": "test",
        "MINHU_DATA": str(folder / "data"),
        "DATABASE_URL": f"sqlite:///{folder / 'minhu.sqlite3'}",
    }
    command = [sys.executable, "-m", "benchmarks.smpp_inbound", "--row", row]
    guard = None
    if row == "postgresql":
        guard = postgres.guard(folder)
        postgres.start(folder, durable=True)
        environment["DATABASE_URL"] = postgres.url(folder, "postgres")
    try:
        done = subprocess.run(
            [*command, "--texts", str(texts), "--folder", str(folder)],
            env=environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    finally:
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()
            guard.wait(30)
    return Result(**json.loads(done.stdout))


def _store(row: str, folder: Path) -> Store:
    match row:
        case "adapter":
            return Table(folder / "texts.sqlite3")
        case "smpplib":
            return Smpplib(folder / "texts.sqlite3")
        case _:
            return Product()


def main() -> int:
    """Measure all rows; exit code 1 when ours misses the bar on either database."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--texts", type=int, default=20_000)
    arguments.add_argument("--folder", type=Path, help="on the disk to measure; a temporary one unless given")
    arguments.add_argument("--row", choices=NAMES, help=argparse.SUPPRESS)
    arguments.add_argument("--profile", action="store_true", help="show where the storing thread's time goes")
    given = arguments.parse_args()
    logging.disable()
    if given.row:
        store = Profiled() if given.profile else _store(given.row, given.folder)
        json.dump(asdict(measure(store, given.texts, given.folder)), sys.stdout)
        return 0
    missed = False
    with tempfile.TemporaryDirectory(dir=given.folder, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        for row, name in NAMES.items():
            texts = max(given.texts // 5, 1) if row == "smpplib" else given.texts
            result = run_alone(row, texts, Path(folder) / row)
            print(f"{name:<32} {result}", flush=True)
            missed = missed or (row in ENGINES and result.per_second < BAR_TEXTS_PER_SECOND)
    verdict = "MISSED" if missed else "met"
    print(f"bar: {BAR_TEXTS_PER_SECOND:,} texts/s, each durable before its acknowledgement, on both: {verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
