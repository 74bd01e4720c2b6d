"""The official's week from his calendar, as it is and as it should not be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from minhu.planner.engine.availability import OfficialWeek, Ways, official_week
from minhu.planner.engine.day import MINUTES_A_DAY, Interruptible, Window, minute_of_week
from minhu.planner.engine.errors import InputUnclear
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI
from minhu.rules.hours import Hours
from minhu.rules.presence import Span
from minhu.rules.words import Presence, PresenceSource

MONDAY = date(2026, 3, 2)
NEVER, MAY, CAN = Interruptible.NEVER, Interruptible.MAY, Interruptible.CAN


def span(
    weekday: int,
    start: str,
    end: str | None,
    state: Presence = Presence.MEETING,
    source: PresenceSource = PresenceSource.CALENDAR,
) -> Span:
    return Span(state, source, at(weekday, start), at(weekday, end) if end else None)


def at(weekday: int, clock: str) -> datetime:
    begin = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    return begin + timedelta(minutes=minute_of_week(weekday, clock))


def week(*spans: Span, hours: str = "", monday: date = MONDAY) -> OfficialWeek:
    return official_week(spans, monday, china(), Ways(hours=Hours.parse(hours)))


def how(week: OfficialWeek, weekday: int, clock: str) -> Interruptible | None:
    return week.how(minute_of_week(weekday, clock))


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("03:00", NEVER), ("06:30", MAY), ("08:10", None), ("08:30", CAN), ("11:59", CAN), ("12:10", None),
        ("13:00", MAY), ("14:15", None), ("17:00", CAN), ("18:20", None), ("20:00", MAY), ("23:00", NEVER),
    ],
)  # fmt: skip
def test_a_working_day_without_entries(clock: str, expected: Interruptible | None) -> None:
    assert how(week(), 0, clock) is expected


def test_days_off_are_his_own_and_make_up_days_are_worked() -> None:
    assert how(week(), 5, "10:00") is MAY
    assert how(week(monday=date(2026, 10, 5)), 5, "10:00") is CAN
    assert how(week(monday=date(2026, 10, 5)), 1, "10:00") is MAY


def test_entries_say_what_may_be_interrupted() -> None:
    planned = week(
        span(0, "09:00", "10:30"), span(1, "07:30", "19:30", Presence.TRAVELLING),
        span(2, "00:00", "24:00", Presence.RESTING),
    )  # fmt: skip

    assert [how(planned, 0, clock) for clock in ("08:59", "09:00", "10:29", "10:30")] == [CAN, NEVER, NEVER, CAN]
    assert how(planned, 1, "08:10") is MAY
    assert how(planned, 2, "10:00") is NEVER


def test_desk_work_in_a_window_he_offered_is_free_but_a_meeting_is_not() -> None:
    planned = week(span(0, "09:00", "09:30"), hours="mon-fri 08:40-10:00")

    assert planned.windows[0] == Window.of(0, "08:40", "10:00")
    assert [how(planned, 0, clock) for clock in ("08:35", "08:40", "09:10", "09:40", "10:00")] == [
        CAN, None, NEVER, None, CAN,
    ]  # fmt: skip


def test_what_he_says_himself_beats_the_calendar() -> None:
    freed = span(0, "09:30", "10:00", Presence.AVAILABLE, PresenceSource.MANUAL)
    planned = week(span(0, "09:00", "11:00"), freed)

    assert [how(planned, 0, clock) for clock in ("09:29", "09:30", "09:59", "10:00")] == [NEVER, CAN, CAN, NEVER]


def test_busy_stretches_are_in_order_and_never_overlap_or_cross_midnight() -> None:
    planned = week(span(0, "09:00", "11:00"), span(0, "10:00", "12:00"), span(3, "22:00", "24:00"))

    for before, after in zip(planned.busy, planned.busy[1:], strict=False):
        assert before.end <= after.start
    assert all(one.start // MINUTES_A_DAY == (one.end - 1) // MINUTES_A_DAY for one in planned.busy)


def test_overlapping_meetings_are_one_and_it_is_said() -> None:
    planned = week(span(2, "09:00", "11:00"), span(2, "10:00", "12:00"))

    assert how(planned, 2, "10:30") is NEVER
    assert [str(one) for one in planned.notes] == [
        "3月4日（星期三） 10:00到 11:00 有几项日程重叠，按合并后的时间计算；请核对日历。"
    ]


def test_a_state_without_an_end_lasts_for_its_day_and_it_is_said() -> None:
    planned = week(span(2, "09:00", None, source=PresenceSource.MANUAL))

    assert how(planned, 2, "17:00") is NEVER
    assert how(planned, 3, "17:00") is CAN
    assert [str(one) for one in planned.notes] == [
        "3月4日（星期三） 09:00开始的状态没有写明何时结束，按当天结束计算；请补上结束时间。"
    ]


def test_a_day_without_a_gap_is_said_to_be_one() -> None:
    whole_week = Span(Presence.MEETING, PresenceSource.CALENDAR, at(0, "00:00"), at(6, "24:00"))
    planned = week(whole_week)

    assert len(planned.notes) == 5
    assert str(planned.notes[0]).startswith("3月2日（星期一）全天都不能打扰")


def test_an_entry_that_ends_before_it_begins_and_a_week_from_tuesday_are_refused() -> None:
    with pytest.raises(InputUnclear, match="不晚于开始时间"):
        week(span(0, "11:00", "09:00"))
    with pytest.raises(InputUnclear, match="星期二"):
        week(monday=MONDAY + timedelta(days=1))
