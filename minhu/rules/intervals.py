"""How sure a share is: Wilson's interval, shrinkage of small samples, and which two may be compared.

Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212;
Kleinman, "Proportions with extraneous variance: single and independent samples", JASA 68 (1973) 46-54;
Morris, "Parametric empirical Bayes inference", JASA 78 (1983) 47-55.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

FEWEST = 10
"""Nothing is shown from fewer cases."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, with the interval in which the true share lies (0 to 1). Only made from one case up."""

    part: int
    whole: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of an office before its own cases: the share of all, worth ``strength`` cases.

    strength: inf when the offices differ no more than chance makes them.
    """

    mean: float
    strength: float


def wilson(part: int, whole: int, *, confidence: float = CONFIDENCE) -> Share:
    """The share with Wilson's score interval. Raises: ValueError unless 0 ≤ part ≤ whole and whole > 0."""
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError(f"no share: {part} of {whole}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    value = part / whole
    middle = (value + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * sqrt(value * (1 - value) / whole + z * z / (4 * whole * whole))
    low = 0.0 if part == 0 else max(0.0, middle - half)
    high = 1.0 if part == whole else min(1.0, middle + half)
    return Share(part, whole, value, low, high)


def shown(part: int, whole: int) -> Share | None:
    """The share, or None where it stands on too few cases to be shown."""
    return wilson(part, whole) if whole >= FEWEST else None


def comparable(one: Share, other: Share) -> bool:
    """Whether one may be said to be higher than the other: their intervals do not overlap."""
    return one.low > other.high or other.low > one.high


def prior_of(samples: Sequence[tuple[int, int]]) -> Prior:
    """The beta prior that fits several (part, whole), by Kleinman's moments with the wholes as weights.

    Raises: ValueError when there is no case at all.
    """
    known = [(part, whole) for part, whole in samples if whole > 0]
    total = sum(whole for _, whole in known)
    if not total:
        raise ValueError("no case to learn from")
    mean = sum(part for part, _ in known) / total
    spread = mean * (1 - mean)
    if not spread or len(known) < 2:
        return Prior(mean, inf)
    seen = sum(whole * (part / whole - mean) ** 2 for part, whole in known) / spread
    by_chance = sum(1 - whole / total for _, whole in known)
    at_most = sum(whole * (1 - whole / total) for _, whole in known)
    if seen <= by_chance or at_most <= by_chance:
        return Prior(mean, inf)
    return Prior(mean, max(0.0, (at_most - by_chance) / (seen - by_chance) - 1))


def shrunk(part: int, whole: int, prior: Prior) -> float:
    """The share drawn towards that of all: the fewer cases, the more."""
    if prior.strength == inf:
        return prior.mean
    if whole + prior.strength == 0:
        return prior.mean
    return (part + prior.strength * prior.mean) / (whole + prior.strength)
