"""SQLite for many threads: whoever waits for another writer holds nothing meanwhile.

SQLite's own waiting (busy_timeout) sleeps within a call, and so holds the mutex of the connection for as long. Python
frees a statement on whatever thread its garbage is found, and needs that mutex for it. If that thread is the writer who
is waited for, both wait, for statement after statement, and nobody writes for minutes. Hence docs/adr/0017.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from sqlite3 import SQLITE_BUSY, Connection, OperationalError
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

Result = TypeVar("Result")

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.001, 0.05


class DatabaseWrapper(base.DatabaseWrapper):
    """patience_seconds: how long a statement waits for another writer; ``timeout`` of the options unless set."""

    patience_seconds: float | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        made: Connection = super().get_new_connection(conn_params)
        made.execute("PRAGMA busy_timeout=0")
        if self.patience_seconds is None:
            self.patience_seconds = float(conn_params.get("timeout", 5.0))
        return made

    def create_cursor(self, name: str | None = None) -> PatientCursor:
        cursor: PatientCursor = self.connection.cursor(factory=PatientCursor)
        cursor.patience_seconds = self.patience_seconds or 0.0
        return cursor


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries again while another writer is at it, unless a transaction is open: then waiting would not help."""

    patience_seconds: float

    def execute(self, query: str, params: Any = None) -> Any:
        return self._patiently(lambda: super(PatientCursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        rows: list[Any | Mapping[str, Any]] = list(param_list)
        return self._patiently(lambda: super(PatientCursor, self).executemany(query, rows))

    def _patiently(self, once: Callable[[], Result]) -> Result:
        deadline, pause = 0.0, FIRST_PAUSE_SECONDS
        while True:
            try:
                return once()
            except OperationalError as fault:
                if fault.sqlite_errorcode != SQLITE_BUSY or self.connection.in_transaction:
                    raise
                now = time.monotonic()
                deadline = deadline or now + self.patience_seconds
                if now >= deadline:
                    raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that all get their turn
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
