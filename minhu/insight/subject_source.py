"""What a case is about, as the digest counts it: the one place to change when cases are read better.

PATH leads from a case to a closed word that pages know how to say.
"""

from __future__ import annotations

from django.db.models import Count, QuerySet

from minhu.cases.models import Case

PATH = "kind"


def by_subject(cases: QuerySet[Case]) -> dict[str, int]:
    """How many are about what."""
    return dict(cases.values_list(PATH).annotate(Count("pk")).order_by())


def about(cases: QuerySet[Case], subject: str) -> QuerySet[Case]:
    """Those about one thing."""
    return cases.filter(**{PATH: subject})
