"""What inspectors and supervisors see of checks.

today(viewer, at)          the inspector's checks of the day; whom he rings he learns when it is time
check_page(viewer, id)     one of them, with what the journal says
overview(viewer, at)       supervision: checks that are over, numbers not dialled yet, corrections owed
public_draws(city_id)      every draw, its hash, and after the day its seed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from minhu.intake import listening
from minhu.intake.models import Recording
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.checking import MOST_TRIES, CheckState, Finding, Judgement, NotDrawn
from minhu.rules.clock import legal_day
from minhu.supervision.alive import SHOWN_FOR, SUPERVISES, Liveness, liveness
from minhu.supervision.checking import CHECKS, mine
from minhu.supervision.ending import Facts, facts, judgement
from minhu.supervision.models import Check, CheckTry, Draw, InspectorPhone

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
    recorded: bool


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
        recorded=_recordings(one).exists(),
    )


@transaction.atomic
def listen(viewer: Viewer, check_id: int) -> bytes:
    """What the line said. Raises: NotYours, as listening."""
    one = _checks().filter(_heard_by(viewer), pk=check_id).first()
    recording = _recordings(one).order_by("-recorded_at").first() if one else None
    if recording is None:
        raise NotYours
    return listening.sound_of(recording, by=viewer)


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


def _heard_by(viewer: Viewer) -> Q:
    """Condition on checks: the inspector's own; once over, for supervision and for the official told that he failed."""
    over, hears = Q(over_at__isnull=False), Q(pk__in=[])
    if viewer.has(*CHECKS):
        hears |= mine(viewer)
    if viewer.has(*SUPERVISES):
        by_role = Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants)
        hears |= over & scope_of(by_role, SUPERVISES).lines()
    if viewer.official_id is not None:
        hears |= over & Q(finding=Finding.FAILED.value, ladder_event__official=viewer.official_id)
    return hears


def _recordings(one: Check) -> QuerySet[Recording]:
    return Recording.objects.filter(call__order__in=one.tries.exclude(order=None).values("order"))


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
