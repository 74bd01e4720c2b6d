"""Many threads write to one SQLite file: each waits for the others, and nobody for what garbage it finds."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError

from minhu.environment import database
from minhu.environment.sqlite.base import DatabaseWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with contextlib.closing(opened(tmp_path / "one.sqlite3")) as made, made.cursor() as cursor:
        cursor.execute("CREATE TABLE words (word TEXT)")
    return tmp_path / "one.sqlite3"


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who holds the lock for writing."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def opened(file: Path, patience_seconds: float | None = None) -> DatabaseWrapper:
    given: dict[str, Any] = database("DATABASE_URL", f"sqlite:///{file}", pool_size=0)
    usual = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None}
    one = DatabaseWrapper({**usual, **given})
    one.inc_thread_sharing()
    one.patience_seconds = patience_seconds
    return one


def written(one: DatabaseWrapper) -> list[str]:
    with one.cursor() as cursor:
        cursor.execute("INSERT INTO words VALUES ('late')")
        cursor.execute("SELECT word FROM words")
        return [word for (word,) in cursor.fetchall()]


def test_the_writer_who_frees_a_statement_of_one_who_waits_for_him_does_not_wait_himself(
    file: Path, writer: sqlite3.Connection
) -> None:
    waiting, asked, came = opened(file), threading.Event(), list[object]()
    waiting.ensure_connection()
    statement = waiting.connection.execute("SELECT 1 UNION SELECT 2")  # not read to its end

    def wait() -> None:
        asked.set()
        try:
            came.extend(written(waiting))
        except OperationalError as fault:
            came.append(fault)

    thread = threading.Thread(target=wait)
    thread.start()
    asked.wait()
    thread.join(0.3)  # now it waits for the lock
    del statement
    writer.execute("COMMIT")
    thread.join()
    waiting.close()

    assert came == ["late"]


def test_who_has_waited_long_enough_is_told_and_may_try_again(file: Path, writer: sqlite3.Connection) -> None:
    with contextlib.closing(opened(file, patience_seconds=0.05)) as one:
        with pytest.raises(OperationalError, match="locked"):
            written(one)
        writer.execute("COMMIT")

        assert written(one) == ["late"]
