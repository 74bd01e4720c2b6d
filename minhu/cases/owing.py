"""The promise ledger as each role sees it, the unit's desk, and what people on our side were told.

ledger(viewer, at, part)  due today, mine, my unit's, overdue: one of these, and how many are in the others
due_today(viewer, at)     the console's first number
desk(viewer, at)          what is with my unit, due when
notices(viewer, at)       what I was told
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet

from minhu.cases import noticing
from minhu.cases.authority import handed_to, of_seen, seen, seen_case
from minhu.cases.desk_words import phrases
from minhu.cases.models import Case, Extension, Notice, Promise, Transfer
from minhu.cases.rows import PromiseRow, promise_rows, shown
from minhu.cases.wording import filled, placeholders
from minhu.directory.models import QuickReply
from minhu.intake.scope import scope_of
from minhu.rules.access import Viewer
from minhu.rules.clock import local
from minhu.rules.words import ABOUT_NO_CASE, CaseKind, CaseState, NoticeKind, PromiseKind, Role, Urgency

MOST_ROWS = 100
"""A list shows so many, those due first."""
_WORKS = (Role.STAFF, Role.UNIT, Role.SUPERVISOR, Role.LEADERSHIP)
NOTICES_SHOWN_FOR = timedelta(days=30)


class LedgerPart(StrEnum):
    """Which open promises. TODAY: of his own, or of his offices where he is no official, those due today. MINE: owed by
    the viewer himself. UNIT: by his offices and those below. OVERDUE: of all that he may see.
    """

    TODAY = "today"
    MINE = "mine"
    UNIT = "unit"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Ledger:
    """One part of it, by due time. counts: of each part, up to MOST_ROWS, which stands for more."""

    rows: tuple[PromiseRow, ...]
    counts: Mapping[LedgerPart, int]


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A case that is with the viewer's unit, or with him as a deputy. who: the citizen. due_at: of the reply."""

    case_id: int
    code: str
    state: CaseState
    kind: CaseKind
    urgent: bool
    title: str
    place: str
    who: str
    unit: str
    from_official: str
    reason: str
    handed_at: datetime
    due_at: datetime | None
    overdue: bool
    extended: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What is on the unit's desk: to answer, by due time; and answered, the latest first."""

    at: datetime
    to_answer: tuple[DeskRow, ...]
    answered: tuple[DeskRow, ...]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something the viewer was told. case_id None: it is about no case, or he is mentioned in a note of one that is
    not his to see.

    title: of the case, or what else it is about. about_id: the row of what else that is, by kind. due_at: of the
    promise it is about. note: in which he is mentioned, or what the citizen said.
    """

    id: int
    kind: NoticeKind
    case_id: int | None
    about_id: int | None
    code: str
    title: str
    at: datetime
    due_at: datetime | None
    note: str
    by: str
    read: bool

    @property
    def may_be_read(self) -> bool:
        """Whether the viewer can tick it off."""
        return self.case_id is not None or self.kind in ABOUT_NO_CASE


@dataclass(frozen=True, slots=True)
class Canned:
    """A prepared reply, its placeholders filled for one case. id: p before it for a phrase of staff."""

    id: str
    label: str
    body: str


def ledger(viewer: Viewer, at: datetime, part: LedgerPart) -> Ledger:
    """What is owed, as far as it is the viewer's business."""
    parts = {
        LedgerPart.TODAY: _due_today(viewer, at),
        LedgerPart.MINE: _open(viewer).filter(_mine(viewer)),
        LedgerPart.UNIT: _open(viewer).filter(_of_unit(viewer)).exclude(_mine(viewer)),
        LedgerPart.OVERDUE: _open(viewer).filter(due_at__lt=at),
    }
    rows = promise_rows(parts[part], at, most=MOST_ROWS)
    counts = {name: len(rows) if name is part else some[:MOST_ROWS].count() for name, some in parts.items()}
    return Ledger(rows, counts)


def due_today(viewer: Viewer, at: datetime) -> int:
    """How many promises of the viewer, or of his unit, fall due on this legal day and are still owed."""
    return _due_today(viewer, at).count()


def _due_today(viewer: Viewer, at: datetime) -> QuerySet[Promise]:
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = _open(viewer).filter(due_at__gte=midnight, due_at__lt=midnight + timedelta(days=1))
    return today.filter(_mine(viewer) if viewer.official_id is not None else _of_unit(viewer))


def desk(viewer: Viewer, at: datetime) -> Desk:
    """The cases that are with the viewer's unit now."""
    mine = handed_to(viewer).filter(of_seen(viewer))
    joins = ("case__citizen", "case__extension", "office", "official", "from_official")
    found = list(mine.select_related(*joins).order_by("-handed_at")[:MOST_ROWS])
    owed = Promise.objects.filter(
        case__in=[one.case_id for one in found], kind=PromiseKind.REPLY.value, kept_at=None, released_at=None
    )
    due = dict(owed.values_list("case_id", "due_at"))
    rows = [_desk_row(one, due.get(one.case_id), at) for one in found]
    to_answer = [row for row in rows if row.state is CaseState.HELD]
    return Desk(
        at=at,
        to_answer=tuple(sorted(to_answer, key=lambda row: row.due_at or row.handed_at)),
        answered=tuple(row for row in rows if row.state is not CaseState.HELD),
    )


def notices(viewer: Viewer, at: datetime) -> tuple[NoticeRow, ...]:
    """What the viewer was told lately, unread first; nothing of a case that must not reach him."""
    mine = noticing.readable(viewer).filter(at__gt=at - NOTICES_SHOWN_FOR)
    found = list(mine.select_related("case", "promise", "note__by").order_by("-at", "-id")[:MOST_ROWS])
    shown_ids = set(
        Case.objects.filter(seen(viewer), pk__in={one.case_id for one in found}).values_list("pk", flat=True)
    )
    listed = [
        NoticeRow(
            id=one.pk,
            kind=NoticeKind(one.kind),
            case_id=one.case_id if one.case_id in shown_ids else None,
            about_id=one.about_id,
            code=one.case.code if one.case and one.case_id in shown_ids else "",
            title=_title(one, shown_ids),
            at=one.at,
            due_at=one.promise.due_at if one.promise else one.due_at,
            note=one.note.body if one.note else one.words if one.case else "",
            by=str(one.note.by) if one.note and one.note.by else "",
            read=one.read_at is not None,
        )
        for one in found
    ]
    return tuple(sorted(listed, key=lambda row: row.read))


def _title(one: Notice, shown_ids: set[int]) -> str:
    if one.case is None:
        return one.words
    return one.case.title if one.case.pk in shown_ids else ""


def canned_replies(viewer: Viewer, case_id: int, at: datetime) -> tuple[Canned, ...]:
    """Prepared replies, those of the viewer's offices first, filled in for this case; what is not known stays blank.

    Raises: NotYours.
    """
    case = seen_case(viewer, case_id)
    offered = Q(official=None) | Q(official=viewer.official_id or 0) | Q(official=case.holder_id or 0)
    prepared = QuickReply.objects.filter(offered, city_id=case.city_id).order_by("order", "id")
    values = placeholders(case, viewer, at)
    mine = tuple(Canned(f"p{one.id}", one.label, filled(one.body, values)) for one in phrases(viewer))
    return mine + tuple(Canned(str(one.pk), one.label, filled(one.body, values)) for one in prepared[:50])


def _open(viewer: Viewer) -> QuerySet[Promise]:
    return Promise.objects.filter(of_seen(viewer), city_id=viewer.city_id, kept_at=None, released_at=None)


def _mine(viewer: Viewer) -> Q:
    """Owed by him, or by a unit for a case that he answers for."""
    if viewer.official_id is None:
        return Q(pk__in=[])
    return Q(owner_official=viewer.official_id) | Q(case__holder=viewer.official_id)


def _of_unit(viewer: Viewer) -> Q:
    scope = scope_of(viewer, _WORKS)
    if scope.whole_city:
        return Q()
    offices = scope.offices
    return Q(owner_office__in=offices) | Q(owner_official__office__in=offices)


def _desk_row(one: Transfer, due_at: datetime | None, at: datetime) -> DeskRow:
    case = one.case
    receiver = one.office or one.official
    return DeskRow(
        case_id=case.pk,
        code=case.code,
        state=CaseState(case.state),
        kind=CaseKind(case.kind),
        urgent=case.urgency == Urgency.URGENT.value,
        title=case.title,
        place=case.place,
        who=shown(case.citizen),
        unit=receiver.name if receiver else "",
        from_official=one.from_official.name if one.from_official else "",
        reason=one.reason,
        handed_at=one.handed_at,
        due_at=due_at,
        overdue=due_at is not None and due_at < at,
        extended=isinstance(getattr(case, "extension", None), Extension),
    )
