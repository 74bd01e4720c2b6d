"""Counts that are to come: negative binomial about a mean that is itself known only so well.

    N | e ~ NB(mean M exp(e - v/2), size k),   e ~ Normal(0, v);   E N = M,  var N = M + M² ((1 + 1/k) exp(v) - 1)

The mixture over e is summed at the nodes of Gauss and Hermite, so that quantiles are those of the predictive
distribution, not of the mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.negbin import Numbers

_NODES = ((0.0, 1), (0.02, 3), (0.2, 5), (0.6, 9), (float("inf"), 16))
"""Up to this variance so many nodes are enough."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Arrays of one shape. unsure: variance of the log of the mean. size: inf would be Poisson's."""

    mean: Numbers
    unsure: Numbers
    size: Numbers

    def at_most(self, count: ArrayLike) -> Numbers:
        """P(N ≤ count)."""
        n, mean, unsure, size = np.broadcast_arrays(count, self.mean, self.unsure, self.size)
        nodes, weights = _nodes(unsure)
        found = np.zeros(n.shape)
        for node, weight in zip(nodes, weights, strict=True):
            found += weight * _negbin_cdf(n, mean * np.exp(np.sqrt(unsure) * node - unsure / 2), size)
        return found

    def probability(self, count: ArrayLike) -> Numbers:
        """P(N = count)."""
        return np.asarray(np.maximum(self.at_most(count) - self.at_most(np.asarray(count) - 1), 0.0), np.float64)

    def quantile(self, share: float) -> NDArray[np.int64]:
        """The smallest counts that are not exceeded with at least this probability."""
        deviation = np.sqrt(self.mean + self.mean**2 * ((1 + 1 / self.size) * np.exp(self.unsure) - 1))
        low = np.full(self.mean.shape, -1, np.int64)
        high = np.ceil(self.mean + 3 * deviation + 3).astype(np.int64)
        while np.any(short := self.at_most(high) < share):
            low, high = np.where(short, high, low), np.where(short, 2 * high, high)
        while np.any(high - low > 1):
            middle = (low + high) // 2
            enough = self.at_most(middle) >= share
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.asarray(high, np.int64)

    def interval(self, level: float = 0.8) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """From and to, both included; each side is missed with at most (1 - level) / 2. Raises: InputUnclear."""
        if not 0 < level < 1:
            raise InputUnclear("level", "把握程度应在 0 和 1 之间，例如 0.8。")
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)


def poisson(mean: ArrayLike) -> Spread:
    """As if the mean were known and nothing but chance were at work."""
    means = np.asarray(mean, np.float64)
    return Spread(means, np.zeros(means.shape), np.full(means.shape, 1e9))


def _negbin_cdf(count: NDArray[np.int64], mean: Numbers, size: Numbers) -> Numbers:
    return np.where(count < 0, 0.0, betainc(size, np.maximum(count, 0) + 1.0, size / (size + mean)))


def _nodes(unsure: Numbers) -> tuple[Numbers, Numbers]:
    most = float(unsure.max()) if unsure.size else 0.0
    number = next(number for limit, number in _NODES if most <= limit)
    nodes, weights = np.polynomial.hermite_e.hermegauss(number)
    return nodes, weights / weights.sum()
