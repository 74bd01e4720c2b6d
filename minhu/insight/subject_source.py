"""What a case is about, as the digest counts it: the first level of the subject that it was read as or that somebody
said; where neither is known, its kind.
"""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from minhu.cases.models import Case
from minhu.rules.words import CaseKind

_LEVELS = "/"
_KINDS = frozenset(kind.value for kind in CaseKind)


def by_subject(cases: QuerySet[Case]) -> dict[str, int]:
    """How many are about what: by first level of the tree of subjects, or by kind."""
    known = Coalesce(NullIf(F("reading__subject"), Value("")), F("kind"))
    found: Counter[str] = Counter()
    for subject, count in cases.annotate(about=known).values_list("about").annotate(Count("pk")).order_by():
        found[subject.partition(_LEVELS)[0]] += count
    return dict(found)


def about(cases: QuerySet[Case], subject: str) -> QuerySet[Case]:
    """Those about one thing, as ``by_subject`` counts them."""
    if is_kind(subject):
        return cases.filter(Q(reading=None) | Q(reading__subject=""), kind=subject)
    return cases.filter(Q(reading__subject=subject) | Q(reading__subject__startswith=subject + _LEVELS))


def is_kind(subject: str) -> bool:
    """Whether it stands for cases of a kind whose subject is not known."""
    return subject in _KINDS
