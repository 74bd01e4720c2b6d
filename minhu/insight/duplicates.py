"""Proposals that two cases are one matter, as people see them: who sees both sees the proposal, with its reasons.

Gone from here once the two are joined, once somebody said no, and for good once they were joined and parted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from minhu.cases.authority import of_seen
from minhu.cases.models import Case
from minhu.cases.opening import WORKING
from minhu.insight.duplicating import parted
from minhu.insight.issues import may_be_grouped
from minhu.insight.models import Duplicate
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.words import CaseState

MOST_OF_A_CASE, MOST_WAITING = 5, 20
_WORKING = [state.value for state in WORKING]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two cases."""

    id: int
    code: str
    title: str
    state: CaseState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """reasons: a word of ``engine.duplicates.Why`` and what shows it. joinable: both are worked on still."""

    id: int
    case: Side
    earlier: Side
    score: float
    reasons: tuple[tuple[str, tuple[str, ...]], ...]
    joinable: bool


def of_case(viewer: Viewer, case_id: int) -> tuple[Proposal, ...]:
    """What a case may repeat, or may be repeated by; the likeliest first."""
    about = Q(case=case_id) | Q(earlier=case_id)
    if not Duplicate.objects.filter(about, dismissed_at=None).exists():
        return ()
    return _proposals(_visible(viewer).filter(about).order_by("-score", "-pk"), MOST_OF_A_CASE)


def waiting(viewer: Viewer) -> tuple[Proposal, ...]:
    """Of cases that are both worked on: what staff may join with a tap."""
    both = Q(case__state__in=_WORKING, earlier__state__in=_WORKING, case__parent=None)
    rows = _visible(viewer).filter(both).order_by("-score", "-pk")
    return tuple(one for one in _proposals(rows, MOST_WAITING) if one.joinable)


def sides_of(viewer: Viewer, duplicate_id: int) -> tuple[int, int]:
    """The case, and the one to which it would be joined. Raises: NotYours."""
    one = _visible(viewer).select_related("earlier").filter(pk=duplicate_id).first()
    if one is None:
        raise NotYours
    return one.case_id, one.earlier.parent_id or one.earlier_id


def _visible(viewer: Viewer) -> QuerySet[Duplicate]:
    grouped = may_be_grouped(viewer.city_id, "case__") & may_be_grouped(viewer.city_id, "earlier__")
    return Duplicate.objects.filter(grouped, of_seen(viewer), of_seen(viewer, "earlier"), dismissed_at=None)


def _proposals(rows: QuerySet[Duplicate], most: int) -> tuple[Proposal, ...]:
    found = list(rows.select_related("case", "earlier")[: 2 * most])
    apart = parted({one.case_id for one in found})
    return tuple(_proposal(one) for one in found if _stands(one, apart.get(one.case_id, ())))[:most]


def _stands(one: Duplicate, apart: Iterable[int]) -> bool:
    """They are not one already, and were not parted."""
    case, earlier = one.case, one.earlier
    root, other = case.parent_id or case.pk, earlier.parent_id or earlier.pk
    return root != other and not {earlier.pk, other}.intersection(apart)


def _proposal(one: Duplicate) -> Proposal:
    working = all(CaseState(side.state) in WORKING for side in (one.case, one.earlier))
    reasons = tuple((str(why), tuple(map(str, shown))) for why, shown in one.reasons)
    joinable = working and one.case.parent_id is None
    return Proposal(one.pk, _side(one.case), _side(one.earlier), one.score, reasons, joinable)


def _side(case: Case) -> Side:
    return Side(case.pk, case.code, case.title, CaseState(case.state), case.opened_at)
