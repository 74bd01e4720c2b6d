"""More time for a reply: once a case, asked for in time, with a reason that the citizen is told (rules C1 and C3).

Refusal
├── NoMoreTime, TooLate, TooLong    (rules.deadlines)
├── NothingOwed                     no reply is owed
└── ReasonNeeded                    the citizen is told why
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import locked
from minhu.cases.handing_over import ReasonNeeded
from minhu.cases.models import Case, Extension, Promise
from minhu.cases.opening import tell
from minhu.intake import outbox
from minhu.rules import deadlines
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.errors import Refusal
from minhu.rules.escalation import clock
from minhu.rules.plain import storable
from minhu.rules.words import CaseKind, CaseState, PromiseKind, Urgency

LONGEST_REASON = 60
"""So that it fits into a text."""


class NothingOwed(Refusal):
    code = "nothing_owed"
    words = "这件诉求现在没有要答复的期限，不需要延期。"


@transaction.atomic
def extend(case_id: int, days: int, *, by: Viewer, reason: str, at: datetime | None = None) -> Extension:
    """Ask for so many working days more (plain days for an urgent case); the citizen is told at once, with the reason.

    The promise stays the same one, and its clock is set anew. Raises: NotYours, NotAllowed, NotPossibleNow,
    NoMoreTime, TooLate, TooLong, NothingOwed, ReasonNeeded.
    """
    at = at or timezone.now()
    reason = storable(reason.strip())
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonNeeded(f"请写明延期的理由，会告诉群众，{LONGEST_REASON}字以内。")
    case = locked(case_id, by, Act.EXTEND)
    after(CaseState(case.state), Act.EXTEND)
    if Extension.objects.filter(case=case).exists():
        raise deadlines.NoMoreTime
    owed = ledger.open_promises(case, (PromiseKind.REPLY,)).first()
    if owed is None:
        raise NothingOwed
    urgency = Urgency(case.urgency)
    due_at = deadlines.extended_due(CaseKind(case.kind), owed.due_at, days, china(), at=at, urgency=urgency)
    made = Extension(
        case=case, promise=owed, was_due_at=owed.due_at, due_at=due_at, reason=reason, by_id=by.account_id, at=at
    )
    if case.citizen.number_sealed is not None:
        variables = {"code": case.code, "due": due_at.isoformat(), "reason": reason}
        draft = outbox.Draft(template="extended", variables=variables, code=case.code, asked_for=True)
        made.text = tell(case, case.citizen, draft, key=f"extended:{case.pk}", at=at)
    made.save()
    _set_clock(owed, due_at, urgency)
    trail.record(by, Act.EXTEND, case, reason, was_due=made.was_due_at, due=due_at)
    return made


def _set_clock(promise: Promise, due_at: datetime, urgency: Urgency) -> None:
    times = clock(promise.made_at, due_at, urgency, china())
    Promise.objects.filter(pk=promise.pk).update(
        due_at=due_at, remind_at=times.remind_at, escalate_at=times.escalate_at, rung=0, next_at=times.remind_at
    )


def extension_of(case: Case) -> Extension | None:
    """The extension the case was given, if any."""
    return Extension.objects.filter(case=case).first()
