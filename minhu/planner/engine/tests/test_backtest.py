"""The forecast judged on lines whose true course is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.planner.engine.backtest import Judged, Over, Way, judge
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.tests.lines import KNOWN, MONDAY, line


@pytest.fixture(scope="module")
def judged() -> Judged:
    return judge([line(seed, level=level) for seed, level in enumerate((-0.6, -0.2, 0.2, 0.6))], KNOWN)


def test_every_whole_week_of_every_line_is_predicted_once(judged: Judged) -> None:
    assert (judged.weeks, judged.lines) == (12, 4)
    assert judged.early[Over.WEEK].predicted == 4 * 4
    assert judged.late[Way.FORECAST, Over.HALF_HOUR].predicted == 8 * 4 * 336


@pytest.mark.parametrize("over", Over)
def test_intervals_hold_as_much_as_they_promise(judged: Judged, over: Over) -> None:
    score = judged.late[Way.FORECAST, over]
    chance = 3 * (score.promised * (1 - score.promised) / score.predicted) ** 0.5

    assert abs(score.coverage - score.promised) < max(0.02, chance)


@pytest.mark.parametrize("over", Over)
@pytest.mark.parametrize("plain", [Way.LAST_WEEK, Way.FOUR_WEEKS])
def test_it_loses_less_than_the_plain_ways(judged: Judged, over: Over, plain: Way) -> None:
    assert judged.late[Way.FORECAST, over].pinball < judged.late[plain, over].pinball


def test_less_than_a_week_cannot_be_judged() -> None:
    with pytest.raises(InputUnclear, match="一整周"):
        judge([line(1).until(MONDAY + timedelta(days=6))], KNOWN)
