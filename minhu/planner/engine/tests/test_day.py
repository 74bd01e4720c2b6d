"""The week in half hours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import (
    MINUTES_A_WEEK,
    Busy,
    Rates,
    Staffing,
    Window,
    covered,
    free_between,
    merged,
    minute_of_week,
)
from minhu.planner.engine.errors import InputUnclear

BUSY = st.tuples(st.integers(0, MINUTES_A_WEEK - 1), st.integers(1, 600)).map(
    lambda one: Busy(one[0], min(one[0] + one[1], MINUTES_A_WEEK))
)


def test_a_day_as_people_write_it_is_minutes_of_the_week() -> None:
    assert minute_of_week(0, "08:30") == 510
    assert Window.of(6, "23:00", "24:00") == Window(MINUTES_A_WEEK - 60, MINUTES_A_WEEK)


@pytest.mark.parametrize(("weekday", "clock"), [(7, "08:00"), (0, "8"), (0, "24:01"), (0, "08:60"), (0, "-1:00")])
def test_a_time_that_is_none_is_refused(weekday: int, clock: str) -> None:
    with pytest.raises(InputUnclear, match="clock"):
        minute_of_week(weekday, clock)


@pytest.mark.parametrize("rate", [-1.0, 1e12, float("nan"), float("inf")])
def test_an_absurd_rate_is_refused_and_named(rate: float) -> None:
    with pytest.raises(InputUnclear, match=r"per_hour\[3\]"):
        Rates((0.0,) * 3 + (rate,) + (0.0,) * 332)


def test_a_week_has_all_its_half_hours() -> None:
    with pytest.raises(InputUnclear, match="336"):
        Rates((1.0,) * 48)
    with pytest.raises(InputUnclear, match="on_duty"):
        Staffing((-1,) * 336)
    assert Rates.same_every_day((1.0,) * 48).calls_a_week == 168


def test_staff_is_on_duty_in_the_windows_alone() -> None:
    staffing = Staffing.during([Window.of(0, "08:30", "12:00")], 3)

    assert [half for half, people in enumerate(staffing.on_duty) if people] == list(range(17, 24))
    assert set(staffing.on_duty) == {0, 3}


@settings(max_examples=40)
@given(st.lists(BUSY, max_size=12))
def test_the_day_is_its_meetings_and_the_gaps_between_them(busy: list[Busy]) -> None:
    week = Window(0, MINUTES_A_WEEK)
    gaps = free_between(busy, week)
    taken = merged(Window(one.start, one.end) for one in busy)

    assert sum(one.end - one.start for one in (*gaps, *taken)) == MINUTES_A_WEEK
    assert merged((*gaps, *taken)) == (week,)
    assert all(not (gap.start < one.end and one.start < gap.end) for gap in gaps for one in busy)


def test_a_half_hour_counts_where_it_begins() -> None:
    assert [at for at, inside in enumerate(covered([Window(10, 61)])) if inside] == [1, 2]
