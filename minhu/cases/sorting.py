"""Of what kind a matter is, and whether it can wait. A due time may come earlier by it, never later.

A person's word stands; the reader's is heard where nobody has said anything, and only raises urgency.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import locked
from minhu.cases.models import Case, Promise
from minhu.cases.opening import WORKING
from minhu.intake import quick
from minhu.rules import access
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.sorting import brought_forward, may_say, reader_may_raise
from minhu.rules.words import CaseKind, CaseState, PromiseKind, SaidBy, Urgency

_MOVED = "按类别和缓急提前"


@transaction.atomic
def sort(case_id: int, kind: CaseKind, urgency: Urgency, *, by: Viewer, at: datetime | None = None) -> Case:
    """Somebody says of what kind a matter is and whether it can wait; no reader changes it any more.

    Raises: NotYours, NotAllowed, NotPossibleNow.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.SORT)
    after(CaseState(case.state), Act.SORT)
    before = {"was_kind": case.kind, "was_urgency": case.urgency}
    case.kind, case.urgency = kind.value, urgency.value
    case.kind_by = case.urgency_by = SaidBy.PERSON.value
    case.save(update_fields=["kind", "urgency", "kind_by", "urgency_by"])
    _bring_forward(case, at)
    trail.record(by, Act.SORT, case, "", kind=kind, urgency=urgency, **before)
    return case


def sort_as_read(case: Case, kind: CaseKind | None, urgency: Urgency, *, reader: str, at: datetime) -> bool:
    """What a reader is sure of, under the lock of the case; whether it changed anything.

    kind: None when it is not sure. reader: which one, for the trail.
    """
    if CaseState(case.state) not in WORKING:
        return False
    said: dict[str, object] = {}
    if kind is not None and may_say(SaidBy.READER, case.kind_by) and kind != case.kind:
        said["kind"], case.kind, case.kind_by = kind, kind.value, SaidBy.READER.value
    raises = reader_may_raise(Urgency(case.urgency), urgency)
    if raises and may_say(SaidBy.READER, case.urgency_by):
        said["urgency"], case.urgency, case.urgency_by = urgency, urgency.value, SaidBy.READER.value
    if not said:
        return False
    case.save(update_fields=["kind", "urgency", "kind_by", "urgency_by"])
    _bring_forward(case, at)
    trail.record(access.reader(case.city_id), Act.SORT, case, "", reader=reader, **said)
    return True


def _bring_forward(case: Case, at: datetime) -> None:
    kind, urgency, calendar = CaseKind(case.kind), Urgency(case.urgency), china()
    for one in ledger.open_promises(case, (PromiseKind.CALL_BACK, PromiseKind.REPLY)):
        due_at = brought_forward(PromiseKind(one.kind), kind, urgency, one.made_at, at, calendar)
        if due_at is not None and due_at < one.due_at and one.window_from is None:
            _promise_earlier(case, one, due_at, at)


def _promise_earlier(case: Case, one: Promise, due_at: datetime, at: datetime) -> None:
    """What was promised is never changed: it falls away, and the same is promised for an earlier time."""
    ledger.release(case, _MOVED, (PromiseKind(one.kind),), at=at)
    owner = ledger.Owner(one.maker, one.owner_official_id, one.owner_desk_id, one.owner_office_id)
    made = ledger.owed(case, PromiseKind(one.kind), due_at, owner, at=at)
    made.made_by_call_id, made.made_by_text_id = one.made_by_call_id, one.made_by_text_id
    made.attempts, made.last_attempt_at = one.attempts, one.last_attempt_at
    quick.insert(made)
