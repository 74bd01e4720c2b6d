"""Checks: placed from a number the line does not know, told from no other call, judged, and then over.

    place(check_id)        the inspector's telephone rings, then the line, as a citizen would reach it
    by_hand(check_id)      the inspector dials with a check telephone in his hand
    judge(check_id, …)     what he found
    sweep(at)              calls find their checks; what is settled, or can no longer be placed, is over

Refusal
├── NotYours         (intake.scope) not his to check, or not his day, or it does not exist: one answer
└── those of rules.checking
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.intake.citizens import citizen_of
from minhu.intake.models import Call, Citizen
from minhu.intake.ordering import STALE_AFTER, place_as_citizen
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.checking import (
    REACHES_WITHIN,
    CheckAct,
    CheckState,
    Judgement,
    NoNumber,
    NoTelephone,
    NothingToJudge,
    after,
    may_place,
    number_for,
)
from minhu.rules.plain import storable
from minhu.rules.words import Direction, Role
from minhu.supervision import dialling
from minhu.supervision.ending import end, facts
from minhu.supervision.models import Check, CheckTry, InspectorPhone

CHECKS = (Role.INSPECTOR,)
"""Who sees the checks of the day. Nobody else learns of one before it is over."""


def mine(viewer: Viewer) -> Q:
    """Condition on checks: within the offices he inspects, and neither his own line nor his superior's."""
    condition = scope_of(Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants), CHECKS).lines()
    if viewer.official_id is not None:
        own = Q(line__official=viewer.official_id) | Q(line__official__reports=viewer.official_id)
        condition &= ~Q(pk__in=Check.objects.filter(own).values("pk"))
    return condition


def set_telephone(number: str, *, by: Viewer) -> None:
    """The telephone that rings first for this inspector. Raises: NotANumber, NotYours."""
    if not by.has(*CHECKS) or by.account_id is None:
        raise NotYours
    kept = numbers.normalise(number)
    with transaction.atomic():
        phone, _ = InspectorPhone.objects.update_or_create(
            account_id=by.account_id,
            defaults={"number_sealed": privacy.seal(kept), "masked": numbers.mask(kept)},
        )
        trail.record(by, "set_inspector_telephone", phone)


def place(check_id: int, *, by: Viewer, at: datetime | None = None) -> CheckTry:
    """Have it dialled: the inspector's telephone first. A second tap while one is under way makes no second call.

    Raises: NotYours, OverAlready, NotNow, TriedEnough, NoNumber, NoTelephone, QuietNow.
    """
    return _try(check_id, by, at or timezone.now(), by_hand=False)


def by_hand(check_id: int, *, by: Viewer, at: datetime | None = None) -> CheckTry:
    """He dials himself, with the check telephone whose number this names. Raises: as place, less the last two."""
    return _try(check_id, by, at or timezone.now(), by_hand=True)


@transaction.atomic
def judge(check_id: int, said: Judgement, *, by: Viewer, at: datetime | None = None) -> Check:
    """What the inspector found, said once, when the call is over. Raises: NotYours, NothingToJudge, OverAlready."""
    at = at or timezone.now()
    one = _locked(check_id, by)
    following = after(CheckState(one.state), CheckAct.JUDGE)
    if one.call is None or one.call.ended_at is None:
        raise NothingToJudge
    one.state = following.value
    one.himself, one.to_the_point, one.polite = said.himself, said.to_the_point, said.polite
    one.note = storable(said.note.strip(), 500)
    one.judged_by_id, one.judged_at = by.account_id, at
    one.save()
    dialling.seen_alive(one, at=at)
    trail.record(by, "judge_check", one, one.note, himself=said.himself, point=said.to_the_point, polite=said.polite)
    return one


def sweep(at: datetime) -> int:
    """Find the calls of what was dialled, and end what is settled or can no longer be placed; returns how many."""
    waiting = Check.objects.filter(over_at=None).order_by("from_at")
    return sum(_look_at(pk, at) for pk in waiting.values_list("pk", flat=True))


def _try(check_id: int, by: Viewer, at: datetime, *, by_hand: bool) -> CheckTry:
    account = by.account_id
    if account is None:
        raise NotYours
    with transaction.atomic():
        one = _locked(check_id, by)
        there = _under_way(one, at)
        if there is not None:
            return there
        tries = one.tries.count()
        may_place(CheckState(one.state), tries, one.from_at, one.until_at, at=at)
        caller = _caller(one, at)
        order = None
        if not by_hand:
            phone = InspectorPhone.objects.filter(account=account).first()
            if phone is None:
                raise NoTelephone
            dialled = citizen_of(one.city_id, one.line.number, at)
            telephone = privacy.unseal(phone.number_sealed)
            key = f"check:{one.pk}:{tries + 1}"
            order = place_as_citizen(caller, dialled, by=by, telephone=telephone, key=key, at=at)
        made = CheckTry.objects.create(check_of=one, nth=tries + 1, by_id=account, at=at, caller=caller, order=order)
        trail.record(by, "place_check", one, nth=made.nth, by_hand=by_hand)
        return made


def _locked(check_id: int, by: Viewer) -> Check:
    """The check, locked, for its inspector, once its time has come. Raises: NotYours."""
    checks = Check.objects.select_for_update(no_key=True, of=("self",)).select_related("line", "call")
    one = checks.filter(mine(by), pk=check_id).first()
    if one is None:
        raise NotYours
    return one


def _under_way(one: Check, at: datetime) -> CheckTry | None:
    """The try that is not over; one that failed, or came to nothing in its time, is closed here."""
    there = one.tries.filter(result="").select_related("order").first()
    if there is None:
        return None
    result = there.order.result if there.order else ""
    if not result and there.at + (STALE_AFTER if there.order and not there.order.claimed_at else REACHES_WITHIN) > at:
        return there
    CheckTry.objects.filter(pk=there.pk).update(result=result or "not_reached")
    return None


def _caller(one: Check, at: datetime) -> Citizen:
    """The check number that this line has not seen, or not for the longest time. Raises: NoNumber."""
    keys = {privacy.lookup_key(number): number for number in settings.CHECK_NUMBERS}
    seen = Call.objects.filter(line=one.line_id, citizen__number_key__in=list(keys))
    last = seen.values_list("citizen__number_key").annotate(Max("received_at"))
    number = number_for(settings.CHECK_NUMBERS, {keys[bytes(key)]: when for key, when in last})
    if not number:
        raise NoNumber
    return citizen_of(one.city_id, number, at)


@transaction.atomic
def _look_at(pk: int, at: datetime) -> int:
    one = Check.objects.select_for_update(no_key=True, of=("self",)).select_related("call").get(pk=pk)
    if one.over_at is not None:
        return 0
    if one.call is None:
        _find_call(one)
    if one.call is None:
        left = _under_way(one, at) is None and at >= one.until_at
    else:
        left = one.judged_at is not None and facts(one.call, at=at).settled
    if left:
        end(one, at=at)
    return int(left)


def _find_call(one: Check) -> None:
    for tried in one.tries.order_by("nth"):
        came = Call.objects.filter(
            line=one.line_id,
            citizen=tried.caller_id,
            direction=Direction.INBOUND.value,
            received_at__gte=tried.at,
            received_at__lt=tried.at + REACHES_WITHIN,
            check_of=None,
        )
        call = came.order_by("received_at").first()
        if call is not None:
            one.call, one.state = call, after(CheckState(one.state), CheckAct.REACH).value
            one.save(update_fields=["call", "state"])
            CheckTry.objects.filter(pk=tried.pk).update(result="reached")
            return
