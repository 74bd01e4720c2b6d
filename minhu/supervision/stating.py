"""The official complained of is heard: his statement, with an excuse of the settled list if he has one.

Refusal
├── NotYours          (intake.scope)
├── NotPossibleNow    (rules.complaints) he was not asked, or it is found already
├── StatedAlready     it is said once
└── SayWhy            (rules.complaints)
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.intake.scope import NotYours
from minhu.rules import complaints
from minhu.rules.access import Viewer
from minhu.rules.complaints import ComplaintAct
from minhu.rules.errors import Refusal
from minhu.rules.excuses import Excuse
from minhu.rules.plain import storable
from minhu.supervision import complaint_news
from minhu.supervision.complaint_rights import locked
from minhu.supervision.models import Statement


class StatedAlready(Refusal):
    code = "complaint_stated_already"
    words = "您已经提交过情况说明。对认定不认可的，可以在认定以后申请复核。"


@transaction.atomic
def state(
    complaint_id: int, body: str, *, by: Viewer, excuse: Excuse | None = None, at: datetime | None = None
) -> Statement:
    """Once, in three working days; after that still, while nothing is found. Raises: see above."""
    at = at or timezone.now()
    body = storable(complaints.said(body))
    one = locked(complaint_id, by, ComplaintAct.STATE)
    if by.account_id is None or one.due_at is None:
        raise NotYours
    if Statement.objects.filter(complaint=one).exists():
        raise StatedAlready
    made = Statement.objects.create(
        complaint=one, body=body, excuse=excuse.value if excuse else "", late=at > one.due_at, by_id=by.account_id,
        at=at,
    )  # fmt: skip
    complaint_news.stated(one, at=at)
    trail.record(by, "state", one, body, excuse=made.excuse, late=made.late)
    return made
