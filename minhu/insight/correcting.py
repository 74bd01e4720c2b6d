"""What people say of a matter instead of what was read, kept and learnt from.

Kinds, urgencies and owners are said by actions of casework; a job takes them out of the trail. A subject is said here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.audit.models import TrailEntry
from minhu.cases.authority import locked
from minhu.cases.models import Case
from minhu.insight.models import Correction, Heard, Reading
from minhu.insight.reading import CLAIM_LASTS
from minhu.insight.subjects import NoSuchSubject, subjects
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.words import AssignmentKind, Question

AT_ONCE = 500
_HEARD_OF = frozenset({Act.SORT.value, "clarify", Act.ASSIGN.value, Act.TRANSFER.value})


@transaction.atomic
def say_subject(case_id: int, subject: str, *, by: Viewer, at: datetime | None = None) -> None:
    """Somebody says what a matter is about; no reader changes it any more.

    Raises: NotYours, NotAllowed, NoSuchSubject.
    """
    at = at or timezone.now()
    if subject not in subjects():
        raise NoSuchSubject
    case = locked(case_id, by, Act.SORT)
    reading, _new = Reading.objects.get_or_create(
        case=case, defaults={"city_id": case.city_id, "claimed_at": at - CLAIM_LASTS}
    )
    if (reading.subject, reading.subject_confidence) == (subject, None):
        return
    Correction.objects.create(
        city_id=case.city_id, case=case, question=Question.SUBJECT.value, was=reading.subject or reading.likely_subject,
        said=subject, by_id=by.account_id, at=at,
    )  # fmt: skip
    reading.subject, reading.subject_confidence, reading.subject_words = subject, None, []
    reading.save(update_fields=["subject", "subject_confidence", "subject_words"])
    trail.record(by, "say_subject", case, about=subject)


@transaction.atomic
def take_in(city_id: int) -> int:
    """Take what people said of matters out of a city's trail; returns how many entries were looked at."""
    Heard.objects.get_or_create(city_id=city_id)
    heard = Heard.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=city_id).first()
    if heard is None:
        return 0
    entries = list(TrailEntry.objects.filter(city_id=city_id, seq__gt=heard.seq).order_by("seq")[:AT_ONCE])
    if not entries:
        return 0
    said = [one for one in entries if one.act in _HEARD_OF and one.subject == "case" and one.actor_id is not None]
    cases = Case.objects.select_related("reading").in_bulk([int(one.subject_id) for one in said])
    Correction.objects.bulk_create(
        correction for one in said if (case := cases.get(int(one.subject_id))) for correction in _corrections(one, case)
    )
    heard.seq = entries[-1].seq
    heard.save(update_fields=["seq"])
    return len(entries)


def _corrections(entry: TrailEntry, case: Case) -> Iterator[Correction]:
    reading: Reading | None = getattr(case, "reading", None)
    for question, said in _said(entry):
        was = _read(reading, question)
        changed = entry.detail.get(f"was_{question}", said) != said
        if was != said or changed or question is Question.OWNER:
            yield Correction(
                city_id=entry.city_id, case=case, question=question.value, was=was, said=said, by_id=entry.actor_id,
                at=entry.at, entry=entry.seq,
            )  # fmt: skip


def _said(entry: TrailEntry) -> Iterator[tuple[Question, str]]:
    detail = entry.detail
    for question in (Question.KIND, Question.URGENCY):
        if detail.get(question.value):
            yield question, str(detail[question.value])
    if detail.get("official"):
        yield Question.OWNER, str(detail["official"])
    elif entry.act == Act.TRANSFER.value and detail.get("to") == AssignmentKind.COUNTY.value:
        yield Question.OWNER, f"office:{detail['office']}"


def _read(reading: Reading | None, question: Question) -> str:
    """What was read, "" where nothing was."""
    if reading is None or reading.read_at is None:
        return ""
    match question:
        case Question.KIND:
            return reading.kind
        case Question.URGENCY:
            return reading.urgency
        case Question.SUBJECT:
            return reading.subject
        case Question.OWNER:
            first = reading.proposals.order_by("rank").first()
            return str(first.official_id) if first else ""
