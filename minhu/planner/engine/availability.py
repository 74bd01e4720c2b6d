"""The official's week: when nobody may ring him, when he may be interrupted, when he is free.

    never   meetings, leave, the quiet hours
    may     on the road; his own time: before and after work, days off. Rung only in a window he offered
    can     at his desk, in office hours. Rung as if free, but it counts as an interruption
    free    half an hour before and after each stretch of desk work, and desk work within a window he offered

What the calendar says is read by ``directory``; what it means at an instant is said by ``rules.presence``, the same
rule that routes a call, so that the plan and the switch agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Busy, Interruptible, Window, merged
from minhu.planner.engine.errors import InputUnclear
from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI, local
from minhu.rules.hours import ALWAYS, Hours
from minhu.rules.presence import Span, presence_now
from minhu.rules.quiet import QUIET_FROM, QUIET_UNTIL
from minhu.rules.sentences import Sentence, day_named, sentence, weekday
from minhu.rules.words import Presence, PresenceSource

HOW: Mapping[Presence, Interruptible] = {
    Presence.MEETING: Interruptible.NEVER,
    Presence.RESTING: Interruptible.NEVER,
    Presence.ON_CALL: Interruptible.NEVER,
    Presence.TRAVELLING: Interruptible.MAY,
}
"""What an official's calendar says unless he says otherwise."""

OFFICE_HOURS = Hours.parse("mon-sun 08:30-12:00 14:30-18:00")
"""Of days that are worked, whatever weekday they are."""
AROUND_MINUTES = 30

_STRONGEST = (Interruptible.NEVER, Interruptible.MAY, Interruptible.CAN)


@dataclass(frozen=True, slots=True)
class OfficialWeek:
    """busy: in order, nothing overlaps. windows: what he offered. notes: what was unclear and how it was taken."""

    monday: date
    busy: tuple[Busy, ...]
    windows: tuple[Window, ...]
    notes: tuple[Sentence, ...]

    def how(self, minute: int) -> Interruptible | None:
        """Whether he may be rung at a minute of the week; None: he is free."""
        return next((one.interruptible for one in self.busy if one.start <= minute < one.end), None)


@dataclass(frozen=True, slots=True)
class Ways:
    """How one official works. hours: the windows he offers on his line; how: what his entries mean for a caller."""

    hours: Hours = ALWAYS
    office_hours: Hours = OFFICE_HOURS
    how: Mapping[Presence, Interruptible] | None = None


def official_week(
    spans: Sequence[Span], monday: date, calendar: WorkingCalendar, ways: Ways | None = None
) -> OfficialWeek:
    """A week from a Monday on. spans: of any length and order, overlapping or without an end. Raises: InputUnclear."""
    if monday.weekday():
        raise InputUnclear("monday", f"一周从星期一算起，{monday.isoformat()} 是{weekday(monday.weekday())}。")
    ways = ways or Ways()
    ended = tuple(_ended(span) for span in spans)
    windows = windows_of(ways.hours)
    marks = _usual(monday, calendar, ways.office_hours, windows)
    for start, end, how in _said(ended, monday, ways.how or HOW):
        for minute in range(start, end):
            marks[minute] = _stronger(marks[minute], how)
    busy = tuple(_runs(marks))
    notes = (*_endless(spans, monday), *_overlaps(ended, monday), *_full_days(busy, monday, calendar))
    return OfficialWeek(monday, busy, windows, notes)


def _ended(span: Span) -> Span:
    """The span with an end. One without lasts for the day on which it began."""
    begin = local(span.since)
    if span.until is None:
        end = datetime.combine(begin.date() + timedelta(days=1), time(), SHANGHAI)
        return Span(span.state, span.source, span.since, end)
    if local(span.until) <= begin:
        at = f"{local(span.until):%m-%d %H:%M}"
        raise InputUnclear("spans", sentence("有一项日程的结束时间（{at}）不晚于开始时间。", at=at))
    return span


def _usual(monday: date, calendar: WorkingCalendar, office: Hours, windows: Sequence[Window]) -> list[_Mark]:
    """The week without any entry, a mark for each minute."""
    marks: list[_Mark] = [Interruptible.MAY] * MINUTES_A_WEEK
    for number in range(7):
        if calendar.assume_working_day(monday + timedelta(days=number)):
            desk = (office.spans or (((0, MINUTES_A_DAY),),) * 7)[number]
            for start, end in desk:
                _mark(marks, number, start - AROUND_MINUTES, end + AROUND_MINUTES, None)
            for start, end in desk:
                _mark(marks, number, start, end, Interruptible.CAN)
    for window in windows:
        for minute in range(window.start, window.end):
            marks[minute] = None if marks[minute] is Interruptible.CAN else marks[minute]
    for number in range(7):
        _mark(marks, number, 0, QUIET_UNTIL.hour * 60, Interruptible.NEVER)
        _mark(marks, number, QUIET_FROM.hour * 60, MINUTES_A_DAY, Interruptible.NEVER)
    return marks


_Mark = Interruptible | None


def _mark(marks: list[_Mark], number: int, start: int, end: int, how: _Mark) -> None:
    first, last = max(start, 0), min(end, MINUTES_A_DAY)
    marks[number * MINUTES_A_DAY + first : number * MINUTES_A_DAY + last] = [how] * (last - first)


def _said(
    spans: Sequence[Span], monday: date, how: Mapping[Presence, Interruptible]
) -> Iterator[tuple[int, int, Interruptible]]:
    """What was said of each stretch between two edges, by the rule that routes calls."""
    edges = sorted({0, MINUTES_A_WEEK, *(edge for span in spans for edge in _minutes(span, monday))})
    for start, end in pairwise(edges):
        at = datetime.combine(monday, time(), SHANGHAI) + timedelta(minutes=start)
        said = presence_now([span for span in spans if _covers(span, monday, start)], at)
        if said.state in how:
            yield start, end, how[said.state]


def _minutes(span: Span, monday: date) -> tuple[int, int]:
    """Begin and end in whole minutes of the week, rounded outwards."""
    begin = datetime.combine(monday, time(), SHANGHAI)
    assert span.until is not None  # noqa: S101 - given an end before
    since = (span.since - begin) // timedelta(minutes=1)
    until = -((begin - span.until) // timedelta(minutes=1))
    return min(max(since, 0), MINUTES_A_WEEK), min(max(until, 0), MINUTES_A_WEEK)


def _covers(span: Span, monday: date, minute: int) -> bool:
    start, end = _minutes(span, monday)
    return start <= minute < end


def _stronger(one: _Mark, other: Interruptible) -> Interruptible:
    return min(filter(None, (one, other)), key=_STRONGEST.index)


def _runs(marks: list[_Mark]) -> Iterator[Busy]:
    start = 0
    for minute in range(1, MINUTES_A_WEEK + 1):
        if minute == MINUTES_A_WEEK or marks[minute] is not marks[start] or minute % MINUTES_A_DAY == 0:
            how = marks[start]
            if how is not None:
                yield Busy(start, minute, how)
            start = minute


def windows_of(hours: Hours) -> tuple[Window, ...]:
    """Of a week; none for always."""
    if hours.spans is None:
        return ()
    return merged(
        Window(number * MINUTES_A_DAY + start, number * MINUTES_A_DAY + end)
        for number in range(7)
        for start, end in hours.spans[number]
    )


# ---- what was unclear


def _endless(spans: Sequence[Span], monday: date) -> Iterator[Sentence]:
    for span in spans:
        if span.until is None and -1 < (local(span.since).date() - monday).days < 7:
            yield sentence(
                "{at}开始的状态没有写明何时结束，按当天结束计算；请补上结束时间。", at=_when(local(span.since))
            )


def _overlaps(spans: Sequence[Span], monday: date) -> Iterator[Sentence]:
    """Entries of the calendar that claim the same time."""
    entries = sorted(
        (_minutes(span, monday) for span in spans if span.source is PresenceSource.CALENDAR), key=lambda one: one
    )
    latest = 0
    for start, end in entries:
        if start < min(latest, end):
            begin = datetime.combine(monday, time(), SHANGHAI) + timedelta(minutes=start)
            until = begin + timedelta(minutes=min(latest, end) - start)
            yield sentence(
                "{since}到 {until} 有几项日程重叠，按合并后的时间计算；请核对日历。",
                since=_when(begin),
                until=f"{until:%H:%M}",
            )
        latest = max(latest, end)


def _full_days(busy: Sequence[Busy], monday: date, calendar: WorkingCalendar) -> Iterator[Sentence]:
    for number in range(7):
        day = monday + timedelta(days=number)
        begin = number * MINUTES_A_DAY
        taken = sum(
            one.end - one.start
            for one in busy
            if one.interruptible is Interruptible.NEVER and begin <= one.start < begin + MINUTES_A_DAY
        )
        if taken == MINUTES_A_DAY and calendar.assume_working_day(day):
            yield sentence(
                "{day}全天都不能打扰，没有可以接电话的时间：请留出接听时段，或安排代接。", day=day_named(day)
            )


def _when(at: datetime) -> Sentence:
    return sentence("{day} {clock}", day=day_named(at.date()), clock=f"{at:%H:%M}")
