"""Earlier cases that may be the same matter: kept as proposals, and joined by a rule where a city asks for it.

keep        what the engine found for new cases, with its reasons
join_sure   above the city's threshold the rule joins two working cases of one official, each pair looked at once;
            never one that is confidential, handed over or in conflict, and never two that somebody parted
dismiss     somebody says that it is another matter
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F

from minhu.audit import trail
from minhu.audit.models import TrailEntry
from minhu.cases import joining
from minhu.cases.authority import locked
from minhu.cases.models import Case, Transfer
from minhu.cases.opening import WORKING
from minhu.insight.issues import may_be_grouped
from minhu.insight.models import Duplicate
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.casework import Act
from minhu.rules.errors import Refusal

if TYPE_CHECKING:
    from minhu.insight.engine.duplicates import Match

_AT_ONCE = 100
_WORKING = [state.value for state in WORKING]


def keep(city_id: int, matches: Mapping[int, Sequence[Match]], *, at: datetime) -> None:
    """Proposals for new cases, by case."""
    others = {int(match.key) for found in matches.values() for match in found}
    may = set(Case.objects.filter(may_be_grouped(city_id), pk__in=others).values_list("pk", flat=True))
    Duplicate.objects.bulk_create(
        [
            Duplicate(
                case_id=case_id, earlier_id=int(match.key), score=match.score, same_citizen=match.same_citizen,
                reasons=[[reason.why.value, list(reason.shown)] for reason in match.reasons], found_at=at,
            )
            for case_id, found in matches.items()
            for match in found
            if int(match.key) in may
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def join_sure(city_id: int, *, at: datetime) -> int:
    """Join what is alike enough for the city, if it set a threshold; returns how many were joined."""
    least = settings.INSIGHT_JOIN_FROM
    if least is None:
        return 0
    rows = Duplicate.objects.filter(
        may_be_grouped(city_id, "case__"), may_be_grouped(city_id, "earlier__"), case__city_id=city_id, ruled_at=None,
        dismissed_at=None, score__gte=least, case__parent=None, case__state__in=_WORKING,
    )  # fmt: skip
    rows = rows.filter(case__holder=F("earlier__holder")).select_related("earlier").order_by("case", "-score")
    return sum(_join(one, at) for one in rows[:_AT_ONCE])


@transaction.atomic
def _join(one: Duplicate, at: datetime) -> bool:
    """The rule's act, recorded as such; False where it may not."""
    if not Duplicate.objects.filter(pk=one.pk, ruled_at=None).update(ruled_at=at):
        return False
    parent = one.earlier.parent_id or one.earlier_id
    family = (one.case_id, one.earlier_id, parent)
    handed = Transfer.objects.filter(case__in=family, ended_at=None).exists()
    if handed or parent in parted_from(one.case_id) or one.earlier_id in parted_from(one.case_id):
        return False
    by = system(one.earlier.city_id)
    try:
        with transaction.atomic():
            joining.join(one.case_id, parent, by=by, at=at)
    except Refusal:
        return False
    trail.record(by, "join_by_rule", one, case=one.case_id, parent=parent, score=f"{one.score:.4f}")
    return True


@transaction.atomic
def dismiss(duplicate_id: int, *, by: Viewer, at: datetime) -> Duplicate:
    """It is another matter. Raises: NotYours, NotAllowed."""
    one = Duplicate.objects.filter(pk=duplicate_id).first()
    if one is None:
        raise NotYours
    for case_id in sorted((one.case_id, one.earlier_id)):
        locked(case_id, by, Act.JOIN)
    if one.dismissed_at is None:
        one.dismissed_at, one.dismissed_by_id = at, by.account_id
        one.save(update_fields=["dismissed_at", "dismissed_by"])
        trail.record(by, "dismiss_duplicate", one, case=one.case_id, earlier=one.earlier_id)
    return one


def parted_from(case_id: int) -> set[int]:
    """The cases from which somebody parted it; the trail says so."""
    return parted([case_id]).get(case_id, set())


def parted(cases: Iterable[int]) -> dict[int, set[int]]:
    """By case, the cases from which somebody parted it."""
    cities = Case.objects.filter(pk__in=list(cases)).values_list("pk", "city_id")
    found: dict[int, set[int]] = {}
    for city in {city for _case, city in cities}:
        keys = [str(case) for case, its in cities if its == city]
        rows = TrailEntry.objects.filter(city_id=city, subject="case", subject_id__in=keys, act=Act.PART.value)
        for key, detail in rows.values_list("subject_id", "detail"):
            found.setdefault(int(key), set()).add(int(detail.get("parent", 0)))
    return found
