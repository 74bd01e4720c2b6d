"""An official's windows, callback slots and promised calls as a calendar that his own program subscribes to.

No name, no number and no code of a citizen. Entries are marked free, so that a calendar from which presence is read
does not take a window for a meeting. Source: RFC 5545; RFC 7986 (REFRESH-INTERVAL).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

import icalendar

from minhu.planner.queries import PlannedRow
from minhu.planner.roster_queries import Duty
from minhu.rules.clock import SHANGHAI, legal_day, local
from minhu.rules.planning import Spans

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ZONE = "Asia/Shanghai"


def calendar(
    windows: Mapping[int, tuple[date, tuple[Spans, ...]]],
    slot: tuple[Spans, ...],
    calls: tuple[PlannedRow, ...],
    *,
    at: datetime,
) -> bytes:
    """windows: by line, since when and which; slot: when he calls back; calls: those with a time."""
    made = _empty("民呼：接听时段和回电")
    made.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for line_id, (since, week) in sorted(windows.items()):
        for event in _weekly(f"window-{line_id}", "民呼：接听时段", since, week, at):
            made.add_component(event)
    known_since = max((since for since, _week in windows.values()), default=legal_day(at))
    for event in _weekly("callbacks", "民呼：回电时段", known_since, slot, at):
        made.add_component(event)
    for call in calls:
        if call.start is not None and call.end is not None:
            made.add_component(_entry(f"call-{call.promise_id}@minhu", "民呼：回电", call.start, call.end, at))
    return bytes(made.to_ical())


def shifts(own: tuple[Duty, ...], *, at: datetime) -> bytes:
    """One's own shifts."""
    made = _empty("民呼：值班")
    for one in own:
        made.add_component(_entry(f"shift-{one.start:%Y%m%dT%H%MZ}@minhu", "民呼：值班", one.start, one.end, at))
    return bytes(made.to_ical())


def _empty(name: str) -> icalendar.Calendar:
    made = icalendar.Calendar()
    made.add("prodid", "-//Minhu//planner//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", _ZONE)
    made.add_component(_zone())
    return made


def _weekly(name: str, summary: str, since: date, week: tuple[Spans, ...], at: datetime) -> Iterator[icalendar.Event]:
    """One entry for each span of time, on all the days that have it."""
    for start, end in sorted({span for day in week for span in day}):
        days = [number for number, day in enumerate(week) if (start, end) in day]
        first = min(since + timedelta(days=(number - since.weekday()) % 7) for number in days)
        begin = datetime.combine(first, time(), SHANGHAI)
        event = _entry(
            f"{name}-{start}-{end}@minhu", summary, begin + timedelta(minutes=start), begin + timedelta(minutes=end), at
        )  # fmt: skip
        event.add("rrule", {"freq": "weekly", "byday": [_DAYS[number] for number in days]})
        yield event


def _entry(uid: str, summary: str, start: datetime, end: datetime, at: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", at)
    event.add("summary", summary)
    event.add("dtstart", local(start))
    event.add("dtend", local(end))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _zone() -> icalendar.Timezone:
    """Shanghai has had no summer time since 1991."""
    zone = icalendar.Timezone()
    zone.add("tzid", _ZONE)
    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1991, 9, 15, 2))  # noqa: DTZ001 - local time by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone
