"""The bars, by simulation with a fixed seed; the docs' plot is drawn by ``python -m benchmarks.decay``."""

from __future__ import annotations

from random import Random
from statistics import median

import pytest

from minhu.rules.decay import WATCH_LIMIT, Chart, Level, Tuning, after, tuned

CALLS_A_YEAR = 200


def calls_until(tuning: Tuning, rate: float, chance: Random, level: Level = Level.ALARM) -> int:
    """How many calls answered at this rate, after fifty as usual, until the level is reached; up to 10,000."""
    chart = Chart()
    for _ in range(50):
        chart, _raised = after(chart, tuning, answered=chance.random() < tuning.usual)
    chart = Chart() if chart.told else chart
    for number in range(1, 10_000):
        chart, raised = after(chart, tuning, answered=chance.random() < rate)
        if raised or (level is Level.WATCH and chart.score >= WATCH_LIMIT):
            return number
    return 10_000


def alarms(tuning: Tuning, calls: int, chance: Random) -> int:
    chart, count = Chart(), 0
    for _ in range(calls):
        chart, raised = after(chart, tuning, answered=chance.random() < tuning.usual)
        count += raised
    return count


def test_what_is_looked_for_from_ninety_percent_is_sixty() -> None:
    assert Tuning(0.9, 5.0).fallen == pytest.approx(0.6)


@pytest.mark.parametrize("usual", [0.5, 0.8, 0.9, 0.97])
def test_a_hundred_steady_lines_raise_one_alarm_a_year_at_most(usual: float) -> None:
    """Twenty years of a hundred lines: 20 alarms are allowed."""
    chance = Random(20260302)
    raised = alarms(tuned(usual, CALLS_A_YEAR), CALLS_A_YEAR * 100 * 20, chance)

    assert raised <= 20


def test_half_of_all_falls_are_watched_within_fifteen_calls() -> None:
    chance = Random(1)
    found = [calls_until(tuned(0.9, CALLS_A_YEAR), 0.6, chance, Level.WATCH) for _ in range(2_000)]

    assert median(found) <= 15


def test_a_fall_raises_the_alarm_once_and_again_only_after_it_recovered() -> None:
    tuning, chance, chart, raised = tuned(0.9, CALLS_A_YEAR), Random(7), Chart(), []
    for rate in (0.9, 0.5, 0.9, 0.5):
        count = 0
        for _ in range(300):
            chart, now = after(chart, tuning, answered=chance.random() < rate)
            count += now
        raised.append(count)

    assert raised == [0, 1, 0, 1]


def test_answers_bring_the_chart_back_to_none_and_it_forgets() -> None:
    tuning = tuned(0.9, CALLS_A_YEAR)
    chart, _raised = after(Chart(), tuning, answered=False)
    assert chart.score > 0
    for _ in range(10):
        chart, _raised = after(chart, tuning, answered=True)

    assert chart == Chart()


def test_a_busier_line_needs_more_before_it_is_sure() -> None:
    assert tuned(0.9, 20_000).limit > tuned(0.9, 200).limit
