"""Scores into probabilities that mean what they say, and the confidence below which a reading is handed to people.

Several readers' scores of texts that none of them has seen are joined by logistic regression, which weighs the readers
and calibrates in one step.

Source: Platt, "Probabilistic outputs for support vector machines" (1999); Wolpert, "Stacked generalization", Neural
Networks 5 (1992) 241-259; Guo et al., "On calibration of modern neural networks", ICML 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from minhu.insight.engine.judging import Confidences
from minhu.insight.engine.vectors import Numbers

_FIRM = 0.5
"""Half a squared weight costs as much as this much of one text's surprise."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How scores (one column for each reader and label) become the log-odds of the labels."""

    matrix: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.float64]


def probabilities(odds: Confidences) -> Confidences:
    """Log-odds as probabilities: one row a text, each sums to one."""
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def joined(scores: Confidences, labels: Numbers, count: int) -> Joined:
    """Learn from scores of texts that the readers have not seen."""
    wide = np.hstack([scores, np.ones((len(scores), 1))]).astype(np.float64)
    wanted = (labels[:, None] == np.arange(count)).astype(np.float64)

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        matrix = flat.reshape(wide.shape[1], count)
        read = probabilities(wide @ matrix)
        surprise = -np.log(np.maximum(read[wanted > 0], 1e-12)).sum()
        held = np.vstack([matrix[:-1], np.zeros((1, count))])
        return float(surprise + _FIRM * (held**2).sum()), (wide.T @ (read - wanted) + 2 * _FIRM * held).ravel()

    best = minimize(loss, np.zeros(wide.shape[1] * count), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    matrix = best.x.reshape(wide.shape[1], count)
    return Joined(matrix[:-1], matrix[-1])


def sure_from(read: Confidences, labels: Numbers, wanted: float) -> float:
    """The lowest confidence from which on readings are right as often as wanted; above one if none is."""
    confident = read.max(axis=1)
    order = np.argsort(-confident, kind="stable")
    right = np.cumsum((read.argmax(axis=1) == labels)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= wanted)
    return float(confident[order[enough[-1]]]) if len(enough) else 1.01
