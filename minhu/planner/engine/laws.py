"""How long something takes: the laws of chance a model may name, and how the inner loop is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import gamma, isfinite, log, sqrt

from minhu.planner.engine.errors import InputUnclear

LONGEST = 1e9
"""No duration has a greater mean, whatever the unit."""


class Law(StrEnum):
    """exponential, deterministic: mean. lognormal, gamma: mean and cv. weibull: mean and shape. uniform: low, high."""

    EXPONENTIAL = "exponential"
    DETERMINISTIC = "deterministic"
    UNIFORM = "uniform"
    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    WEIBULL = "weibull"


NEEDS: dict[Law, tuple[str, ...]] = {
    Law.EXPONENTIAL: ("mean",),
    Law.DETERMINISTIC: ("mean",),
    Law.UNIFORM: ("low", "high"),
    Law.LOGNORMAL: ("mean", "cv"),
    Law.GAMMA: ("mean", "cv"),
    Law.WEIBULL: ("mean", "shape"),
}
_BOUNDS: dict[str, tuple[float, float, str]] = {
    "mean": (0.0, LONGEST, "平均时长应大于 0"),
    "cv": (0.01, 20.0, "变异系数（标准差除以平均数）应在 0.01 到 20 之间"),
    "shape": (0.05, 50.0, "形状参数应在 0.05 到 50 之间"),
    "low": (0.0, LONGEST, "最短时长不能小于 0"),
    "high": (0.0, LONGEST, "最长时长应大于最短时长"),
}


@dataclass(frozen=True, slots=True)
class Duration:
    """A random duration. first, second: the parameters in the order of ``NEEDS``. Raises: InputUnclear."""

    law: Law
    first: float
    second: float = 0.0

    def __post_init__(self) -> None:
        for name, value in zip(NEEDS[self.law], (self.first, self.second), strict=False):
            least, most, cure = _BOUNDS[name]
            if not (isfinite(value) and least <= value <= most) or (name in {"mean", "high"} and value <= 0):
                raise InputUnclear(name, f"{cure}，现为 {value}。")
        if self.law is Law.UNIFORM and self.second <= self.first:
            raise InputUnclear("high", f"{_BOUNDS['high'][2]}，现为 {self.second}。")

    @property
    def mean(self) -> float:
        """Its expected length."""
        return (self.first + self.second) / 2 if self.law is Law.UNIFORM else self.first

    def coded(self) -> tuple[int, float, float]:
        """As ``kernels.chance.draw`` reads it."""
        kind = list(Law).index(self.law)
        match self.law:
            case Law.LOGNORMAL:
                variance = log(1 + self.second**2)
                return kind, log(self.first) - variance / 2, sqrt(variance)
            case Law.GAMMA:
                return kind, self.first * self.second**2, 1 / self.second**2
            case Law.WEIBULL:
                return kind, self.first / gamma(1 + 1 / self.second), self.second
            case Law.UNIFORM:
                return kind, self.first, self.second - self.first
            case _:
                return kind, self.first, 0.0


def exponential(mean: float) -> Duration:
    """Without memory."""
    return Duration(Law.EXPONENTIAL, mean)


def lognormal(mean: float, cv: float) -> Duration:
    """As talks are. cv: standard deviation over mean."""
    return Duration(Law.LOGNORMAL, mean, cv)


def exactly(length: float) -> Duration:
    """Always the same."""
    return Duration(Law.DETERMINISTIC, length)
