"""Many rows in one statement, on SQLite and PostgreSQL: the shapes that the journal writes.

PostgreSQL takes the rows as one JSON value, which costs one round trip and one plan however many there are; SQLite is
in the process and takes them one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

Value = str | int | float | None
Row = tuple[Value, ...]
Columns = tuple[tuple[str, str], ...]
"""Name and PostgreSQL type, in the order of a row's values."""


as_json = json.JSONEncoder(ensure_ascii=False).encode
"""One encoder for all: ``json.dumps`` with an option makes a new one each time."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statement for many rows, in both dialects."""

    for_postgresql: str
    for_sqlite: str

    def write(self, connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> int:
        """How many rows were written."""
        if not rows:
            return 0
        if connection.vendor == "sqlite":  # past Django's cursor, which rewrites the statement each time
            with connection.wrap_database_errors:
                return int(connection.connection.executemany(self.for_sqlite, rows).rowcount)
        with connection.cursor() as cursor:
            cursor.execute(self.for_postgresql, [as_json(rows)])
            return int(cursor.rowcount)


def added(table: str, columns: Columns, conflict: str) -> Sheet:
    """Rows that are added unless they are there. conflict: the unique columns, in brackets."""
    names = ", ".join(name for name, _ in columns)
    picked = ", ".join(f"(r->>{place})::{kind}" for place, (_, kind) in enumerate(columns))
    marks = ", ".join("?" for _ in columns)
    into, unless = f"INSERT INTO {table} ({names})", f"ON CONFLICT {conflict} DO NOTHING"
    return Sheet(
        f"{into} SELECT {picked} FROM json_array_elements(%s::json) AS r {unless}",  # noqa: S608 - our own names
        f"{into} VALUES ({marks}) {unless}",
    )


def changed(table: str, columns: Columns, condition: str) -> Sheet:
    """Rows that are changed where ``condition`` holds. The last column is the key, the others are set."""
    (key, key_kind), last = columns[-1], len(columns) - 1
    picked = ", ".join(f"{name} = (r->>{place})::{kind}" for place, (name, kind) in enumerate(columns[:-1]))
    marks = ", ".join(f"{name} = ?" for name, _ in columns[:-1])
    return Sheet(
        f"UPDATE {table} SET {picked} FROM json_array_elements(%s::json) AS r "  # noqa: S608 - our own names
        f"WHERE {table}.{key} = (r->>{last})::{key_kind} AND {condition}",
        f"UPDATE {table} SET {marks} WHERE {key} = ? AND {condition}",  # noqa: S608 - our own names
    )


_PROMISE: Columns = (
    ("promise_kind", "text"),
    ("promise_due_at", "timestamptz"),
    ("promise_owner_kind", "text"),
    ("promise_owner_id", "bigint"),
)
CODES = added("intake_trackingcode", (("code", "text"),), "(code)")
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
