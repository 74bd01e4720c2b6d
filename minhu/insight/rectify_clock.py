"""What time does to rectifications: what is late rises, and what comes back is taken up again.

    sweep(at)      at 80 and 100 % whoever has it is told, at 120 % one level higher, once each (rule C7)
    reopen(at)     somebody reported it after reporters said that it is solved

What was told stands among the notices, so a sweep goes on where the last one was, whoever made it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from minhu.audit import trail
from minhu.cases.models import Case, Notice
from minhu.insight import rectify_news
from minhu.insight.models import Member, Rectification, RectifyStep
from minhu.insight.rectify_rights import members_of
from minhu.insight.rectify_steps import move
from minhu.rules import access
from minhu.rules.escalation import Clock, reached
from minhu.rules.rectifying import DONE, RectifyAct
from minhu.rules.words import Rung

_AT_ONCE = 500
_INSTANTS = {Rung.REMIND: "remind_at", Rung.OVERDUE: "due_at", Rung.ESCALATE: "escalate_at"}
_DONE = [state.value for state in DONE]


def sweep(at: datetime) -> int:
    """Tell of every step whose time has passed a rung; returns how many rungs."""
    return sum(_rise(pk, at) for pk in _late(at))


def reopen(at: datetime) -> int:
    """Take up again what was reported after it was verified; returns how many."""
    back = Member.objects.filter(case__opened_at__gt=OuterRef("verified_at"))
    of_it = Q(issue=OuterRef("issue")) | Q(issue__merged_into=OuterRef("issue")) | Q(issue__merged=OuterRef("issue"))
    done = Rectification.objects.filter(Exists(back.filter(of_it)), state__in=_DONE)
    return sum(_reopen(pk, at) for pk in done.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


def came_back(one: Rectification) -> QuerySet[Case]:
    """What was reported since reporters said that it is solved."""
    return members_of(one.issue).filter(opened_at__gt=one.verified_at)


def _late(at: datetime) -> list[int]:
    """Steps of which not every rung that has come was told yet."""

    def untold(rung: Rung) -> Q:
        kind = rectify_news.KINDS[rung].value
        told = Notice.objects.filter(case=None, kind=kind, about_id=OuterRef("pk"))
        return Q(~Exists(told), **{f"{_INSTANTS[rung]}__lte": at})

    some = untold(Rung.REMIND) | untold(Rung.OVERDUE) | untold(Rung.ESCALATE)
    late = RectifyStep.objects.filter(some, ended_at=None, remind_at__lte=at)
    return list(late.order_by("remind_at", "pk").values_list("pk", flat=True)[:_AT_ONCE])


@transaction.atomic
def _rise(pk: int, at: datetime) -> int:
    step = RectifyStep.objects.get(pk=pk)
    held = Rectification.objects.select_for_update(no_key=True, of=("self",))
    one = held.select_related("issue", "owner__superior").get(pk=step.rectification_id)
    step.refresh_from_db()
    if step.ended_at is not None or step.remind_at is None or step.due_at is None or step.escalate_at is None:
        return 0
    already = set(Notice.objects.filter(case=None, about_id=pk).values_list("kind", flat=True))
    due = reached(Clock(step.remind_at, step.due_at, step.escalate_at), at)
    new = [rung for rung in due if rectify_news.KINDS[rung].value not in already]
    rungs = [rung for rung in new if rectify_news.rose(one, step, rung, at=at)]
    for rung in rungs:
        trail.record(access.system(one.city_id), "escalate", one, rung=rung.value, awaited=step.state, due=step.due_at)
    return len(rungs)


@transaction.atomic
def _reopen(pk: int, at: datetime) -> int:
    held = Rectification.objects.select_for_update(no_key=True, of=("self",))
    one = held.select_related("issue", "owner__superior").get(pk=pk)
    count = came_back(one).count() if one.state in _DONE else 0
    if not count:
        return 0
    one.times += 1
    move(one, RectifyAct.REOPEN, by=access.system(one.city_id), at=at, words=str(count))
    return 1
