"""What the figures take from checks, complaints and the ladder: the only place where the figures know of them.

``of_citizens`` and ``matters_of_citizens`` leave spot checks out of every count; ``measures`` tells what supervision
did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from minhu.rules.figures import Measure


def of_citizens(path: str = "") -> Q:
    """Condition on calls, or with a path such as ``call__`` on what has one: placed by citizens, not a check."""
    return Q()


def matters_of_citizens(path: str = "") -> Q:
    """Condition on cases, or with a path such as ``case__`` on what has one: not made by a check."""
    return Q()


def measures(city_id: int, first: date, last: date, offices: frozenset[int] | None = None) -> Mapping[Measure, int]:
    """What supervision did on these days, both included. offices: None for the whole city."""
    return dict.fromkeys(Measure, 0)
