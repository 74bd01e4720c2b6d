"""How the calls of a day spread over its half hours: the reported profile, and what is learnt beyond it.

    given a day of N calls:  (n_1 … n_48) ~ Multinomial(N, p),   p ~ Dirichlet(s q)

q is the profile that was reported (almost none after midnight, again from six, most in the morning and after lunch),
or what the city's lines have in common; s says how many calls it is worth. Days worked and days off have their own.
Source: Gelman and others, "Bayesian Data Analysis" (2013), ch. 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minhu.planner.engine.day import HALF_HOURS_A_DAY
from minhu.planner.engine.negbin import Numbers

WORTH = 80.0
"""So many calls must be counted until a line's own hours weigh as much as the profile."""

_WORKED = (3, 1, 0.5, 0.5, 0.5, 1, 8, 20, 62, 95, 98, 70, 32, 34, 64, 84, 80, 62, 40, 34, 30, 24, 12, 5)
_OFF = (3, 1, 0.5, 0.5, 0.5, 1, 6, 14, 36, 64, 76, 62, 40, 38, 50, 60, 60, 54, 46, 42, 36, 28, 14, 6)
"""Weights of the hours from midnight."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Dirichlet weights of the 48 half hours, of a day worked and of a day off."""

    worked: Numbers
    off: Numbers

    def of(self, *, worked: bool) -> Numbers:
        """The weights that hold on such a day."""
        return self.worked if worked else self.off

    def learnt(self, counts: Numbers, worked: Numbers) -> Shape:
        """With calls added. counts: a row a day, already weighted; worked: whether the day was."""
        is_worked = worked.astype(bool)
        return Shape(self.worked + counts[is_worked].sum(axis=0), self.off + counts[~is_worked].sum(axis=0))

    def worth(self, calls: float = WORTH) -> Shape:
        """The same shares, as sure as if so many calls had been counted."""
        return Shape(self.worked * calls / self.worked.sum(), self.off * calls / self.off.sum())


def _halves(hours: tuple[float, ...]) -> Numbers:
    each = np.repeat(np.array(hours, np.float64), HALF_HOURS_A_DAY // len(hours))
    return np.asarray(each * WORTH / each.sum(), np.float64)


REPORTED_SHAPE = Shape(_halves(_WORKED), _halves(_OFF))
