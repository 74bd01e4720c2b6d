"""Invented lines whose true course is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from minhu.planner.engine.daykinds import REPORTED, Event, features
from minhu.planner.engine.forecast import Known
from minhu.planner.engine.history import History
from minhu.planner.engine.profile import REPORTED_SHAPE
from minhu.rules.calendar import china

MONDAY = date(2026, 3, 2)
KNOWN = Known(china())


def line(
    seed: int,
    *,
    weeks: int = 12,
    first: date = MONDAY,
    level: float = 0.0,
    published: bool = True,
    size: float = 6.0,
    events: tuple[Event, ...] = (),
) -> History:
    """A line that follows the reported course; level: how far its log level is from the reported one."""
    random = np.random.default_rng(seed)
    days = [first + timedelta(days=number) for number in range(7 * weeks)]
    since = first if published else None
    log_mean = features(days, since, events, KNOWN.calendar) @ REPORTED.mean + level
    busy = random.gamma(size, 1 / size, len(days))
    worked = [KNOWN.calendar.assume_working_day(day) for day in days]
    shape = np.array([REPORTED_SHAPE.of(worked=one) / REPORTED_SHAPE.of(worked=one).sum() for one in worked])
    return History(first, random.poisson((np.exp(log_mean) * busy)[:, None] * shape), since)


def nothing(published_on: date | None = None, first: date = MONDAY) -> History:
    """A line without a past."""
    return History(first, np.zeros((0, 48), np.int64), published_on)
