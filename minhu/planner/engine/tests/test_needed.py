"""How many staff the promise takes: exact for small weeks, and as the simulation of lines finds it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import Busy, Rates, Staffing, Window, covered
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.needed import Load, staff_needed
from minhu.planner.engine.settled import reached, settled
from minhu.planner.engine.tests.lines import MONDAY
from minhu.rules.calendar import china

OFFICE = tuple(Window.of(day, "08:00", "18:00") for day in range(5))
NOBODY = Staffing((0,) * 336)


def load(*callers: float, own: float = 0.0, minutes: float = 5.0) -> Load:
    """Half hours from Monday 00:00 on; own: the share that officials take."""
    come = (*callers, *(0.0 for _ in range(336 - len(callers))))
    nobody = (0.0,) * 336
    return Load(come, tuple(one * own for one in come), tuple(one * (1 - own) for one in come), nobody, minutes)


def first(cells: int) -> tuple[bool, ...]:
    return tuple(cell < cells for cell in range(336))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 12), min_size=1, max_size=3), st.floats(0.3, 0.96), st.floats(0, 0.9), st.floats(0.5, 20))
def test_no_fewer_people_would_keep_the_promise(callers: list[float], soon: float, own: float, minutes: float) -> None:
    asked = load(*callers, own=own, minutes=minutes)
    found = staff_needed(asked, first(len(callers)), soon)
    people = found.staffing.on_duty[: len(callers)]

    assert found.soon >= soon - 1e-9
    assert all(people)
    total = sum(callers)
    fewer = (
        sum(asked.soon(cell, here) for cell, here in enumerate(other)) / total
        for other in product(range(1, max(people) + 3), repeat=len(people))
        if sum(other) < sum(people)
    )
    assert all(share < soon for share in fewer)


def test_of_an_empty_and_a_busy_half_hour_the_busy_one_gets_more() -> None:
    people = staff_needed(load(0.0, 10.0, 2.0), first(4)).staffing.on_duty

    assert people[:5] == (1, 6, 2, 1, 0)


def test_calls_that_officials_take_need_no_staff() -> None:
    busy = load(20.0, 20.0)
    helped = load(20.0, 20.0, own=0.7)

    assert sum(staff_needed(helped, first(2)).staffing.on_duty) < sum(staff_needed(busy, first(2)).staffing.on_duty)
    assert staff_needed(load(20.0, 20.0, own=0.97), first(2)).staffing.on_duty[:2] == (1, 1)


def lines(answers: float = 0.9) -> CityModel:
    """Twelve of them: their officials are in meetings on three days of five."""
    meetings = tuple(Busy(one.start, one.end) for one in OFFICE[:3])
    rates = Rates.same_every_day((0.0,) * 16 + (1.5,) * 20 + (0.0,) * 12)
    line = LineModel(rates, busy=meetings, windows=OFFICE, answers=answers)
    return CityModel((line,) * 12, NOBODY, china(), MONDAY, replications=40)


def test_what_is_reckoned_is_borne_out_by_the_simulation() -> None:
    city, within = lines(), covered(OFFICE)
    told: list[float] = []
    found = settled(city, within, 0.93, told.append)

    assert found.soon is not None
    assert 0.93 - 0.0005 <= found.soon.value < 0.96
    assert told == sorted(told)
    assert told[-1] <= 1
    fewer = Staffing(tuple(max(0, people - 1) for people in found.staffing.on_duty))
    short = reached(city, fewer, within)
    assert short is not None
    assert short.value < 0.93
    meetings, desk = found.staffing.on_duty[20:30], found.staffing.on_duty[48 * 4 + 20 : 48 * 4 + 30]
    assert min(meetings) > max(desk)


def test_where_no_staff_would_do_it_is_told_what_is_reached() -> None:
    found = settled(lines(answers=0.0), covered(OFFICE), 0.999)

    assert found.soon is not None
    assert 0.85 < found.soon.value < 0.97
    assert max(found.staffing.on_duty) < 20


def test_a_week_without_calls_needs_one_of_them_and_no_week_needs_more_than_it_can_use() -> None:
    assert staff_needed(load(), first(2)).staffing.on_duty[:3] == (1, 1, 0)
    assert staff_needed(load(5.0), (False,) * 336).staffing.on_duty == (0,) * 336


def test_what_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(InputUnclear, match="再多人手也只有"):
        staff_needed(load(5.0), first(1), 0.99)
    with pytest.raises(InputUnclear, match="0 到 1 之间"):
        staff_needed(load(5.0), first(1), 1.0)
    with pytest.raises(InputUnclear, match="一周的每个半小时"):
        staff_needed(load(5.0), (True,))
    with pytest.raises(InputUnclear, match="都不小于 0"):
        load(float("nan"))
    with pytest.raises(InputUnclear, match="0 到 240 分钟"):
        load(5.0, minutes=0)
