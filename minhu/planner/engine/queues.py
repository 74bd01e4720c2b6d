"""Simulate a queue model: what becomes of the callers, how long they wait, how busy the servers are.

from minhu.planner.engine.queue_model import QueueModel, Steps
from minhu.planner.engine.queues import simulate

told = simulate(QueueModel(Steps.constant(0.02), exponential(180), Steps.constant(5), horizon=36_000))
told.answered.value, told.mean_wait.low, told.mean_wait.high
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.confidence import Estimate, mean, ratio
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.quantiles import QUANTILES, Bins, quantile
from minhu.planner.engine.queue_model import QueueModel

BATCHES = 40
"""Replications are put together in so many batches: the unit of work for threads, and of the intervals of quantiles."""

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class QueueResult:
    """What was found. Shares are of callers, each of whom ends in exactly one of the four; waits of those answered.

    rows: the sums of each replication, columns as in kernels.queue. None where nothing was there to measure.
    """

    callers: Estimate
    attempts: Estimate
    answered: Estimate | None
    abandoned: Estimate | None
    blocked: Estimate | None
    unfinished: Estimate | None
    answered_at_once: Estimate | None
    within: tuple[tuple[float, Estimate | None], ...]
    mean_wait: Estimate | None
    mean_wait_of_hang_ups: Estimate | None
    wait_quantiles: tuple[tuple[float, Estimate | None], ...]
    queue_length: Estimate
    longest_queue: float
    busy_servers: Estimate
    utilisation: Estimate | None
    rows: Rows


def simulate(model: QueueModel, *, threads: int = 1) -> QueueResult:
    """Run every replication. The same model and seed give the same answer on any number of threads.

    Raises: InputUnclear when more callers wait than there is room for.
    """
    rows, bins = replicate(model, threads=threads)
    return _told(model, rows, bins)


def replicate(model: QueueModel, *, threads: int = 1) -> tuple[Rows, Bins]:
    """The sums of each replication, and the counts of waits of each batch."""
    from minhu.planner.engine.kernels import queue
    from minhu.planner.engine.kernels.compiling import records
    from minhu.planner.engine.kernels.waits import BINS

    rules = _rules(model)
    batches = min(BATCHES, model.replications)
    edges = [model.replications * at // batches for at in range(batches + 1)]
    rows = np.zeros((model.replications, queue.WITHIN + len(model.within)))
    bins = np.zeros((batches, BINS), np.int64)

    def work(first_batch: int) -> bool:
        room = records(queue.Room)
        for at in range(first_batch, batches, threads):
            room["bins"] = 0
            mine = rows[edges[at] : edges[at + 1]]
            if not queue.run_batch(rules[0], room[0], np.uint64(model.seed), edges[at], mine):
                return False
            bins[at] = room["bins"][0]
        return True

    if not all(each(work, threads)):
        cure = f"同时等待的人超过 {queue.MOST_WAITING:,}，系统不稳定：请增加 servers、缩短 horizon 或设 queue_limit。"
        raise InputUnclear("servers", cure)
    return rows, bins


def each(work: Callable[[int], bool], threads: int) -> list[bool]:
    """Do the work of each thread: it is called with 0, 1 … ``threads`` - 1."""
    if threads == 1:
        return [work(0)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(threads)))


def _rules(model: QueueModel) -> npt.NDArray[np.void]:
    from minhu.planner.engine.kernels import queue
    from minhu.planner.engine.kernels.compiling import records

    rules = records(queue.Rules)
    rules["most_tries"], rules["limit"] = 1, -1
    for name, steps in (("rates", model.arrivals), ("staff", model.servers)):
        rules[name][0, : len(steps.values)] = steps.values
        rules[f"{name}_size"], rules[f"{name}_every"] = len(steps.values), steps.every
    rules["service"][0] = model.service.coded()
    if model.patience is not None:
        rules["patience"][0], rules["impatient"] = model.patience.coded(), 1
    if model.retrial is not None:
        rules["delay"][0], rules["retry"] = model.retrial.delay.coded(), model.retrial.probability
        rules["most_tries"] = model.retrial.most_attempts
    if model.queue_limit is not None:
        rules["limit"] = model.queue_limit
    rules["warm_up"], rules["horizon"] = model.warm_up, model.horizon
    rules["within"][0, : len(model.within)], rules["within_size"] = model.within, len(model.within)
    return rules


def _told(model: QueueModel, rows: Rows, bins: Bins) -> QueueResult:
    from minhu.planner.engine.kernels import queue as q

    sure, span = model.confidence, model.horizon - model.warm_up
    callers, answered = rows[:, q.CALLERS], rows[:, q.ANSWERED]

    def share(column: int) -> Estimate | None:
        return ratio(rows[:, column], callers, sure)

    return QueueResult(
        callers=mean(callers, sure),
        attempts=mean(rows[:, q.ATTEMPTS], sure),
        answered=share(q.ANSWERED),
        abandoned=share(q.ABANDONED),
        blocked=share(q.BLOCKED),
        unfinished=share(q.UNFINISHED),
        answered_at_once=share(q.AT_ONCE),
        within=tuple((limit, share(q.WITHIN + at)) for at, limit in enumerate(model.within)),
        mean_wait=ratio(rows[:, q.WAIT_SUM], answered, sure),
        mean_wait_of_hang_ups=ratio(rows[:, q.HANG_UP_WAIT], rows[:, q.HANG_UPS], sure),
        wait_quantiles=tuple((part, quantile(bins, part, sure)) for part in QUANTILES),
        queue_length=mean(rows[:, q.QUEUE_AREA] / span, sure),
        longest_queue=float(rows[:, q.LONGEST_QUEUE].max()),
        busy_servers=mean(rows[:, q.BUSY_AREA] / span, sure),
        utilisation=ratio(rows[:, q.BUSY_AREA], rows[:, q.STAFF_AREA], sure),
        rows=rows,
    )
