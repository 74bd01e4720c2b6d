"""The digest of a week for leadership: what people call about, what is new, what was promised and kept, by office.

    digest(viewer, week, at)                every number
    listed(viewer, week, wanted, at)        the rows behind one of them, as many as the number says

Everything is counted over the cases that the viewer sees, so never over one that must not reach him; confidential ones
are not counted for anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from minhu.cases.authority import seen
from minhu.cases.escalated import SUPERVISES
from minhu.cases.models import Case, Promise, Reply
from minhu.directory.models import Office
from minhu.insight import issues
from minhu.insight.models import HotIssue, ReplySigns
from minhu.insight.quality import ANY
from minhu.insight.subject_source import about, by_subject, is_kind
from minhu.rules.access import Viewer
from minhu.rules.weeks import Week
from minhu.rules.words import PromiseKind, Stage

MOST_ROWS = 500
_MOST_ISSUES = 20
_NEW_STAGES = (Stage.EMERGING.value, Stage.HOT.value)


class Number(StrEnum):
    """What is counted. Promises are told by the week they fell due in, but for those made."""

    OPENED = "opened"
    REPLIED = "replied"
    SIGNED = "signed"
    MADE = "made"
    IN_TIME = "in_time"
    LATE = "late"
    BROKEN = "broken"


OF_PROMISES = (Number.MADE, Number.IN_TIME, Number.LATE, Number.BROKEN)


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """How many cases were opened about something, this week and the week before."""

    subject: str
    number: int
    before: int


@dataclass(frozen=True, slots=True)
class IssueLine:
    """A matter that came up or boiled up this week. cases: those of it that the viewer sees."""

    issue_id: int
    title: str
    stage: Stage
    reporters: int
    cases: int


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """What an office had to do. numbers: in the order of ``Number``."""

    office_id: int
    name: str
    numbers: tuple[tuple[Number, int], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A week. before: the same numbers of the week before."""

    week: Week
    numbers: dict[Number, int]
    before: dict[Number, int]
    subjects: tuple[SubjectLine, ...]
    issues: tuple[IssueLine, ...]
    offices: tuple[OfficeLine, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which number is to be opened; narrowed by subject, office or hot issue."""

    number: Number = Number.OPENED
    subject: str = ""
    office_id: int | None = None
    issue_id: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One case behind a number. promise, due_at: of the promise that is counted."""

    case_id: int
    code: str
    title: str
    kind: str
    office: str
    at: datetime
    promise: PromiseKind | None = None
    due_at: datetime | None = None


def digest(viewer: Viewer, week: Week, at: datetime) -> Digest:
    """All of a week; at: now, for what has not fallen due yet."""
    by_number = {number: _by_office(viewer, week, number, at) for number in Number}
    earlier = {number: _rows(viewer, week.before, number, at).count() for number in Number}
    return Digest(
        week=week,
        numbers={number: sum(counts.values()) for number, counts in by_number.items()},
        before=earlier,
        subjects=_subjects(viewer, week),
        issues=_issues(viewer, week),
        offices=_offices(viewer, by_number),
    )


def listed(viewer: Viewer, week: Week, wanted: Wanted, at: datetime) -> tuple[Row, ...]:
    """The newest first."""
    if wanted.issue_id is not None:
        if not _new_issues(viewer, week).filter(pk=wanted.issue_id).exists():
            return ()
        return _shown(_of_issue(viewer, wanted.issue_id).order_by("-opened_at", "-pk")[:MOST_ROWS])
    rows = _rows(viewer, week, wanted.number, at)
    if wanted.subject:
        among = about(_cases(viewer), wanted.subject)
        rows = rows.filter(**{f"{_case(wanted.number)}pk__in": among.values("pk")})
    if wanted.office_id is not None:
        office = None if wanted.office_id == viewer.city_id else wanted.office_id
        holder = f"{_case(wanted.number)}holder"
        of_city = Q(**{f"{holder}__isnull": True}) | Q(**{f"{holder}__office": viewer.city_id})
        rows = rows.filter(of_city if office is None else Q(**{f"{holder}__office": office}))
    return _shown(rows.order_by(f"-{_TIME[wanted.number]}", "-pk")[:MOST_ROWS])


# ---- what is counted


def _cases(viewer: Viewer) -> QuerySet[Case]:
    if not viewer.has(*SUPERVISES):
        return Case.objects.none()
    return Case.objects.filter(seen(viewer), city_id=viewer.city_id, confidential=False)


_TIME = {
    Number.OPENED: "opened_at", Number.REPLIED: "at", Number.SIGNED: "at", Number.MADE: "made_at",
    Number.IN_TIME: "due_at", Number.LATE: "due_at", Number.BROKEN: "due_at",
}  # fmt: skip
"""By which time a row belongs to a week."""


def _rows(viewer: Viewer, week: Week, number: Number, at: datetime) -> QuerySet[Any]:
    """The rows of one number: cases, replies or promises."""
    time = _TIME[number]
    during = {f"{time}__gte": week.since, f"{time}__lt": week.until}
    if number is Number.OPENED:
        return _cases(viewer).filter(**during)
    of_his = Exists(_cases(viewer).filter(pk=OuterRef("case")))
    if number in OF_PROMISES:
        promises = Promise.objects.filter(of_his, city_id=viewer.city_id, released_at=None, **during)
        return promises.filter(_KEPT[number] if number is not Number.BROKEN else Q(kept_at=None, due_at__lte=at))
    replies = Reply.objects.filter(of_his, parent=None, **during)
    return (
        replies if number is Number.REPLIED else replies.filter(pk__in=ReplySigns.objects.filter(ANY).values("reply"))
    )


_KEPT = {Number.MADE: Q(), Number.IN_TIME: Q(kept_at__lte=F("due_at")), Number.LATE: Q(kept_at__gt=F("due_at"))}


def _case(number: Number) -> str:
    """The way from a row to its case."""
    return "" if number is Number.OPENED else "case__"


def _by_office(viewer: Viewer, week: Week, number: Number, at: datetime) -> dict[int, int]:
    """By the office of whoever holds the case; what nobody holds is the city's."""
    office = f"{_case(number)}holder__office"
    found: dict[int, int] = {}
    for office_id, count in _rows(viewer, week, number, at).values_list(office).annotate(Count("pk")).order_by():
        found[office_id or viewer.city_id] = found.get(office_id or viewer.city_id, 0) + count
    return found


def _offices(viewer: Viewer, counts: dict[Number, dict[int, int]]) -> tuple[OfficeLine, ...]:
    """In the order of the directory."""
    ids = {office_id for by_office in counts.values() for office_id in by_office}
    return tuple(
        OfficeLine(one.pk, one.name, tuple((number, counts[number].get(one.pk, 0)) for number in Number))
        for one in Office.objects.filter(pk__in=ids).order_by("parent_id", "order", "id")
    )


def _subjects(viewer: Viewer, week: Week) -> tuple[SubjectLine, ...]:
    """The most frequent first; last those of which only the kind is known."""
    now, before = (by_subject(_rows(viewer, one, Number.OPENED, one.until)) for one in (week, week.before))
    lines = [SubjectLine(one, now.get(one, 0), before.get(one, 0)) for one in now.keys() | before.keys()]
    return tuple(sorted(lines, key=lambda line: (is_kind(line.subject), -line.number, -line.before, line.subject)))


def _issues(viewer: Viewer, week: Week) -> tuple[IssueLine, ...]:
    """The hottest first."""
    found = _new_issues(viewer, week).select_related("titled_by").order_by("-heat", "pk")[:_MOST_ISSUES]
    rows = tuple(issues.row_of(one) for one in found)
    return tuple(
        IssueLine(one.id, one.title, one.stage, one.reporters, _of_issue(viewer, one.id).count()) for one in rows
    )


def _of_issue(viewer: Viewer, issue_id: int) -> QuerySet[Case]:
    """Cases in it, as its page counts them."""
    return _cases(viewer).filter(issues.may_be_grouped(viewer.city_id), hot_membership__issue=issue_id)


def _new_issues(viewer: Viewer, week: Week) -> QuerySet[HotIssue]:
    """Those he may see that came up or boiled up in the week."""
    if not viewer.has(*SUPERVISES):
        return HotIssue.objects.none()
    during = Q(first_at__gte=week.since, first_at__lt=week.until)
    during |= Q(alerted_at__gte=week.since, alerted_at__lt=week.until)
    return issues.visible(viewer).filter(during, stage__in=_NEW_STAGES)


# ---- rows


def _shown(rows: Iterable[Any]) -> tuple[Row, ...]:
    found = list(rows)
    cases = [one if isinstance(one, Case) else one.case_id for one in found]
    by_id = Case.objects.select_related("holder__office").in_bulk([getattr(one, "pk", one) for one in cases])
    return tuple(_row(one, by_id[getattr(case, "pk", case)]) for one, case in zip(found, cases, strict=True))


def _row(one: Case | Reply | Promise, case: Case) -> Row:
    office = case.holder.office.name if case.holder else ""
    at = one.opened_at if isinstance(one, Case) else one.at if isinstance(one, Reply) else one.made_at
    promised = one if isinstance(one, Promise) else None
    return Row(
        case.pk, case.code, case.title, case.kind, office, at,
        PromiseKind(promised.kind) if promised else None, promised.due_at if promised else None,
    )  # fmt: skip
