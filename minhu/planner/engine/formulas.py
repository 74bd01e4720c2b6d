"""What is known exactly of queues, to check the simulator against.

offered: arrival rate times mean service, in erlangs. patience: mean time before a caller hangs up.
Source: Erlang (1917); Palm, "Research on telephone traffic carried by full availability groups" (1957); Garnett,
Mandelbaum, Reiman, "Designing a call center with impatient customers", MSOM 4 (2002) 208-227; uniformisation: Jensen,
"Markoff chains as an aid in the study of Markoff processes", Skand. Aktuarietidskr. 36 (1953) 87-91.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.queue_model import Steps

_NEGLIGIBLE = 1e-14


def erlang_b(servers: int, offered: float) -> float:
    """The share turned away where nobody can wait (M/G/c/c)."""
    blocked = 1.0
    for at in range(1, servers + 1):
        blocked = offered * blocked / (at + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """The share that must wait where all wait as long as it takes (M/M/c); 1 where the queue grows without end."""
    if offered >= servers:
        return 1.0
    blocked = erlang_b(servers, offered)
    return servers * blocked / (servers - offered * (1 - blocked))


def mean_wait(servers: int, rate: float, service: float) -> float:
    """In M/M/c, of all callers; infinite where the queue grows without end."""
    offered = rate * service
    if offered >= servers:
        return float("inf")
    return erlang_c(servers, offered) * service / (servers - offered)


def answered_within(servers: int, rate: float, service: float, limit: float) -> float:
    """The share in M/M/c that waits no longer than ``limit``."""
    offered = rate * service
    return 1 - erlang_c(servers, offered) * exp(-(servers - offered) * limit / service)


@dataclass(frozen=True, slots=True)
class Impatient:
    """M/M/c+M: waiting: the share that waits at all. length: how many wait, on average."""

    waiting: float
    abandoned: float
    length: float


def erlang_a(servers: int, rate: float, service: float, patience: float) -> Impatient:
    """Callers hang up after exponential patience."""
    weights = [1.0]
    while len(weights) <= servers or weights[-1] > _NEGLIGIBLE * sum(weights):
        at = len(weights)
        leave = min(at, servers) / service + max(0, at - servers) / patience
        weights.append(weights[-1] * rate / leave)
    shares = np.array(weights) / sum(weights)
    length = float(sum(share * (at - servers) for at, share in enumerate(shares) if at > servers))
    return Impatient(float(shares[servers:].sum()), length / patience / rate, length)


@dataclass(frozen=True, slots=True)
class OverTime:
    """M(t)/M/c(t)+M from an empty beginning: means over the horizon. at_once, abandoned: shares of callers."""

    length: float
    busy: float
    at_once: float
    abandoned: float


def over_time(
    arrivals: Steps, servers: Steps, *, service: float, horizon: float, patience: float | None = None, most: int = 400
) -> OverTime:
    """By uniformisation, step by step. Servers may only grow in number or stay: who is served is not sent away.

    most: how many callers at once are reckoned with; the rest is lost, which must be negligible.
    """
    states = np.arange(most + 1)
    now = np.zeros(most + 1)
    now[0] = 1.0
    length = busy = at_once = callers = 0.0
    for start, end, rate, staff in _spans(arrivals, servers, horizon):
        deaths = np.minimum(states, staff) / service
        if patience is not None:
            deaths = deaths + np.maximum(states - staff, 0) / patience
        total, now = _uniformised(now, rate, deaths, end - start)
        length += float(total @ np.maximum(states - staff, 0))
        busy += float(total @ np.minimum(states, staff))
        at_once += rate * float(total[:staff].sum())
        callers += rate * (end - start)
    lost = length / patience / callers if patience is not None else 0.0
    return OverTime(length / horizon, busy / horizon, at_once / callers, lost)


def _spans(arrivals: Steps, servers: Steps, horizon: float) -> list[tuple[float, float, float, int]]:
    edges = {0.0, horizon}
    for steps in (arrivals, servers):
        edges.update(at * steps.every for at in range(1, int(horizon / steps.every) + 1))
    ordered = sorted(edge for edge in edges if edge <= horizon)
    return [
        (start, end, _value(arrivals, (start + end) / 2), int(_value(servers, (start + end) / 2)))
        for start, end in pairwise(ordered)
    ]


def _value(steps: Steps, at: float) -> float:
    return steps.values[int(at // steps.every) % len(steps.values)]


Shares = npt.NDArray[np.float64]


def _uniformised(now: Shares, rate: float, deaths: Shares, span: float) -> tuple[Shares, Shares]:
    """The time spent in each state during ``span``, and the shares at its end."""
    fastest = rate + float(deaths.max())
    up, down = rate / fastest, deaths / fastest
    stay = 1 - up - down
    stay[-1] += up
    weight = exp(-fastest * span) if fastest * span < 600 else 0.0
    if weight == 0.0:  # too many jumps for one go
        first, middle = _uniformised(now, rate, deaths, span / 2)
        second, end = _uniformised(middle, rate, deaths, span / 2)
        return first + second, end
    spent, end = np.zeros_like(now), np.zeros_like(now)
    reached = 0.0
    jumps = 0
    while 1 - reached > _NEGLIGIBLE and jumps < 10 * fastest * span + 200:
        reached += weight
        end += weight * now
        spent += max(0.0, 1 - reached) * now
        following = stay * now
        following[1:] += up * now[:-1]
        following[:-1] += down[1:] * now[1:]
        now = following
        jumps += 1
        weight *= fastest * span / jumps
    return spent / fastest, end
