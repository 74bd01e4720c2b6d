"""How far the quarter's round of published numbers has come, and the corrections that are owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from minhu.directory.models import Line
from minhu.directory.queries import published
from minhu.intake.scope import scope_of
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.cycles import Cycle, cycle_of
from minhu.rules.liveness import Health
from minhu.rules.words import Role
from minhu.supervision import dialling
from minhu.supervision.models import Correction, LivenessTest

SUPERVISES = (Role.SUPERVISOR, Role.LEADERSHIP)
SHOWN_FOR = timedelta(days=90)
_MOST = 200


@dataclass(frozen=True, slots=True)
class LineRow:
    """A published number that was not dialled in this quarter yet."""

    line_id: int
    number: str
    shown: str
    official: str
    office: str

    @property
    def form(self) -> str:
        """Name of the form in which what came of dialling it is told."""
        return f"line-{self.line_id}"


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A number to be corrected. may_…: what the viewer may do with it now."""

    id: int
    number: str
    official: str
    office: str
    health: Health
    note: str
    made_at: datetime
    due_at: datetime
    overdue: bool
    proposed: str
    approved_at: datetime | None
    kept_at: datetime | None
    may_propose: bool
    may_approve: bool


@dataclass(frozen=True, slots=True)
class Liveness:
    """How far the quarter's round has come. to_dial: the first of those left."""

    cycle: Cycle
    lines: int
    dialled: int
    to_dial: tuple[LineRow, ...]
    corrections: tuple[CorrectionRow, ...]


def liveness(viewer: Viewer, at: datetime) -> Liveness:
    """The quarter's round of published numbers in the viewer's offices."""
    roles = (*dialling.ANSWERS_FOR, *dialling.APPROVES, *dialling.DIALS, *SUPERVISES)
    cycle = cycle_of(legal_day(at))
    lines = Line.objects.filter(published(legal_day(at))).filter(
        Q(pk__in=Line.objects.filter(city_id=viewer.city_id)) & _within(viewer, roles)
    )
    dialled = LivenessTest.objects.filter(city_id=viewer.city_id, cycle=cycle.name).values("line")
    left = lines.exclude(pk__in=dialled).select_related("official__office").order_by("official__office", "number")
    total = lines.count()
    return Liveness(
        cycle=cycle,
        lines=total,
        dialled=total - left.count(),
        to_dial=tuple(
            LineRow(one.pk, one.number, numbers.pretty(one.number), one.official.name, one.official.office.name)
            for one in left[:_MOST]
        ),
        corrections=tuple(_corrections(viewer, at)),
    )


def owed(viewer: Viewer, at: datetime) -> tuple[CorrectionRow, ...]:
    """What the viewer, or his office, still has to correct, by due time."""
    return tuple(_rows(viewer, dialling.owed_by(viewer), at))


def _within(viewer: Viewer, roles: tuple[Role, ...]) -> Q:
    scope = scope_of(viewer, roles)
    if scope.whole_city:
        return Q()
    return Q(official__office__in=scope.offices) | Q(official=viewer.official_id or 0)


def _corrections(viewer: Viewer, at: datetime) -> Iterable[CorrectionRow]:
    found = Correction.objects.filter(dialling.mine(viewer)).filter(Q(kept_at=None) | Q(kept_at__gt=at - SHOWN_FOR))
    return _rows(viewer, found, at)


def _rows(viewer: Viewer, found: QuerySet[Correction], at: datetime) -> Iterable[CorrectionRow]:
    proposes = scope_of(viewer, dialling.ANSWERS_FOR)
    approves = scope_of(Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants), dialling.APPROVES)
    for one in found.select_related("line__official__office", "office", "found").order_by("kept_at", "due_at")[:_MOST]:
        waits = one.kept_at is None and one.approved_at is None
        yield CorrectionRow(
            id=one.pk,
            number=numbers.pretty(one.line.number),
            official=one.line.official.name,
            office=one.office.name,
            health=Health(one.found.health),
            note=one.found.note,
            made_at=one.made_at,
            due_at=one.due_at,
            overdue=one.kept_at is None and one.due_at < at,
            proposed=one.proposed,
            approved_at=one.approved_at,
            kept_at=one.kept_at,
            may_propose=waits and proposes.covers(one.line, one.city_id),
            may_approve=waits
            and bool(one.proposed)
            and one.proposed_by_id != viewer.account_id
            and approves.covers(one.line, one.city_id),
        )
