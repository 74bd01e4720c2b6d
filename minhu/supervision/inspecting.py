"""What inspectors and supervisors see of checks and liveness.

today(viewer, at)          the inspector's checks of the day; whom he rings he learns when it is time
check_page(viewer, id)     one of them, with what the journal says
overview(viewer, at)       supervision: checks that are over, numbers not dialled yet, corrections owed
public_draws(city_id)      every draw, its hash, and after the day its seed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from minhu.directory.models import Line
from minhu.directory.queries import published
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.checking import MOST_TRIES, CheckState, Finding, Judgement, NotDrawn
from minhu.rules.clock import legal_day
from minhu.rules.cycles import Cycle, cycle_of
from minhu.rules.liveness import Health
from minhu.rules.words import Role
from minhu.supervision import dialling
from minhu.supervision.checking import CHECKS, mine
from minhu.supervision.ending import Facts, facts, judgement
from minhu.supervision.models import Check, CheckTry, Correction, Draw, InspectorPhone, LivenessTest

SUPERVISES = (Role.SUPERVISOR, Role.LEADERSHIP)
SHOWN_FOR = timedelta(days=90)
_MOST = 200


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check. official, office, number: "" while it is not its time yet."""

    id: int
    state: CheckState
    from_at: datetime
    until_at: datetime
    official: str
    office: str
    number: str
    tries: int
    may_place: bool
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A check with all that is known. caller: the check number of the last try, masked; by_hand: it was dialled so.

    under_way: a call is being placed. facts: None while no call has reached the line.
    """

    row: CheckRow
    under_way: bool
    by_hand: bool
    caller: str
    last_result: str
    tries_left: int
    facts: Facts | None
    judgement: Judgement | None
    may_judge: bool
    telephone: str


@dataclass(frozen=True, slots=True)
class Today:
    """The inspector's day. no_draw: why there is none. telephone: his own, masked."""

    at: datetime
    checks: tuple[CheckRow, ...]
    unfinished: tuple[CheckRow, ...]
    no_draw: NotDrawn | None
    announced: bool
    telephone: str


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


@dataclass(frozen=True, slots=True)
class Overview:
    """Checks that are over, of 90 days, and how they came out."""

    at: datetime
    over: tuple[CheckRow, ...]
    passed: int
    failed: int
    not_placed: int
    liveness: Liveness


def today(viewer: Viewer, at: datetime) -> Today:
    """Raises: NotYours for who is no inspector."""
    if not viewer.has(*CHECKS):
        raise NotYours
    checks = _checks().filter(mine(viewer)).order_by("from_at")
    of_day = Q(draw__on=legal_day(at))
    draw = Draw.objects.filter(city=viewer.city_id, on=legal_day(at)).first()
    return Today(
        at=at,
        checks=_rows(checks.filter(of_day)[:_MOST], at),
        unfinished=_rows(checks.exclude(of_day).filter(over_at=None, from_at__lt=at)[:_MOST], at),
        no_draw=NotDrawn(draw.not_drawn) if draw and draw.not_drawn else None,
        announced=draw is not None,
        telephone=_telephone(viewer),
    )


def check_page(viewer: Viewer, check_id: int, at: datetime) -> CheckPage:
    """A check of the viewer's whose time has come. Raises: NotYours."""
    one = _checks().filter(mine(viewer), pk=check_id, from_at__lte=at).first()
    if one is None or not viewer.has(*CHECKS):
        raise NotYours
    tries = list(one.tries.select_related("caller", "order").order_by("nth"))
    last: CheckTry | None = tries[-1] if tries else None
    found = facts(one.call, at=at) if one.call else None
    return CheckPage(
        row=_row(one, at, len(tries)),
        under_way=last is not None and not last.result and not (last.order and last.order.result),
        by_hand=last is not None and last.order is None,
        caller=numbers.pretty(last.caller.masked) if last else "",
        last_result=(last.result or (last.order.result if last.order else "")) if last else "",
        tries_left=MOST_TRIES - len(tries),
        facts=found,
        judgement=judgement(one),
        may_judge=one.state == CheckState.PLACED.value and found is not None and found.ended,
        telephone=_telephone(viewer),
    )


def overview(viewer: Viewer, at: datetime) -> Overview:
    """Only what is over: nobody in supervision learns of a check before. Raises: NotYours."""
    if not viewer.has(*SUPERVISES):
        raise NotYours
    scope = scope_of(viewer, SUPERVISES).lines()
    over = _checks().filter(scope, over_at__gt=at - SHOWN_FOR).order_by("-over_at")
    rows = _rows(over[:_MOST], at)
    return Overview(
        at=at,
        over=rows,
        passed=over.filter(finding=Finding.PASSED.value).count(),
        failed=over.filter(finding=Finding.FAILED.value).count(),
        not_placed=over.filter(state=CheckState.NOT_PLACED.value).count(),
        liveness=liveness(viewer, at),
    )


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


def _checks() -> QuerySet[Check]:
    return Check.objects.select_related("line__official__office", "call", "draw").prefetch_related("tries")


def _rows(checks: Iterable[Check], at: datetime) -> tuple[CheckRow, ...]:
    return tuple(_row(one, at, len(one.tries.all())) for one in checks)


def _row(one: Check, at: datetime, tries: int) -> CheckRow:
    known = at >= one.from_at
    official = one.line.official
    return CheckRow(
        id=one.pk,
        state=CheckState(one.state),
        from_at=one.from_at,
        until_at=one.until_at,
        official=official.name if known else "",
        office=official.office.name if known else "",
        number=numbers.pretty(one.line.number) if known else "",
        tries=tries,
        may_place=one.state == CheckState.DRAWN.value and one.from_at <= at < one.until_at and tries < MOST_TRIES,
        finding=Finding(one.finding) if one.finding else None,
    )


def _telephone(viewer: Viewer) -> str:
    phone = InspectorPhone.objects.filter(account=viewer.account_id).first() if viewer.account_id else None
    return phone.masked if phone else ""


def _within(viewer: Viewer, roles: tuple[Role, ...]) -> Q:
    scope = scope_of(viewer, roles)
    if scope.whole_city:
        return Q()
    return Q(official__office__in=scope.offices) | Q(official=viewer.official_id or 0)


def _corrections(viewer: Viewer, at: datetime) -> Iterable[CorrectionRow]:
    found = Correction.objects.filter(dialling.mine(viewer)).filter(Q(kept_at=None) | Q(kept_at__gt=at - SHOWN_FOR))
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
