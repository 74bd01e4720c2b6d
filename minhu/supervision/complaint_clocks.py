"""The times of a complaint rise by themselves: at 100 % whoever owes it is told, at 120 % one level higher, once each.

What was told stands among the notices, so a sweep goes on where the last one was, whoever made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from minhu.audit import trail
from minhu.cases.models import Notice
from minhu.rules.access import system
from minhu.rules.calendar import china
from minhu.rules.complaints import ComplaintAct, ComplaintState
from minhu.rules.escalation import clock, reached
from minhu.rules.words import NoticeKind, Rung, Urgency
from minhu.supervision import complaint_news
from minhu.supervision.models import Complaint

_AT_ONCE = 500
_TELL = {Rung.OVERDUE: complaint_news.late, Rung.ESCALATE: complaint_news.gone_up}


@dataclass(frozen=True, slots=True)
class _Wait:
    """What a complaint waits for. open: the condition that it does. due: the field of its due time."""

    act: ComplaintAct
    open: Q
    due: str
    kinds: Mapping[Rung, NoticeKind]

    def begun_at(self, one: Complaint) -> datetime:
        match self.act:
            case ComplaintAct.DECIDE:
                return one.appeals.earliest("at").at
            case _:
                return one.asked_at or one.made_at


_WAITS = (
    _Wait(
        ComplaintAct.ASK, Q(state=ComplaintState.RECEIVED.value), "ask_due_at",
        {Rung.OVERDUE: NoticeKind.ASK_LATE, Rung.ESCALATE: NoticeKind.ASK_UP},
    ),
    _Wait(
        ComplaintAct.STATE, Q(state=ComplaintState.ASKED.value, statement=None), "due_at",
        {Rung.OVERDUE: NoticeKind.STATE_LATE, Rung.ESCALATE: NoticeKind.STATE_UP},
    ),
    _Wait(
        ComplaintAct.DECIDE, Q(state=ComplaintState.APPEALED.value), "decide_due_at",
        {Rung.OVERDUE: NoticeKind.DECIDE_LATE, Rung.ESCALATE: NoticeKind.DECIDE_UP},
    ),
)  # fmt: skip


def sweep(at: datetime) -> int:
    """Tell of every complaint whose time has passed a rung; returns how many rungs."""
    return sum(_rise(pk, wait, at) for wait in _WAITS for pk in _overdue(wait, at))


def _overdue(wait: _Wait, at: datetime) -> list[int]:
    """Those of which not every rung was told yet."""

    def untold(rung: Rung) -> Q:
        kind = wait.kinds[rung].value
        return Q(~Exists(Notice.objects.filter(case=None, kind=kind, about_id=OuterRef("pk"))))

    some = untold(Rung.OVERDUE) | untold(Rung.ESCALATE)
    over = Complaint.objects.filter(wait.open, some, **{f"{wait.due}__lte": at})
    return list(over.order_by(wait.due, "pk").values_list("pk", flat=True)[:_AT_ONCE])


@transaction.atomic
def _rise(pk: int, wait: _Wait, at: datetime) -> int:
    held = Complaint.objects.select_for_update(no_key=True, of=("self",)).select_related("official", "case")
    one = held.filter(wait.open, pk=pk).first()
    if one is None:
        return 0
    due_at: datetime = getattr(one, wait.due)
    times = clock(wait.begun_at(one), due_at, Urgency.NORMAL, china())
    already = Notice.objects.filter(case=None, about_id=pk, kind__in=wait.kinds.values()).values_list("kind", flat=True)
    due = [rung for rung in reached(times, at, after=Rung.REMIND) if wait.kinds[rung].value not in set(already)]
    rungs = [rung for rung in due if _TELL[rung](one, wait.act, wait.kinds[rung], due_at, at=at)]
    for rung in rungs:
        trail.record(system(one.city_id), "escalate", one, rung=rung.value, awaited=wait.act.value, due=due_at)
    return len(rungs)
