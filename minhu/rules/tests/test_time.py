"""Opening hours, working days, due times, quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules import quiet
from minhu.rules.calendar import CalendarEnds, china
from minhu.rules.clock import SHANGHAI, local
from minhu.rules.deadlines import add_working_days, add_working_time, first_contact_due, reply_due
from minhu.rules.hours import Hours, HoursUnreadable
from minhu.rules.words import CaseKind, Urgency

CALENDAR = china()
INSTANTS = st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:30", True),
        ("2026-11-23T08:29", False),
        ("2026-11-23T12:00", False),
        ("2026-11-23T17:59", True),
        ("2026-11-28T10:00", True),
        ("2026-11-29T10:00", False),
    ],
)
def test_hours_open_and_close_on_the_minute(moment: str, is_open: bool) -> None:
    hours = Hours.parse("mon-fri 08:30-12:00 14:30-18:00; sat 09:00-12:00")

    assert hours.is_open(at(moment)) is is_open


def test_the_next_opening_after_saturday_noon_is_monday() -> None:
    hours = Hours.parse("mon-fri 08:30-12:00; sat 09:00-12:00")

    assert hours.next_opening(at("2026-11-28T12:00")) == at("2026-11-30T08:30")


@pytest.mark.parametrize(
    "text", ["foo", "mon", "mon 12:00-09:00", "mon 25:00-26:00", "mon-xyz 08:00-09:00", "mon 08:61-09:00"]
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(HoursUnreadable):
        Hours.parse(text)


@given(INSTANTS)
def test_a_next_opening_is_open_and_never_in_the_past(moment: datetime) -> None:
    hours = Hours.parse("mon-wed 09:00-10:00; sat-sun 22:00-24:00")

    opening = hours.next_opening(moment)

    assert opening >= moment
    assert hours.is_open(opening)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 28), False),
    ],
)
def test_make_up_saturdays_are_worked_and_holidays_are_not(day: date, worked: bool) -> None:
    assert CALENDAR.is_working_day(day) is worked


def test_past_the_last_published_year_the_calendar_refuses() -> None:
    with pytest.raises(CalendarEnds):
        CALENDAR.is_working_day(CALENDAR.last_day + timedelta(days=1))


def test_a_caller_on_new_years_eve_still_gets_a_due_time() -> None:
    due = add_working_days(datetime(CALENDAR.last_day.year, 12, 31, 9, tzinfo=SHANGHAI), 5, CALENDAR)

    assert due.year == CALENDAR.last_day.year + 1


def test_working_time_skips_lunch_nights_and_weekends() -> None:
    assert add_working_time(at("2026-11-20T11:30"), timedelta(hours=1), CALENDAR) == at("2026-11-20T15:00")
    assert add_working_time(at("2026-11-20T17:30"), timedelta(hours=4), CALENDAR) == at("2026-11-23T12:00")


def test_working_days_run_over_the_october_holiday_and_its_make_up_saturday() -> None:
    assert add_working_days(at("2026-09-30T10:00"), 3, CALENDAR) == at("2026-10-10T18:00")


def test_what_is_urgent_runs_in_plain_time() -> None:
    night = at("2026-11-28T22:00")

    assert first_contact_due(Urgency.URGENT, night, CALENDAR) == night + timedelta(hours=2)
    assert first_contact_due(Urgency.NORMAL, night, CALENDAR) == at("2026-11-30T18:00")


@pytest.mark.parametrize(
    ("kind", "due"),
    [(CaseKind.ENQUIRY, "2026-11-24"), (CaseKind.REQUEST, "2026-11-30"), (CaseKind.REPORT, "2026-12-14")],
)
def test_reply_times_by_kind(kind: CaseKind, due: str) -> None:
    assert reply_due(kind, at("2026-11-23T10:00"), CALENDAR) == at(f"{due}T18:00")


@given(
    INSTANTS,
    st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=60)),
    st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=20)),
)
def test_working_time_only_moves_forward_and_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    midway = add_working_time(start, first, CALENDAR)

    assert midway >= start + first
    assert add_working_time(midway, second, CALENDAR) == add_working_time(start, first + second, CALENDAR) or not first


@given(INSTANTS)
def test_after_the_quiet_hours_it_is_not_quiet(moment: datetime) -> None:
    later = quiet.after_quiet(moment)

    assert not quiet.is_quiet(later)
    assert timedelta() <= later - moment <= timedelta(hours=7)
    assert later == moment or local(later).hour == 6
