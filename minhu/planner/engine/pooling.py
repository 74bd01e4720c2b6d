"""What a city's lines have in common, as the belief about each of them before its own calls.

One regression over the days of all lines, each with its own level; then for a coefficient

    variance = how well the city knows it + half of what is believed to differ between any two lines

and for the level the spread of the lines' own levels, by moments. So a new line starts as the city's lines are, a quiet
one is not taken for dead after a day without a call, and with time each goes its own way.
Source: Morris, "Parametric empirical Bayes inference", JASA 78 (1983) 47-55.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minhu.planner.engine.daykinds import REPORTED, features
from minhu.planner.engine.forecast import Belief, Known, faded
from minhu.planner.engine.history import History
from minhu.planner.engine.negbin import Before, Fit, Numbers, Rows, fit
from minhu.planner.engine.profile import REPORTED_SHAPE

_LEAST_SPREAD, _MOST_SPREAD = 0.1, 2.0
"""Standard deviation, on the log scale, of the lines' own levels."""
_LOG_SIZE_SD = 0.5
_OWN = 0.5


def common(histories: Sequence[History], known: Known) -> Belief:
    """The belief about any line of a city with these histories; the reported one where there are none."""
    seen = [one for one in histories if len(one.counts)]
    if not seen:
        return Belief()
    line, rows = _rows(seen, known)
    first = fit(rows, REPORTED)
    levels, spread = _levels(line, rows, first)
    second = fit(Rows(rows.x, rows.y, rows.weight, levels[line]), REPORTED)
    sd = np.sqrt(np.diag(second.cov) + (_OWN * REPORTED.sd) ** 2)
    sd[0] = np.sqrt(second.cov[0, 0] + spread**2)
    shape = REPORTED_SHAPE
    for one in seen:
        worked = np.array([known.calendar.assume_working_day(day) for day in one.days], np.float64)
        shape = shape.learnt(one.counts * faded(len(one.counts))[:, None], worked)
    return Belief(Before(second.coef, sd, float(np.log(second.size)), _LOG_SIZE_SD), shape.worth())


def _rows(histories: Sequence[History], known: Known) -> tuple[np.ndarray, Rows]:
    line = np.repeat(np.arange(len(histories)), [len(one.counts) for one in histories])
    daily = np.concatenate([one.daily for one in histories]).astype(np.float64)
    x = np.concatenate([features(one.days, one.published_on, known.events, known.calendar) for one in histories])
    weight = np.concatenate([faded(len(one.counts)) for one in histories])
    return line, Rows(x, daily, weight, np.zeros(len(daily)))


def _levels(line: np.ndarray, rows: Rows, common: Fit) -> tuple[Numbers, float]:
    """Each line's level beside the city's, on the log scale and drawn towards it; and how the levels spread."""
    mean = rows.weight * np.exp(rows.x @ common.coef)
    expected = np.bincount(line, mean)
    came = np.bincount(line, rows.weight * rows.y)
    # the variance that a line's total has besides its level, where the days vary with the size of the first fit at most
    chance = expected + np.bincount(line, mean**2) / max(common.size, 2.0)
    between = np.sum((came - expected) ** 2 - chance) / np.sum(expected**2)
    spread = float(np.clip(np.sqrt(max(between, 0.0)), _LEAST_SPREAD, _MOST_SPREAD))
    strength = 1 / spread**2
    return np.asarray(np.log((came + strength) / (expected + strength)), np.float64), spread
