"""In which order what was found is shown.

    score = (1 + 2 · share of the words that stand in the title or the place) / (1 + days / 30)

So of two texts of one day the one with all words in its title comes first, by three to one; and one of today comes
before a title of three months ago that has them all.
"""

from __future__ import annotations

from datetime import timedelta

IN_TITLE = 2.0
FRESH = timedelta(days=30)


def score(age: timedelta, in_title: int, terms: int) -> float:
    """in_title: how many of the words stand in the title; terms: how many were asked for."""
    share = in_title / terms if terms else 0.0
    return (1.0 + IN_TITLE * share) / (1.0 + max(age, timedelta()) / FRESH)
