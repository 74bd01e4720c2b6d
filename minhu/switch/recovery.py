"""What a switch finds when it starts: calls that were alive when it died. Each is closed, with a callback and a text.

But a trunk that has heard nothing offers its call again, and then it goes on (see engine.py): whoever may still be
offered again is left alive for so long.

Runs on the clerk's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Max
from django.utils import timezone

from minhu.audit import privacy
from minhu.intake.entries import Entry, OrderDone, Owed, Receipt, Stand, Step
from minhu.intake.models import Call, CallOrder
from minhu.rules import texts
from minhu.rules.numbers import is_mobile
from minhu.rules.quiet import after_quiet
from minhu.rules.words import CallState, Direction, PartyKind, PromiseKind, StepKind

log = structlog.get_logger(__name__)

CALLBACK_WITHIN = timedelta(hours=2)
OFFERED_AGAIN_FOR = timedelta(seconds=32)
"""So long after it came a call is repeated by who has heard nothing of it. Source: RFC 3261 §17.1.1.2, timer B."""
CHUNK = 50

Write = Callable[[Sequence[Entry]], object]


@dataclass(frozen=True, slots=True)
class Found:
    """closed: calls closed now. waiting: calls that may still be offered again."""

    closed: int
    waiting: int


def close_interrupted(write: Write, node: str, *, before: datetime, going_on: Container[UUID] = ()) -> Found:
    """Close the calls of this node that began ``before`` this process did, but for those ``going_on`` in it."""
    now = timezone.now()
    left = Call.objects.filter(node=node, ended_at__isnull=True, received_at__lt=before).order_by("received_at")
    alive = [call for call in left.only("id", *_TELL_WHETHER) if call.pk not in going_on]
    dead = [call.pk for call in alive if not _may_come_again(call, now)]
    for start in range(0, len(dead), CHUNK):
        some = left.filter(pk__in=dead[start : start + CHUNK]).select_related("citizen")
        write([entry for call in some.annotate(last_seq=Max("steps__seq")) for entry in _closing(call, now)])
    for order in CallOrder.objects.filter(claimed_by=node, result="", claimed_at__lt=before):
        write([OrderDone(order.pk, "interrupted")])
    if dead:
        log.warning("calls_interrupted", calls=len(dead))
    return Found(len(dead), len(alive) - len(dead))


_TELL_WHETHER = ("direction", "state", "received_at")


def _may_come_again(call: Call, now: datetime) -> bool:
    """Whether nobody has spoken to the caller yet, and the trunk may think that we never got his call."""
    unheard = call.state in {CallState.RECEIVED.value, CallState.RINGING.value}
    return unheard and call.direction == Direction.INBOUND.value and now < call.received_at + OFFERED_AGAIN_FOR


def _closing(call: Call, now: datetime) -> Sequence[Entry]:
    """The last entries of a call. Who was promised something keeps that; everybody else gets a callback."""
    last_seq: int | None = call.last_seq  # type: ignore[attr-defined]  # annotated above
    seq = 0 if last_seq is None else last_seq + 1
    ended = max(now, call.received_at)
    owed = _owed(call, now)
    stand = Stand(
        call.pk,
        CallState.INTERRUPTED,
        code=call.code,
        owed=owed,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        ended_at=ended,
        ring_seconds=call.ring_seconds,
        talk_seconds=None,
        answered_by_kind=call.answered_by_kind,
        answered_by_id=call.answered_by_id,
        answered_by_name=call.answered_by_name,
    )
    step = Step(call.pk, seq, ended, StepKind.INTERRUPTED)
    receipt = _receipt(call, owed, now)
    return (stand, step) if receipt is None else (stand, step, receipt)


def _owed(call: Call, now: datetime) -> Owed | None:
    if call.direction != Direction.INBOUND or call.promise_due_at is None or call.promise_owner_id is None:
        return None
    due_at = call.promise_due_at
    if due_at < now:
        due_at = after_quiet(now + CALLBACK_WITHIN)
    return Owed(PromiseKind(call.promise_kind), due_at, PartyKind(call.promise_owner_kind), call.promise_owner_id)


def _receipt(call: Call, owed: Owed | None, now: datetime) -> Receipt | None:
    """The text about it; a caller who got the text of a missed call already gets no second one (same key)."""
    citizen = call.citizen
    if owed is None or call.line_id is None or citizen is None or citizen.number_sealed is None:
        return None
    number = privacy.unseal(citizen.number_sealed)
    if not is_mobile(number):
        return None
    variables = {"due": owed.due_at.isoformat(), "code": call.code}
    body = texts.render("interrupted", variables, at=now)
    return Receipt(call.pk, call.city_id, call.line_id, number, now, "interrupted", variables, body)
