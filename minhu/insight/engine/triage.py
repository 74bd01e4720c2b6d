"""What a text is about: learnt from labelled texts, with a confidence that means what it says, and with reasons.

One way of reading serves every question that has labelled texts: subject, kind, urgency, owner. Below the confidence
from which readings were right often enough there is no label: the citizen is asked, or staff decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, hstack

from minhu.insight.engine.calibration import Calibration, calibrated, sure_from
from minhu.insight.engine.judging import Confidences, parts
from minhu.insight.engine.linear import nudged, solved
from minhu.insight.engine.vectors import Index, Message, Numbers, Read, Weights, indexes, text_of

STRENGTH = 0.8
"""How strongly weights are held near none; chosen by cross-validation."""

RIGHT = 0.95
"""How often a reading that stands is to be right."""

_PARTS = 4
_AT_ONCE = 512
_FEWEST_TEXTS, _FEWEST_LABELS = 20, 2


class TrainingError(ValueError):
    """The labelled texts are not enough to learn from; says what is missing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Words of the text that speak for a label, and how much."""

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as. label: None when unsure. ranked: every label, the likeliest first."""

    label: str | None
    confidence: float
    ranked: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A reader that was trained. sure: the confidence from which a label stands."""

    labels: tuple[str, ...]
    indexes: tuple[Index, ...]
    weights: Weights
    start: Weights
    calibration: Calibration
    sure: float

    def probabilities(self, messages: Sequence[Message]) -> Confidences:
        """One row a text, one column a label."""
        return self.calibration.probabilities(self.scores(messages))

    def scores(self, messages: Sequence[Message]) -> Confidences:
        """Before calibration: about one for the label, minus one for the others."""
        done = [self._scores(messages[at : at + _AT_ONCE]) for at in range(0, len(messages), _AT_ONCE)]
        return np.concatenate([np.zeros((0, len(self.labels)), np.float32), *done])

    def _scores(self, messages: Sequence[Message]) -> Confidences:
        scores, first, read = np.tile(self.start, (len(messages), 1)), 0, Read.of_messages(messages)
        for index in self.indexes:
            scores += index.rows(read) @ self.weights[first : first + len(index.keys)]
            first += len(index.keys)
        return scores

    def read(self, messages: Sequence[Message]) -> list[Reading]:
        """What each text is about."""
        return [self._reading(row) for row in self.probabilities(messages)]

    def _reading(self, row: Confidences) -> Reading:
        order = np.argsort(-row, kind="stable")
        ranked = tuple((self.labels[place], float(row[place])) for place in order)
        label, confidence = ranked[0]
        return Reading(label if confidence >= self.sure else None, confidence, ranked)

    def reasons(self, message: Message, label: str, most: int = 5) -> tuple[Reason, ...]:
        """The words that speak most for this label beside the others, each once, the strongest first."""
        own = self.labels.index(label)
        found: dict[str, float] = defaultdict(float)
        for words, weights in self._known(message):
            if len(words.strip()) > 1:
                found[words] += float(weights[own] - (weights.sum() - weights[own]) / max(len(weights) - 1, 1))
        return tuple(_apart(found, most))

    def _known(self, message: Message) -> Iterator[tuple[str, Weights]]:
        first, read = 0, Read.of_messages([message])
        for index in self.indexes:
            row = index.rows(read)
            for column, value in zip(row.indices, row.data, strict=True):
                yield text_of(int(index.keys[column])), self.weights[first + column] * value
            first += len(index.keys)


def _apart(found: dict[str, float], most: int) -> Iterator[Reason]:
    taken: list[str] = []
    for words, weight in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if weight <= 0 or len(taken) == most:
            return
        if not any(words in other or other in words for other in taken):
            taken.append(words)
            yield Reason(words, weight)


def train(messages: Sequence[Message], labels: Sequence[str], *, right: float = RIGHT) -> Model:
    """Learn from labelled texts, in seconds.

    Raises: TrainingError when there are too few of them.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < _FEWEST_LABELS or len(messages) < _FEWEST_TEXTS:
        raise TrainingError(f"训练数据太少:至少需要 {_FEWEST_TEXTS} 条、{_FEWEST_LABELS} 种标签")
    place = {name: number for number, name in enumerate(names)}
    numbers = np.array([place[label] for label in labels], np.int64)
    known = indexes(messages)
    rows = _rows(known, messages)
    unseen = _unseen(rows, numbers, len(names), parts(messages, numbers, _PARTS))
    calibration = calibrated(unseen, numbers)
    sure = sure_from(calibration.probabilities(unseen), numbers, right)
    weights, start = solved(rows, numbers, len(names), STRENGTH)
    return Model(names, known, weights, start, calibration, sure)


def _rows(known: Sequence[Index], messages: Sequence[Message]) -> csr_matrix:
    read = Read.of_messages(messages)
    return hstack([index.rows(read) for index in known]).tocsr()


def _unseen(rows: csr_matrix, labels: Numbers, count: int, part: Numbers) -> Confidences:
    """The scores each text gets from a reader that was trained without it."""
    scores = np.zeros((len(labels), count), np.float32)
    for held in range(_PARTS):
        away = part == held
        weights, start = solved(rows[~away], labels[~away], count, STRENGTH)
        scores[away] = rows[away] @ weights + start
    return scores


def corrected(model: Model, message: Message, label: str) -> Model:
    """The model after one correction: at once, and with as little change as makes it right."""
    if label not in model.labels:
        raise TrainingError(f"未知标签“{label}”,请先用含有它的数据重新训练")
    row = _rows(model.indexes, [message])
    scores = model.scores([message])[0]
    return replace(model, weights=nudged(model.weights, row, scores, model.labels.index(label)))
