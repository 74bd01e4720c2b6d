"""Waits counted in bins: 0 for none, then 64 to each doubling from LEAST_WAIT up."""

from __future__ import annotations

import numpy as np

from minhu.planner.engine.kernels.compiling import compiled
from minhu.planner.engine.kernels.heap import Items

OCTAVES, SPLITS = 80, 6
BINS = (OCTAVES << SPLITS) + 1
LEAST_WAIT = 2.0**-30
_SHIFT_BITS = 52 - SPLITS
_FIRST_BIN = (1023 - 30) << SPLITS


@compiled
def count_wait(bins: Items, wait: float) -> None:
    """By exponent and leading bits of the number itself."""
    if wait <= 0.0:
        bins[0] += 1
        return
    place = int(np.float64(wait).view(np.int64) >> _SHIFT_BITS) - _FIRST_BIN + 1
    bins[min(max(place, 1), BINS - 1)] += 1
