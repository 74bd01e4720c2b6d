"""How good a reading is: parts that share no report, and the figures everybody knows.

Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015
(expected calibration error).
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from minhu.insight.engine.vectors import Message, Numbers
from minhu.insight.engine.words import clean

Confidences = npt.NDArray[np.floating]

_BINS = 15
_TELLING = 120
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What readings of labelled texts came to. covered: the share not handed to staff; covered_right: of those."""

    texts: int
    macro_f1: float
    accuracy: float
    calibration_error: float
    covered: float
    covered_right: float


def figures(probabilities: Confidences, labels: Numbers, sure: float) -> Figures:
    """Judge calibrated readings, one row a text; ``sure``: the confidence from which they stand."""
    read, confident = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right, stands = read == labels, confident >= sure
    return Figures(
        texts=len(labels),
        macro_f1=macro_f1(read, labels),
        accuracy=float(right.mean()),
        calibration_error=calibration_error(confident, right),
        covered=float(stands.mean()),
        covered_right=float(right[stands].mean()) if stands.any() else 0.0,
    )


def macro_f1(read: Numbers, labels: Numbers) -> float:
    """The mean over labels of the harmonic mean of precision and recall."""
    scores = []
    for label in np.union1d(read, labels):
        both = np.sum((read == label) & (labels == label))
        scores.append(2 * both / (np.sum(read == label) + np.sum(labels == label)))
    return float(np.mean(scores))


def calibration_error(confident: Confidences, right: npt.NDArray[np.bool_], bins: int = _BINS) -> float:
    """How far confidence and accuracy lie apart, over bins of equal width."""
    place = np.minimum((confident * bins).astype(int), bins - 1)
    apart = np.bincount(place, weights=confident - right, minlength=bins)
    return float(np.abs(apart).sum() / max(len(confident), 1))


def parts(messages: Sequence[Message], labels: Numbers, count: int) -> Numbers:
    """The part each text belongs to, labels spread evenly, the same report never in two parts."""
    groups = _groups(messages)
    seats: Counter[tuple[int, int]] = Counter()
    order = sorted(set(groups), key=lambda one: (zlib.crc32(messages[one].detail.encode(errors="replace")), one))
    part = {}
    for group in order:
        label = int(labels[group])
        part[group] = min(range(count), key=lambda one: (seats[label, one], one))
        seats[label, part[group]] += 1
    return np.array([part[group] for group in groups], np.int64)


def _groups(messages: Sequence[Message]) -> list[int]:
    """For each message the first that is the same report: the same title, or the same beginning of the detail."""
    first: dict[Hashable, int] = {}
    leader = list(range(len(messages)))

    def led_by(one: int) -> int:
        while leader[one] != one:
            one = leader[one]
        return one

    for place, message in enumerate(messages):
        title, detail = clean(message.title), "".join(filter(str.isalnum, clean(message.detail)))[:_TELLING]
        for seen in (("title", title), ("detail", detail)):
            if len(seen[1]) < _FEWEST:
                continue
            earlier = led_by(first.setdefault(seen, place))
            own = led_by(place)
            leader[max(earlier, own)] = min(earlier, own)
    return [led_by(one) for one in range(len(messages))]
