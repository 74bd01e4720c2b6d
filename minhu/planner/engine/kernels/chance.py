"""Randomness that is a function of (seed, replication, stream, count), so that no order of threads can change it.

Each stream is SplitMix64: the n-th value is a hash of ``key + n * GOLDEN``. One stream for each purpose (arrivals,
service, patience …) keeps the numbers common to two plans that are compared.
Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; Marsaglia, Tsang, "A simple
method for generating gamma variables", ACM TOMS 26 (2000) 363-372.
"""

from __future__ import annotations

from math import cos, exp, log, pi, sqrt

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.kernels.compiling import compiled

Streams = npt.NDArray[np.uint64]
Table = npt.NDArray[np.float64]

EXPONENTIAL, DETERMINISTIC, UNIFORM, LOGNORMAL, GAMMA, WEIBULL = range(6)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_U1, _U11, _U27, _U30, _U31 = (np.uint64(bits) for bits in (1, 11, 27, 30, 31))
_UNIT = 2.0**-53


@compiled
def mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _U30)) * _FIRST
    value = (value ^ (value >> _U27)) * _SECOND
    return value ^ (value >> _U31)


@compiled
def seed_streams(streams: Streams, seed: np.uint64, replication: int) -> None:
    """Set every stream to its beginning for one replication."""
    key = mixed(mixed(seed + _GOLDEN) + np.uint64(replication) * _GOLDEN)
    for stream in range(streams.size):
        streams[stream] = mixed(key + np.uint64(stream + 1) * _GOLDEN)


@compiled
def uniform(streams: Streams, stream: int) -> float:
    """In (0, 1]."""
    value = streams[stream] + _GOLDEN
    streams[stream] = value
    return float((mixed(value) >> _U11) + _U1) * _UNIT


@compiled
def standard_exponential(streams: Streams, stream: int) -> float:
    return -log(uniform(streams, stream))


@compiled
def standard_normal(streams: Streams, stream: int) -> float:
    radius = sqrt(-2.0 * log(uniform(streams, stream)))
    return radius * cos(2.0 * pi * uniform(streams, stream))


@compiled
def standard_gamma(streams: Streams, stream: int, shape: float) -> float:
    boost = 1.0
    if shape < 1.0:
        boost = uniform(streams, stream) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)
    while True:
        x = standard_normal(streams, stream)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and log(uniform(streams, stream)) < 0.5 * x * x + d - d * v + d * log(v):
            return boost * d * v


@compiled
def draw(streams: Streams, stream: int, law: Table) -> float:
    """A duration. law: kind and two parameters, as ``Law.coded`` makes them."""
    kind, first, second = law[0], float(law[1]), float(law[2])
    if kind == EXPONENTIAL:
        return first * standard_exponential(streams, stream)
    if kind == DETERMINISTIC:
        return first
    if kind == LOGNORMAL:
        return exp(first + second * standard_normal(streams, stream))
    if kind == GAMMA:
        return first * standard_gamma(streams, stream, second)
    if kind == WEIBULL:
        return float(first * standard_exponential(streams, stream) ** (1.0 / second))
    return float(first + second * uniform(streams, stream))
