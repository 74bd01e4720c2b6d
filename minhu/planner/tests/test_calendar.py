"""From an ICS calendar to the official's week."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from minhu.directory.calendars.ics import busy_spans
from minhu.directory.errors import CalendarUnusable
from minhu.planner.engine.availability import official_week
from minhu.planner.engine.day import Busy, minute_of_week
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI
from minhu.rules.presence import Span
from minhu.rules.words import PresenceSource

MONDAY = date(2026, 3, 2)

NEW_YORK = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:weekly@example.invalid
DTSTART;TZID=America/New_York:20260302T210000
DTEND;TZID=America/New_York:20260302T220000
RRULE:FREQ=WEEKLY;COUNT=4
SUMMARY:视频会议
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(("monday", "hour"), [(MONDAY, "10"), (MONDAY + timedelta(weeks=1), "09")])
def test_a_meeting_in_a_zone_with_daylight_saving_moves_on_our_clock(monday: date, hour: str) -> None:
    # in New York the clocks go forward on 8 March: 21:00 there is 10:00 here before, 9:00 after
    read = busy_spans(NEW_YORK, datetime.combine(monday, datetime.min.time(), SHANGHAI), timedelta(days=7))
    spans = [Span(one.state, PresenceSource.CALENDAR, one.since, one.until) for one in read]
    start = minute_of_week(1, f"{hour}:00")

    assert Busy(start, start + 60) in official_week(spans, monday, china()).busy


def test_a_corrupted_calendar_is_refused_by_its_reader_in_words() -> None:
    with pytest.raises(CalendarUnusable, match="不完整或已损坏"):
        busy_spans(NEW_YORK.replace("END:VCALENDAR", ""), datetime(2026, 3, 2, tzinfo=SHANGHAI))
