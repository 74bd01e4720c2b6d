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

from minhu.insight.engine.calibration import joined, probabilities, sure_from
from minhu.insight.engine.judging import Confidences, parts
from minhu.insight.engine.linear import nudged, solved
from minhu.insight.engine.vectors import Index, Message, Numbers, Read, View, Weights, indexes, text_of

STRENGTH, TITLE_STRENGTH = 0.8, 0.5
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
    sure: float

    def probabilities(self, messages: Sequence[Message]) -> Confidences:
        """One row a text, one column a label; calibrated."""
        return probabilities(self.odds(messages))

    def odds(self, messages: Sequence[Message]) -> Confidences:
        """The same as log-odds: what every known key of the text adds, and what each label starts from."""
        done = [self._odds(messages[at : at + _AT_ONCE]) for at in range(0, len(messages), _AT_ONCE)]
        return np.concatenate([np.zeros((0, len(self.labels)), np.float32), *done])

    def _odds(self, messages: Sequence[Message]) -> Confidences:
        odds, first, read = np.tile(self.start, (len(messages), 1)), 0, Read.of_messages(messages)
        for index in self.indexes:
            odds += index.rows(read) @ self.weights[first : first + len(index.keys)]
            first += len(index.keys)
        return odds

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
    readers = _readers(known)
    unseen = _unseen(rows, readers, numbers, len(names), parts(messages, numbers, _PARTS))
    join = joined(unseen, numbers, len(names))
    sure = sure_from(probabilities(unseen @ join.matrix + join.offsets), numbers, right)
    weights, start = np.zeros((rows.shape[1], len(names)), np.float32), join.offsets
    for reader, part in zip(readers, np.split(join.matrix, len(readers)), strict=True):
        own, mean = solved(rows[:, reader.columns], numbers, len(names), reader.strength)
        weights[reader.columns] += own @ part
        start = start + mean @ part
    return Model(names, known, weights, start.astype(np.float32), sure)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One of those whose scores are joined: the columns it sees, and how strongly its weights are held near none."""

    columns: slice
    strength: float


def _readers(known: Sequence[Index]) -> tuple[_Reader, _Reader]:
    """One reads everything; one reads the title alone, which says in few words what the writer holds to matter."""
    whole = sum(len(index.keys) for index in known)
    title = sum(len(index.keys) for index in known if index.view is View.TITLE)
    return _Reader(slice(0, whole), STRENGTH), _Reader(slice(whole - title, whole), TITLE_STRENGTH)


def _rows(known: Sequence[Index], messages: Sequence[Message]) -> csr_matrix:
    read = Read.of_messages(messages)
    return hstack([index.rows(read) for index in known]).tocsr()


def _unseen(rows: csr_matrix, readers: Sequence[_Reader], labels: Numbers, count: int, part: Numbers) -> Confidences:
    """The scores each text gets from readers that were trained without it."""
    scores = np.zeros((len(labels), count * len(readers)), np.float32)
    for held in range(_PARTS):
        away = part == held
        for place, reader in enumerate(readers):
            seen = rows[:, reader.columns]
            weights, start = solved(seen[~away], labels[~away], count, reader.strength)
            scores[away, place * count : (place + 1) * count] = seen[away] @ weights + start
    return scores


def corrected(model: Model, message: Message, label: str) -> Model:
    """The model after one correction: at once, and with as little change as makes it right."""
    if label not in model.labels:
        raise TrainingError(f"未知标签“{label}”,请先用含有它的数据重新训练")
    row = _rows(model.indexes, [message])
    odds = model.odds([message])[0]
    return replace(model, weights=nudged(model.weights, row, odds, model.labels.index(label)))
