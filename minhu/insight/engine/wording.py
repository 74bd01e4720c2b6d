"""What a text is about, as weighted terms in whole numbers.

A text has two halves that count the same: its words (those of the title twice), and the pairs and triples of
characters of its title, where the names of places and things stand. Terms that few texts have weigh more (TF-IDF).

Weights are whole numbers: a sum of them does not depend on the order, and taking away what was added leaves exactly
what was there. So the same texts make the same groups, and a join can be undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log, sqrt
from sys import intern

from minhu.insight.engine import words

Terms = dict[str, int]
"""Weight by term; the length of a text's terms is about ``UNIT``."""

UNIT = 1024
MOST_TERMS = 64
"""Terms kept of a text, the heaviest first: the rest hardly moves a likeness."""
READ = 400
"""Characters of a text that are read: what it is about is said by then."""
TITLE = 40
"""Characters taken for the title of a text that has none, such as an SMS."""


_OFTEN = [1.0 + log(max(1, n)) for n in range(4 * READ)]


def headline(title: str, detail: str) -> tuple[str, str]:
    """Title and detail cleaned; a text without a title lends its beginning."""
    head, rest = words.clean(title, READ), words.clean(detail, READ)
    return (head or rest[:TITLE]), rest


def grams(title: str) -> list[str]:
    """Pairs and triples of neighbouring characters, none across punctuation, marked to differ from words."""
    found: list[str] = []
    for run in "".join(one if one.isalnum() else " " for one in title).split():
        found += [f"~{run[at : at + 2]}" for at in range(len(run) - 1)]
        found += [f"~{run[at : at + 3]}" for at in range(len(run) - 2)]
    return found


@dataclass(slots=True)
class Frequencies:
    """In how many texts each term was seen, in bounded memory.

    When there are more than ``most`` terms all counts are halved and what was seen once is forgotten: the old fades,
    the rare goes first, and the rare is what an unknown term is taken for anyway.
    """

    most: int = 400_000
    texts: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def see(self, terms: Iterable[str]) -> None:
        """Count one more text, by its terms, each once."""
        self.texts += 1
        counts = self.counts
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
        if len(counts) > self.most:
            self.texts //= 2
            self.counts = {term: count // 2 for term, count in counts.items() if count > 1}

    def weigh(self, tally: Mapping[str, int]) -> list[tuple[float, str]]:
        """Weight of each term, scaled to length one, negative so that the heaviest sorts first."""
        rarest, get = 1 + log(self.texts + 1), self.counts.get
        weights = [_OFTEN[n] * (rarest - log(get(term, 0) + 1)) for term, n in tally.items()]
        length = -sqrt(sum([weight * weight for weight in weights])) or -1.0
        return [(weight / length, term) for weight, term in zip(weights, tally, strict=True)]


def read(head: str, rest: str, known: Frequencies) -> Terms:
    """The terms of a text given by its ``headline``, heaviest first, after it has been counted in ``known``."""
    tally, pairs = _tallies(head, rest)
    known.see([*tally, *pairs])
    return _heaviest(known.weigh(tally) + known.weigh(pairs))


def weighed(head: str, rest: str, known: Frequencies) -> Terms:
    """As ``read``, of a text that was counted before."""
    tally, pairs = _tallies(head, rest)
    return _heaviest(known.weigh(tally) + known.weigh(pairs))


def _tallies(head: str, rest: str) -> tuple[dict[str, int], dict[str, int]]:
    """Words and pairs with their number; the words of the title count twice."""
    titled = words.pieces(head)
    found = Counter(titled + titled + words.pieces(rest))
    return {word: n for word, n in found.items() if word.isalnum()}, Counter(grams(head))


def _heaviest(both: list[tuple[float, str]]) -> Terms:
    both.sort()
    scale = -UNIT * sqrt(0.5)
    return {intern(term): round(weight * scale) for weight, term in both[:MOST_TERMS]}


def likeness(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Sum of the products of weights; between two texts their cosine, between sums the sum of all pairs' cosines."""
    shared = one.keys() & other.keys()
    return sum([one[term] * other[term] for term in shared]) / (UNIT * UNIT)
