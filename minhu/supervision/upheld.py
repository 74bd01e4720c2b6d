"""Findings that stand, for whoever counts or weighs them: the ladder, the draws, the figures.

events_of(city_id, …)    what the ladder may count against officials
by_verdict(…)            complaints of a period by what was found
by_line(…)               how often citizens complained of a line, for the weights of the draws
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from minhu.rules.complaints import ComplaintState, Verdict
from minhu.rules.ladder import Event, EventKind, Standing
from minhu.supervision.models import Complaint

_DISPUTED = ComplaintState.APPEALED.value
_KINDS = {
    Verdict.TRUE.value: EventKind.COMPLAINT,
    Verdict.PERFUNCTORY.value: EventKind.PERFUNCTORY,
    Verdict.EXCUSED.value: EventKind.COMPLAINT,
}


def events_of(city_id: int, since: datetime, until: datetime) -> dict[int, list[Event]]:
    """By official, with keys such as ``complaint:7``: upheld or excused, and happened after ``since``, up to ``until``.

    It happened when the call came that it is about, or at the latest when it was complained of. Disputed is what is
    under appeal.
    """
    happened = Complaint.objects.annotate(at=Coalesce("call__received_at", "made_at"))
    counted = happened.filter(city=city_id, verdict__in=list(_KINDS), at__gt=since, at__lte=until)
    events: dict[int, list[Event]] = defaultdict(list)
    for one in counted.exclude(official=None).order_by("at", "id"):
        events[one.official_id or 0].append(Event(f"complaint:{one.pk}", _KINDS[one.verdict], one.at, _standing(one)))
    return events


def _standing(one: Complaint) -> Standing:
    if one.verdict == Verdict.EXCUSED.value:
        return Standing.EXCUSED
    return Standing.DISPUTED if one.state == _DISPUTED else Standing.STANDS


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
