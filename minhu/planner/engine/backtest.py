"""How good the forecast would have been: each week predicted from what was known on its Monday (rolling origin).

Beside it stand two plain ways: the same weekday last week, and its mean over four weeks. They are given Poisson's
spread about that number, for alone they would be no interval at all.

    coverage    share of what happened that lay in the interval; ``promised`` is what the distribution itself gave it,
                which for small counts is more than the level, because no interval of whole numbers fits exactly
    pinball     mean over shares s of 0.1, 0.5, 0.9 of (y - q)(s - [y < q]); smaller is better, and only the true
                quantiles make it smallest
    absolute    mean of |y - median|
Source: Gneiting and Raftery, "Strictly proper scoring rules", JASA 102 (2007) 359-378.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.forecast import Belief, Known, learn, predict
from minhu.planner.engine.history import Counts, History
from minhu.planner.engine.negbin import Numbers
from minhu.planner.engine.pooling import common
from minhu.planner.engine.spread import Spread, poisson

LEVEL = 0.8
SHARES = (0.1, 0.5, 0.9)
FIRST_WEEKS = 4
"""The plain ways need so many weeks; the forecast needs none."""


class Way(StrEnum):
    """How a week was predicted."""

    FORECAST = "forecast"
    LAST_WEEK = "same weekday last week"
    FOUR_WEEKS = "mean of four weeks"


class Over(StrEnum):
    """What was predicted."""

    HALF_HOUR = "half hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Score:
    """How one way did over so many half hours, days or weeks."""

    predicted: int
    coverage: float
    promised: float
    pinball: float
    absolute: float


@dataclass(frozen=True, slots=True)
class Judged:
    """early: the first four weeks of every line, in which the forecast lives on what was reported; late: all others."""

    weeks: int
    lines: int
    early: Mapping[Over, Score]
    late: Mapping[tuple[Way, Over], Score]


@dataclass(frozen=True, slots=True)
class _Marks:
    """Of single predictions, to be averaged."""

    inside: Numbers
    promised: Numbers
    pinball: Numbers
    absolute: Numbers


def judge(histories: Sequence[History], known: Known, *, pool: bool = True) -> Judged:
    """Predict every whole week of these lines that can be. pool: believe of a line what the others have shown so far.

    Raises: InputUnclear when there is no whole week from Monday to Sunday.
    """
    late: dict[tuple[Way, Over], list[_Marks]] = {}
    early: dict[Over, list[_Marks]] = {}
    mondays = _mondays(histories)
    if not mondays:
        raise InputUnclear("calls", "至少要有从星期一到星期日的一整周数据，才能检验预测。")
    for monday in mondays:
        belief = common([one.until(monday) for one in histories], known) if pool else Belief()
        for history in histories:
            if history.first <= monday and monday + timedelta(days=7) <= _end(history):
                _judge_week(history, monday, known, belief, early, late)
    return Judged(
        weeks=len(mondays),
        lines=len(histories),
        early={over: _score(marks) for over, marks in early.items()},
        late={place: _score(marks) for place, marks in late.items()},
    )


def _judge_week(
    history: History,
    monday: date,
    known: Known,
    belief: Belief,
    early: dict[Over, list[_Marks]],
    late: dict[tuple[Way, Over], list[_Marks]],
) -> None:
    came, before = history.between(monday, 7), history.until(monday)
    forecast = predict(learn(before, known, belief), monday, 7, known)
    ours = {Over.HALF_HOUR: forecast.half_hours, Over.DAY: forecast.daily, Over.WEEK: forecast.total}
    if (monday - history.first).days < 7 * FIRST_WEEKS:
        for over, spread in ours.items():
            early.setdefault(over, []).append(_marks(spread, _summed(came, over)))
        return
    weeks = before.counts[-7 * FIRST_WEEKS :].reshape(FIRST_WEEKS, 7, -1)
    ways = {
        Way.FORECAST: ours,
        Way.LAST_WEEK: _plain(weeks[-1].astype(np.float64)),
        Way.FOUR_WEEKS: _plain(weeks.mean(axis=0)),
    }
    for way, spreads in ways.items():
        for over, spread in spreads.items():
            late.setdefault((way, over), []).append(_marks(spread, _summed(came, over)))


def _plain(half_hours: Numbers) -> dict[Over, Spread]:
    # a half hour without a call last week is not one in which none can come: half a call a week is spread over all
    mean = half_hours + 0.5 / half_hours.size
    return {over: poisson(_summed(mean, over)) for over in Over}


def _summed(half_hours: Counts | Numbers, over: Over) -> Numbers:
    match over:
        case Over.HALF_HOUR:
            return np.asarray(half_hours, np.float64)
        case Over.DAY:
            return np.asarray(half_hours.sum(axis=1), np.float64)
        case Over.WEEK:
            return np.asarray(half_hours.sum(), np.float64)


def _marks(spread: Spread, came: Numbers) -> _Marks:
    quantiles = {share: spread.quantile(share) for share in SHARES}
    low, high = quantiles[SHARES[0]], quantiles[SHARES[-1]]
    losses = [(came - at) * (share - (came < at)) for share, at in quantiles.items()]
    return _Marks(
        inside=np.ravel((low <= came) & (came <= high)).astype(np.float64),
        promised=np.ravel(spread.at_most(high) - spread.at_most(low - 1)),
        pinball=np.ravel(np.mean(losses, axis=0)),
        absolute=np.ravel(np.abs(came - quantiles[0.5])),
    )


def _score(marks: Sequence[_Marks]) -> Score:
    every = [np.concatenate([getattr(one, name) for one in marks]) for name in _Marks.__slots__]
    inside, promised, pinball, absolute = (float(np.mean(one)) for one in every)
    return Score(len(every[0]), inside, promised, pinball, absolute)


def _mondays(histories: Sequence[History]) -> list[date]:
    return sorted({monday for history in histories for monday in _mondays_of(history)})


def _mondays_of(history: History) -> Iterator[date]:
    monday = history.first + timedelta(days=-history.first.weekday() % 7)
    while monday + timedelta(days=7) <= _end(history):
        yield monday
        monday += timedelta(days=7)


def _end(history: History) -> date:
    return history.first + timedelta(days=len(history.counts))
