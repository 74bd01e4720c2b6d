"""Which officials are away when in a week, and which of their deputies could answer for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from minhu.directory.models import Delegate, Line, Official
from minhu.planner.engine.availability import OFFICE_HOURS, Ways, official_week, windows_of
from minhu.planner.engine.day import (
    MINUTES_A_DAY,
    MINUTES_A_HALF_HOUR,
    MINUTES_A_WEEK,
    Busy,
    Interruptible,
    Window,
    merged,
    without,
)
from minhu.planner.engine.standing_in import Absence, Deputy
from minhu.planner.gather import hours_of, spans_of_week
from minhu.planner.models import StandInProposal
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI
from minhu.rules.planning import StandInAnswer

SHORTEST = 60
"""Minutes. A shorter absence is not worth a stand-in: staff answer, as always."""


@dataclass(frozen=True, slots=True)
class StandInInputs:
    """absences: by the id of the line; deputies: by the id of the official."""

    absences: tuple[Absence, ...]
    deputies: tuple[Deputy, ...]


def stand_in_inputs(city_id: int, monday: date, at: datetime) -> StandInInputs:
    """A fixed number of queries. What is past, answered or arranged already is no absence any more."""
    deputies = _deputies(city_id)
    lines = Line.objects.filter(city=city_id, withdrawn_at=None, official__in=list(deputies)).order_by("pk")
    asked = {one for names in deputies.values() for one in names}
    spans = spans_of_week({*deputies, *asked}, monday)
    settled, standing_in = _settled(city_id, monday)
    begin = datetime.combine(monday, time(), SHANGHAI)
    past = _past(begin, at)
    absences = []
    for line in lines:
        hours, _unread = hours_of(line)
        week = official_week(spans[line.official_id], monday, china(), Ways(hours=hours))
        closed = [Window(one.start, one.end) for one in week.busy if one.interruptible is Interruptible.NEVER]
        open_then = windows_of(hours) or _desk(monday)
        for one in _within(merged(closed), open_then):
            for left in without([one], [*settled[line.pk], *past]):
                if left.end - left.start >= SHORTEST:
                    absences.append(Absence(str(line.pk), left, tuple(map(str, deputies[line.official_id]))))
    return StandInInputs(
        tuple(absences),
        tuple(
            Deputy(
                str(one),
                (*official_week(spans[one], monday, china()).busy, *(Busy(w.start, w.end) for w in standing_in[one])),
            )
            for one in sorted(asked)
        ),
    )


def _past(begin: datetime, at: datetime) -> tuple[Window, ...]:
    """What is over, to the next half hour, so that what goes on is not proposed anew every minute."""
    half_hours = -((begin - at) // timedelta(minutes=MINUTES_A_HALF_HOUR))
    end = min(MINUTES_A_WEEK, half_hours * MINUTES_A_HALF_HOUR)
    return (Window(0, end),) if end > 0 else ()


def _deputies(city_id: int) -> Mapping[int, list[int]]:
    """By official who is in his post; those of his deputies who can be rung."""
    there = Official.objects.filter(city=city_id, left_on=None)
    rung = set(there.filter(handset_sealed__isnull=False).values_list("pk", flat=True))
    rows = Official.deputies.through.objects.filter(from_official__in=there).order_by("pk")
    found: dict[int, list[int]] = defaultdict(list)
    for official, deputy in rows.values_list("from_official_id", "to_official_id"):
        if deputy in rung:
            found[official].append(deputy)
    return found


def _settled(city_id: int, monday: date) -> tuple[Mapping[int, list[Window]], Mapping[int, list[Window]]]:
    """By line: what somebody takes already or nobody is wanted for. By deputy: when he answers for others."""
    begin = datetime.combine(monday, time(), SHANGHAI)
    ends = begin + timedelta(days=7)
    lines: dict[int, list[Window]] = defaultdict(list)
    people: dict[int, list[Window]] = defaultdict(list)
    arranged = Delegate.objects.filter(line__city=city_id, ended_at=None, since__lt=ends, until__gt=begin)
    for line, since, until in arranged.values_list("line_id", "since", "until"):
        lines[line].append(_window(since, until, begin))
    answered = StandInProposal.objects.filter(city=city_id, since__lt=ends, until__gt=begin).exclude(answer="")
    for line, deputy, since, until, answer in answered.values_list("line_id", "deputy_id", "since", "until", "answer"):
        if answer == StandInAnswer.DECLINED.value:
            lines[line].append(_window(since, until, begin))
        else:
            people[deputy].append(_window(since, until, begin))
    return lines, people


def _window(since: datetime, until: datetime, begin: datetime) -> Window:
    first = max(0, (since - begin) // timedelta(minutes=1))
    return Window(first, min(MINUTES_A_WEEK, max(first + 1, -((begin - until) // timedelta(minutes=1)))))


def _desk(monday: date) -> tuple[Window, ...]:
    """Office hours of days that are worked: when it counts that somebody answers a line that is always open."""
    worked = [day for day in range(7) if china().assume_working_day(monday + timedelta(days=day))]
    return tuple(one for one in windows_of(OFFICE_HOURS) if one.start // MINUTES_A_DAY in worked)


def _within(closed: Collection[Window], open_then: Sequence[Window]) -> Iterator[Window]:
    for one in closed:
        for other in open_then:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                yield Window(start, end)
