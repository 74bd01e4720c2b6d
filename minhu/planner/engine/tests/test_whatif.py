"""What a slider changes in a week, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from minhu.planner.engine.day import Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.line_model import NOBODY, CityModel, LineModel
from minhu.planner.engine.whatif import RANGES, Setting, Windows, changed, staffed, together
from minhu.planner.engine.whatif_told import FIRSTS, difference, ran
from minhu.rules.calendar import china

MONDAY = date(2026, 3, 2)
CALLS = Rates.same_every_day((0.0,) * 14 + (1.0,) * 28 + (0.0,) * 6)
DESK = tuple(Busy(day * 1440 + 510, day * 1440 + 720, Interruptible.CAN) for day in range(5))
LINE = LineModel(CALLS, busy=DESK)
STAFF = Staffing.during((Window.of(day, "09:00", "17:00") for day in range(5)), 2)


def with_setting(setting: Setting, line: LineModel = LINE) -> LineModel:
    return changed(line, CALLS, setting, monday=MONDAY, calendar=china())


def minutes(line: LineModel, how: Interruptible, day: int = 0) -> int:
    return sum(one.end - one.start for one in line.busy if one.interruptible is how and one.start // 1440 == day)


def city(setting: Setting) -> CityModel:
    return together(CityModel((with_setting(setting),), STAFF, china(), MONDAY), setting, weeks=setting.weeks)


def test_as_it_is_changes_nothing() -> None:
    assert with_setting(Setting()) == LINE


def test_desk_work_gives_way_to_a_window_and_comes_back_where_it_is_no_longer_offered() -> None:
    offered = with_setting(Setting(windows=Windows.CHOSEN, morning=540, morning_minutes=60, evening_minutes=0))

    assert offered.windows == tuple(Window(day * 1440 + 540, day * 1440 + 600) for day in range(5))
    assert minutes(offered, Interruptible.CAN) == 210 - 60
    assert minutes(with_setting(Setting(windows=Windows.ALWAYS), offered), Interruptible.CAN) == 210


def test_meetings_are_added_on_working_days_and_taken_away_again() -> None:
    more = with_setting(Setting(meetings=120))
    less = with_setting(Setting(meetings=-90), more)

    assert [minutes(more, Interruptible.NEVER, day) for day in range(7)] == [120] * 5 + [0, 0]
    assert minutes(less, Interruptible.NEVER) == 30
    assert minutes(less, Interruptible.NEVER) + minutes(less, Interruptible.CAN) == 210


def test_calls_and_staff_are_as_many_as_the_sliders_say() -> None:
    assert with_setting(Setting(volume=2.5)).arrivals.calls_a_week == pytest.approx(2.5 * CALLS.calls_a_week)
    assert max(staffed(STAFF, Setting(staff=3)).on_duty) == 5
    assert not any(staffed(STAFF, Setting(staff=-3)).on_duty)
    assert not staffed(STAFF, Setting(staff=3)).on_duty[0]
    assert max(staffed(NOBODY, Setting(staff=1)).on_duty) == 1


@pytest.mark.parametrize("name", RANGES)
def test_a_value_beyond_the_slider_is_refused_by_name(name: str) -> None:
    for value in (RANGES[name].least - 1, RANGES[name].most + 1, float("nan"), float("inf")):
        with pytest.raises(InputUnclear) as refusal:
            replace(Setting(), **{name: value})  # type: ignore[arg-type]
        assert refusal.value.field == name


def test_every_first_call_has_one_end_and_more_calls_get_fewer_replications() -> None:
    usual, busy = ran(city(Setting())), ran(city(Setting(volume=10)))
    ends = [usual.told(name) for name in FIRSTS]

    assert sum(one.value for one in ends if one) == pytest.approx(1, abs=0.01)
    assert len(busy.sums) < len(usual.sums)
    assert difference(usual, usual, "in_person") is not None


def test_the_same_callers_in_both_tell_a_difference_that_chance_would_hide() -> None:
    one, other = ran(city(Setting())), ran(city(Setting(ring=15)))
    apart = difference(other, one, "wait")
    strangers = ran(replace(city(Setting(ring=15)), seed=2))
    unpaired = difference(strangers, one, "wait")

    assert apart is not None
    assert unpaired is not None
    assert apart.low is not None
    assert apart.high is not None
    assert unpaired.low is not None
    assert unpaired.high is not None
    assert apart.high - apart.low < 0.8 * (unpaired.high - unpaired.low)
