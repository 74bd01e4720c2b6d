"""Calls of the past, counted by day and half hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from minhu.planner.engine.day import HALF_HOURS_A_DAY, MINUTES_A_HALF_HOUR
from minhu.planner.engine.errors import InputUnclear
from minhu.rules.clock import local

Counts = NDArray[np.int64]

MOST_DAYS = 3_700
"""Ten years; the older counts for nothing any more."""


@dataclass(frozen=True, slots=True)
class History:
    """Whole days of one line from ``first`` on, none left out. counts: a row a day, a column a half hour.

    published_on: None where that is long past or not known.
    """

    first: date
    counts: Counts
    published_on: date | None = None

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or self.counts.shape[1] != HALF_HOURS_A_DAY or len(self.counts) > MOST_DAYS:
            raise InputUnclear("counts", f"每天应有 {HALF_HOURS_A_DAY} 个半小时，最多 {MOST_DAYS} 天。")
        if self.counts.size and self.counts.min() < 0:
            raise InputUnclear("counts", "来电数不能是负数。")

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=number) for number in range(len(self.counts)))

    @property
    def daily(self) -> Counts:
        """Calls of each day."""
        return np.asarray(self.counts.sum(axis=1), np.int64)

    def until(self, day: date) -> History:
        """What was known on the morning of a day."""
        return replace(self, counts=self.counts[: max(0, (day - self.first).days)])

    def between(self, first: date, days: int) -> Counts:
        """The rows of so many days from one on. All must lie in the history."""
        begin = (first - self.first).days
        if begin < 0 or begin + days > len(self.counts):
            raise InputUnclear("first", "要比较的日子不在历史数据之内。")
        return self.counts[begin : begin + days]


def counted(instants: Iterable[datetime], first: date, days: int, published_on: date | None = None) -> History:
    """Count calls by the Shanghai clock; what lies outside of the days is left out."""
    counts = np.zeros((max(days, 0), HALF_HOURS_A_DAY), np.int64)
    for instant in instants:
        here = local(instant)
        day = (here.date() - first).days
        if 0 <= day < days:
            counts[day, (here.hour * 60 + here.minute) // MINUTES_A_HALF_HOUR] += 1
    return History(first, counts, published_on)
