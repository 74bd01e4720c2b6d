"""What would happen if: a line or all lines with other windows, staff, meetings or calls, beside how things are.

Both are simulated with one seed, so the same callers come. What comes of it is told by ``whatif_told``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from minhu.planner.engine.availability import OFFICE_HOURS
from minhu.planner.engine.day import (
    MINUTES_A_DAY,
    MINUTES_A_WEEK,
    Busy,
    Interruptible,
    Rates,
    Staffing,
    Window,
    merged,
)
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.rules.calendar import WorkingCalendar

MOST_REPLICATIONS, FEWEST_REPLICATIONS = 200, 16
CALLERS_AT_ONCE = 60_000
"""So many callers together are simulated in about a tenth of a second."""
WEEKS = 4


class Windows(StrEnum):
    """now: as they are. always: he may be rung at any time. chosen: two spans of every working day."""

    NOW = "now"
    ALWAYS = "always"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Range:
    """What a setting may be."""

    least: float
    most: float
    step: float


RANGES = {
    "morning": Range(7 * 60, 12 * 60, 10),
    "morning_minutes": Range(0, 120, 10),
    "evening": Range(12 * 60, 20 * 60, 10),
    "evening_minutes": Range(0, 120, 10),
    "ring": Range(5, 60, 5),
    "staff": Range(-5, 10, 1),
    "meetings": Range(-180, 240, 30),
    "volume": Range(1, 10, 0.5),
    "publicity": Range(0, 7, 1),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is changed. Raises: InputUnclear outside of RANGES.

    morning, evening: minutes of the day at which the chosen windows begin. ring: seconds until the official's
    telephone is given up. staff: more or fewer on duty. meetings: minutes of a working day, more or fewer, that nobody
    interrupts. volume: times the calls. publicity: the weekday of a publicity day, Monday being 1; 0 for none.
    """

    windows: Windows = Windows.NOW
    morning: float = 8 * 60
    morning_minutes: float = 40
    evening: float = 17 * 60 + 30
    evening_minutes: float = 30
    ring: float = 20
    staff: float = 0
    meetings: float = 0
    volume: float = 1
    publicity: float = 0

    def __post_init__(self) -> None:
        for one in fields(self):
            limits = RANGES.get(one.name)
            value = getattr(self, one.name)
            if limits is not None and not (
                limits.least <= value <= limits.most and (value - limits.least) % limits.step == 0
            ):
                raise InputUnclear(
                    one.name, f"应在 {limits.least:g} 到 {limits.most:g} 之间，每档 {limits.step:g}，现为 {value:g}。"
                )
        if self.windows is Windows.CHOSEN and not self.morning_minutes + self.evening_minutes:
            raise InputUnclear("windows", "两个接听时段都是 0 分钟：请至少留一个，或选“全天”。")

    @property
    def weeks(self) -> int:
        """A publicity day does not come again every week, so that one week is simulated then."""
        return 1 if self.publicity else WEEKS


def changed(line: LineModel, rates: Rates, setting: Setting, *, monday: date, calendar: WorkingCalendar) -> LineModel:
    """The line as it would be. rates: its calls, with the publicity day if there is one."""
    worked = tuple(day for day in range(7) if calendar.assume_working_day(monday + timedelta(days=day)))
    windows = _windows(line, setting, worked)
    busy = line.busy
    if setting.windows is not Windows.NOW or setting.meetings:
        busy = rearranged(line, windows, worked, meetings=int(setting.meetings))
    return replace(line, arrivals=rates.times(setting.volume), windows=windows, busy=busy)


def staffed(staff: Staffing, setting: Setting) -> Staffing:
    """With more or fewer of them whenever somebody is on duty; in office hours where nobody ever is."""
    more = int(setting.staff)
    if more > 0 and not any(staff.on_duty):
        return Staffing.during((Window.of(day, "08:30", "18:00") for day in range(5)), more)
    return Staffing(tuple(max(0, people + more) if people else 0 for people in staff.on_duty))


def together(city: CityModel, setting: Setting, *, weeks: int, at_once: int = CALLERS_AT_ONCE) -> CityModel:
    """Lines that were changed, as a model with as many replications as there is time for."""
    callers = sum(one.arrivals.calls_a_week for one in city.lines) * weeks
    replications = int(min(MOST_REPLICATIONS, max(FEWEST_REPLICATIONS, at_once / max(callers, 1))))
    policy = replace(city.policy, official_ring_seconds=int(setting.ring))
    return replace(city, staff=staffed(city.staff, setting), policy=policy, weeks=weeks, replications=replications)


# ---- the week of his calendar


def _windows(line: LineModel, setting: Setting, worked: Sequence[int]) -> tuple[Window, ...] | None:
    if setting.windows is Windows.NOW:
        return line.windows
    if setting.windows is Windows.ALWAYS:
        return None
    spans = ((setting.morning, setting.morning_minutes), (setting.evening, setting.evening_minutes))
    days = worked or range(5)
    return merged(
        Window(day * MINUTES_A_DAY + int(start), day * MINUTES_A_DAY + int(start + minutes))
        for day in days
        for start, minutes in spans
        if minutes
    )


def rearranged(
    line: LineModel, windows: tuple[Window, ...] | None, worked: Sequence[int], *, meetings: int = 0
) -> tuple[Busy, ...]:
    """His calendar with other windows: desk work is given up within one offered, taken up where one no longer is.

    worked: weekdays. meetings: minutes of each of them, more or fewer, that nobody interrupts.
    """
    marks: list[Interruptible | None] = [None] * MINUTES_A_WEEK
    for one in line.busy:
        marks[one.start : one.end] = [one.interruptible] * (one.end - one.start)
    desk = frozenset(minute for day in worked for minute in _desk(day))
    for minute in _within(line.windows) & desk:
        marks[minute] = marks[minute] or Interruptible.CAN
    for day in worked:
        _meet(marks, day, meetings)
    for minute in _within(windows):
        marks[minute] = None if marks[minute] is Interruptible.CAN else marks[minute]
    return _runs(marks)


def _within(windows: tuple[Window, ...] | None) -> frozenset[int]:
    return frozenset(minute for window in windows or () for minute in range(window.start, window.end))


def _desk(day: int) -> list[int]:
    """Minutes of office hours."""
    spans = (OFFICE_HOURS.spans or (((0, MINUTES_A_DAY),),) * 7)[day]
    return [day * MINUTES_A_DAY + minute for start, end in spans for minute in range(start, end)]


def _meet(marks: list[Interruptible | None], day: int, minutes: int) -> None:
    """More meetings from the beginning of office hours on, or fewer, the last ones first."""
    never, left = Interruptible.NEVER, abs(minutes)
    for minute in _desk(day) if minutes > 0 else reversed(_desk(day)):
        if left and (marks[minute] is never) == (minutes < 0):
            marks[minute] = never if minutes > 0 else Interruptible.CAN
            left -= 1


def _runs(marks: Sequence[Interruptible | None]) -> tuple[Busy, ...]:
    edges = [at for at in range(1, MINUTES_A_WEEK) if marks[at] is not marks[at - 1] or at % MINUTES_A_DAY == 0]
    return tuple(Busy(start, end, how) for start, end in pairwise([0, *edges, MINUTES_A_WEEK]) if (how := marks[start]))
