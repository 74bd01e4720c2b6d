"""Negative binomial regression with a normal prior, by Fisher scoring.

    y_i ~ NB(mean m_i, size k),  variance m_i + m_i² / k,  log m_i = o_i + x_i'b
    b ~ Normal(prior mean, diagonal prior variance),  log k ~ Normal

For a given k the posterior mode of b is found by iteratively reweighted least squares with working weights
w_i m_i / (1 + m_i / k), steps halved until the posterior rises. k maximises the Laplace approximation of its own
posterior, the profile less half the log determinant of the information of b (the Cox-Reid adjustment).
Source: Lawless, "Negative binomial and mixed Poisson regression", Canadian Journal of Statistics 15 (1987) 209-225;
McCullagh and Nelder, "Generalized Linear Models" (1989), ch. 2.5; Cox and Reid, JRSS B 49 (1987) 1-39.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Numbers = NDArray[np.float64]

_LOG_SIZES = np.log(np.geomspace(0.3, 300.0, 16))
_STEPS, _CLOSE = 60, 1e-9
_FARTHEST = 30.0
"""No mean is taken beyond e^30: a step that went there is halved."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is observed. x: a row each, a column for each coefficient; weight: how much a row counts (1: fully)."""

    x: Numbers
    y: Numbers
    weight: Numbers
    offset: Numbers


@dataclass(frozen=True, slots=True)
class Before:
    """What is believed before any row. mean, sd: of each coefficient; log_size, log_size_sd: of log k."""

    mean: Numbers
    sd: Numbers
    log_size: float
    log_size_sd: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What is believed after the rows. cov: of the coefficients, at the mode."""

    coef: Numbers
    cov: Numbers
    size: float


def fit(rows: Rows, before: Before) -> Fit:
    """The posterior mode and the normal curve about it. No rows give the prior back."""
    if not len(rows.y):
        return Fit(before.mean.copy(), np.diag(before.sd**2), float(np.exp(before.log_size)))
    coef, scores = before.mean.copy(), []
    for log_size in _LOG_SIZES[::-1]:
        coef, score = _mode(rows, before, coef, float(np.exp(log_size)))
        scores.append(score - ((log_size - before.log_size) / before.log_size_sd) ** 2 / 2)
    size = float(np.exp(_peak(_LOG_SIZES, np.array(scores[::-1]))))
    coef, _ = _mode(rows, before, coef, size)
    return Fit(coef, np.asarray(np.linalg.inv(_information(rows, before, coef, size)), np.float64), size)


def log_posterior(rows: Rows, before: Before, coef: Numbers, size: float) -> float:
    """Log density of rows and coefficients for a given size, without constants that do not depend on either."""
    mean = _mean(rows, coef)
    each = (
        gammaln(rows.y + size)
        - gammaln(size)
        + size * np.log(size / (size + mean))
        + rows.y * np.log(mean / (size + mean))
    )
    return float(rows.weight @ each - np.sum(((coef - before.mean) / before.sd) ** 2) / 2)


def _mode(rows: Rows, before: Before, start: Numbers, size: float) -> tuple[Numbers, float]:
    """The mode for a given size, and the Laplace approximation of the log posterior of that size."""
    coef, reached = start, log_posterior(rows, before, start, size)
    for _ in range(_STEPS):
        mean = _mean(rows, coef)
        pull = rows.x.T @ (rows.weight * (rows.y - mean) / (1 + mean / size)) - (coef - before.mean) / before.sd**2
        step = np.linalg.solve(_information(rows, before, coef, size), pull)
        gained = -np.inf
        for _ in range(_STEPS):
            gained = log_posterior(rows, before, coef + step, size) - reached
            if gained >= 0:
                break
            step /= 2
        if gained < _CLOSE:
            break
        coef, reached = coef + step, reached + gained
    _, log_det = np.linalg.slogdet(_information(rows, before, coef, size))
    return coef, reached - float(log_det) / 2


def _mean(rows: Rows, coef: Numbers) -> Numbers:
    return np.asarray(np.exp(np.clip(rows.offset + rows.x @ coef, -_FARTHEST, _FARTHEST)), np.float64)


def _information(rows: Rows, before: Before, coef: Numbers, size: float) -> Numbers:
    mean = _mean(rows, coef)
    weights = rows.weight * mean / (1 + mean / size)
    return np.asarray((rows.x.T * weights) @ rows.x + np.diag(before.sd**-2), np.float64)


def _peak(at: Numbers, values: Numbers) -> float:
    """Where the parabola through the highest point and its neighbours has its top."""
    best = int(np.argmax(values))
    if best in {0, len(at) - 1}:
        return float(at[best])
    left, top, right = values[best - 1 : best + 2]
    bend = left - 2 * top + right
    step = float(at[1] - at[0])
    return float(at[best] + (step * (left - right) / (2 * bend) if bend < 0 else 0.0))
