"""Which groups might be about the same: those that share heavy terms or lie near by vector. A guess, measured after."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest
from itertools import islice

import numpy as np
import numpy.typing as npt

from minhu.insight.engine.groups import Group, Sum

PROBE = 12
"""Heaviest terms of a text by which it is filed and looked for."""
POSTED = 32
"""Groups filed under one term, the newest: more of them make a term that tells nothing."""
NEAR, NEAR_BY_VECTOR = 5, 4


class Nearby:
    """Groups filed under their heaviest terms and, where there are vectors, in one matrix."""

    def __init__(self) -> None:
        self._posted: dict[str, list[str]] = {}
        self._rows: dict[str, int] = {}
        self._names: list[str | None] = []
        self._matrix: npt.NDArray[np.float32] | None = None

    def file(self, group: Group, terms: Iterable[str]) -> None:
        """Have the group found by these terms, and by its vector."""
        for term in terms:
            names = self._posted.setdefault(term, [])
            if group.name not in names:
                names.append(group.name)
                if len(names) > POSTED:
                    del names[0]
        if group.vector is not None:
            self._place(group.name, group.vector)

    def drop(self, name: str) -> None:
        """The group is no more. Its name under terms is passed over, and goes when the lists are made anew."""
        row = self._rows.pop(name, None)
        if row is not None and self._matrix is not None:
            self._names[row] = None
            self._matrix[row] = 0

    def near(self, group: Group, live: dict[str, Group], *, probe: int = PROBE) -> list[str]:
        """Names of other live groups that are worth a closer look."""
        scores: dict[str, int] = {}
        for term in heaviest(group, probe):
            weight = group.terms[term]
            for name in self._posted.get(term, ()):
                scores[name] = scores.get(name, 0) + weight
        scores.pop(group.name, None)
        best = nsmallest(NEAR, [(-score, name) for name, score in scores.items() if name in live])
        found = [name for _score, name in best]
        if group.vector is not None:
            found += [name for name in self._near_by_vector(group) if name not in found]
        return found

    def _near_by_vector(self, group: Group) -> list[str]:
        if self._matrix is None or group.vector is None:
            return []
        scores = self._matrix[: len(self._names)] @ _unit(group.vector)
        most = min(NEAR_BY_VECTOR + 1, len(scores))
        rows = np.argpartition(-scores, most - 1)[:most]
        named = sorted((-float(scores[row]), name) for row in rows if (name := self._names[row]) is not None)
        return [name for _score, name in named if name != group.name]

    def _place(self, name: str, vector: Sum) -> None:
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = len(self._names)
            self._names.append(name)
            if self._matrix is None:
                self._matrix = np.zeros((256, len(vector)), np.float32)
            elif row >= len(self._matrix):
                self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        if self._matrix is not None:
            self._matrix[row] = _unit(vector)


def heaviest(group: Group, most: int) -> list[str]:
    """The terms that say most of a group; a single text has them in order."""
    if group.size == 1:
        return list(islice(group.terms, most))
    terms = group.terms
    return [term for _weight, term in nsmallest(most, [(-weight, term) for term, weight in terms.items()])]


def _unit(vector: Sum) -> npt.NDArray[np.float32]:
    floats = vector.astype(np.float32)
    return floats / (np.linalg.norm(floats) or 1.0)
