"""Every case is read within seconds of its intake, and again when its words grow. A job calls ``read_some``.

Claimed in one short transaction, read outside any, kept in another: several workers never read the same case at once,
and what a worker that died had claimed is read by another. What the reader is sure of is applied where nobody has said
otherwise; what says neither where nor what is asked about once; the hotline is offered where it fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from minhu.cases import asking, offering, sorting
from minhu.cases.authority import barred
from minhu.cases.models import Case, Conflict
from minhu.insight.models import Correction, Proposal, Reading
from minhu.rules.words import Question

if TYPE_CHECKING:
    from minhu.insight.duties import Fit
    from minhu.insight.understanding import Found

AT_ONCE = 50
CLAIM_LASTS = timedelta(minutes=5)
MOST_PROPOSALS = 3
FRESH = timedelta(days=1)
"""A case that came longer ago, as before an upgrade, is read and nothing is done about it."""


def read_some(limit: int = AT_ONCE, *, at: datetime) -> int:
    """Read cases that nobody has read, the newest first; returns how many."""
    claimed = _claim(limit, at)
    if not claimed:
        return 0
    from minhu.insight.understanding import understood  # brings the engine, a second at start

    for case, found in zip(claimed, understood(claimed), strict=True):
        _keep(case.pk, found, at)
    return len(claimed)


@transaction.atomic
def _claim(limit: int, at: datetime) -> list[Case]:
    taken = Reading.objects.filter(read_at=None, claimed_at__gt=at - CLAIM_LASTS)
    waiting = Case.objects.filter(read_at=None).exclude(pk__in=taken.values("case")).order_by("-id")
    some = Case.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[:limit]), read_at=None).order_by("pk")
    cases = list(some.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    others = set(taken.filter(case__in=cases).values_list("case_id", flat=True))
    mine = [case for case in cases if case.pk not in others]
    known = set(Reading.objects.filter(case__in=mine).values_list("case_id", flat=True))
    Reading.objects.filter(case__in=known).update(claimed_at=at, read_at=None)
    Reading.objects.bulk_create(
        Reading(city_id=case.city_id, case=case, claimed_at=at) for case in mine if case.pk not in known
    )
    return mine


@transaction.atomic
def _keep(case_id: int, found: Found, at: datetime) -> None:
    case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    reading = Reading.objects.get(case=case)
    if case.body != found.body or case.read_at is not None:
        Reading.objects.filter(pk=reading.pk, read_at=None).update(claimed_at=at - CLAIM_LASTS)  # more was said
        return
    _write(reading, found, at)
    _propose(reading, case, found.fits)
    Case.objects.filter(pk=case.pk).update(read_at=at)
    if at - case.opened_at < FRESH:
        _apply(case, found, at)


def _write(reading: Reading, found: Found, at: datetime) -> None:
    read = found.read
    reading.reader, reading.read_at, reading.unclear = read.reader[:80], at, found.unclear
    reading.kind, reading.kind_confidence = read.kind.value if read.kind else "", read.kind_confidence
    reading.kind_words, reading.urgency_words = list(read.kind_words), list(read.urgency_words)
    reading.urgency = read.urgency.value
    if not Correction.objects.filter(case=reading.case_id, question=Question.SUBJECT.value).exists():
        reading.subject, reading.subject_confidence = read.subject or "", read.subject_confidence
        reading.likely_subject, reading.subject_words = read.likely_subject, list(read.subject_words)
    reading.save()


def _propose(reading: Reading, case: Case, fits: Iterable[Fit]) -> None:
    """The likeliest whom the case may reach."""
    if Conflict.objects.filter(case=case).exists():
        fits = [one for one in fits if not barred([case.pk], official_id=one.official_id)]
    reading.proposals.all().delete()
    Proposal.objects.bulk_create(
        Proposal(
            reading=reading, rank=rank, official_id=one.official_id, office_id=one.office_id,
            confidence=one.confidence, office_confidence=one.office_confidence, words=list(one.words),
        )
        for rank, one in enumerate(list(fits)[:MOST_PROPOSALS], start=1)
    )  # fmt: skip


def _apply(case: Case, found: Found, at: datetime) -> None:
    read = found.read
    sorting.sort_as_read(case, read.kind, read.urgency, reader=read.reader, at=at)
    if found.unclear:
        asking.ask_as_read(case, at=at)
    elif found.ground is not None and settings.INSIGHT.offers:
        offering.offer(case, found.ground, at=at)
