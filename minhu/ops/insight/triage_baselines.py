"""Common ways to read a label, to have something beside ours: judged on the same parts of the same texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from minhu.insight.engine.judging import macro_f1
from minhu.insight.engine.vectors import READ, Message, Numbers
from minhu.insight.engine.words import clean, cut

_TITLE, _WHOLE = 0, 1


def _characters(sizes: tuple[int, int]) -> Any:
    return TfidfVectorizer(analyzer="char", ngram_range=sizes, sublinear_tf=True, min_df=2)


_WORDS = ("words", TfidfVectorizer(analyzer=cut, sublinear_tf=True), _WHOLE)
_CHARACTERS = ("characters", _characters((1, 2)), _WHOLE)
_TITLES = ("title", _characters((1, 3)), _TITLE)
"""Views that ColumnTransformer copies before it trains them."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a baseline came to; seconds of the processor for one training, texts a second of it for reading."""

    name: str
    macro_f1: float
    accuracy: float
    trained_seconds: float
    texts_a_second: float


def baselines(messages: Sequence[Message], numbers: Numbers, part: Numbers) -> Iterator[Row]:
    """TF-IDF and a linear support vector machine, on words, on characters, and on both with the title apart."""
    texts = np.array([[clean(one.title), clean(f"{one.title} {one.detail}", READ)] for one in messages], dtype=object)
    yield _judged("words, TF-IDF, SVM", lambda: _reader(_WORDS), texts, numbers, part)
    yield _judged("characters 1-2, TF-IDF, SVM", lambda: _reader(_CHARACTERS), texts, numbers, part)
    yield _judged("characters 1-2 + words + title apart, SVM", both_with_title, texts, numbers, part)


def both_with_title() -> Any:
    """The best of them, untrained; reads rows of a title and of the whole text."""
    return _reader(_CHARACTERS, _WORDS, _TITLES)


def _reader(*views: tuple[str, Any, int]) -> Any:
    return make_pipeline(ColumnTransformer(list(views)), LinearSVC(C=0.3))


def _judged(name: str, make: Callable[[], Any], texts: Any, numbers: Numbers, part: Numbers) -> Row:
    read, trained, spent = np.zeros_like(numbers), [], 0.0
    for held in np.unique(part):
        away = part == held
        reader = make()
        began = time.process_time()
        reader.fit(texts[~away], numbers[~away])
        trained.append(time.process_time() - began)
        began = time.process_time()
        read[away] = reader.predict(texts[away])
        spent += time.process_time() - began
    return Row(
        name, macro_f1(read, numbers), float((read == numbers).mean()), float(np.mean(trained)), len(read) / spent
    )
