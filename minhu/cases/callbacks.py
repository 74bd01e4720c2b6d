"""Calls that we placed: evidence for the promise they were placed for, or an attempt."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.models import Case, Contact, Promise
from minhu.cases.opening import WORKING, of_call
from minhu.intake import quick
from minhu.intake.models import Call
from minhu.rules import access, deadlines
from minhu.rules.calendar import china
from minhu.rules.casework import Act, NotPossibleNow, after
from minhu.rules.words import CaseKind, CaseState, PromiseKind, Urgency


@transaction.atomic
def record_callback(call: Call, *, at: datetime) -> Promise | None:
    """Take in a call that we placed and that has ended; returns the promise it was about.

    A conversation keeps the promise to call back; from then on an answer to the matter is owed. Otherwise it is an
    attempt, and the promise stays due.
    """
    promise = _promise_of(call)
    if promise is None:
        return None
    case = Case.objects.select_for_update(no_key=True).get(pk=promise.case_id)
    if not Contact.objects.filter(call=call).exists():
        quick.insert(of_call(case, call))
    Promise.objects.filter(pk=promise.pk).update(attempts=F("attempts") + 1, last_attempt_at=call.received_at)
    if ledger.keep_by_call(case, call, (PromiseKind.CALL_BACK,), at=at):
        _hold(case, call, at)
    trail.record(
        access.system(case.city_id), "record_callback", case, call=call.pk, talked=ledger.was_conversation(call)
    )
    promise.refresh_from_db()
    return promise


def _promise_of(call: Call) -> Promise | None:
    """The promise the call was ordered for; else what is owed to this citizen on this line."""
    order = getattr(call, "order", None)
    if order is not None and order.promise_id is not None:
        return Promise.objects.filter(pk=order.promise_id).first()
    if call.citizen_id is None:
        return None
    owed = Promise.objects.filter(case__citizen=call.citizen_id, case__line=call.line)
    return owed.filter(kept_at=None, released_at=None).order_by("due_at").first()


def _hold(case: Case, call: Call, at: datetime) -> None:
    """Spoken with: the matter is with the official now, and an answer is owed."""
    case.first_contact_at = case.first_contact_at or call.answered_at
    state = CaseState(case.state)
    if state in WORKING and case.holder is not None:
        try:
            case.state = after(state, Act.HOLD).value
        except NotPossibleNow:
            case.state = state.value  # held already
        due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
        ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=at)
    case.save(update_fields=["state", "first_contact_at"])
