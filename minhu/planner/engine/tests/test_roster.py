"""Shifts that cover what is needed within the rules of working time."""

from __future__ import annotations

import time
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import MINUTES_A_DAY, Staffing, Window, minute_of_week
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.roster import (
    SHORT,
    UNEVEN,
    WORKED,
    Person,
    Roster,
    WorkingTime,
    _by_hand,
    _possible,
    _roster,
    _shifts,
    covered_whole,
    rostered,
)
from minhu.planner.engine.staff_missing import why_short

ALL_WEEK = tuple(Window.of(day, "07:00", "23:00") for day in range(7))
OFFICE = Staffing.during([Window.of(day, "08:00", "20:00") for day in range(5)], 2)


def people(count: int, available: tuple[Window, ...] = ALL_WEEK) -> list[Person]:
    return [Person(f"{number}号", available) for number in range(count)]


@pytest.fixture(scope="module")
def office() -> Roster:
    return rostered(OFFICE, people(5))


def test_every_half_hour_has_the_people_it_needs(office: Roster) -> None:
    assert office.short == ()
    assert all(here >= want for here, want in zip(office.on_duty.on_duty, OFFICE.on_duty, strict=True))
    assert why_short(office, OFFICE, people(5)) == ()


def test_nobody_works_more_than_the_law_allows(office: Roster) -> None:
    for person in people(5):
        mine = [shift for shift in office.shifts if shift.name == person.name]
        worked = [
            shift.end - shift.start - (shift.rest.end - shift.rest.start if shift.rest else 0) for shift in mine
        ]  # fmt: skip
        assert max(worked) <= 8 * 60
        assert sum(worked) <= 40 * 60
        assert len({shift.start // MINUTES_A_DAY for shift in mine}) == len(mine) <= 5
        assert all(after.start - before.end >= 11 * 60 for before, after in pairwise(mine))


def test_work_is_spread_evenly_and_nobody_comes_for_nothing(office: Roster) -> None:
    worked = sum(office.on_duty.on_duty)

    assert worked <= 1.1 * sum(OFFICE.on_duty)
    by_name = [sum(shift.name == person.name for shift in office.shifts) for person in people(5)]
    assert max(by_name) - min(by_name) <= 2


def test_who_is_not_available_is_not_asked() -> None:
    mornings = Person("半天", tuple(Window.of(day, "08:00", "12:00") for day in range(5)))
    needed = Staffing.during([Window.of(0, "08:00", "16:00")], 1)
    roster = rostered(needed, [mornings])

    assert [(shift.start, shift.end) for shift in roster.shifts] == [(8 * 60, 12 * 60)]
    assert [one.window for one in roster.short] == [Window.of(0, "12:00", "16:00")]


def test_it_says_who_is_missing_when_and_how_many_are_needed() -> None:
    needed = Staffing.during([Window.of(0, "08:00", "12:00")], 3)
    roster = rostered(needed, people(1))

    assert tuple(map(str, why_short(roster, needed, people(1)))) == (
        "星期一 8:00—12:00 缺 2 人：需要 3 人，这段时间能上班的只有 1 人。",
        "一周共缺 8 个工时，至少要增加 2 人，或放宽这些人的上班时间，或减少需要值守的时段。",
    )


def test_it_says_when_no_roster_could_do() -> None:
    needed = Staffing.during([Window.of(day, "09:00", "17:00") for day in range(7)], 1)
    words = [str(one) for one in why_short(rostered(needed, people(1)), needed, people(1))]

    assert "一周需要 56 个工时，现有人员合起来最多 40 个：排法再好也不够。" in words
    assert any("不允许再排" in one for one in words)


def test_the_nights_rest_is_kept() -> None:
    needed = Staffing.during([Window.of(0, "18:00", "22:00"), Window.of(1, "06:00", "10:00")], 1)
    all_day = tuple(Window.of(day, "00:00", "24:00") for day in range(7))
    roster = rostered(needed, people(1, all_day))

    assert [shift.start for shift in roster.shifts] == [18 * 60, MINUTES_A_DAY + 9 * 60]
    assert [one.window for one in roster.short] == [Window.of(1, "06:00", "09:00")]
    assert not rostered(needed, people(1, all_day), WorkingTime(rest_hours=8)).short


def test_a_day_too_short_for_a_shift_with_a_break_is_covered_by_one_all_the_same() -> None:
    needed = Staffing.during([Window.of(0, "08:00", "16:00")], 1)
    roster = rostered(needed, people(1))

    assert [(one.missing, one.window.end - one.window.start) for one in roster.short] == [(1, 60)]
    assert sum(one.missing for one in rostered(needed, people(2)).short) == 0


def test_nobody_and_no_need_make_an_empty_roster() -> None:
    nothing = Staffing((0,) * 336)

    assert rostered(nothing, people(3)).shifts == ()
    assert rostered(OFFICE, []).shifts == ()
    assert "至少要增加" in str(why_short(rostered(OFFICE, []), OFFICE, [])[-1])


def test_a_half_hour_counts_only_when_it_is_whole() -> None:
    marks = covered_whole([Window(minute_of_week(0, "08:10"), minute_of_week(0, "09:40"))])

    assert [at for at, mark in enumerate(marks) if mark] == [17, 18]


def test_the_same_people_get_the_same_roster_in_little_time(office: Roster) -> None:
    began = time.process_time()
    again = rostered(OFFICE, people(5))

    assert again == office
    assert time.process_time() - began < 8


def test_more_people_than_can_be_planned_well_are_planned_by_the_same_rules() -> None:
    needed = Staffing.during([Window.of(day, "07:00", "21:00") for day in range(7)], 4)
    keys = [
        (person.name, day, shift)
        for person in people(15) for day in range(7) for shift in _shifts(WorkingTime())
        if _possible(shift, day, covered_whole(person.available), needed.on_duty)
    ]  # fmt: skip
    roster = _roster(_by_hand(needed, people(15), WorkingTime(), keys), needed, proven=False)

    assert sum(one.missing for one in roster.short) <= 0.05 * sum(needed.on_duty)
    for person in people(15):
        mine = [shift for shift in roster.shifts if shift.name == person.name]
        assert len(mine) <= 5
        assert all(after.start - before.end >= 11 * 60 for before, after in pairwise(mine))


def test_absurd_rules_and_namesakes_are_refused_in_words() -> None:
    with pytest.raises(InputUnclear, match="12 小时之间"):
        WorkingTime(shift_hours=(0,))
    with pytest.raises(InputUnclear, match="姓名相同"):
        rostered(OFFICE, [people(1)[0]] * 2)
    with pytest.raises(InputUnclear, match="0 到 60 小时之间"):
        Person("铁人", ALL_WEEK, 24 * 7 * 60)
    with pytest.raises(InputUnclear, match="请分组"):
        rostered(OFFICE, people(61))


def cost(begins: list[tuple[int | None, ...]], needed: Staffing, hour: int = 60) -> int:
    """Of one-hour shifts: for each person the minute of each day at which his begins, None for a day off."""
    here = [0] * 336
    for own in begins:
        for start in own:
            if start is not None:
                here[start // 30] += 1
                here[start // 30 + 1] += 1
    missing = sum(max(0, want - there) for want, there in zip(needed.on_duty, here, strict=True))
    worked = [sum(start is not None for start in own) * hour // 30 for own in begins]
    return SHORT * missing + WORKED * sum(worked) + UNEVEN * (max(worked) - min(worked))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=6, max_size=6), st.integers(0, 3), st.sampled_from([0, 11, 16]))
def test_no_roster_of_a_small_week_is_better(wanted: list[int], days: int, rest: int) -> None:
    hours = WorkingTime(shift_hours=(1,), most_days=max(1, days), rest_hours=rest)
    two_days = [(0, "20:00", "23:00"), (1, "07:00", "10:00")]
    free = tuple(Window.of(*one) for one in two_days)
    needed = [0] * 336
    for number, want in enumerate(wanted):
        first = free[number // 3].start // 30 + number % 3 * 2
        needed[first : first + 2] = [want, want]
    staffing = Staffing(tuple(needed))
    roster = rostered(staffing, people(2, free), hours)

    options = [(None, *range(one.start, one.end, 60)) for one in free]
    allowed = [
        own
        for own in product(*options)
        if sum(start is not None for start in own) <= hours.most_days
        and (None in own or (own[1] or 0) - (own[0] or 0) - 60 >= rest * 60)
    ]
    best = min(cost([one, other], staffing) for one in allowed for other in allowed)
    taken = [
        tuple(next((s.start for s in roster.shifts if s.name == who and s.start // MINUTES_A_DAY == day), None)
              for day in range(2))
        for who in ("0号", "1号")
    ]  # fmt: skip
    assert roster.proven
    assert cost(taken, staffing) == best


_blocks = st.tuples(st.integers(0, 6), st.integers(7, 16), st.integers(1, 6), st.integers(1, 2))
_person = st.tuples(st.sets(st.integers(0, 6), max_size=4), st.integers(6, 12), st.sampled_from([0, 8, 20, 40]))


@settings(max_examples=10, deadline=None)
@given(st.lists(_blocks, max_size=5), st.lists(_person, max_size=3), st.integers(1, 6), st.sampled_from([8, 11]))
def test_every_rule_is_kept_whatever_is_needed(
    blocks: list[tuple[int, int, int, int]], staff: list[tuple[set[int], int, int]], most_days: int, rest: int
) -> None:
    needed = [0] * 336
    for day, hour, lasts, want in blocks:
        for cell in range(day * 48 + hour * 2, day * 48 + (hour + lasts) * 2):
            needed[cell] = want
    persons = [
        Person(str(number), tuple(Window.of(day, f"{begins:02d}:00", "22:00") for day in range(7) if day not in off),
               most * 60)
        for number, (off, begins, most) in enumerate(staff)
    ]  # fmt: skip
    hours = WorkingTime(most_days=most_days, rest_hours=rest)
    roster = rostered(Staffing(tuple(needed)), persons, hours)

    there = [0] * 336
    for person in persons:
        mine = [shift for shift in roster.shifts if shift.name == person.name]
        worked = 0
        for shift in mine:
            minutes = set(range(shift.start, shift.end, 30))
            minutes -= set(range(shift.rest.start, shift.rest.end, 30)) if shift.rest else set()
            assert all(any(one.start <= at < one.end for one in person.available) for at in minutes)
            assert len(minutes) * 30 in {60 * one for one in hours.shift_hours}
            worked += len(minutes) * 30
            for at in minutes:
                there[at // 30] += 1
        assert worked <= person.most_minutes
        assert len({shift.start // MINUTES_A_DAY for shift in mine}) == len(mine) <= most_days
        assert all(after.start - before.end >= rest * 60 for before, after in pairwise(mine))
    assert tuple(there) == roster.on_duty.on_duty
    short = sum(one.missing * (one.window.end - one.window.start) // 30 for one in roster.short)
    assert short == sum(max(0, want - here) for want, here in zip(needed, there, strict=True))
    assert bool(short) == bool(why_short(roster, Staffing(tuple(needed)), persons, hours))


def test_a_week_of_twenty_is_planned_in_ten_seconds_of_work() -> None:
    needed = Staffing.during([Window.of(day, "08:00", "18:00") for day in range(5)], 8)
    staff = [Person(f"{one}", ALL_WEEK if one % 4 else ALL_WEEK[:5]) for one in range(20)]
    began = time.process_time()
    roster = rostered(needed, staff)

    assert time.process_time() - began < 10
    assert roster.short == ()
