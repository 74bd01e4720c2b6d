"""A quarter of a year of calls, already counted, for pages of figures that are looked at."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.utils import timezone

from minhu.directory.models import Line
from minhu.rules.clock import legal_day
from minhu.supervision.models import WHOLE_DAY, DayCount


def a_quarter_of_calls(*lines: Line) -> None:
    """To each of them, up to yesterday; the same each time."""
    chance = Random(3)
    for line in lines:
        days = [_day(line, days, chance) for days in range(1, 95)]
        DayCount.objects.bulk_create(days)
        for day in days:
            day.pk, day.hour = None, WHOLE_DAY
        DayCount.objects.bulk_create(days)


def _day(line: Line, days: int, chance: Random) -> DayCount:
    calls = chance.randint(6, 14)
    answered = sum(chance.random() < 0.85 for _ in range(calls))
    return DayCount(
        city=line.city, day_on=legal_day(timezone.now()) - timedelta(days=days), hour=chance.randint(8, 19), line=line,
        calls=calls, answered=answered, in_person=answered // 2, matters=calls, contact_due=calls,
        contact_in_time=calls - 1, promises_made=calls, kept=calls - 2, late=1, broken=1, rated=4, solved=3,
        satisfied=2, transfers=1, requests=calls - 4, enquiries=3, complaints=1,
    )  # fmt: skip
