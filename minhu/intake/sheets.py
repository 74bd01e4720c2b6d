"""Many rows in one statement, on SQLite and PostgreSQL: the shapes that the journal writes.

PostgreSQL takes the rows as one JSON value, which costs one round trip and one plan however many there are. SQLite
takes them as one list of values: its driver lets go of the interpreter at every step of a statement and has to get it
back, so fewer and longer steps serve the threads beside it too. A list has a power of two of rows, so that few
statements are prepared.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Value = str | int | float | bytes | None
Row = tuple[Value, ...]
Columns = tuple[tuple[str, str], ...]
"""Name and PostgreSQL type, in the order of a row's values."""

_MOST_ROWS = 64

as_json = json.JSONEncoder(ensure_ascii=False, default=bytes.hex).encode
"""One encoder for all: ``json.dumps`` with an option makes a new one each time."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statement for many rows, in both dialects."""

    for_postgresql: str
    for_sqlite: Callable[[int], str]
    """The statement for so many rows."""

    def write(self, connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> int:
        """How many rows were written."""
        if not rows:
            return 0
        if connection.vendor == "sqlite":  # past Django's cursor, which rewrites the statement each time
            with connection.wrap_database_errors:
                return sum(self._ask_sqlite(connection.connection, some).rowcount for some in _powers_of_two(rows))
        with connection.cursor() as cursor:
            cursor.execute(self.for_postgresql, [as_json(rows)])
            return int(cursor.rowcount)

    def write_and_tell(self, connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """What the statement returns of each row, in any order."""
        if not rows:
            return []
        if connection.vendor == "sqlite":
            with connection.wrap_database_errors:
                parts = [self._ask_sqlite(connection.connection, some).fetchall() for some in _powers_of_two(rows)]
            return list(chain.from_iterable(parts))
        with connection.cursor() as cursor:
            cursor.execute(self.for_postgresql, [as_json(rows)])
            return list(cursor.fetchall())

    def _ask_sqlite(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> sqlite3.Cursor:
        return connection.execute(self.for_sqlite(len(rows)), tuple(chain.from_iterable(rows)))


def _powers_of_two(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    begin = 0
    while left := len(rows) - begin:
        count = min(_MOST_ROWS, 1 << left.bit_length() - 1)
        yield rows[begin : begin + count]
        begin += count


def added(table: str, columns: Columns, conflict: str, otherwise: str = "DO NOTHING") -> Sheet:
    """Rows that are added unless they are there. conflict: the unique columns, in brackets."""
    names = ", ".join(name for name, _ in columns)
    picked = ", ".join(_picked(place, kind) for place, (_, kind) in enumerate(columns))
    into, unless = f"INSERT INTO {table} ({names})", f"ON CONFLICT {conflict} {otherwise}"
    return Sheet(
        f"{into} SELECT {picked} FROM json_array_elements(%s::json) AS r {unless}",  # noqa: S608 - our own names
        cache(lambda count: f"{into} VALUES {_marks(count, columns)} {unless}"),
    )


def _picked(place: int, kind: str) -> str:
    """One value of a JSON row; bytes stand there as hexadecimal figures."""
    return f"decode(r->>{place}, 'hex')" if kind == "bytea" else f"(r->>{place})::{kind}"


def changed(table: str, columns: Columns, condition: str) -> Sheet:
    """Rows that are changed where ``condition`` holds. The last column is the key, the others are set."""
    (key, key_kind), last = columns[-1], len(columns) - 1
    picked = ", ".join(f"{name} = (r->>{place})::{kind}" for place, (name, kind) in enumerate(columns[:-1]))
    listed = ", ".join(f"{name} = r.column{place}" for place, (name, _) in enumerate(columns[:-1], 1))
    return Sheet(
        f"UPDATE {table} SET {picked} FROM json_array_elements(%s::json) AS r "  # noqa: S608 - our own names
        f"WHERE {table}.{key} = (r->>{last})::{key_kind} AND {condition}",
        cache(
            lambda count: (
                f"UPDATE {table} SET {listed} FROM (VALUES {_marks(count, columns)}) AS r "  # noqa: S608
                f"WHERE {table}.{key} = r.column{last + 1} AND {condition}"
            )
        ),
    )


def _marks(count: int, columns: Columns) -> str:
    return ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * count)


_PROMISE: Columns = (
    ("promise_kind", "text"),
    ("promise_due_at", "timestamptz"),
    ("promise_owner_kind", "text"),
    ("promise_owner_id", "bigint"),
)
CODES = added("intake_trackingcode", (("code", "text"),), "(code)")
CITIZENS = added(
    "intake_citizen",
    (
        ("city_id", "bigint"),
        ("number_sealed", "bytea"),
        ("number_key", "bytea"),
        ("masked", "text"),
        ("name", "text"),
        ("kind", "text"),
        ("language", "text"),
        ("elderly", "boolean"),
        ("mute_reason", "text"),
        ("first_seen_at", "timestamptz"),
    ),
    "(city_id, number_key)",
    "DO UPDATE SET masked = excluded.masked RETURNING id, city_id, number_key, first_seen_at",
)
"""Tells of every row, also of those that were there."""
CALLS = added(
    "intake_call",
    (
        ("id", "uuid"),
        ("city_id", "bigint"),
        ("line_id", "bigint"),
        ("citizen_id", "bigint"),
        ("direction", "text"),
        ("state", "text"),
        ("node", "text"),
        ("dialled", "text"),
        ("diversion", "text"),
        ("reason", "text"),
        ("received_at", "timestamptz"),
        ("answered_by_kind", "text"),
        ("answered_by_name", "text"),
        ("code", "text"),
        *_PROMISE,
    ),
    "(id)",
)
STANDS = changed(
    "intake_call",
    (
        ("state", "text"),
        ("code", "text"),
        ("ringing_at", "timestamptz"),
        ("answered_at", "timestamptz"),
        ("ended_at", "timestamptz"),
        ("ring_seconds", "double precision"),
        ("talk_seconds", "double precision"),
        ("answered_by_kind", "text"),
        ("answered_by_id", "bigint"),
        ("answered_by_name", "text"),
        ("sip_code", "smallint"),
        *_PROMISE,
        ("id", "uuid"),
    ),
    "ended_at IS NULL",
)
STEPS = added(
    "intake_callstep",
    (
        ("call_id", "uuid"),
        ("seq", "smallint"),
        ("at", "timestamptz"),
        ("kind", "text"),
        ("party_kind", "text"),
        ("party_id", "bigint"),
        ("detail", "jsonb"),
    ),
    "(call_id, seq)",
)
THREADS = added(
    "intake_thread",
    (("city_id", "bigint"), ("line_id", "bigint"), ("citizen_id", "bigint"), ("last_at", "timestamptz")),
    "(line_id, citizen_id)",
    "DO UPDATE SET last_at = excluded.last_at RETURNING id, line_id, citizen_id",
)
TEXTS = added(
    "intake_text",
    (
        ("city_id", "bigint"),
        ("thread_id", "bigint"),
        ("direction", "text"),
        ("state", "text"),
        ("body", "text"),
        ("code", "text"),
        ("template", "text"),
        ("variables", "jsonb"),
        ("at", "timestamptz"),
        ("key", "text"),
        ("urgency", "smallint"),
        ("send_after", "timestamptz"),
        ("claimed_by", "text"),
        ("attempts", "smallint"),
        ("gateway", "text"),
        ("fault", "text"),
        ("gap", "boolean"),
        ("call_id", "uuid"),
    ),
    "(key)",
)
