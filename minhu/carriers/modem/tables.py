"""The tables of gammu-smsd: version 17, as Gammu 1.42 makes them on SQLite and PostgreSQL.

Each call is a connection and a transaction of its own, so the daemon is never kept waiting and a database that went
away is back with the next call. Errors are those of the driver.

Source: gammu-smsd-tables(7).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from minhu.carriers.alphabet import GSM, Segment, cut_header, decode

BUSY_SECONDS = 10
OURS = "minhu:"
"""What our texts' CreatorID begins with; other programs may share the daemon."""

_LONG_AGO = "2000-01-01 00:00:00"
"""Due at once, whatever zone the daemon's clock is in."""


def database_faults() -> tuple[type[Exception], ...]:
    """What a call may raise, for an ``except``, which asks only once something was raised."""
    return sqlite3.Error, _psycopg().Error, OSError


def _psycopg() -> ModuleType:
    """The driver, which takes a tenth of a start, and which few need who have SQLite."""
    import psycopg

    return psycopg


@dataclass(frozen=True, slots=True)
class Received:
    """A row of inbox: a text, or a segment with its header. received: by the network. octets: without the header."""

    id: int
    received: str
    sender: str
    header: bytes
    coding: str
    octets: bytes
    words: str
    is_ussd: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of sentitems: one segment. outbox_id: of the row it was. status: see gammu-smsd-tables(7)."""

    outbox_id: int
    number: int
    creator: str
    status: str
    code: str


class Tables:
    """One daemon's tables. phone_id: "" for all phones of the database."""

    def __init__(self, database: str, phone_id: str) -> None:
        self._database = database
        self._phone_id = phone_id
        self._postgresql = database.startswith(("postgresql://", "postgres://"))

    def silence_seconds(self) -> float | None:
        """How long ago the daemon last wrote down the state of its phone; None when it never has."""
        age = (
            'EXTRACT(EPOCH FROM LOCALTIMESTAMP - max("UpdatedInDB"))'
            if self._postgresql
            else """strftime('%s', 'now') - strftime('%s', max("UpdatedInDB"))"""
        )
        with self._cursor() as cursor:
            (found,) = self._all(cursor, f"SELECT {age} FROM phones WHERE ? IN ('', \"ID\")", self._phone_id)  # noqa: S608
        return None if found[0] is None else float(found[0])

    # ---- what came in

    def unprocessed(self, limit: int) -> list[Received]:
        """The oldest rows that nobody has marked as processed."""
        with self._cursor() as cursor:
            rows = self._all(
                cursor,
                'SELECT "ID", "ReceivingDateTime", "SenderNumber", "UDH", "Coding", "Text", "TextDecoded", "Class"'
                ' FROM inbox WHERE "Processed" = \'false\' AND ? IN (\'\', "RecipientID") ORDER BY "ID" LIMIT ?',
                self._phone_id,
                limit,
            )
        return [
            Received(row, str(at), sender, _octets(header), coding, _octets(text), words, is_ussd=of_class == 127)
            for row, at, sender, header, coding, text, words, of_class in rows
        ]

    def mark_processed(self, ids: Sequence[int]) -> None:
        with self._cursor() as cursor:
            for row in ids:
                self._run(cursor, 'UPDATE inbox SET "Processed" = \'true\' WHERE "ID" = ?', row)

    # ---- what goes out

    def put(self, text_id: str, recipient: str, segments: Sequence[Segment]) -> int:
        """Queue a text once; the row it has. A text that is queued or sent already keeps the row it has."""
        with self._cursor(writes=True) as cursor:
            known = self._row_of(cursor, text_id)
            return known if known is not None else self._insert(cursor, text_id, recipient, segments)

    def row_of(self, text_id: str) -> int | None:
        """The row a text has in outbox or sentitems, unless it could not be sent."""
        with self._cursor() as cursor:
            return self._row_of(cursor, text_id)

    def sent(self, outbox_id: int) -> list[Sent]:
        """What the daemon has written of a row of outbox, segment by segment."""
        return self._sent('"ID" = ?', outbox_id)

    def sent_of(self, text_id: str) -> list[Sent]:
        """The same by our id, of all its attempts."""
        return self._sent('"CreatorID" = ?', OURS + text_id)

    def reported_since(self, when: str) -> list[Sent]:
        """Our segments that a delivery report came for since then, YYYY-MM-DD hh:mm:ss."""
        return self._sent('"DeliveryDateTime" >= ? AND "CreatorID" LIKE ?', when, OURS + "%")

    def take_back(self, outbox_id: int, *, begun: bool) -> bool:
        """Delete a text from the queue; whether it was there. begun: also when the daemon has begun to send it."""
        touched_until = "9999-12-31 00:00:00" if begun else _LONG_AGO
        with self._cursor(writes=True) as cursor:
            taken = 'DELETE FROM outbox WHERE "ID" = ? AND "SendingTimeOut" <= ?'
            self._run(cursor, taken, outbox_id, touched_until)
            found = cursor.rowcount > 0
            if found:
                self._run(cursor, 'DELETE FROM outbox_multipart WHERE "ID" = ?', outbox_id)
        return bool(found)

    # ---- SQL

    def _row_of(self, cursor: Any, text_id: str) -> int | None:
        rows = self._all(
            cursor,
            'SELECT "ID" FROM outbox WHERE "CreatorID" = ? UNION ALL SELECT "ID" FROM sentitems'
            " WHERE \"CreatorID\" = ? AND \"Status\" NOT IN ('SendingError', 'Error') LIMIT 1",
            *[OURS + text_id] * 2,
        )
        return int(rows[0][0]) if rows else None

    def _insert(self, cursor: Any, text_id: str, recipient: str, segments: Sequence[Segment]) -> int:
        first, *others = segments
        found = self._all(
            cursor,
            'INSERT INTO outbox ("DestinationNumber", "Text", "Coding", "UDH", "MultiPart", "SenderID", "CreatorID",'
            ' "DeliveryReport", "SendingDateTime", "SendingTimeOut", "TextDecoded")'
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'yes', ?, ?, '') RETURNING \"ID\"",
            *(recipient, *_columns(first), "true" if others else "false", self._phone_id, OURS + text_id),
            *(_LONG_AGO, _LONG_AGO),
        )
        row = int(found[0][0])
        for number, segment in enumerate(others, start=2):
            self._run(
                cursor,
                'INSERT INTO outbox_multipart ("ID", "SequencePosition", "Text", "Coding", "UDH")'
                " VALUES (?, ?, ?, ?, ?)",
                *(row, number, *_columns(segment)),
            )
        return row

    def _sent(self, condition: str, *values: object) -> list[Sent]:
        with self._cursor() as cursor:
            rows = self._all(
                cursor,
                'SELECT "ID", "SequencePosition", "CreatorID", "Status", "StatusError", "StatusCode"'  # noqa: S608 - ours
                f' FROM sentitems WHERE {condition} ORDER BY "ID", "SequencePosition"',
                *values,
            )
        return [
            Sent(row, number, creator.removeprefix(OURS), status, _code(status, error, code))
            for row, number, creator, status, error, code in rows
        ]

    def _run(self, cursor: Any, statement: str, *values: object) -> None:
        cursor.execute(statement.replace("?", "%s") if self._postgresql else statement, values)

    def _all(self, cursor: Any, statement: str, *values: object) -> list[Any]:
        self._run(cursor, statement, *values)
        return list(cursor.fetchall())

    @contextmanager
    def _cursor(self, *, writes: bool = False) -> Iterator[Any]:
        """A transaction. writes: nobody else may write to outbox meanwhile."""
        with closing(self._connection()) as connection:
            cursor = connection.cursor()
            if self._postgresql and writes:
                cursor.execute("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")
            elif not self._postgresql:
                cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield cursor
            connection.commit()

    def _connection(self) -> Any:
        if self._postgresql:
            return _psycopg().connect(self._database, connect_timeout=BUSY_SECONDS)
        where = Path(self._database).absolute().as_uri() + "?mode=rw"  # never make an empty one
        return sqlite3.connect(where, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _columns(segment: Segment) -> tuple[str, str, str | None]:
    """Text, Coding and UDH. The daemon takes the letters as UCS-2 in hexadecimal for either coding."""
    header, octets = cut_header(segment.octets) if segment.udhi else (b"", segment.octets)
    if segment.data_coding == GSM:
        letters = decode(octets, GSM).encode("utf-16-be")
        return letters.hex().upper(), "Default_No_Compression", header.hex().upper() or None
    return octets.hex().upper(), "Unicode_No_Compression", header.hex().upper() or None


def _octets(hexadecimal: str | None) -> bytes:
    try:
        return bytes.fromhex(hexadecimal or "")
    except ValueError:
        return b""


def _code(status: str, error: int, code: int) -> str:
    """Why it did not go, or did not arrive, in the network's number where it gave one."""
    if status in {"SendingOK", "SendingOKNoReport", "DeliveryOK"}:
        return ""
    number = next((one for one in (error, code) if one not in {-1, None}), None)
    return status if number is None else f"{status} {number}"
