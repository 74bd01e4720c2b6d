"""How good groups are, beside what people say belongs together.

B³ (Bagga and Baldwin, 1998): for each labelled text, which share of its group belongs with it (precision), and which
share of what belongs with it is in its group (recall); the mean over all texts. Only labelled texts are looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Nought where both are."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(found: Mapping[str, str], truth: Mapping[str, str], among: Collection[str]) -> Score:
    """The score of the texts ``among``; a text without a group counts as alone."""
    groups, events = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for key in among:
        groups[found.get(key, key)].add(key)
        events[truth[key]].add(key)
    precision = recall = 0.0
    for key in among:
        group, event = groups[found.get(key, key)], events[truth[key]]
        shared = len(group & event)
        precision += shared / len(group)
        recall += shared / len(event)
    many = len(among) or 1
    return Score(precision / many, recall / many)


def halves(truth: Mapping[str, str], seed: int) -> tuple[list[str], list[str]]:
    """The labelled texts in two halves that share no event, the same for the same seed."""
    events = sorted(set(truth.values()))
    Random(seed).shuffle(events)  # noqa: S311 - a fair cut, not a secret
    first = set(events[::2])
    return [key for key in truth if truth[key] in first], [key for key in truth if truth[key] not in first]


def judged_apart(
    runs: Iterable[Mapping[str, str]], truth: Mapping[str, str], seeds: Iterable[int]
) -> list[tuple[Score, int]]:
    """For each half of each cut: the score of that run which is best on the other half, and which run it was."""
    tried, scores = list(runs), []
    for seed in seeds:
        one, other = halves(truth, seed)
        for tuned_on, judged_on in ((one, other), (other, one)):
            best = max(range(len(tried)), key=lambda at: (b_cubed(tried[at], truth, tuned_on).f1, -at))
            scores.append((b_cubed(tried[best], truth, judged_on), best))
    return scores
