"""Giving a matter that came to nobody to an official, and taking that back while nothing has come of it.

Refusal
├── InConflict       (rules.conflicts) the case must never reach this official
├── TooLateToUndo    (rules.assigning) ten minutes are over, or it was taken back
└── BegunAlready     (rules.assigning) somebody has begun to work on it
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import barred, locked
from minhu.cases.models import Assignment, Attempt, Case, Contact, Promise
from minhu.directory.models import Official
from minhu.intake.models import CallOrder
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.assigning import undo_assignment
from minhu.rules.casework import Act
from minhu.rules.conflicts import InConflict
from minhu.rules.words import CaseState, PromiseKind

_GOES_WITH_IT = (PromiseKind.CALL_BACK, PromiseKind.REPLY)


@transaction.atomic
def assign(case_id: int, official_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """Staff find the official for a matter that came to no line. What is owed goes with it.

    Raises: NotYours, NotAllowed, InConflict.
    """
    case = locked(case_id, by, Act.ASSIGN)
    official = Official.objects.filter(pk=official_id, city_id=case.city_id, left_on=None).first()
    if official is None or case.holder_id is not None:
        raise NotYours
    if barred([case.pk], official_id=official.pk):
        raise InConflict
    at, had_line = at or timezone.now(), case.line is not None
    case.holder = official
    case.line = case.line or official.lines.filter(withdrawn_at=None).order_by("id").first()
    case.save(update_fields=["holder", "line"])
    ledger.open_promises(case, _GOES_WITH_IT).update(owner_official=official, owner_office=None, maker=official.name)
    Assignment.objects.create(case=case, official=official, by_id=by.account_id, at=at, had_line=had_line)
    trail.record(by, "assign", case, official=official_id)
    return case


@transaction.atomic
def unassign(case_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """Take back what one assigned oneself: the matter waits for an official again, and staff owe what he owed.

    Raises: NotYours, NotAllowed, TooLateToUndo, BegunAlready.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.ASSIGN)
    last = Assignment.objects.filter(case=case).order_by("-at").first()
    if last is None or last.by_id != by.account_id or case.holder_id not in {last.official_id, None}:
        raise NotYours
    undo_assignment(
        last.at, undone=last.undone_at is not None, state=CaseState(case.state), begun=_begun(case, last.at), at=at
    )
    case.holder = None
    if not last.had_line:
        case.line = None
    case.save(update_fields=["holder", "line"])
    owner = ledger.staff_own(case.line, case.city_id)
    ledger.open_promises(case, _GOES_WITH_IT).update(
        owner_official=None, owner_office=owner.office_id, maker=owner.name
    )
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    trail.record(by, "unassign", case, official=last.official_id)
    return case


def _begun(case: Case, since: datetime) -> bool:
    """Whether a call was placed or came, or a text, since then."""
    promises = Promise.objects.filter(case=case).values("pk")
    return (
        Contact.objects.filter(case=case, at__gt=since).exists()
        or Attempt.objects.filter(case=case, at__gt=since).exists()
        or CallOrder.objects.filter(promise_id__in=promises, asked_at__gt=since).exists()
    )
