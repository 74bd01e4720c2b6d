"""What replications tell of a figure, and how surely: Student's t over independent replications.

A share or a mean wait is a ratio of two sums; its interval comes from the residuals of the replications.
Source: Law, "Simulation Modeling and Analysis" (5th ed.), 4.5 and 9.4; Fishman, "Discrete-Event Simulation", 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Column = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and the interval that holds the true one. low, high: None when there was one replication only."""

    value: float
    low: float | None
    high: float | None

    def covers(self, truth: float) -> bool:
        """Whether the truth lies in the interval."""
        return self.low is not None and self.high is not None and self.low <= truth <= self.high


def mean(values: Column, confidence: float) -> Estimate:
    """The mean of one figure a replication."""
    middle = float(values.mean())
    return _around(middle, values - middle, 1.0, confidence)


def ratio(parts: Column, wholes: Column, confidence: float) -> Estimate | None:
    """The sum of the parts over the sum of the wholes; None where there is no whole."""
    base = float(wholes.mean())
    if base <= 0:
        return None
    value = float(parts.sum() / wholes.sum())
    return _around(value, parts - value * wholes, base, confidence)


def _around(value: float, residuals: Column, base: float, confidence: float) -> Estimate:
    count = residuals.size
    if count < 2:
        return Estimate(value, None, None)
    error = sqrt(float(residuals @ residuals) / (count - 1) / count) / base
    half = float(stdtrit(count - 1, (1 + confidence) / 2)) * error
    return Estimate(value, value - half, value + half)
