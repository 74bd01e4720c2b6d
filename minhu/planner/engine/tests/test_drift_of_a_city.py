"""A line is watched by what all lines of its city have shown: what they have in common is no drift of any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from minhu.planner.engine.drift import Watch, judge_week
from minhu.planner.engine.forecast import Belief, learn, predict
from minhu.planner.engine.history import History
from minhu.planner.engine.pooling import common
from minhu.planner.engine.tests.lines import KNOWN, MONDAY, line
from minhu.rules.planning import Finding

LINES, WEEKS = 12, 8
QUIET = -1.5
"""How far all these lines lie below the reported course, on the log scale: less than a quarter of the calls."""


def drifted(histories: Sequence[History], *, pooled: bool) -> set[int]:
    """The lines that raised an alarm in some week, by their place."""
    found, watches = set(), [Watch()] * len(histories)
    for week in range(WEEKS):
        monday = MONDAY + timedelta(weeks=week)
        belief = common([one.until(monday) for one in histories], KNOWN) if pooled else Belief()
        for place, one in enumerate(histories):
            forecast = predict(learn(one.until(monday), KNOWN, belief), monday, 7, KNOWN)
            watches[place], judged = judge_week(watches[place], forecast, one.between(monday, 7), KNOWN)
            if judged.finding is Finding.DRIFTED:
                found.add(place)
    return found


@pytest.fixture(scope="module")
def city() -> list[History]:
    return [line(seed, weeks=WEEKS, level=QUIET) for seed in range(LINES)]


def test_a_city_unlike_the_reported_one_raises_hardly_an_alarm(city: list[History]) -> None:
    alone, together = drifted(city, pooled=False), drifted(city, pooled=True)

    assert len(together) <= 1
    assert len(together) < len(alone)


def test_a_line_that_leaves_the_others_is_found(city: list[History]) -> None:
    tripled = np.array(city[3].counts)
    tripled[14:] *= 3
    assert 3 in drifted([*city[:3], replace(city[3], counts=tripled), *city[4:]], pooled=True)
