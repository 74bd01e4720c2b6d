"""Seals over the journal: what was heard, said and sent, hashed into the trail, so that a later change is found out.

    seal_journal(city_id)      a job calls it every few minutes
    verify_journal(city_id)    recomputes every seal; ``minhu audit verify`` calls it

A seal covers the rows that were new when the seal before it was made: by then every transaction that took a number
below has ended, so no row slips in afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, models, transaction
from django.db.models import Max

from minhu.audit import trail
from minhu.audit.models import Erasure, TrailEntry, TrailHead
from minhu.intake.models import Call, CallStep, Text
from minhu.rules import access
from minhu.rules.keeping import ERASED
from minhu.rules.words import StepKind

ACT = "seal_journal"

_STEP = ("id", "call_id", "seq", "at", "kind", "party_kind", "party_id", "detail")
_TEXT = ("id", "thread_id", "direction", "body", "at", "key", "code")
_BODY = _TEXT.index("body")
_CALL = (
    "id", "line_id", "citizen_id", "direction", "dialled", "received_at", "answered_at", "ended_at", "ring_seconds",
    "talk_seconds", "answered_by_kind", "answered_by_id", "code",
)  # fmt: skip
_OVER = (StepKind.ENDED.value, StepKind.INTERRUPTED.value)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Up to which row each kind is sealed, and the last row seen, which the next seal goes up to."""

    steps: int = 0
    texts: int = 0
    steps_seen: int = 0
    texts_seen: int = 0


@transaction.atomic
def seal_journal(city_id: int) -> bool:
    """Seal what was new at the seal before; whether there was anything new."""
    with connection.cursor() as cursor:  # one at a time: the chain's lock, taken early
        cursor.execute("UPDATE audit_trailhead SET seq = seq WHERE city_id = %s", [city_id])
    last = _last(city_id)
    seen_steps = CallStep.objects.aggregate(last=Max("id"))["last"] or 0
    seen_texts = Text.objects.aggregate(last=Max("id"))["last"] or 0
    nothing_to_seal = (last.steps_seen, last.texts_seen) == (last.steps, last.texts)
    if nothing_to_seal and (seen_steps, seen_texts) == (last.steps_seen, last.texts_seen):
        return False
    head = TrailHead(city_id=city_id)
    steps, step_hash = _steps(city_id, last.steps, last.steps_seen)
    texts, text_hash = _texts(city_id, last.texts, last.texts_seen)
    trail.record(
        access.system(city_id), ACT, head,
        steps_from=last.steps, steps_to=last.steps_seen, steps=steps, steps_hash=step_hash,
        texts_from=last.texts, texts_to=last.texts_seen, texts=texts, texts_hash=text_hash,
        steps_seen=seen_steps, texts_seen=seen_texts, by_row=True,
    )  # fmt: skip
    return True


def verify_journal(city_id: int) -> trail.Verdict:
    """Recompute every seal of a city. The chain itself is checked by ``trail.verify``."""
    count = 0
    for seal in TrailEntry.objects.filter(city_id=city_id, act=ACT).order_by("seq").iterator():
        count += 1
        detail = seal.detail
        if _steps(city_id, detail["steps_from"], detail["steps_to"]) != (detail["steps"], detail["steps_hash"]):
            span = f"{detail['steps_from']}-{detail['steps_to']}"
            return trail.Verdict(count, f"the journal of calls was changed (steps {span})", seal.seq)
        by_row = bool(detail.get("by_row"))
        if _texts(city_id, detail["texts_from"], detail["texts_to"], by_row=by_row) != (
            detail["texts"],
            detail["texts_hash"],
        ):
            span = f"{detail['texts_from']}-{detail['texts_to']}"
            return trail.Verdict(count, f"the texts were changed (texts {span})", seal.seq)
    return trail.Verdict(count)


def _last(city_id: int) -> Sealed:
    seal = TrailEntry.objects.filter(city_id=city_id, act=ACT).order_by("-seq").first()
    if seal is None:
        return Sealed()
    detail = seal.detail
    return Sealed(detail["steps_to"], detail["texts_to"], detail["steps_seen"], detail["texts_seen"])


def _steps(city_id: int, after: int, upto: int) -> tuple[int, str]:
    """Number and hash of the steps in the range; with the last step of a call its facts are hashed too."""
    rows = CallStep.objects.filter(call__city_id=city_id, id__gt=after, id__lte=upto).order_by("id")
    over = Call.objects.filter(steps__in=rows.filter(kind__in=_OVER)).order_by("id").distinct()
    count, step_hash = _hash(rows, _STEP)
    _, call_hash = _hash(over, _CALL)
    return count, hashlib.sha256(f"{step_hash}{call_hash}".encode()).hexdigest()


def _texts(city_id: int, after: int, upto: int, *, by_row: bool = True) -> tuple[int, str]:
    """by_row: a digest over digests, so that the tombstone of an erased text stands for it; older seals are not."""
    rows = Text.objects.filter(city_id=city_id, id__gt=after, id__lte=upto).order_by("id")
    if not by_row:
        return _hash(rows, _TEXT)
    gone = dict(
        Erasure.objects.filter(subject="text", subject_id__in=[str(pk) for pk in _erased_ids(rows)]).values_list(
            "subject_id", "digest"
        )
    )
    digest, count = hashlib.sha256(), 0
    for values in rows.values_list(*_TEXT).iterator(chunk_size=2000):
        erased = gone.get(str(values[0])) if values[_BODY] == ERASED else None
        digest.update((erased or _row_digest(values)).encode())
        count += 1
    return count, digest.hexdigest()


def text_digest(text: Text) -> str:
    """What stands for a text in the seal over it, once its words are gone."""
    return _row_digest(tuple(getattr(text, name) for name in _TEXT))


def _erased_ids(rows: models.QuerySet[Text]) -> list[int]:
    return list(rows.filter(body=ERASED).values_list("pk", flat=True))


def _row_digest(values: tuple[object, ...]) -> str:
    return hashlib.sha256(_line(values)).hexdigest()


def _line(values: tuple[object, ...]) -> bytes:
    return json.dumps(list(_spelled(values)), ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _hash(
    rows: models.QuerySet[CallStep] | models.QuerySet[Text] | models.QuerySet[Call], names: tuple[str, ...]
) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for values in rows.values_list(*names).iterator(chunk_size=2000):
        digest.update(_line(values))
        count += 1
    return count, digest.hexdigest()


def _spelled(values: tuple[object, ...]) -> Iterator[object]:
    for value in values:
        if isinstance(value, datetime):
            yield value.astimezone(UTC).isoformat(timespec="microseconds")
        elif isinstance(value, int | float | dict | type(None)):
            yield value
        else:
            yield str(value)
