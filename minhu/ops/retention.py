"""What is due to go, looked at and done, over all parts: the jobs do it, ``minhu retention`` shows it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from minhu.cases import erasing
from minhu.cases.models import Case, ErasureRound
from minhu.insight.erasing import erase_of
from minhu.intake.models import Citizen, Recording, Text
from minhu.supervision.models import Complaint

AT_ONCE = 200
"""Of each kind in one round, so that nobody waits for it; the next round goes on."""


@dataclass(frozen=True, slots=True)
class Due:
    """What would go now."""

    cases: QuerySet[Case]
    recordings: QuerySet[Recording]
    texts: QuerySet[Text]
    numbers: QuerySet[Citizen]


def due(city_id: int, *, at: datetime) -> Due:
    """Nothing that was complained of: the file of the complaint is kept by the rules of supervision."""
    kept, periods = Case.objects.filter(pk__in=Complaint.objects.values("case")), settings.KEEPING
    return Due(
        erasing.due(city_id, periods, at=at, kept=kept),
        erasing.due_recordings(city_id, periods, at=at, kept=kept),
        erasing.due_texts(city_id, periods, at=at),
        erasing.due_numbers(city_id, periods, at=at),
    )


def sweep(city_id: int, *, at: datetime) -> int:
    """A round; returns how much went. Numbers go last: only of whom nothing is left."""
    went = {
        "cases": sum(_case(one, at) for one in due(city_id, at=at).cases[:AT_ONCE]),
        "recordings": erasing.erase_recordings(list(due(city_id, at=at).recordings[:AT_ONCE]), city_id, at=at),
        "texts": erasing.erase_texts(list(due(city_id, at=at).texts[:AT_ONCE]), city_id, at=at),
        "numbers": erasing.erase_numbers(list(due(city_id, at=at).numbers[:AT_ONCE]), city_id, at=at),
    }
    ErasureRound.objects.update_or_create(city_id=city_id, defaults={"at": at, **went})
    return sum(went.values())


def _case(case: Case, at: datetime) -> int:
    with transaction.atomic():
        erase_of(case, at=at)
        erasing.erase_case(case, at=at)
    return 1
