"""Simpler ways to group, to have something beside ours: the same words, other methods.

They see the whole stream at once, or compare with each centre; none keeps within memory as the stream grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from minhu.insight.engine import words
from minhu.insight.engine.groups import Report

MOST = 8_000
"""Texts that a comparison of all with all can take: its memory grows with their square."""

Runs = list[dict[str, str]]


def baselines(reports: Sequence[Report]) -> Iterator[tuple[str, Runs]]:
    """Name, and the groups for each of a few limits, the middle one first."""
    ordered = sorted(reports, key=lambda one: (one.at, one.key))
    keys = [one.key for one in ordered]
    matrix = TfidfVectorizer(analyzer=_words, sublinear_tf=True, dtype=np.float32).fit_transform(
        [f"{one.title}\n{one.title}\n{one.detail}" for one in ordered]
    )
    yield "online single pass, TF-IDF", [_single_pass(keys, matrix, limit) for limit in (0.35, 0.25, 0.3, 0.4, 0.45)]
    if len(keys) <= MOST:
        apart = np.maximum(1 - (matrix @ matrix.T).toarray(), 0)
        np.fill_diagonal(apart, 0)
        tree = linkage(squareform(apart, checks=False), "average")
        limits = (0.82, 0.74, 0.78, 0.86, 0.9)
        yield "average link, TF-IDF (batch)", [_named(keys, fcluster(tree, limit, "distance")) for limit in limits]
    dense = TruncatedSVD(min(100, matrix.shape[1] - 1), random_state=0).fit_transform(matrix)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    found = [HDBSCAN(min_cluster_size=2, min_samples=one, copy=True).fit_predict(dense) for one in (1, 2, 3)]
    yield "HDBSCAN, TF-IDF-SVD (batch)", [_named(keys, one) for one in found]


def _words(text: str) -> list[str]:
    return words.cut(words.clean(text))


def _named(keys: Sequence[str], numbers: Sequence[int]) -> dict[str, str]:
    """What HDBSCAN calls noise stays alone."""
    return {key: f"#{number}" if number >= 0 else key for key, number in zip(keys, numbers, strict=True)}


def _single_pass(keys: Sequence[str], matrix: Any, limit: float) -> dict[str, str]:
    """Each text to the nearest centre, or a centre of its own."""
    found: dict[str, str] = {}
    centres: list[dict[int, float]] = []
    names: list[str] = []
    posted: dict[int, dict[int, float]] = {}
    for row, key in enumerate(keys):
        begin, end = matrix.indptr[row], matrix.indptr[row + 1]
        terms = dict(zip(matrix.indices[begin:end].tolist(), matrix.data[begin:end].tolist(), strict=True))
        scores: dict[int, float] = {}
        for term, weight in terms.items():
            for centre, other in posted.get(term, {}).items():
                scores[centre] = scores.get(centre, 0.0) + weight * other
        best = max(scores, key=lambda one: (scores[one], -one), default=-1)
        if best < 0 or scores[best] < limit:
            best = len(centres)
            centres.append({})
            names.append(key)
        _move(centres[best], terms, best, posted)
        found[key] = names[best]
    return found


def _move(centre: dict[int, float], terms: dict[int, float], number: int, posted: dict[int, dict[int, float]]) -> None:
    for term, weight in terms.items():
        centre[term] = centre.get(term, 0.0) + weight
    length = sum(weight * weight for weight in centre.values()) ** 0.5 or 1.0
    for term, weight in centre.items():
        posted.setdefault(term, {})[number] = weight / length
