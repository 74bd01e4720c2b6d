"""A binary heap of (time, what) in two arrays, the earliest first; index 0 of an empty one holds infinity."""

from __future__ import annotations

from math import inf

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.kernels.compiling import compiled

Times = npt.NDArray[np.float64]
Items = npt.NDArray[np.int64]


@compiled
def push(times: Times, items: Items, size: int, time: float, item: int) -> int:
    """Put one in; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if times[above] <= time:
            break
        times[at] = times[above]
        items[at] = items[above]
        at = above
    times[at] = time
    items[at] = item
    return size + 1


@compiled
def pop(times: Times, items: Items, size: int) -> int:
    """Take the first (index 0) out; the new size."""
    size -= 1
    if size == 0:
        times[0] = inf
        return 0
    time, item = times[size], items[size]
    times[size] = inf  # so that the last one with a single child needs no case of its own
    at = 0
    below = 1
    while below < size:
        below += times[below + 1] < times[below]
        if times[below] >= time:
            break
        times[at] = times[below]
        items[at] = items[below]
        at = below
        below = 2 * at + 1
    times[at] = time
    items[at] = item
    return size
