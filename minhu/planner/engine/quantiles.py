"""Quantiles of waits that were counted in bins, a row of counts for each batch of replications."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.confidence import Estimate, mean

QUANTILES = (0.5, 0.9, 0.95, 0.99)

Bins = npt.NDArray[np.int64]


def quantile(bins: Bins, part: float, confidence: float) -> Estimate | None:
    """Of all callers together; the interval from the batches. Exact to half a bin, 0.8 %."""
    filled = bins[bins.sum(axis=1) > 0]
    if not len(filled):
        return None
    value = _at(filled.sum(axis=0), part)
    batches = mean(np.array([_at(one, part) for one in filled]), confidence)
    if batches.low is None or batches.high is None:
        return Estimate(value, None, None)
    half = (batches.high - batches.low) / 2
    return Estimate(value, max(0.0, value - half), value + half)


def _at(counts: Bins, part: float) -> float:
    from minhu.planner.engine.kernels.waits import LEAST_WAIT, SPLITS

    index = int(np.searchsorted(np.cumsum(counts), part * counts.sum()))
    if index == 0:
        return 0.0
    octave, split = divmod(index - 1, 1 << SPLITS)
    return float(LEAST_WAIT * 2.0**octave * (1 + (split + 0.5) / (1 << SPLITS)))
