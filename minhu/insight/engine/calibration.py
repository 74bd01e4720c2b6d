"""Scores into probabilities that mean what they say, and the confidence below which a reading is handed to people.

Source: Platt, "Probabilistic outputs for support vector machines" (1999); Guo et al., "On calibration of modern neural
networks", ICML 2017 (one temperature and one offset a label keep the order of the scores nearly as it was).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from minhu.insight.engine.judging import Confidences
from minhu.insight.engine.vectors import Numbers

_FIRM = 1e-3


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities are the softmax of ``scale`` times the scores, plus one offset a label."""

    scale: float
    offsets: tuple[float, ...]

    def probabilities(self, scores: Confidences) -> Confidences:
        """One row a text; each sums to one."""
        shifted = scores * self.scale + np.array(self.offsets)
        powers = np.exp(shifted - shifted.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def calibrated(scores: Confidences, labels: Numbers) -> Calibration:
    """Learn from scores of texts that the reader has not seen."""
    scores = scores.astype(np.float64)  # slopes are taken over steps too small for half the digits
    count = scores.shape[1]
    own = np.arange(len(labels))

    def loss(values: Confidences) -> float:
        read = Calibration(float(values[0]), tuple(values[1:])).probabilities(scores)
        return float(-np.log(np.maximum(read[own, labels], 1e-12)).mean() + _FIRM * (values[1:] ** 2).sum())

    best = minimize(
        loss, np.concatenate([[4.0], np.zeros(count)]), method="L-BFGS-B", bounds=[(0, 100)] + [(-20, 20)] * count
    )
    return Calibration(float(best.x[0]), tuple(map(float, best.x[1:])))


def sure_from(probabilities: Confidences, labels: Numbers, wanted: float) -> float:
    """The lowest confidence from which on readings are right as often as wanted; above one if none is."""
    confident = probabilities.max(axis=1)
    order = np.argsort(-confident, kind="stable")
    right = np.cumsum((probabilities.argmax(axis=1) == labels)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= wanted)
    return float(confident[order[enough[-1]]]) if len(enough) else 1.01
