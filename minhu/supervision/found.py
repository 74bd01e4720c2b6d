"""Checks that are over, for whoever counts them or weighs them: figures, and the ladder."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from minhu.rules.checking import CheckState, Finding
from minhu.supervision.models import Check


def over(city_id: int, since: datetime, until: datetime) -> QuerySet[Check]:
    """Placed checks of a city that ended in this time, judged or not."""
    return Check.objects.filter(
        city_id=city_id, state=CheckState.OVER.value, over_at__gte=since, over_at__lt=until
    ).order_by("over_at")


def failed(since: datetime) -> QuerySet[Check]:
    """Failed checks that ended since then, of every city."""
    return Check.objects.filter(finding=Finding.FAILED.value, over_at__gte=since).order_by("over_at")


def failed_of(official_id: int, since: datetime, until: datetime) -> QuerySet[Check]:
    """Failed checks of an official's lines that ended in this time."""
    return failed(since).filter(line__official=official_id, over_at__lt=until)
