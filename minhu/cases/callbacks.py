"""Calls that we placed: evidence for the promise they were placed for, or an attempt that leaves a text.

Refusal
├── WindowUnclear     (rules.callbacks) the agreed time is past, ends before it begins, or is at night
└── OutsideWindow     (rules.callbacks) the citizen said when it suits him
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import locked
from minhu.cases.models import Attempt, Case, Contact, Promise
from minhu.cases.opening import WORKING, of_call, tell
from minhu.intake import outbox, quick
from minhu.intake.models import Call
from minhu.intake.scope import NotYours
from minhu.rules import access, callbacks, deadlines
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.callbacks import checked_window
from minhu.rules.casework import Act, NotPossibleNow, after
from minhu.rules.clock import local
from minhu.rules.words import CaseKind, CaseState, PromiseKind, Urgency

_CALL_BACK = (PromiseKind.CALL_BACK,)


@transaction.atomic
def record_callback(call: Call, *, at: datetime) -> None:
    """Take in a call that we placed and that has ended, at once."""
    trail.record_many(access.system(call.city_id), take_in_callback(call, at=at))


def take_in_callback(call: Call, *, at: datetime) -> list[trail.Entry]:
    """As ``record_callback``, in the caller's transaction; what was done, for the trail.

    A conversation keeps the promise to call back; from then on an answer to the matter is owed. It also keeps a reply
    that was filed and did not arrive. Where the citizen was rung and did not answer it is an attempt: he gets a text,
    and the promise stays due.
    """
    promise = _promise_of(call)
    if promise is None:
        return []
    case = Case.objects.select_for_update(no_key=True).get(pk=promise.case_id)
    if not Contact.objects.filter(call=call).exists():
        quick.insert(of_call(case, call))
    talked = ledger.was_conversation(call)
    if _rang_the_citizen(call):
        Promise.objects.filter(pk=promise.pk).update(attempts=F("attempts") + 1, last_attempt_at=call.received_at)
        if not talked:
            _attempted(case, call, at)
    kinds = (PromiseKind.CALL_BACK, PromiseKind.REPLY) if case.state == CaseState.REPLIED.value else _CALL_BACK
    if ledger.keep_by_call(case, call, kinds, at=at):
        _hold(case, call)
    return [trail.entry("record_callback", case, call=call.pk, talked=talked)]


@transaction.atomic
def agree_window(
    promise_id: int, begins: datetime, ends: datetime, *, by: Viewer, at: datetime | None = None
) -> Promise:
    """The citizen said when a call suits him; he is not rung before. What he was promised stands.

    Raises: NotYours, NotAllowed, WindowUnclear.
    """
    at = at or timezone.now()
    checked_window(begins, ends, at=at)
    promise = Promise.objects.filter(pk=promise_id, kept_at=None, released_at=None).first()
    if promise is None:
        raise NotYours
    case = locked(promise.case_id, by, Act.CALL_BACK)
    promise.window_from, promise.window_until = begins, ends
    promise.save(update_fields=["window_from", "window_until"])
    trail.record(by, "agree_window", case, begins=begins, ends=ends)
    return promise


def is_unreachable(case: Case) -> bool:
    """Whether he was tried three times, on two days, at different hours."""
    return callbacks.is_unreachable(case.attempts.values_list("at", flat=True))


def _rang_the_citizen(call: Call) -> bool:
    """Not where our own telephone was not taken, or the call could not be placed."""
    order = getattr(call, "order", None)
    return order is None or order.result in {"", "citizen_not_reached", "connected"}


def _attempted(case: Case, call: Call, at: datetime) -> None:
    """Nobody answered: it is kept by day and hour, and leaves a text."""
    here = local(call.received_at)
    made = Attempt(case=case, call=call, day_on=here.date(), hour=here.hour, at=call.received_at)
    if not quick.insert(made, conflict="(call_id)"):
        return
    if call.line is None or outbox.why_not(case.citizen, asked_for=True):
        return
    official = call.line.official
    variables = {"name": official.name, "title": official.title, "code": case.code}
    draft = outbox.Draft(template="called_back_missed", variables=variables, code=case.code, asked_for=True)
    tell(case, case.citizen, draft, key=f"tried:{call.pk}", at=at)


def _promise_of(call: Call) -> Promise | None:
    """The promise the call was ordered for; else what is owed to this citizen on this line."""
    order = getattr(call, "order", None)
    if order is not None and order.promise_id is not None:
        return Promise.objects.filter(pk=order.promise_id).first()
    if call.citizen_id is None:
        return None
    owed = Promise.objects.filter(case__citizen=call.citizen_id, case__line=call.line)
    return owed.filter(kept_at=None, released_at=None).order_by("due_at").first()


def _hold(case: Case, call: Call) -> None:
    """Spoken with: the matter is with the official now, and an answer is owed, from then on."""
    since = call.ended_at or call.received_at
    case.first_contact_at = case.first_contact_at or call.answered_at
    state = CaseState(case.state)
    if state in WORKING and case.holder is not None:
        try:
            case.state = after(state, Act.HOLD).value
        except NotPossibleNow:
            case.state = state.value  # held already
        due_at = deadlines.reply_due(CaseKind(case.kind), since, china(), Urgency(case.urgency))
        ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=since)
    case.save(update_fields=["state", "first_contact_at"])
