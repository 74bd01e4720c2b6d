"""The quarter within which every published number is checked and dialled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from minhu.rules.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Cycle:
    """A quarter of the year. name: ``2026Q1``. first_on, last_on: both belong to it."""

    name: str
    first_on: date
    last_on: date


def cycle_of(day: date) -> Cycle:
    """The quarter of a day."""
    quarter = (day.month - 1) // 3
    first = date(day.year, quarter * 3 + 1, 1)
    after = date(day.year + (quarter == 3), (quarter * 3 + 3) % 12 + 1, 1)
    return Cycle(f"{day.year}Q{quarter + 1}", first, after - timedelta(days=1))


def days_left(day: date, calendar: WorkingCalendar) -> int:
    """Working days of the quarter from ``day`` on, itself included; at least 1."""
    rest = (cycle_of(day).last_on - day).days
    return max(1, sum(calendar.assume_working_day(day + timedelta(days=ahead)) for ahead in range(rest + 1)))
