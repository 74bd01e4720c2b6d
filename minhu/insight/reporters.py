"""The promise to everybody who reported a hot issue: that it is put right, by when; and, once it is, that it was.

    promise_each(one)      who reported it and was not promised it yet is promised it, in his thread or on his page
    promise_due(at)        the same for all that are under way; who no longer belongs to one is released, and everybody
                           where it was called off, who is told
    tell_due(at)           reporters said that it is solved: everybody is told
    settle(at)             what was said has arrived: the promise is kept

A promise of this kind rises with the rectification as a whole and not by itself: its owner is reminded once, not once
a reporter. It is kept by the text that says it is done, by a call since then, or, where he left no number, on his page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import barred
from minhu.cases.models import Case, Promise, Reply
from minhu.cases.opening import tell
from minhu.insight.models import Rectification, Reporter
from minhu.insight.rectify_rights import members_of
from minhu.intake import outbox
from minhu.intake.models import Call, CallOrder, Citizen
from minhu.rules import access
from minhu.rules.calendar import china
from minhu.rules.rectifying import DONE, RectifyState, promised_due
from minhu.rules.words import PromiseKind, ReplyMeans, TextState

AT_ONCE = 200
_KIND = (PromiseKind.RECTIFY,)
_PROMISED_IN = [RectifyState.UNDER_WAY.value, RectifyState.CLAIMED.value, RectifyState.FAILED.value]
_DONE = [state.value for state in DONE]
_OPEN = Q(promise__kept_at=None, promise__released_at=None)
PARTED = "已不属于这个热点问题"
CALLED_OFF = "整改不再进行"
DONE_WORDS = "您反映的问题已整改，经回访反映人核验。又出现的，请再告诉我们。"


def promise_due(at: datetime) -> int:
    """Promise it to new reporters of all that are under way; returns how many were promised or released."""
    done = 0
    for pk in Rectification.objects.filter(state__in=_PROMISED_IN).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            one = _locked(pk)
            if one.state in _PROMISED_IN:
                done += promise_each(one, at=at, limit=AT_ONCE) + _release_parted(one, at)
    return done + _let_go_due(at)


def _let_go_due(at: datetime) -> int:
    off = RectifyState.CALLED_OFF.value
    waiting = Rectification.objects.filter(state=off, reporters__in=Reporter.objects.filter(_OPEN)).distinct()
    gone = 0
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            gone += _let_go(_locked(pk), at)
    return gone


def _let_go(one: Rectification, at: datetime) -> int:
    """Nothing is promised any more; whoever left a number is told, and each reads why on the page of his matter."""
    acts = []
    for each in one.reporters.filter(_OPEN).select_related("case").order_by("case")[:AT_ONCE]:
        case = Case.objects.select_for_update(no_key=True).get(pk=each.case_id)
        if not ledger.release(case, CALLED_OFF, _KIND, at=at):
            continue
        citizen = Citizen.objects.get(pk=case.citizen_id)
        if not outbox.why_not(citizen, asked_for=True):
            draft = outbox.Draft(template="rectify_off", variables={"code": case.code}, code=case.code, asked_for=True)
            tell(case, citizen, draft, key=f"rectify_off:{each.promise_id}", at=at)
        acts.append(trail.entry("release_rectify", case, CALLED_OFF, rectification=one.pk))
    _record(one, acts)
    return len(acts)


def promise_each(one: Rectification, *, at: datetime, limit: int | None = None) -> int:
    """Under the lock of the rectification; returns how many are new."""
    new = members_of(one.issue).exclude(pk__in=one.reporters.values("case"))
    owed = Promise.objects.filter(kind=PromiseKind.RECTIFY.value, kept_at=None, released_at=None)
    new = new.exclude(pk__in=owed.values("case"))
    made = [
        _promise(one, case, at)
        for case in new.select_for_update(no_key=True, of=("self",)).select_related("citizen").order_by("pk")[:limit]
        if not barred([case.pk], official_id=one.owner_id, office_ids=[one.office_id])
    ]
    _record(one, [trail.entry("promise_rectify", each.case, rectification=one.pk) for each in made])
    return len(made)


def tell_due(at: datetime) -> int:
    """Tell that it is done, each reporter once; returns how many."""
    told = 0
    waiting = Rectification.objects.filter(state__in=_DONE, reporters__in=Reporter.objects.filter(_OPEN, done_at=None))
    for pk in waiting.distinct().order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            one = _locked(pk)
            if one.state in _DONE:
                told += _tell_each(one, at)
    return told


def settle(at: datetime) -> int:
    """Texts that arrived, and calls since it was done, keep what was promised; returns how many."""
    said = Reporter.objects.filter(_OPEN, done_at__isnull=False).order_by("pk")
    arrived = said.filter(done_told__state=TextState.DELIVERED.value)
    by_voice = said.filter(Q(done_told=None) | Q(done_told__state__in=[TextState.FAILED.value]))
    orders = CallOrder.objects.filter(promise_id=OuterRef("promise"), call__received_at__gte=OuterRef("done_at"))
    spoken = by_voice.filter(Exists(orders.filter(call__talk_seconds__gte=ledger.EVIDENCE_TALK_SECONDS)))
    ids = [*arrived.values_list("pk", flat=True)[:AT_ONCE], *spoken.values_list("pk", flat=True)[:AT_ONCE]]
    return sum(_settle(pk, at) for pk in ids)


def to_call(one: Rectification) -> list[Reporter]:
    """Who cannot be told by text that it is done, and has a telephone."""
    rows = one.reporters.filter(_OPEN, done_at__isnull=False, case__citizen__number_sealed__isnull=False)
    by_voice = rows.filter(Q(done_told=None) | Q(done_told__state=TextState.FAILED.value))
    return list(by_voice.select_related("case__citizen", "promise").order_by("pk"))


def _locked(pk: int) -> Rectification:
    held = Rectification.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("issue", "owner__office").get(pk=pk)


def _promise(one: Rectification, case: Case, at: datetime) -> Reporter:
    if one.due_at is None:
        raise ValueError("what is under way has a due time")
    due_at = promised_due(one.due_at, at, china())
    promise = ledger.owed(case, PromiseKind.RECTIFY, due_at, ledger.official_owns(one.owner), at=at)
    promise.next_at = None  # rises with the rectification
    promise.save()
    text = None
    if not outbox.why_not(case.citizen, asked_for=False):
        by = f"{one.owner.office.name}{one.owner.name}"
        variables = {"code": case.code, "by": by, "due": due_at.isoformat()}
        draft = outbox.Draft(template="rectify", variables=variables, code=case.code)
        text = tell(case, case.citizen, draft, key=f"rectify:{promise.pk}", at=at)
    return Reporter.objects.create(rectification=one, case=case, promise=promise, told=text, at=at)


def _release_parted(one: Rectification, at: datetime) -> int:
    parted = one.reporters.filter(_OPEN).exclude(case__in=members_of(one.issue)).select_related("case")
    acts = []
    for each in parted.order_by("case")[:AT_ONCE]:
        Case.objects.select_for_update(no_key=True).get(pk=each.case_id)
        if ledger.release(each.case, PARTED, _KIND, at=at):
            acts.append(trail.entry("release_rectify", each.case, PARTED, rectification=one.pk))
    _record(one, acts)
    return len(acts)


def _tell_each(one: Rectification, at: datetime) -> int:
    rows = one.reporters.filter(_OPEN, done_at=None).select_related("case").order_by("case")[:AT_ONCE]
    acts = []
    for each in rows:
        case = Case.objects.select_for_update(no_key=True).get(pk=each.case_id)
        citizen = Citizen.objects.get(pk=case.citizen_id)
        each.done_at = at
        if not outbox.why_not(citizen, asked_for=True):
            draft = outbox.Draft(template="rectified", variables={"code": case.code}, code=case.code, asked_for=True)
            each.done_told = tell(case, citizen, draft, key=f"rectified:{each.promise_id}", at=at)
        each.save(update_fields=["done_at", "done_told"])
        if citizen.number_sealed is None:
            _tell_on_his_page(one, case, at)
        acts.append(trail.entry("tell_rectified", case, rectification=one.pk))
    _record(one, acts)
    return len(acts)


def _tell_on_his_page(one: Rectification, case: Case, at: datetime) -> None:
    """He left no number: what he reads on the matter's page is how he learns of it (rule C4)."""
    reply = Reply.objects.create(
        case=case, done=DONE_WORDS, done_by=one.owner.office.name[:80], at=at, means=ReplyMeans.PAGE.value
    )
    ledger.keep_by_reply(case, reply, _KIND, at=at)


@transaction.atomic
def _settle(pk: int, at: datetime) -> int:
    each = Reporter.objects.select_related("done_told").get(pk=pk)
    case = Case.objects.select_for_update(no_key=True).get(pk=each.case_id)
    if each.done_told is not None and each.done_told.state == TextState.DELIVERED.value:
        kept = ledger.keep_by_text(case, each.done_told, _KIND, at=at)
    else:
        calls = Call.objects.filter(order__promise_id=each.promise_id, received_at__gte=each.done_at)
        call = next(filter(ledger.was_conversation, calls.order_by("received_at")[:20]), None)
        kept = ledger.keep_by_call(case, call, _KIND, at=at) if call is not None else 0
    if kept:
        trail.record(access.system(case.city_id), "keep_promise", case, kind=PromiseKind.RECTIFY.value)
    return kept


def _record(one: Rectification, acts: Sequence[trail.Entry]) -> None:
    trail.record_many(access.system(one.city_id), acts)
