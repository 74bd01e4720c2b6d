"""What a setting gives and how it differs from how things are: a handful of figures with intervals.

A figure is a ratio of two sums over the replications. The difference of two settings comes from the residuals of the
same replications in both: the callers are the same, so most of the chance cancels out.
Source: Law, "Simulation Modeling and Analysis" (5th ed.), 11.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from minhu.planner.engine.confidence import Column, Estimate, ratio
from minhu.planner.engine.kernels import city as c
from minhu.planner.engine.line_model import CityModel
from minhu.planner.engine.line_tables import stretches
from minhu.planner.engine.lines import replicate
from minhu.planner.engine.quantiles import Bins, quantile

PERSONS = (c.FIRST_OFFICIAL, c.FIRST_DELEGATE, c.FIRST_STAFF, c.FIRST_DUTY)
SPOKE = (c.REACHED_OFFICIAL, c.REACHED_DELEGATE, c.REACHED_STAFF, c.REACHED_DUTY, c.CALLED_BACK)
CONFIDENCE = 0.95
RANG = (c.FIRST_PROMISED, c.FIRST_UNFINISHED, *PERSONS)
_PARTS: dict[str, tuple[tuple[int, ...], tuple[int, ...] | None]] = {
    "in_person": (PERSONS, RANG),
    "soon": ((c.IN_HOURS_SOON,), (c.IN_HOURS,)),
    "wait": ((c.WAIT_SUM,), SPOKE),
    "interruptions": ((c.INTERRUPTIONS,), None),
    "broken": ((c.BROKEN,), None),
    "minutes": ((c.TALK_SECONDS,), None),
    "kept": ((c.KEPT,), (c.KEPT, c.LATE)),
    "contacted": ((c.CONTACTED,), (c.CONTACTED, c.CONTACT_LATE)),
    "own": ((c.TALK_SECONDS, c.CALLBACK_SECONDS), None),
    "calls": ((c.CALLERS,), None),
}
"""Columns that are added up, over columns that are; None: a week of a line."""
_UNITS = {"minutes": 1 / 60 / 5, "own": 1 / 60 / 5}
"""From seconds of a week to minutes of each of five days."""
FIRSTS = ("official", "delegate", "staff", "duty", "promised", "texted")
"""What becomes of a first call, in this order."""
_FIRSTS = (c.FIRST_OFFICIAL, c.FIRST_DELEGATE, c.FIRST_STAFF, c.FIRST_DUTY, c.FIRST_PROMISED, c.TEXTED)


@dataclass(frozen=True, slots=True)
class Ran:
    """sums: over all lines, a row a replication. bins: counts of waits. lines, weeks: of the model."""

    sums: npt.NDArray[np.float64]
    bins: Bins
    lines: int
    weeks: int

    def parts(self, measure: str) -> tuple[Column, Column]:
        """The two sums of a figure, a value a replication."""
        part, whole = _PARTS[measure] if measure in _PARTS else ((_FIRSTS[FIRSTS.index(measure)],), (c.CALLERS,))
        upper = self.sums[:, list(part)].sum(axis=1) * _UNITS.get(measure, 1.0)
        if whole is None:
            return upper, np.full(len(upper), float(self.lines * self.weeks))
        return upper, self.sums[:, list(whole)].sum(axis=1)

    def told(self, measure: str) -> Estimate | None:
        """A figure of _PARTS or one of FIRSTS; None where there was nobody to count."""
        return ratio(*self.parts(measure), CONFIDENCE)

    @property
    def half_wait(self) -> Estimate | None:
        """Half of the callers speak to somebody within so many seconds."""
        return quantile(self.bins, 0.5, CONFIDENCE)


@lru_cache(maxsize=64)
def ran(city: CityModel) -> Ran:
    """Simulated; kept, for sliders go to and fro. Raises: InputUnclear."""
    rows, bins = replicate(city)
    return Ran(rows.sum(axis=1), bins, len(city.lines), city.weeks)


def difference(after: Ran, before: Ran, measure: str) -> Estimate | None:
    """How much more a figure is, over the replications that both have."""
    both = min(len(after.sums), len(before.sums))
    found = []
    for one in (after, before):
        part, whole = (column[:both] for column in one.parts(measure))
        if whole.sum() <= 0:
            return None
        value = part.sum() / whole.sum()
        found.append((float(value), (part - value * whole) / whole.mean()))
    apart = found[0][0] - found[1][0]
    if both < 2:
        return Estimate(apart, None, None)
    residuals = found[0][1] - found[1][1]
    error = sqrt(float(residuals @ residuals) / (both - 1) / both)
    half = float(stdtrit(both - 1, (1 + CONFIDENCE) / 2)) * error
    return Estimate(apart, apart - half, apart + half)


def watched(city: CityModel, progress: Callable[[float], object]) -> Ran:
    """The same for many lines, which takes seconds. progress: told the share done; may raise to end it."""
    for at, line in enumerate(city.lines):
        stretches(line, city)
        progress(0.5 * (at + 1) / len(city.lines))
    rows, bins = replicate(city, progress=lambda done, of: progress(0.5 + 0.5 * done / of))
    return Ran(rows.sum(axis=1), bins, len(city.lines), city.weeks)
