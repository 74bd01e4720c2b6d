"""What an ICS calendar says of a person's next days. Pure.

An entry counts unless it is cancelled, marked free, or lasts whole days without saying that one is away or meeting:
「交材料」 on a day does not make an official unreachable that day.
Source: RFC 5545 (STATUS, TRANSP, RRULE, RECURRENCE-ID).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

import icalendar
import recurring_ical_events

from minhu.directory.errors import CalendarUnusable
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import Presence

AHEAD = timedelta(days=14)
MOST_SPANS = 1000
LONGEST = timedelta(days=92)
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})

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
    """What is going on at an instant or begins within ``ahead``, earliest first. Raises: CalendarUnusable."""
    found: dict[tuple[str, datetime], Busy] = {}
    for calendar in _calendars(text):
        try:
            for event in _occurrences(calendar, at, at + ahead):
                busy = _busy(event)
                if busy is not None and busy.until > at:
                    found[busy.key, busy.since] = busy
        except (ValueError, KeyError, AttributeError, TypeError, OverflowError, IndexError) as fault:
            raise CalendarUnusable("日历内容有误，读不出日程。") from fault
    return tuple(sorted(found.values(), key=lambda busy: (busy.since, busy.key)))


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
    try:
        found = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError) as fault:
        raise CalendarUnusable("日历文件不完整或已损坏。") from fault
    return list(found)


def _occurrences(calendar: icalendar.Calendar, since: datetime, until: datetime) -> Iterator[icalendar.Event]:
    for event in list(calendar.walk("VEVENT")):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if _TOO_OFTEN.intersection(str(value).upper() for value in rule.get("FREQ", [])):
                # a rule of every second would be counted through from its first day on
                calendar.subcomponents.remove(event)
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    for event in islice(query.between(since, until), MOST_SPANS):
        if isinstance(event, icalendar.Event):
            yield event


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
        return datetime.combine(moment, time(), SHANGHAI)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
