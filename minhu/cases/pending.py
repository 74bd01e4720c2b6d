"""Ten seconds to take back what one has just done: the act waits, and is then carried out by the jobs process.

    put_off     tries the act, so that a refusal comes at once; then keeps it until it is due
    withdraw    before it is due: it never happens, and the trail says that it was decided and taken back
    do_due      a job: carries out what is due, with the rights its author has then
    offers      another part's act, named once when Django starts

Nothing that happened is undone: a text that was sent stays sent, and a record stays. What can be taken back is only
what has not happened yet.

Refusal
├── NotYours          (intake.scope) somebody else's act
├── DecidedAlready    something else was decided on it a moment ago: take that back first
└── TooLate           it has taken effect
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import telling, wrapping_up
from minhu.cases.models import PendingAct
from minhu.directory import queries as directory
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import Outcome

log = structlog.get_logger(__name__)

Args = dict[str, str | int]
Do = Callable[[Args, Viewer], object]

WAITS = timedelta(seconds=10)
_FAULTS_SHOWN_FOR = timedelta(hours=12)
_OPEN = Q(done_at=None, withdrawn_at=None)


class DecidedAlready(Refusal):
    code = "decided_already"
    words = "刚才已经登记，还没有生效；要改，请先撤销。"


class TooLate(Refusal):
    code = "too_late_to_undo"
    words = "已经生效，不能再撤销。"


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decided. kind: which act; subject: what it is done to; words: how the page names it."""

    kind: str
    subject: str
    args: Args
    words: str


def _wrap_up(args: Args, by: Viewer) -> object:
    return wrapping_up.wrap_up(UUID(str(args["call"])), Outcome(str(args["outcome"])), str(args["note"]), by=by)


def _quick_reply(args: Args, by: Viewer) -> object:
    return telling.quick_reply(int(args["quick_reply"]), call_id=UUID(str(args["call"])), by=by)


_ACTS: dict[str, Do] = {"wrap_up": _wrap_up, "quick_reply": _quick_reply}


def offers(kind: str, do: Do) -> None:
    """Another part has an act that may be put off; said in its ``ready``, so that the jobs process knows it too."""
    _ACTS[kind] = do


@transaction.atomic
def put_off(decided: Decided, *, by: Viewer, at: datetime | None = None) -> PendingAct:
    """Keep the act until it is due; the same again changes nothing.

    Raises: NotYours, DecidedAlready, and whatever the act itself would refuse now.
    """
    at = at or timezone.now()
    if by.account_id is None:
        raise NotYours
    if there := _there(decided, by):
        return there
    with transaction.atomic():
        _ACTS[decided.kind](decided.args, by)
        transaction.set_rollback(True)  # it was only tried
    row = PendingAct(
        city_id=by.city_id, by_id=by.account_id, kind=decided.kind, subject=decided.subject, args=decided.args,
        words=decided.words[:120], at=at, due_at=at + WAITS,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # a second tap was quicker
        return _there(decided, by) or row
    trail.record(by, "decide", row, kind=row.kind, of=row.subject)
    return row


@transaction.atomic
def withdraw(pending_id: int, *, by: Viewer, at: datetime | None = None) -> PendingAct:
    """Take it back; twice is once. Raises: NotYours, TooLate."""
    at = at or timezone.now()
    row = PendingAct.objects.select_for_update(no_key=True).filter(pk=pending_id, by_id=by.account_id).first()
    if row is None:
        raise NotYours
    if row.withdrawn_at is not None:
        return row
    if row.done_at is not None or row.due_at <= at:
        raise TooLate
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    trail.record(by, "undo", row, kind=row.kind, of=row.subject)
    return row


def do_due(limit: int = 50, *, at: datetime) -> int:
    """Carry out what is due, each in a transaction of its own; how many it were. A fault in one stops no other."""
    due = PendingAct.objects.filter(_OPEN, due_at__lte=at).order_by("due_at", "id")
    return sum(_carried_out(pk, at) for pk in list(due.values_list("pk", flat=True)[:limit]))


def undoable(by: Viewer, at: datetime) -> tuple[PendingAct, ...]:
    """What the viewer may still take back, latest first."""
    return tuple(PendingAct.objects.filter(_OPEN, by_id=by.account_id, due_at__gt=at).order_by("-id")[:3])


def came_to_nothing(by: Viewer, at: datetime) -> tuple[PendingAct, ...]:
    """What was refused when it became due, although it could be done a moment before."""
    mine = PendingAct.objects.filter(by_id=by.account_id, due_at__gt=at - _FAULTS_SHOWN_FOR).exclude(refused="")
    return tuple(mine.order_by("-id")[:3])


def waiting(kind: str, city_id: int) -> frozenset[str]:
    """Subjects on which such an act waits to take effect."""
    rows = PendingAct.objects.filter(_OPEN, kind=kind, city_id=city_id)
    return frozenset(rows.values_list("subject", flat=True))


def _there(decided: Decided, by: Viewer) -> PendingAct | None:
    """The same, decided a moment ago. Raises: DecidedAlready when it is another."""
    there = PendingAct.objects.filter(_OPEN, kind=decided.kind, subject=decided.subject).first()
    if there is not None and (there.by_id, there.args) != (by.account_id, decided.args):
        raise DecidedAlready
    return there


def _carried_out(pending_id: int, at: datetime) -> bool:
    try:
        return _carry_out(pending_id, at)
    except Exception:
        log.exception("pending_act_failed", pending=pending_id)
        return False


@transaction.atomic
def _carry_out(pending_id: int, at: datetime) -> bool:
    rows = PendingAct.objects.select_for_update(no_key=True, of=("self",)).select_related("by__official")
    row = rows.filter(_OPEN, pk=pending_id).first()
    if row is None:
        return False
    viewer = directory.viewer_of(row.by)
    try:
        if not row.by.is_active:
            raise NotYours
        with transaction.atomic():
            _ACTS[row.kind](row.args, viewer)
    except Refusal as refusal:
        row.refused = refusal.shown[:200]
    row.done_at = at
    row.save(update_fields=["done_at", "refused"])
    if row.refused:
        trail.record(viewer, "come_to_nothing", row, row.refused, kind=row.kind, of=row.subject)
    return True
