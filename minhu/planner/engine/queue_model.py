"""A queue as people describe one: who arrives, who serves, who gives up. docs/reference/queue-models.md explains each.

All times are in one unit of the caller's choice (seconds, say), rates are callers per that unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.laws import LONGEST, Duration

MOST_SERVERS = 8_000
MOST_STEPS = 20_000
MOST_ATTEMPTS = 100
MOST_REPLICATIONS = 100_000
MOST_WITHIN = 8
MOST_WAITING = 100_000
MOST_CALLERS = 2e9
"""All replications together: some minutes of one core."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A figure that changes every ``every`` units, from time 0 on, and begins again after the last."""

    values: tuple[float, ...]
    every: float

    @classmethod
    def constant(cls, value: float) -> Steps:
        """The same for ever."""
        return cls((value,), LONGEST)

    def integral(self, until: float) -> float:
        """Its sum over time, from 0."""
        whole, rest = divmod(until, self.every * len(self.values))
        total = whole * sum(self.values) * self.every
        for value in self.values:
            total += value * max(0.0, min(rest, self.every))
            rest -= self.every
        return total


@dataclass(frozen=True, slots=True)
class Retrial:
    """Who gave up or was turned away calls again with this probability, after this delay; so often at most."""

    probability: float
    delay: Duration
    most_attempts: int = 10


@dataclass(frozen=True, slots=True)
class QueueModel:
    """Whom to simulate. Raises: InputUnclear for what cannot be.

    patience, retrial, queue_limit: None for endless, none and none. warm_up: callers before it are not counted.
    within: the share answered within each of these is told.
    """

    arrivals: Steps
    service: Duration
    servers: Steps
    horizon: float
    patience: Duration | None = None
    retrial: Retrial | None = None
    queue_limit: int | None = None
    warm_up: float = 0.0
    replications: int = 100
    seed: int = 1
    confidence: float = 0.95
    within: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _time(self.horizon, "horizon", "模拟时长应大于 0")
        if not (isfinite(self.warm_up) and 0 <= self.warm_up < self.horizon):
            raise InputUnclear("warm_up", f"预热时长应不小于 0 并短于 horizon，现为 {self.warm_up}。")
        _steps(self.arrivals, "arrivals", "来电率不能为负，须是有限的数", most=1e9)
        _steps(self.servers, "servers", f"服务人数应是 0 到 {MOST_SERVERS:,} 的整数", most=MOST_SERVERS)
        if any(value != int(value) for value in self.servers.values):
            raise InputUnclear("servers", f"服务人数应是 0 到 {MOST_SERVERS:,} 的整数。")
        if self.servers.integral(self.horizon) <= 0:
            raise InputUnclear("servers", "整个时段里没有一个服务人员，至少安排一人。")
        if self.arrivals.integral(self.horizon) <= 0:
            raise InputUnclear("arrivals", "整个时段里没有来电，没有可以模拟的，请给出大于 0 的来电率。")
        _whole(self.replications, "replications", 1, MOST_REPLICATIONS, "重复次数")
        _whole(self.seed, "seed", 0, 2**63 - 1, "随机种子")
        self._check_the_rest()
        expected = self.arrivals.integral(self.horizon) * self.replications
        if expected > MOST_CALLERS:
            cure = f"共约 {expected:.3g} 次来电，最多 {MOST_CALLERS:.0g}，请缩短 horizon、减少 replications。"
            raise InputUnclear("arrivals", cure)

    def _check_the_rest(self) -> None:
        if self.queue_limit is not None:
            _whole(self.queue_limit, "queue_limit", 0, MOST_WAITING, "排队人数上限")
        if not 0.5 <= self.confidence <= 0.9999:
            raise InputUnclear("confidence", f"置信水平应在 0.5 到 0.9999 之间，现为 {self.confidence}。")
        if len(self.within) > MOST_WITHIN or any(not (isfinite(one) and one >= 0) for one in self.within):
            raise InputUnclear("within", f"等待时限最多 {MOST_WITHIN} 个，都不能小于 0。")
        if self.retrial is not None:
            if not 0 <= self.retrial.probability <= 1:
                raise InputUnclear(
                    "retrial.probability", f"重拨概率应在 0 到 1 之间，现为 {self.retrial.probability}。"
                )
            _whole(self.retrial.most_attempts, "retrial.most_attempts", 1, MOST_ATTEMPTS, "每人最多拨打次数")


def _time(value: float, field: str, cure: str) -> None:
    if not (isfinite(value) and 0 < value <= LONGEST):
        raise InputUnclear(field, f"{cure}，最多 {LONGEST:.0g}，现为 {value}。")


def _whole(value: object, field: str, least: int, most: int, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputUnclear(field, f"{name}应是 {least} 到 {most:,} 的整数，现为 {value}。")


def _steps(steps: Steps, field: str, cure: str, *, most: float) -> None:
    _time(steps.every, f"{field}.every", "每段时长应大于 0")
    if not 0 < len(steps.values) <= MOST_STEPS:
        raise InputUnclear(field, f"至少一段，最多 {MOST_STEPS:,} 段，现有 {len(steps.values)} 段。")
    _each(steps.values, field, cure, most)


def _each(values: Sequence[float], field: str, cure: str, most: float) -> None:
    for at, value in enumerate(values):
        if not (isfinite(value) and 0 <= value <= most):
            where = field if len(values) == 1 else f"{field}[{at}]"
            raise InputUnclear(where, f"{cure}，最多 {most:.3g}，现为 {value}。")
