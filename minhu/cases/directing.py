"""What belongs to a court, to reconsideration, discipline inspection or petition is told so (rule C11)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases.authority import locked
from minhu.cases.models import Case
from minhu.cases.telling import NobodyHolds, Told, answer, means_of
from minhu.rules.access import Viewer
from minhu.rules.casework import Act, after
from minhu.rules.doors import DOORS
from minhu.rules.words import CaseState, Door


@transaction.atomic
def show_door(case_id: int, door: Door, *, by: Viewer, at: datetime | None = None) -> Case:
    """Tell the citizen which door his matter belongs to; it is not processed as a case.

    He can still say that this did not help him: then it comes back to the official, as any reply does.
    Raises: NotYours, NotAllowed, NotPossibleNow, NobodyHolds, SpeakFirst.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.SHOW_DOOR)
    after(CaseState(case.state), Act.SHOW_DOOR)
    if case.holder is None:
        raise NobodyHolds
    told = Told(DOORS[door], case.holder.name, by.account_id, template=f"door_{door.value}")
    answer(case, told, means_of(case, None, told, at), at=at)
    case.door = door.value
    case.save(update_fields=["door"])
    trail.record(by, Act.SHOW_DOOR, case, door=door)
    return case
