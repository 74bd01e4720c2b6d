"""A week in half hours: the values that forecast, simulation and optimisation hand to one another.

Minutes are minutes of the week on a Shanghai clock, from Monday 00:00 (0) to Sunday 24:00 (10,080); spans are
half-open. A half hour is numbered from Monday 00:00: ``weekday * 48 + hour * 2 + (minute >= 30)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite

from minhu.planner.engine.errors import InputUnclear

MINUTES_A_HALF_HOUR = 30
HALF_HOURS_A_DAY = 48
HALF_HOURS_A_WEEK = 7 * HALF_HOURS_A_DAY
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
MOST_CALLS_AN_HOUR = 100_000.0
"""More than any city's lines together; a greater rate is a mistake of units."""
MOST_STAFF = 10_000


class Interruptible(StrEnum):
    """Whether a call may ring the official while he is busy.

    never: protected, nobody rings him. may: he is rung only where an answer window is laid over it. can: he is rung as
    if he were free. A call taken in either of the last two counts as an interruption.
    """

    NEVER = "never"
    MAY = "may"
    CAN = "can"


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` to ``end``, minutes of the week."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_A_WEEK:
            raise InputUnclear("start, end", f"起止是一周内的分钟数，先起后止，在 0 到 {MINUTES_A_WEEK} 之间。")

    @classmethod
    def of(cls, weekday: int, start: str, end: str) -> Window:
        """From times of one day, ``Window.of(0, "08:30", "12:00")`` for Monday. Raises: InputUnclear."""
        return cls(minute_of_week(weekday, start), minute_of_week(weekday, end))


@dataclass(frozen=True, slots=True)
class Busy:
    """Something in the official's calendar, minutes of the week."""

    start: int
    end: int
    interruptible: Interruptible = Interruptible.NEVER

    def __post_init__(self) -> None:
        Window(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Rates:
    """Calls an hour, one figure for each half hour of the week."""

    per_hour: tuple[float, ...]

    def __post_init__(self) -> None:
        _whole_week(self.per_hour, "per_hour")
        for at, rate in enumerate(self.per_hour):
            if not (isfinite(rate) and 0 <= rate <= MOST_CALLS_AN_HOUR):
                raise InputUnclear(
                    f"per_hour[{at}]", f"每小时来电数应在 0 到 {MOST_CALLS_AN_HOUR:,.0f} 之间，现为 {rate}。"
                )

    @classmethod
    def same_every_day(cls, per_hour_of_day: Sequence[float]) -> Rates:
        """From the 48 half hours of a day."""
        if len(per_hour_of_day) != HALF_HOURS_A_DAY:
            raise InputUnclear("per_hour_of_day", f"一天应有 {HALF_HOURS_A_DAY} 个半小时的来电数。")
        return cls(tuple(per_hour_of_day) * 7)

    def times(self, factor: float) -> Rates:
        """So many times the calls. Raises: InputUnclear."""
        return Rates(tuple(rate * factor for rate in self.per_hour))

    @property
    def calls_a_week(self) -> float:
        """The calls expected in the week."""
        return sum(self.per_hour) / 2


@dataclass(frozen=True, slots=True)
class Staffing:
    """Staff on duty, one figure for each half hour of the week."""

    on_duty: tuple[int, ...]

    def __post_init__(self) -> None:
        _whole_week(self.on_duty, "on_duty")
        for at, people in enumerate(self.on_duty):
            if not 0 <= people <= MOST_STAFF:
                raise InputUnclear(f"on_duty[{at}]", f"值班人数应是 0 到 {MOST_STAFF:,} 的整数，现为 {people}。")

    @classmethod
    def during(cls, windows: Iterable[Window], people: int) -> Staffing:
        """So many people in every half hour that begins in one of the windows, nobody else."""
        open_now = covered(windows)
        return cls(tuple(people if inside else 0 for inside in open_now))


def minute_of_week(weekday: int, clock: str) -> int:
    """``(0, "08:30")`` is 510. ``24:00`` is the end of the day. Raises: InputUnclear."""
    hour, _, minute = clock.partition(":")
    if not (0 <= weekday < 7 and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise InputUnclear("clock", f"星期几是 0（周一）到 6，时刻写成 08:30，现为 {weekday}、{clock!r}。")
    of_day = int(hour) * 60 + int(minute)
    if int(minute) > 59 or of_day > MINUTES_A_DAY:
        raise InputUnclear("clock", f"时刻应在 00:00 到 24:00 之间，现为 {clock!r}。")
    return weekday * MINUTES_A_DAY + of_day


def covered(windows: Iterable[Window | Busy]) -> tuple[bool, ...]:
    """For each half hour of the week, whether it begins within one of the windows."""
    marks = [False] * HALF_HOURS_A_WEEK
    for window in windows:
        first = -(-window.start // MINUTES_A_HALF_HOUR)
        last = -(-window.end // MINUTES_A_HALF_HOUR)
        marks[first:last] = [True] * (last - first)
    return tuple(marks)


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """In order, with what touches or overlaps joined into one."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda one: one.start):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return tuple(joined)


def without(windows: Iterable[Window], taken: Iterable[Window]) -> Iterator[Window]:
    """What is left of each window."""
    ordered = merged(taken)
    for one in windows:
        start = one.start
        for other in ordered:
            if start < other.start < one.end:
                yield Window(start, other.start)
            if other.start < one.end and other.end > start:
                start = other.end
        if start < one.end:
            yield Window(start, one.end)


def free_between(busy: Iterable[Busy], within: Window) -> tuple[Window, ...]:
    """The gaps that nothing in the calendar takes, inside ``within``."""
    taken = merged(Window(one.start, one.end) for one in busy)
    edges = [within.start, *(edge for one in taken for edge in (one.start, one.end)), within.end]
    inside = [min(max(edge, within.start), within.end) for edge in edges]
    return tuple(Window(start, end) for start, end in list(pairwise(inside))[::2] if start < end)


def _whole_week(values: Sequence[float], field: str) -> None:
    if len(values) != HALF_HOURS_A_WEEK:
        raise InputUnclear(field, f"一周应有 {HALF_HOURS_A_WEEK} 个半小时的数值，现有 {len(values)} 个。")
