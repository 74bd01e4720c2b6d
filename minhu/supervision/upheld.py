"""Findings that stand, for whoever counts or weighs them: the ladder, the draws, the figures.

events_of(official_id, …)    what the ladder may count against an official
by_verdict(…)                complaints of a period by what was found
by_line(…)                   how often citizens complained of a line, for the weights of the draws
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from minhu.rules.complaints import UPHELD, ComplaintState, Verdict
from minhu.supervision.models import Complaint

_DISPUTED = ComplaintState.APPEALED.value


@dataclass(frozen=True, slots=True)
class Upheld:
    """A complaint found true that nobody disputes now. at: when what stands was found. perfunctory: done for show."""

    complaint_id: int
    official_id: int
    at: datetime
    perfunctory: bool


def events_of(official_id: int, since: datetime, until: datetime) -> tuple[Upheld, ...]:
    """Upheld, neither excused nor under appeal, by the time of the finding that stands; oldest first."""
    stand = Complaint.objects.filter(
        official=official_id, verdict__in=[one.value for one in UPHELD], found_at__gte=since, found_at__lt=until
    ).exclude(state=_DISPUTED)
    rows = stand.order_by("found_at", "id").values_list("pk", "found_at", "verdict")
    return tuple(
        Upheld(pk, official_id, found_at, verdict == Verdict.PERFUNCTORY.value)
        for pk, found_at, verdict in rows
        if found_at is not None
    )


def by_verdict(
    city_id: int, since: datetime, until: datetime, offices: frozenset[int] | None = None
) -> Mapping[Verdict, int]:
    """By the finding that stands and its time; what is under appeal is not counted yet. offices: None for the city."""
    stand = Complaint.objects.filter(city_id=city_id, found_at__gte=since, found_at__lt=until).exclude(state=_DISPUTED)
    if offices is not None:
        stand = stand.filter(official__office__in=offices)
    found = {Verdict(verdict): count for verdict, count in stand.values_list("verdict").annotate(Count("pk"))}
    return {verdict: found.get(verdict, 0) for verdict in Verdict}


def by_line(city_id: int, since: datetime, until: datetime) -> dict[int, int]:
    """Complaints made in this time, less those that had been found not true by its end."""
    made = Complaint.objects.filter(city_id=city_id, made_at__gte=since, made_at__lt=until, line__isnull=False)
    unfounded = Q(verdict=Verdict.NOT_TRUE.value, found_at__lt=until)
    counted = made.exclude(unfounded).values_list("line").annotate(Count("pk"))
    return {int(line): count for line, count in counted if line}
