"""One hot issue as a viewer may see it: its heat and why, its texts without names, when, where, whose, which cases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from minhu.cases.authority import of_seen, seen
from minhu.cases.models import Case
from minhu.insight.issues import IssueRow, may_be_grouped, row_of, visible
from minhu.insight.masking import masked, names_of
from minhu.insight.models import Apart, HotIssue, Member, Merge
from minhu.insight.regrouping import may_change
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.words import CaseState

MOST_CASES, MOST_EXAMPLES, MOST_DAYS, MOST_OTHERS = 50, 3, 30, 30
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Parts:
    """What the heat is the product of: log2 of the reporters, fading, and three factors from 1 up."""

    recent: float
    people: float
    growth: float
    severity: float
    spread: float


@dataclass(frozen=True, slots=True)
class Example:
    """What one citizen wrote, without who he is."""

    case_id: int
    code: str
    says: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A case of it that the viewer may see. by_hand: somebody put it there."""

    case_id: int
    code: str
    title: str
    state: CaseState
    official: str
    opened_at: datetime
    by_hand: bool


@dataclass(frozen=True, slots=True)
class MergeRow:
    """Another issue that became part of it, and can be taken out again. by: "" for the rule."""

    id: int
    title: str
    cases: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssuePage:
    """hidden: cases of it that the viewer may not see; only how many. taken_out: that somebody took out of it.

    others: issues it may turn out to be one with, for whoever may change groups.
    """

    row: IssueRow
    parts: Parts
    measured_at: datetime
    told_at: datetime | None
    examples: tuple[Example, ...]
    days: tuple[tuple[date, int], ...]
    places: tuple[tuple[str, int], ...]
    offices: tuple[tuple[str, int], ...]
    cases: tuple[MemberRow, ...]
    hidden: int
    merges: tuple[MergeRow, ...]
    taken_out: tuple[MemberRow, ...]
    others: tuple[IssueRow, ...]
    may_change: bool


def issue_page(viewer: Viewer, issue_id: int) -> IssuePage:
    """Raises: NotYours."""
    issue = visible(viewer).select_related("titled_by").filter(pk=issue_id).first()
    if issue is None:
        raise NotYours
    members = Member.objects.filter(may_be_grouped(viewer.city_id, "case__"), issue=issue)
    his = members.filter(of_seen(viewer))
    changes = may_change(viewer)
    return IssuePage(
        row=row_of(issue),
        parts=_parts(issue),
        measured_at=issue.measured_at,
        told_at=issue.alerted_at,
        examples=_examples(issue, his),
        days=_days(members),
        places=tuple((text, count) for text, _kind, count in issue.places),
        offices=_offices(members),
        cases=tuple(_row(one) for one in _with_case(his).order_by("-case__opened_at", "-case")[:MOST_CASES]),
        hidden=members.count() - his.count(),
        merges=_merges(issue) if changes else (),
        taken_out=_taken_out(viewer, issue) if changes else (),
        others=_others(viewer, issue) if changes else (),
        may_change=changes,
    )


def became(viewer: Viewer, issue_id: int) -> int | None:
    """The issue of which this one is a part now, if the viewer may see that."""
    into = HotIssue.objects.filter(city_id=viewer.city_id, pk=issue_id).values_list("merged_into", flat=True).first()
    return into if into is not None and visible(viewer).filter(pk=into).exists() else None


def issue_of(viewer: Viewer, case_id: int) -> IssueRow | None:
    """The hot issue that a case belongs to, if the viewer may see both and others raise it too."""
    if not Member.objects.filter(case=case_id).exists():
        return None
    case = Case.objects.filter(seen(viewer), may_be_grouped(viewer.city_id), pk=case_id, hot_membership__isnull=False)
    issue = visible(viewer).select_related("titled_by").filter(members__case__in=case).first()
    return row_of(issue) if issue is not None else None


def _parts(issue: HotIssue) -> Parts:
    factors = (1 + issue.growth, 1 + issue.severity, 1 + issue.spread / 2)
    people = issue.heat / (factors[0] * factors[1] * factors[2])
    return Parts(2**people if people else min(issue.reporters, 1), people, *factors)


def _examples(issue: HotIssue, his: QuerySet[Member]) -> tuple[Example, ...]:
    """Those that were chosen, as far as he may see them; others that he sees in place of the rest."""
    chosen = [one.case for one in _with_case(his).filter(case__in=issue.examples)]
    if len(chosen) < MOST_EXAMPLES:
        more = _with_case(his).exclude(case__in=issue.examples).order_by("-case__opened_at", "-case")
        chosen += [one.case for one in more[: MOST_EXAMPLES - len(chosen)]]
    names = names_of(one.pk for one in chosen)
    order = {case: place for place, case in enumerate(issue.examples)}
    chosen.sort(key=lambda one: order.get(one.pk, len(order)))
    return tuple(Example(one.pk, one.code, _excerpt(masked(one.body, names)), one.opened_at) for one in chosen)


def _excerpt(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…"


def _days(members: QuerySet[Member]) -> tuple[tuple[date, int], ...]:
    """How many cases came on each day, the quiet days between too; the latest month."""
    counted = Counter(legal_day(at) for at in members.values_list("case__opened_at", flat=True))
    last = max(counted)
    first = max(min(counted), last - timedelta(days=MOST_DAYS - 1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple((day, counted[day]) for day in days)


def _offices(members: QuerySet[Member]) -> tuple[tuple[str, int], ...]:
    rows = members.filter(case__holder__isnull=False).values_list("case__holder__office__name")
    return tuple(rows.annotate(many=Count("pk")).order_by("-many", "case__holder__office__name"))


def _with_case(members: QuerySet[Member]) -> QuerySet[Member]:
    return members.select_related("case__holder__office")


def _row(member: Member) -> MemberRow:
    return _case_row(member.case, by_hand=member.by_id is not None)


def _case_row(case: Case, *, by_hand: bool = False) -> MemberRow:
    official = f"{case.holder.office.name} {case.holder.name}" if case.holder else ""
    return MemberRow(case.pk, case.code, case.title, CaseState(case.state), official, case.opened_at, by_hand)


def _merges(issue: HotIssue) -> tuple[MergeRow, ...]:
    """What is part of it now. The title of the other may be shown to whoever may see the whole."""
    rows = Merge.objects.select_related("gone", "gone__titled_by", "by").filter(into=issue, undone_at=None)
    now = set(Member.objects.filter(issue=issue).values_list("case", flat=True))
    return tuple(
        MergeRow(one.pk, row_of(one.gone).title, len(still), str(one.by) if one.by else "", one.at)
        for one in rows.order_by("-at", "-pk")
        if (still := now.intersection(one.cases))
    )


def _taken_out(viewer: Viewer, issue: HotIssue) -> tuple[MemberRow, ...]:
    keys = Apart.objects.filter(city_id=issue.city_id, other=issue.name).values_list("one", flat=True)
    cases = Case.objects.filter(
        seen(viewer), may_be_grouped(viewer.city_id), pk__in=[one for one in keys if one.isdecimal()]
    )
    return tuple(_case_row(one) for one in cases.select_related("holder__office").order_by("-opened_at")[:MOST_CASES])


def _others(viewer: Viewer, issue: HotIssue) -> tuple[IssueRow, ...]:
    rows = visible(viewer).select_related("titled_by").exclude(pk=issue.pk)
    return tuple(row_of(one) for one in rows.order_by("-last_at", "-pk")[:MOST_OTHERS])
