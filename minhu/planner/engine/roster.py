"""Who of the staff works when, so that each half hour has the people it needs: with CP-SAT.

work[p, d, s] = 1 when person p works shift s on day d. A shift is four, six or eight hours of work that begin at a full
hour; the longest has a break of an hour in the middle, which starts at one of three times. Minimised, in this order:

    SHORT   each person who is missing in a half hour
    WORKED  each half hour worked: nobody is called in for nothing
    UNEVEN  each half hour by which the busiest works more than the least busy, of those who can be asked

never breaking: one shift a day, most days and minutes a week, the night's rest, the times a person is available.
Source: Labour Law of the PRC, art. 36, 38 (eight hours a day, a day off a week); State Council Decree 174 (1995: 40
hours a week); Directive 2003/88/EC, art. 3 (eleven hours of rest, where the law names none).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from minhu.planner.engine.day import (
    HALF_HOURS_A_DAY,
    HALF_HOURS_A_WEEK,
    MINUTES_A_HALF_HOUR,
    Staffing,
    Window,
    covered,
)
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.solving import solved
from minhu.rules.planning import MOST_HOURS_A_WEEK

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

SHORT, WORKED, UNEVEN = 1000, 10, 3
MOST_PEOPLE = 60
_LIMIT = 2.0
"""Deterministic seconds for ten people."""
_HOUR = 2
"""In half hours."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff. available: when he can be asked to work, in whole half hours; half hours at its edge do not
    count. most_minutes: of work in the week.
    """

    name: str
    available: tuple[Window, ...]
    most_minutes: int = 40 * 60

    def __post_init__(self) -> None:
        if not 0 <= self.most_minutes <= MOST_HOURS_A_WEEK * 60:
            raise InputUnclear("most_minutes", f"每周工时应在 0 到 {MOST_HOURS_A_WEEK} 小时之间。")


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Rules of working time."""

    shift_hours: tuple[int, ...] = (4, 6, 8)
    break_from_hours: int = 8
    most_days: int = 5
    rest_hours: int = 11

    def __post_init__(self) -> None:
        if not self.shift_hours or not all(0 < one <= 12 for one in self.shift_hours):
            raise InputUnclear("shift_hours", "每班应在 1 到 12 小时之间。")
        if not (0 < self.most_days <= 7 and 0 <= self.rest_hours <= 16):
            raise InputUnclear("most_days, rest_hours", "每周最多 7 天，两班之间最多休息 16 小时。")


@dataclass(frozen=True, slots=True)
class Shift:
    """Work of one person on one day, minutes of the week, with a break or without."""

    name: str
    start: int
    end: int
    rest: Window | None


@dataclass(frozen=True, slots=True)
class Short:
    """A stretch of time in which people are missing, the same number throughout."""

    window: Window
    missing: int


@dataclass(frozen=True, slots=True)
class Roster:
    """The week. short: where it does not cover what is needed; proven: nothing is better."""

    shifts: tuple[Shift, ...]
    on_duty: Staffing
    short: tuple[Short, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class _Shift:
    """Half hours of the day: first and one past the last, and those worked."""

    first: int
    last: int
    worked: tuple[int, ...]


def rostered(needed: Staffing, people: Sequence[Person], hours: WorkingTime | None = None) -> Roster:
    """The week's shifts. needed: people in each half hour. Raises: InputUnclear."""
    hours = hours or WorkingTime()
    _checked(people)
    could = {person.name: covered_whole(person.available) for person in people}
    choices = {
        (person.name, day, shift): shift
        for person in people
        for day in range(7)
        for shift in _shifts(hours)
        if _possible(shift, day, could[person.name], needed.on_duty)
    }
    if not choices:
        return _roster((), needed, proven=True)
    model, work = _model(needed, people, hours, tuple(choices))
    by_hand = _by_hand(needed, people, hours, tuple(choices))
    begun = frozenset(by_hand)
    for key, var in work.items():
        model.add_hint(var, key in begun)
    solution = solved(model, _LIMIT * max(1.0, len(people) / 10))
    if solution is None:
        return _roster(by_hand, needed, proven=False)
    taken = [key for key, var in work.items() if solution.value(var)]
    return _roster(taken, needed, proven=solution.proven)


def _by_hand(needed: Staffing, people: Sequence[Person], hours: WorkingTime, choices: Sequence[_Key]) -> Sequence[_Key]:
    """What a person would do, for more people than can be planned better in the time: day by day, the shift that covers
    most of what is missing, by whoever has worked least.
    """
    missing = list(needed.on_duty)
    taken: list[_Key] = []
    worked = dict.fromkeys((person.name for person in people), 0)
    for day in range(7):
        today = [key for key in choices if key[1] == day]
        while today:
            best = max(today, key=lambda key: (_gain(key, missing), -worked[key[0]]))
            if not _gain(best, missing):
                break
            person = next(person for person in people if person.name == best[0])
            if _allowed(best, [key for key in taken if key[0] == best[0]], person, hours):
                taken.append(best)
                worked[best[0]] += len(best[2].worked)
                today = [key for key in today if key[0] != best[0]]
                for cell in best[2].worked:
                    missing[day * HALF_HOURS_A_DAY + cell] -= 1
            else:
                today.remove(best)
    return taken


def _gain(key: _Key, missing: Sequence[int]) -> int:
    begin = key[1] * HALF_HOURS_A_DAY
    return len([cell for cell in key[2].worked if missing[begin + cell] > 0])


def _allowed(key: _Key, mine: Sequence[_Key], person: Person, hours: WorkingTime) -> bool:
    """Whether one more shift, later than the others, keeps the rules."""
    worked = sum(len(one[2].worked) for one in (*mine, key))
    ends = max((one[1] * HALF_HOURS_A_DAY + one[2].last for one in mine), default=-HALF_HOURS_A_DAY)
    rested = key[1] * HALF_HOURS_A_DAY + key[2].first - ends >= hours.rest_hours * _HOUR
    return rested and len(mine) < hours.most_days and worked * MINUTES_A_HALF_HOUR <= person.most_minutes


def covered_whole(windows: Sequence[Window]) -> tuple[bool, ...]:
    """For each half hour of the week, whether it lies within one of the windows from begin to end."""
    begins = covered(windows)
    ends = covered(Window(max(one.start - MINUTES_A_HALF_HOUR + 1, 0), one.end - MINUTES_A_HALF_HOUR + 1)
                   for one in windows if one.end - one.start >= MINUTES_A_HALF_HOUR)  # fmt: skip
    return tuple(first and last for first, last in zip(begins, ends, strict=True))


def _checked(people: Sequence[Person]) -> None:
    if len(people) > MOST_PEOPLE:
        raise InputUnclear("people", f"一次最多排 {MOST_PEOPLE} 人的班，现有 {len(people)} 人：请分组。")
    if len({person.name for person in people}) < len(people):
        raise InputUnclear("people", "有两个人的姓名相同，请加以区分。")


def _shifts(hours: WorkingTime) -> Iterator[_Shift]:
    for length in sorted({hour * _HOUR for hour in hours.shift_hours}):
        pauses: tuple[int | None, ...] = (None,)
        if length >= hours.break_from_hours * _HOUR:
            pauses = (length // 2 - _HOUR, length // 2, length // 2 + _HOUR)
        for first in range(0, HALF_HOURS_A_DAY - length + 1, _HOUR):
            for pause in pauses:
                last = first + length + (0 if pause is None else _HOUR)
                rest = range(0) if pause is None else range(first + pause, first + pause + _HOUR)
                if last <= HALF_HOURS_A_DAY:
                    yield _Shift(first, last, tuple(cell for cell in range(first, last) if cell not in rest))


def _possible(shift: _Shift, day: int, could: Sequence[bool], needed: Sequence[int]) -> bool:
    """Whether the person can, and somebody is needed at its begin and its end: other shifts are never better.

    One with a break may reach beyond a day that is too short for it: that covers more than a shorter one without.
    """
    begin = day * HALF_HOURS_A_DAY
    wanted = [
        any(needed[begin + shift.first : begin + shift.first + _HOUR]),
        any(needed[begin + shift.last - _HOUR : begin + shift.last]),
    ]
    today = [cell for cell in range(HALF_HOURS_A_DAY) if needed[begin + cell]]
    too_short = bool(today) and len(shift.worked) < shift.last - shift.first > today[-1] - today[0] + 1
    first_short = len(shift.worked) == 4 * _HOUR and any(needed[begin + cell] for cell in shift.worked)
    useful = all(wanted) or (too_short and any(wanted)) or first_short
    return useful and all(could[begin + cell] for cell in shift.worked)


_Key = tuple[str, int, _Shift]


def _model(
    needed: Staffing, people: Sequence[Person], hours: WorkingTime, choices: Sequence[_Key]
) -> tuple[CpModel, Mapping[_Key, IntVar]]:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    work = {key: model.new_bool_var("") for key in choices}
    there: list[list[IntVar]] = [[] for _ in range(HALF_HOURS_A_WEEK)]
    for (_, day, shift), var in work.items():
        for cell in shift.worked:
            there[day * HALF_HOURS_A_DAY + cell].append(var)
    cost = WORKED * sum(len(shift.worked) * var for (_, _, shift), var in work.items())
    for cell, demand in enumerate(needed.on_duty):
        if demand and there[cell]:
            missing = model.new_int_var(0, demand, "")
            model.add(sum(there[cell]) + missing >= demand)
            cost += SHORT * missing
    most, least = (model.new_int_var(0, HALF_HOURS_A_WEEK, "") for _ in range(2))
    for person in people:
        mine = {key: var for key, var in work.items() if key[0] == person.name}
        if mine:
            _rules(model, mine, person, hours)
            worked = sum(len(shift.worked) * var for (_, _, shift), var in mine.items())
            model.add(worked <= most)
            model.add(worked >= least)
    model.minimize(cost + UNEVEN * (most - least))
    return model, work


def _rules(model: CpModel, mine: Mapping[_Key, IntVar], person: Person, hours: WorkingTime) -> None:
    """What holds for one person."""
    by_day = [{key[2]: var for key, var in mine.items() if key[1] == day} for day in range(7)]
    for shifts in by_day:
        model.add_at_most_one(shifts.values())
    model.add(sum(mine.values()) <= hours.most_days)
    worked = sum(len(shift.worked) * var for (_, _, shift), var in mine.items())
    model.add(worked <= person.most_minutes // MINUTES_A_HALF_HOUR)
    for today, tomorrow in pairwise(by_day):
        for end in sorted({shift.last for shift in today}):
            earliest = end + hours.rest_hours * _HOUR - HALF_HOURS_A_DAY
            late = [var for shift, var in today.items() if shift.last >= end]
            early = [var for shift, var in tomorrow.items() if shift.first < earliest]
            if late and early:
                model.add_at_most_one([*late, *early])


def _roster(taken: Sequence[_Key], needed: Staffing, *, proven: bool) -> Roster:
    on_duty = [0] * HALF_HOURS_A_WEEK
    taken = sorted(taken, key=lambda key: (key[1], key[2].first, key[0]))
    for _, day, shift in taken:
        for cell in shift.worked:
            on_duty[day * HALF_HOURS_A_DAY + cell] += 1
    missing = [max(0, want - here) for want, here in zip(needed.on_duty, on_duty, strict=True)]
    return Roster(tuple(map(_told, taken)), Staffing(tuple(on_duty)), tuple(_stretches(missing)), proven)


def _told(key: _Key) -> Shift:
    name, day, shift = key
    begin = day * HALF_HOURS_A_DAY
    paused = sorted(set(range(shift.first, shift.last)) - set(shift.worked))
    rest = _window(begin + paused[0], begin + paused[-1] + 1) if paused else None
    whole = _window(begin + shift.first, begin + shift.last)
    return Shift(name, whole.start, whole.end, rest)


def _stretches(missing: Sequence[int]) -> Iterator[Short]:
    start = 0
    for cell in range(1, len(missing) + 1):
        if cell == len(missing) or missing[cell] != missing[start] or cell % HALF_HOURS_A_DAY == 0:
            if missing[start]:
                yield Short(_window(start, cell), missing[start])
            start = cell


def _window(first: int, last: int) -> Window:
    return Window(first * MINUTES_A_HALF_HOUR, last * MINUTES_A_HALF_HOUR)
