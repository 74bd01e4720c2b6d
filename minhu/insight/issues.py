"""Which hot issues a viewer may see, and their list: what boils, what comes up, what cools.

A hot issue is seen by whoever sees one of its cases; a case that is confidential, or must not reach somebody, is in
none, and if it became so just now it counts no more (``may_be_grouped``). A single case is no issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from minhu.cases.authority import of_seen
from minhu.cases.models import Conflict
from minhu.insight.models import HotIssue, Member
from minhu.intake.scope import SEES_CONTACTS
from minhu.rules.access import Viewer
from minhu.rules.words import Stage

SEES_ISSUES = SEES_CONTACTS
"""Besides officials, who see those with cases of their own."""

MOST_LISTED = 50
_LISTED = (Stage.HOT, Stage.EMERGING, Stage.COOLING)


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A hot issue in a list. title: "" when the text it came from may not be shown any more."""

    id: int
    title: str
    stage: Stage
    heat: float
    reporters: int
    cases: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """By stage, the hottest first."""

    hot: tuple[IssueRow, ...]
    emerging: tuple[IssueRow, ...]
    cooling: tuple[IssueRow, ...]


def may_be_grouped(city_id: int, path: str = "") -> Q:
    """Condition on cases that grouping may read: no confidential one, and none that must not reach somebody."""
    accused = Conflict.objects.filter(city_id=city_id).values("case")
    return Q(**{f"{path}confidential": False}) & ~Q(**{f"{path}pk__in": accused})


def visible(viewer: Viewer) -> QuerySet[HotIssue]:
    """The issues the viewer may see, each with the number of its cases."""
    if viewer.official_id is None and not viewer.has(*SEES_ISSUES):
        return HotIssue.objects.none()
    groupable = may_be_grouped(viewer.city_id, "case__")
    his = Member.objects.filter(groupable, of_seen(viewer)).values("issue")
    here = HotIssue.objects.filter(city_id=viewer.city_id, merged_into=None, pk__in=his)
    counted = Count("members", filter=may_be_grouped(viewer.city_id, "members__case__"))
    return here.annotate(cases=counted).filter(cases__gt=1)


def overview(viewer: Viewer) -> Overview:
    """The viewer's hot, emerging and cooling issues."""
    return Overview(*(_rows(visible(viewer).filter(stage=stage.value)) for stage in _LISTED))


def _rows(issues: QuerySet[HotIssue]) -> tuple[IssueRow, ...]:
    return tuple(row_of(issue) for issue in issues.select_related("titled_by").order_by("-heat", "id")[:MOST_LISTED])


def row_of(issue: HotIssue) -> IssueRow:
    """The issue as lists show it. issue: of ``visible``."""
    return IssueRow(
        id=issue.pk,
        title=shown_title(issue),
        stage=Stage(issue.stage),
        heat=issue.heat,
        reporters=issue.reporters,
        cases=getattr(issue, "cases", 0),
        first_at=issue.first_at,
        last_at=issue.last_at,
    )


def shown_title(issue: HotIssue) -> str:
    """ "" once the case it was taken from became confidential or must be kept from somebody; the job takes another."""
    case = issue.titled_by
    if case is None or case.confidential or Conflict.objects.filter(case=case).exists():
        return ""
    return issue.title
