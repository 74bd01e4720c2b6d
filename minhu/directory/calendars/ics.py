"""What an ICS calendar says of a person's next days.

An entry counts unless it is cancelled, marked free, or lasts whole days without saying that one is away or meeting:
「交材料」 on a day does not make an official unreachable that day.
Source: RFC 5545 (STATUS, TRANSP, RRULE, RECURRENCE-ID).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from minhu.directory.errors import CalendarUnusable
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import Presence

if TYPE_CHECKING:  # loaded where a calendar is read: it takes longer than the rest of the part
    import icalendar

AHEAD = timedelta(days=14)
MOST_SPANS = 1000
LONGEST = timedelta(days=92)
FIRST_YEAR = 1990
EXPANDED_WITHIN_SECONDS = 5.0
_NONSENSE = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError, NotImplementedError)
"""What the calendar libraries raise over wrong contents."""

_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_RECURS = frozenset({"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})

_RESTING = re.compile(
    r"休假|值休|轮休|补休|调休|倒休|年假|病假|事假|婚假|产假|陪护假|请假|休息|vacation|on leave", re.IGNORECASE
)
_SURELY_AWAY = re.compile(r"出差|差旅|出访|出国|(?:^|[\s，,、：:])赴|business trip", re.IGNORECASE)
_PERHAPS_AWAY = re.compile(r"外出|考察|travel", re.IGNORECASE)
_MEETING = re.compile(
    r"会|座谈|研讨|培训|学习|论坛|接待|调研|督导|督查|检查|走访|接访|听证|述职|meeting|training", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Busy:
    """Away or meeting from ``since`` to ``until``. key: the same for the same entry at each reading; tells nothing."""

    state: Presence
    since: datetime
    until: datetime
    key: str


def busy_spans(text: str, at: datetime, ahead: timedelta = AHEAD) -> tuple[Busy, ...]:
    """What is going on at an instant or begins within ``ahead``, earliest first.

    An entry that makes no sense is left out; the others stand. Raises: CalendarUnusable.
    """
    found: dict[tuple[str, datetime], Busy] = {}
    ends = time.monotonic() + EXPANDED_WITHIN_SECONDS
    for events in _series(_calendars(text)):
        if time.monotonic() > ends:
            raise CalendarUnusable("日历里的日程太多，读不完。请只共享近期日程。")
        with suppress(*_NONSENSE):
            for event in _occurrences(events, at, at + ahead):
                busy = _busy(event)
                if busy is not None and busy.until > at and busy.since < at + ahead:
                    found[busy.key, busy.since] = busy
    return tuple(sorted(found.values(), key=lambda busy: (busy.since, busy.key))[:MOST_SPANS])


def state_of(summary: str, *, whole_day: bool, out_of_office: bool = False) -> Presence | None:
    """What the words of an entry mean; None when it does not count."""
    meeting = _MEETING.search(summary)
    if _RESTING.search(summary) and not meeting:
        return Presence.RESTING
    if _SURELY_AWAY.search(summary) or (_PERHAPS_AWAY.search(summary) and not meeting):
        return Presence.TRAVELLING
    if out_of_office:
        return Presence.TRAVELLING
    return Presence.MEETING if meeting or not whole_day else None


def _calendars(text: str) -> list[icalendar.Calendar]:
    upper = text.upper()
    if "BEGIN:VCALENDAR" not in upper:
        raise CalendarUnusable("这不是日历文件（缺少 BEGIN:VCALENDAR）。")
    if upper.count("BEGIN:VCALENDAR") != upper.count("END:VCALENDAR"):
        # half a calendar would make him free for the meetings of the other half
        raise CalendarUnusable("日历文件不完整或已损坏。")
    import icalendar

    try:
        found = icalendar.Calendar.from_ical(text, multiple=True)
    except _NONSENSE as fault:
        raise CalendarUnusable("日历文件不完整或已损坏。") from fault
    return list(found)


def _series(found: list[icalendar.Calendar]) -> Iterable[list[icalendar.Event]]:
    """Events by their UID: a recurring one and the days on which it was moved belong together."""
    import icalendar

    series: dict[str, list[icalendar.Event]] = defaultdict(list)
    for calendar in found:
        for event in calendar.walk("VEVENT"):
            if isinstance(event, icalendar.Event):
                series[str(event.get("UID", id(event)))].append(event)
    return series.values()


def _occurrences(events: list[icalendar.Event], since: datetime, until: datetime) -> Iterator[icalendar.Event]:
    """The events of one UID, each time they recur."""
    import icalendar
    import recurring_ical_events

    if len(events) == 1 and not _RECURS.intersection(events[0]):
        yield events[0]
    elif all(map(_can_be_expanded, events)):
        alone = icalendar.Calendar()
        for event in events:
            alone.add_component(event)
        for event in islice(recurring_ical_events.of(alone).between(since, until), MOST_SPANS):
            if isinstance(event, icalendar.Event):
                yield event


def _can_be_expanded(event: icalendar.Event) -> bool:
    """A rule of every second, or one that began in the year 1, would be counted through from its first day on."""
    start, end = _instant(event.start), _instant(event.end)
    if start.year < FIRST_YEAR or not timedelta() <= end - start <= LONGEST:
        return False
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = _TOO_OFTEN.intersection(str(value).upper() for value in rule.get("FREQ", []))
        if often or any(int(step) < 1 for step in rule.get("INTERVAL", [])):
            return False
    return True


def _busy(event: icalendar.Event) -> Busy | None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    shown_as = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if shown_as == "FREE":
        return None
    start, end = event.start, event.end
    whole_day = not isinstance(start, datetime)
    state = state_of(str(event.get("SUMMARY", "")), whole_day=whole_day, out_of_office=shown_as == "OOF")
    since, until = _instant(start), _instant(end)
    if state is None or until <= since:
        return None
    identity = f"{event.get('UID', '')}|{event.get('SUMMARY', '')}" if not event.get("UID") else str(event["UID"])
    key = hashlib.sha256(identity.encode()).hexdigest()[:32]
    return Busy(state, since, min(until, since + LONGEST), key)


def _instant(moment: date | datetime) -> datetime:
    """Whole days and times without a zone are those of Shanghai."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
