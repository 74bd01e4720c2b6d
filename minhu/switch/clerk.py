"""The thread that owns the database connection of the journal. It takes batches, one transaction each.

Everything that waits when a transaction is about to begin goes into it (group commit), so that a hundred calls a second
cost a hundred commits and not a thousand.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from minhu.environment.sqlite.base import DatabaseWrapper as Sqlite
from minhu.intake.entries import Context, Entry, Opened, Receipt, Stand, Step
from minhu.intake.journal import Journal
from minhu.switch.context import look_up

log = structlog.get_logger(__name__)

PACE_SECONDS = 0.01
"""Between the beginnings of two transactions. A call that comes alone waits for nothing; in a busy second several calls
share one wait for the disk, one turn of this thread and one word back to the loop."""
LOCK_PATIENCE_SECONDS = 0.6
"""How long a batch waits for other writers of an SQLite file."""
LOCK_POLL_SECONDS = 0.001
_HOT = frozenset({Opened, Stand, Step, Receipt})
"""What is written without models."""
AWAY = (OperationalError, InterfaceError)
"""The database is away, locked or full: the entries are sound and can be written later."""


@dataclass(slots=True, eq=False)
class Batch:
    """Entries that are written together. fault: why not, when they were not."""

    entries: list[Entry] = field(default_factory=list)
    contexts: dict[UUID, Context] = field(default_factory=dict)
    fault: Exception | None = None
    kept: bool = False


Job = Callable[[], None]
Result = TypeVar("Result")


class Clerk:
    """Runs jobs and writes batches on one thread. tell: called there with every batch that is through, in order."""

    def __init__(self, home_city: int, tell: Callable[[Sequence[Batch]], None]) -> None:
        self._journal = Journal(home_city)
        self._tell = tell
        self._work: queue.SimpleQueue[Batch | Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._paced_until = 0.0
        self.away = threading.Event()
        """Set when a batch could not be written: those behind it are handed back too, so that order is kept."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what was handed in, then end."""
        self._work.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def put(self, work: Batch | Job) -> None:
        self._work.put(work)

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                if isinstance(work, Batch):
                    if self._write_group(work):
                        return
                else:
                    work()
        finally:
            connection.close()

    def _write_group(self, first: Batch) -> bool:
        """Write a batch and all that wait behind it. Whether the end was asked for meanwhile."""
        time.sleep(max(0.0, self._paced_until - time.monotonic()))
        self._paced_until = time.monotonic() + PACE_SECONDS
        group, job, over = [first], None, False
        while job is None and not over:
            try:
                work = self._work.get_nowait()
            except queue.Empty:
                break
            if isinstance(work, Batch):
                group.append(work)
            elif work is None:
                over = True
            else:
                job = work
        self._write(group)
        self._tell(group)
        if job is not None:
            job()
        return over

    def _write(self, group: Sequence[Batch]) -> None:
        if self.away.is_set():
            for batch in group:
                batch.fault = OperationalError("the database is away")
            return
        try:
            contexts = self.write([entry for batch in group for entry in batch.entries])
        except AWAY as fault:
            self.away.set()
            log.warning("database_away", fault=_first_line(fault))
            for batch in group:
                batch.fault = fault
        except DatabaseError:
            self._write_apart(group)
        else:
            for batch in group:
                batch.contexts, batch.kept = contexts, True

    def _write_apart(self, group: Sequence[Batch]) -> None:
        """One entry is refused by the database: the others must not suffer."""
        for batch in group:
            for entry in batch.entries:
                try:
                    batch.contexts.update(self.write([entry]))
                except AWAY as fault:
                    self.away.set()
                    batch.fault = fault
                    break
                except DatabaseError as fault:
                    log.exception("entry_refused", kind=type(entry).__name__)
                    batch.fault = fault
            batch.kept = batch.fault is None

    def write(self, entries: Sequence[Entry]) -> dict[UUID, Context]:
        """One transaction, on the clerk's thread only. Raises: DatabaseError."""

        def once() -> dict[UUID, Context]:
            with _transaction(entries):
                return self._journal.apply(entries, look_up)

        contexts = patiently(once)
        self._journal.committed()
        return contexts


def patiently(once: Callable[[], Result]) -> Result:
    """Do it, and again while other writers hold an SQLite file; it must be all or nothing. Raises: DatabaseError."""
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            if connection.connection is None:
                _connect()
            return once()
        except OperationalError as fault:
            if "locked" not in str(fault) or time.monotonic() > deadline:
                _drop_connection()
                raise
            time.sleep(LOCK_POLL_SECONDS)
        except InterfaceError:
            _drop_connection()
            raise


@contextmanager
def _plain_transaction() -> Iterator[None]:
    """One of SQLite, without what ``atomic`` does besides; nothing inside may ask Django for another."""
    given = connections[DEFAULT_DB_ALIAS]
    with given.wrap_database_errors:
        given.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            given.connection.commit()
        except BaseException:
            given.connection.rollback()
            raise


def _transaction(entries: Sequence[Entry]) -> AbstractContextManager[None]:
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite" and all(_is_hot(entry) for entry in entries):
        return _plain_transaction()
    return transaction.atomic()


def _is_hot(entry: Entry) -> bool:
    return type(entry) in _HOT and not (isinstance(entry, Opened) and entry.order)


def _connect() -> None:
    """Open the connection. For the lock of an SQLite file ``patiently`` waits, less long than other parts do."""
    given = connections[DEFAULT_DB_ALIAS]
    given.ensure_connection()
    with given.cursor() as cursor:
        if isinstance(given, Sqlite):
            given.patience_seconds = 0.0
            cursor.execute("PRAGMA wal_autocheckpoint=4000")  # a page that changes often is copied once
        else:
            cursor.execute("SET lock_timeout = '2s'; SET statement_timeout = '5s'")


def _drop_connection() -> None:
    if connection.vendor != "sqlite":
        connection.close()


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
