"""A process that stores inbound texts in SQLite through the SMPP adapter, until somebody kills it.

python -m minhu.carriers.tests.storing_esme PORT DATABASE
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Sequence

from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.text import Inbound, Receipt


class Table:
    """One row a text, committed with synchronous=FULL."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=20)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS texts (key, body)")

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO texts VALUES (?, ?)", [(one.key, one.body) for one in batch])
        self._database.execute("COMMIT")

    def receipt(self, batch: Sequence[Receipt]) -> None:
        raise AssertionError("nobody sent a text")


if __name__ == "__main__":
    gateway = SmppGateway("smpp", SmppSettings("127.0.0.1", int(sys.argv[1]), "minhu", "secret"))
    gateway.start(Table(sys.argv[2]))
    threading.Event().wait()
