"""The facts that a day's weights are made of, as they stood at the midnight before it.

``recent_complaints`` and ``decayed_lines`` are where other parts of supervision tell what they know of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q

from minhu.directory.models import Line
from minhu.directory.queries import published
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.cycles import cycle_of
from minhu.rules.draw_table import Candidate
from minhu.rules.drawing import ROOM_MINUTES, SPANS, Band, weight
from minhu.rules.hours import Hours, HoursUnreadable
from minhu.supervision import upheld
from minhu.supervision.models import Check, DecayAlarm

COMPLAINTS_COUNT_FOR = timedelta(days=90)


def candidates(city_id: int, opens_at: datetime) -> tuple[Candidate, ...]:
    """Every published line of a city, with its weight for the day that begins at ``opens_at``."""
    day = legal_day(opens_at)
    lines = list(Line.objects.filter(published(day), city_id=city_id).select_related("official__office"))
    last = _last_drawn(city_id, opens_at)
    complained = recent_complaints(city_id, opens_at - COMPLAINTS_COUNT_FOR, opens_at)
    decayed = decayed_lines(city_id, opens_at)
    begins = datetime.combine(cycle_of(day).first_on, datetime.min.time(), SHANGHAI)

    def candidate(line: Line) -> Candidate:
        drawn_at = last.get(line.pk)
        heavy = weight(
            days_since=(opens_at - drawn_at).days if drawn_at else None,
            complaints=complained.get(line.pk, 0),
            decayed=line.pk in decayed,
        )
        seen = drawn_at is not None and drawn_at >= begins
        return Candidate(line.number, line.official.office.kind, heavy, seen, _open_bands(line, opens_at))

    return tuple(candidate(line) for line in lines)


def recent_complaints(city_id: int, since: datetime, until: datetime) -> dict[int, int]:
    """How often citizens complained of how a line dealt with them, by line, less what was found not true."""
    return upheld.by_line(city_id, since, until)


def decayed_lines(city_id: int, at: datetime) -> frozenset[int]:
    """Lines whose answer rate has dropped, and not recovered."""
    fallen = DecayAlarm.objects.filter(watch__city_id=city_id, watch__line__isnull=False, at__lt=at)
    open_then = fallen.filter(Q(over_at=None) | Q(over_at__gte=at))
    return frozenset(open_then.values_list("watch__line_id", flat=True))


def _last_drawn(city_id: int, before: datetime) -> dict[int, datetime]:
    drawn = Check.objects.filter(city_id=city_id, from_at__lt=before)
    return dict(drawn.values_list("line").annotate(Max("from_at")))


def _open_bands(line: Line, opens_at: datetime) -> tuple[str, ...]:
    """When the line is said to be open that day, with room to place a check; () when never, and then any will do."""
    try:
        hours = Hours.parse(line.opening_hours)
    except HoursUnreadable:
        return ()
    return tuple(band.value for band in Band if all(hours.is_open(at) for at in _minutes(band, opens_at)))


def _minutes(band: Band, opens_at: datetime) -> Iterable[datetime]:
    """The instants of a band at which a check may begin, by the half-hour."""
    begin, end = (datetime.combine(legal_day(opens_at), at, SHANGHAI) for at in SPANS[band])
    steps: Sequence[int] = range(0, int((end - begin).total_seconds()) // 60, ROOM_MINUTES)
    return [begin + timedelta(minutes=minutes) for minutes in steps]
