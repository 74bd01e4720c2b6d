"""Texts that come in: stored as they came before the gateway is told so, then joined and put into threads.

store(batch)        one transaction; returns only once all of it is on disk
take_in(limit)      what was stored becomes texts of threads; any number of workers may do it at once
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.utils import timezone

from minhu.audit import privacy
from minhu.directory.models import Line, Office
from minhu.intake.citizens import citizens_of, threads_of
from minhu.intake.models import RawText, Text, Thread
from minhu.rules import numbers
from minhu.rules.plain import storable
from minhu.rules.reassembly import Held, Piece, Whole, reassemble
from minhu.rules.words import Direction, TextState

REPEATS_WITHIN = timedelta(minutes=10)
"""The same words from the same sender again within this time are the same delivery, where the gateway gives no id."""

REPLIES_WITHIN = timedelta(days=30)
"""A text to the gateway's short code is taken for a reply to what we wrote within this time."""

_MOST_SEGMENTS = 5000
_LONGEST_SENDER, _LONGEST_RECIPIENT = 40, 24
_INSERT = (
    "INSERT INTO intake_rawtext (dedupe, gateway, sender_sealed, sender_key, recipient, body, part_reference,"
    " part_number, part_total, received_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (dedupe) DO NOTHING"
)

_Row = tuple[Any, ...]


class Arrival(Piece, Protocol):
    """As ``carriers.text.Inbound``. key: repeats of the same delivery carry the same."""

    @property
    def key(self) -> str: ...


def store(batch: Sequence[Arrival], *, keys_are_ids: bool = False) -> None:
    """Store texts and segments, durably; what was stored before is left as it is.

    keys_are_ids: the keys are the gateway's own ids, which never come again for another text; otherwise they are hashes
    of the words, and the same after REPEATS_WITHIN is a new text, since people repeat themselves.
    """
    stamps = {at: connection.ops.adapt_datetimefield_value(at) for at in {one.received_at for one in batch}}
    rows = [_row(one, stamps[one.received_at]) for one in batch]  # sealed before the transaction, which others wait for
    with transaction.atomic():
        if keys_are_ids:
            fresh = [(_hash(one, "id"), *row) for one, row in zip(batch, rows, strict=True)]
        else:
            fresh = _not_stored_lately(batch, rows)
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, fresh)


def take_in(limit: int = 500, *, at: datetime | None = None) -> int:
    """Turn stored texts, at most ``limit`` whole ones, into texts of threads; returns how many.

    Segments wait for their rest for a while; then the text is kept with a mark where one is missing.
    """
    at = at or timezone.now()
    with transaction.atomic():
        waiting = RawText.objects.filter(taken_in_at=None).order_by("id").select_for_update(skip_locked=True)
        rows = [
            *waiting.filter(part_total=None)[:limit],
            *waiting.filter(part_total__isnull=False)[:_MOST_SEGMENTS],
        ]
        if not rows:
            return 0
        wholes = reassemble([Held(row.pk, _Stored.of(row)) for row in rows], at=at).wholes
        return _put_into_threads(wholes, at)


@dataclass(frozen=True, slots=True)
class _Place:
    reference: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored row as ``reassemble`` takes it."""

    gateway: str
    sender: str
    recipient: str
    body: str
    received_at: datetime
    part: _Place | None

    @classmethod
    def of(cls, row: RawText) -> _Stored:
        part = _Place(row.part_reference or 0, row.part_number or 1, row.part_total) if row.part_total else None
        sender = privacy.unseal(row.sender_sealed)
        return cls(row.gateway, sender, row.recipient, row.body, row.received_at, part)


def _hash(one: Arrival, window: int | str) -> bytes:
    words = "\0".join((one.gateway, one.key, str(window)))
    return hashlib.sha256(words.encode(errors="surrogatepass")).digest()


def _not_stored_lately(batch: Sequence[Arrival], rows: list[_Row]) -> list[_Row]:
    """With their hash in front, those rows that do not repeat one of the window before; the database tells the rest."""
    window_seconds = REPEATS_WITHIN.total_seconds()
    windows = [int(one.received_at.timestamp() // window_seconds) for one in batch]
    earlier = [_hash(one, window - 1) for one, window in zip(batch, windows, strict=True)]
    before = _stored_lately(earlier)
    return [
        (_hash(one, window), *row)
        for one, window, hash_before, row in zip(batch, windows, earlier, rows, strict=True)
        if (at := before.get(hash_before)) is None or one.received_at - at > REPEATS_WITHIN
    ]


def _stored_lately(hashes: list[bytes]) -> dict[bytes, datetime]:
    found = RawText.objects.filter(dedupe__in=hashes).values_list("dedupe", "received_at")
    return {bytes(dedupe): at for dedupe, at in found}


def _row(one: Arrival, stamp: object) -> _Row:
    """The columns of RawText after the hash, without Django's model: a row costs a fifth so."""
    sender = _number(one.sender, _LONGEST_SENDER)
    part = one.part if one.part and 1 <= one.part.number <= one.part.total and one.part.total > 1 else None
    return (
        storable(one.gateway, 40),
        privacy.seal(sender),
        privacy.lookup_key(sender),
        _number(one.recipient, _LONGEST_RECIPIENT),
        storable(one.body),
        part.reference if part else None,
        part.number if part else None,
        part.total if part else None,
        stamp,
    )


def _number(raw: str, longest: int) -> str:
    try:
        return numbers.normalise(raw)
    except numbers.NotANumber:
        return storable(raw, longest)


def _put_into_threads(wholes: Sequence[Whole], at: datetime) -> int:
    lines = {
        line.number: line
        for line in Line.objects.filter(number__in={whole.recipient for whole in wholes}, withdrawn_at=None)
    }
    city = Office.objects.filter(parent=None).order_by("id").first()
    by_city: dict[int, list[Whole]] = {}
    for whole in wholes:
        line = lines.get(whole.recipient)
        if line or city:
            by_city.setdefault(line.city_id if line else city.pk, []).append(whole)  # type: ignore[union-attr]
    for city_id, some in sorted(by_city.items()):
        _store_texts(city_id, some, {number: line.pk for number, line in lines.items()}, at)
    return sum(len(some) for some in by_city.values())


def _store_texts(city_id: int, wholes: list[Whole], lines: dict[str, int], at: datetime) -> None:
    people = citizens_of(city_id, {whole.sender for whole in wholes}, at)
    pairs = [(_line(whole, lines, people[whole.sender].pk), people[whole.sender].pk) for whole in wholes]
    threads = threads_of(city_id, pairs, at)
    texts = [
        Text(
            city_id=city_id,
            thread=threads[pair],
            direction=Direction.INBOUND,
            state=TextState.RECEIVED,
            body=whole.body,
            at=whole.received_at,
            gateway=whole.gateway,
            gap=bool(whole.missing),
        )
        for whole, pair in zip(wholes, pairs, strict=True)
    ]
    Text.objects.bulk_create(texts)
    Thread.objects.filter(pk__in={threads[pair].pk for pair in pairs}).update(last_at=at)
    stamp = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE intake_rawtext SET taken_in_at = %s, text_id = %s WHERE id = %s",
            [(stamp, text.pk, row) for text, whole in zip(texts, wholes, strict=True) for row in whole.rows],
        )


def _line(whole: Whole, lines: dict[str, int], citizen_id: int) -> int | None:
    """The line a text is for. A reply to the gateway's short code belongs to the thread we last wrote in."""
    if whole.recipient in lines or whole.recipient.startswith("+"):
        return lines.get(whole.recipient)
    ours = Text.objects.filter(
        thread__citizen_id=citizen_id,
        direction=Direction.OUTBOUND,
        at__gte=whole.received_at - REPLIES_WITHIN,
    )
    return ours.order_by("-at").values_list("thread__line_id", flat=True).first()
