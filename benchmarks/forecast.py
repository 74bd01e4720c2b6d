"""The forecast of calls, judged on an invented city: twenty lines from their publication on, for half a year.

The city is invented from the demo's profile, not from the engine's own: hours as the demo rings, a rush that falls by a
power of time (the engine believes an exponential), levels of lines, weekday, holidays, days and weeks that differ by
chance. With the same seed it is the same city and the same figures.

    python -m benchmarks.forecast --seed 20260105
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from minhu.ops.demo.profile import CALLS_PER_LINE_AND_DAY, HOURLY_WEIGHT
from minhu.ops.plan.backtest import told
from minhu.planner.engine.backtest import Over, Way, judge
from minhu.planner.engine.forecast import Known
from minhu.planner.engine.history import History
from minhu.rules.calendar import WorkingCalendar, china

LINES, WEEKS, PUBLISHED_ON = 20, 26, date(2026, 1, 5)
SETTLED = 4.0
"""Calls a day on a day worked, long after publication."""
WEEKDAYS = (1.15, 1.0, 0.95, 1.0, 0.9, 0.45, 0.35)
HOLIDAY, MAKE_UP = 0.25, 0.85
LEVELS, DAYS, WEEK_BY_WEEK = 0.5, 0.35, 0.12
"""Standard deviations, on the log scale: of lines, of their days, of the city's weeks."""


def expected(day: date, calendar: WorkingCalendar) -> float:
    """Calls of a usual line on a day."""
    worked = calendar.is_working_day(day)
    if worked and day.weekday() >= 5:
        kind = MAKE_UP
    elif not worked and day in calendar.days_off:
        kind = HOLIDAY
    else:
        kind = WEEKDAYS[day.weekday()]
    rush = (CALLS_PER_LINE_AND_DAY - SETTLED) / (1 + (day - PUBLISHED_ON).days / 7) ** 1.5
    return float((SETTLED + rush) * kind)


def city(random: np.random.Generator, calendar: WorkingCalendar) -> list[History]:
    days = [PUBLISHED_ON + timedelta(days=number) for number in range(7 * WEEKS)]
    hours = np.repeat(np.array(HOURLY_WEIGHT, np.float64), 2)
    weeks = np.repeat(random.lognormal(-(WEEK_BY_WEEK**2) / 2, WEEK_BY_WEEK, WEEKS), 7)
    mean = np.array([expected(day, calendar) for day in days]) * weeks
    lines = []
    for _ in range(LINES):
        own = mean * random.lognormal(0, LEVELS) * random.lognormal(-(DAYS**2) / 2, DAYS, len(days))
        lines.append(History(PUBLISHED_ON, random.poisson(own[:, None] * hours / hours.sum()), PUBLISHED_ON))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20260105)
    calendar = china()
    judged = judge(city(np.random.default_rng(parser.parse_args(arguments).seed), calendar), Known(calendar))
    for line in told(judged):
        print(line)
    better = all(
        judged.late[Way.FORECAST, over].pinball < judged.late[way, over].pinball
        for over in Over
        for way in (Way.LAST_WEEK, Way.FOUR_WEEKS)
    )
    honest = all(
        score.coverage > score.promised - 0.05 for (way, _), score in judged.late.items() if way is Way.FORECAST
    )  # fmt: skip
    print("better than both plain ways" if better else "NOT better than the plain ways", end="; ")
    print("intervals hold what they promise" if honest else "intervals do NOT hold what they promise")
    return 0 if better and honest else 1


if __name__ == "__main__":
    sys.exit(main())
