"""Many reporters of one matter: their cases join one, which is answered for all of them; and they part (rule C10).

Each keeps its thread, code, promises, reply and rating; joining sets a pointer, and parting takes it away.

Refusal
├── CannotJoin       itself, one that joined or was joined already, a confidential one, or one that is with a unit
└── InConflict       (rules.conflicts) it would come to somebody it must never reach
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases.authority import current_transfer, locked, reaches
from minhu.cases.handing_over import ReasonNeeded
from minhu.cases.models import Case
from minhu.cases.opening import WORKING
from minhu.rules.access import Viewer
from minhu.rules.casework import Act, NotPossibleNow, after
from minhu.rules.conflicts import InConflict
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import CaseState


class CannotJoin(Refusal):
    code = "cannot_join"
    words = "这两件诉求不能合并：保密件、已转办的或已经合并过的，都要单独办理。"


@transaction.atomic
def join(case_id: int, parent_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """The case is of the same matter as another, whose reply will be its reply too.

    Raises: NotYours, NotAllowed, NotPossibleNow, CannotJoin, InConflict.
    """
    at = at or timezone.now()
    if case_id == parent_id:
        raise CannotJoin
    both = {one: locked(one, by, Act.JOIN) for one in sorted((case_id, parent_id))}  # in one order, against deadlock
    case, parent = both[case_id], both[parent_id]
    after(CaseState(case.state), Act.JOIN)
    if CaseState(parent.state) not in WORKING:
        raise NotPossibleNow
    if case.parent_id == parent.pk:
        return case
    apart = case.confidential or parent.confidential or current_transfer(case) is not None
    if apart or case.parent_id or parent.parent_id or Case.objects.filter(parent=case).exists():
        raise CannotJoin
    if reaches(parent, [case.pk]) or reaches(case, [parent.pk]):
        raise InConflict
    case.parent = parent
    case.save(update_fields=["parent"])
    trail.record(by, Act.JOIN, case, parent=parent.pk)
    return case


@transaction.atomic
def part(case_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> Case:
    """It is another matter after all, and goes its own way again. Raises: NotYours, NotAllowed, ReasonNeeded."""
    reason = storable(reason.strip(), 300)
    if not reason:
        raise ReasonNeeded
    case = locked(case_id, by, Act.PART)
    if case.parent_id is not None:
        parent, case.parent = case.parent_id, None
        case.save(update_fields=["parent"])
        trail.record(by, Act.PART, case, reason, parent=parent)
    return case
