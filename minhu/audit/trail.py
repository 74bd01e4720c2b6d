"""The trail: who did what to what, when and why. Each entry carries the hash of the one before it.

    record(by, "reply", case, reason)      the one way in, inside the transaction of the act itself
    verify(city_id)                        recomputes the chain, and names the first entry that does not fit

An entry is appended under the lock of the city's head row, so an action records last, after it has locked all else.

TrailError    record() outside a transaction: the act and its entry would not stand or fall together
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from minhu.audit.models import TrailEntry, TrailHead
from minhu.rules.access import Viewer
from minhu.rules.plain import storable

START = b"\0" * 32
_COLUMNS = (  # order of the rows in record_many
    "city_id, seq, at, actor_id, actor, act, subject, subject_id, reason, detail, previous, hash"
)
_ROWS_PER_INSERT = 500

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]


class TrailError(RuntimeError):
    """The trail was used outside a transaction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act to record. subject: name of the model; subject_id: its key."""

    act: str
    subject: str
    subject_id: str
    reason: str = ""
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check. fault: "" when all is well, else what does not fit; seq: where."""

    entries: int
    fault: str = ""
    seq: int = 0

    @property
    def sound(self) -> bool:
        return not self.fault


def record(by: Viewer, act: str, subject: models.Model, reason: str = "", **detail: object) -> None:
    """Write one act into the trail of the viewer's city, in the caller's transaction. Raises: TrailError."""
    record_many(by, [entry(act, subject, reason, **detail)])


def entry(act: str, subject: models.Model, reason: str = "", **detail: object) -> Entry:
    """One act on a row, for record_many."""
    return Entry(act, subject._meta.model_name or "", str(subject.pk), reason, detail)


def record_many(by: Viewer, entries: Sequence[Entry]) -> None:
    """Write several acts of one viewer at the cost of one. Raises: TrailError."""
    if not connection.in_atomic_block:
        raise TrailError("an act is recorded in the transaction that does it")
    if not entries:
        return
    at = timezone.now()
    last, previous = _lock_head(by.city_id, len(entries))
    stamp, spelled, actor = connection.ops.adapt_datetimefield_value(at), _spelled(at), storable(by.name, 80)
    rows: list[tuple[Any, ...]] = []
    for seq, one in enumerate(entries, start=last - len(entries) + 1):
        who = (by.account_id, actor, str(one.act), one.subject, one.subject_id, storable(one.reason, 500))
        detail = {name: _plain(value) for name, value in one.detail.items()}
        digest = _digest(previous, (by.city_id, seq, spelled, *who, detail))
        rows.append((by.city_id, seq, stamp, *who, json.dumps(detail, ensure_ascii=False), previous, digest))
        previous = digest
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS_PER_INSERT):
            some = rows[start : start + _ROWS_PER_INSERT]
            places = ", ".join(["(" + ", ".join(["%s"] * len(some[0])) + ")"] * len(some))
            cursor.execute(
                f"INSERT INTO audit_trailentry ({_COLUMNS}) VALUES {places}",  # noqa: S608 - no value is in the text
                [value for row in some for value in row],
            )
        cursor.execute("UPDATE audit_trailhead SET hash = %s WHERE city_id = %s", [previous, by.city_id])


def verify(city_id: int) -> Verdict:
    """Recompute the whole chain of a city."""
    previous, count = START, 0
    for one in TrailEntry.objects.filter(city_id=city_id).order_by("seq").iterator(chunk_size=2000):
        count += 1
        if one.seq != count:
            return Verdict(count, f"entry {count} is missing", count)
        if bytes(one.previous) != previous:
            return Verdict(count, f"entry {count} does not follow the one before it", count)
        previous = _digest(previous, _fields(one))
        if bytes(one.hash) != previous:
            return Verdict(count, f"entry {count} was changed", count)
    head = TrailHead.objects.filter(pk=city_id).first()
    ends_at = (head.seq, bytes(head.hash)) if head else (0, START)
    if ends_at != (count, previous):
        return Verdict(count, f"the trail ends at {count}, but {ends_at[0]} entries were written", count)
    return Verdict(count)


def cities() -> list[int]:
    """Every city that has a trail."""
    return list(TrailHead.objects.order_by("pk").values_list("pk", flat=True))


def _lock_head(city_id: int, count: int) -> tuple[int, bytes]:
    """Reserve ``count`` numbers; returns the last of them and the hash so far. Holds the city's trail until commit."""
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(
                "UPDATE audit_trailhead SET seq = seq + %s WHERE city_id = %s RETURNING seq, hash", [count, city_id]
            )
            if found := cursor.fetchone():
                return int(found[0]), bytes(found[1])
            cursor.execute(
                "INSERT INTO audit_trailhead (city_id, seq, hash) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING",
                [city_id, START],
            )
    raise TrailError(f"city {city_id} has no trail and none can be begun")


def _fields(one: TrailEntry) -> tuple[object, ...]:
    return (
        one.city_id, one.seq, one.at, one.actor_id, one.actor, one.act, one.subject, one.subject_id, one.reason,
        one.detail,
    )  # fmt: skip


def _digest(previous: bytes, fields: tuple[object, ...]) -> bytes:
    plain = [_plain(value) for value in fields]
    words = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + words.encode()).digest()


def _plain(value: object) -> Plain:
    """The value as both databases give it back unchanged."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return storable(_spelled(value))


def _spelled(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, str | float | date | UUID):
        return str(value)
    raise TypeError(f"the trail does not keep a {type(value).__name__}")
