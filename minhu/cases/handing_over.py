"""Handing a case to a deputy, a county or the hotline, once; and giving it back (rule C1).

Refusal
├── TransferUsedUp    (rules.handover) handed over as often as the city allows
├── HeldHimself       (rules.handover) it came back, so the official deals with it himself
├── InConflict        (rules.conflicts) it must not reach them
├── OnlyForNamed      a confidential case goes to nobody but an official named for it
├── NoSuchReceiver    no such unit or official in this city, or the one it is with already
├── JoinedAnother     it goes where the case goes that it joined
├── NoSuchLimit       a city allows one hand-over, or two
├── ReasonNeeded      why, in a few words
└── NotWithThem       it is not with the unit (any more)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger, noticing
from minhu.cases.authority import barred, current_transfer, locked
from minhu.cases.models import Case, CityRules, Named, Transfer
from minhu.cases.telling import NobodyHolds
from minhu.directory.models import Office, Official
from minhu.directory.once import once
from minhu.rules import deadlines, handover
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.conflicts import InConflict
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import (
    AssignmentKind,
    CaseKind,
    CaseState,
    NoticeKind,
    PromiseKind,
    Role,
    TransferEnd,
    Urgency,
)


class OnlyForNamed(Refusal):
    code = "only_for_named"
    words = "这是保密件，只能交给指名的领导干部，请先指名再转。"


class NoSuchReceiver(Refusal):
    code = "no_such_receiver"
    words = "没有这个承办单位或领导，或者诉求已经在他们手上，请重新选择。"


class JoinedAnother(Refusal):
    code = "joined_another"
    words = "这件诉求已并入另一件，请在主件上办理，或先拆分。"


class ReasonNeeded(Refusal):
    code = "say_why"
    words = "请写明理由，三百字以内。"


class NotWithThem(Refusal):
    code = "not_with_them"
    words = "这件诉求已经不在您单位，请刷新页面看最新情况。"


class NoSuchLimit(Refusal):
    code = "no_such_limit"
    words = "转办次数上限只能是一次或两次。"


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom: a deputy by his id as an official, a unit by its office, the hotline by neither."""

    kind: AssignmentKind
    official_id: int | None = None
    office_id: int | None = None

    @classmethod
    def deputy(cls, official_id: int) -> Receiver:
        return cls(AssignmentKind.DEPUTY, official_id=official_id)

    @classmethod
    def unit(cls, office_id: int) -> Receiver:
        return cls(AssignmentKind.COUNTY, office_id=office_id)

    @classmethod
    def hotline(cls) -> Receiver:
        return cls(AssignmentKind.HOTLINE)


@transaction.atomic
def transfer(case_id: int, to: Receiver, *, by: Viewer, reason: str, at: datetime | None = None) -> Transfer:
    """Hand the case over; whoever gets it owes the reply, and can only reply, ask for time once, or give it back.

    Raises: NotYours, NotAllowed, NotPossibleNow, TransferUsedUp, HeldHimself, InConflict, OnlyForNamed,
    NoSuchReceiver, JoinedAnother, NobodyHolds, ReasonNeeded; nothing is changed then.
    """
    at = at or timezone.now()
    reason = _checked(reason)
    case = locked(case_id, by, Act.TRANSFER)
    state = after(CaseState(case.state), Act.TRANSFER)
    if case.parent_id is not None:
        raise JoinedAnother
    if case.holder is None:
        raise NobodyHolds
    hop = handover.next_hop(hops_of(case), hop_limit(case.city_id))
    owner = _checked_receiver(case, to)
    leave(case, TransferEnd.PASSED_ON, at=at)
    made = Transfer.objects.create(
        city_id=case.city_id, case=case, hop=hop, kind=to.kind.value, official_id=to.official_id,
        office_id=to.office_id, from_official=case.holder, by_id=by.account_id, reason=reason,
        due_at=forward_due_of(case), handed_at=at,
    )  # fmt: skip
    case.state = state.value
    case.save(update_fields=["state"])
    ledger.keep_by_transfer(case, made, at=at)
    due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
    ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=at)
    if owner is not None:
        ledger.give_to(case, (PromiseKind.REPLY,), owner)
        noticing.tell_owner(case, NoticeKind.HANDED_OVER, owner, Role.UNIT, at=at)
    trail.record(by, Act.TRANSFER, case, reason, hop=hop, to=to.kind, official=to.official_id, office=to.office_id)
    return made


@transaction.atomic
def give_back(case_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> Case:
    """The unit says that it is not theirs; the official who handed it over now deals with it himself.

    Raises: NotYours, NotAllowed, NotPossibleNow, NotWithThem, ReasonNeeded.
    """
    at = at or timezone.now()
    reason = _checked(reason)
    case = locked(case_id, by, Act.GIVE_BACK)
    after(CaseState(case.state), Act.GIVE_BACK)
    ended = leave(case, TransferEnd.NOT_OURS, reason, at=at)
    if ended is None or case.holder is None:
        raise NotWithThem
    owner = ledger.official_owns(case.holder)
    ledger.give_to(case, (PromiseKind.REPLY,), owner)
    noticing.tell_owner(case, NoticeKind.NOT_OURS, owner, Role.UNIT, at=at)
    trail.record(by, Act.GIVE_BACK, case, reason, hop=ended.hop)
    return case


@transaction.atomic
def set_hop_limit(city_id: int, hops: int, *, by: Viewer) -> CityRules:
    """How often cases of a city may be handed over: 1, or 2 where a city allows two levels. Raises: NoSuchLimit."""
    if not 1 <= hops <= handover.MOST_HOPS:
        raise NoSuchLimit
    rules, _ = CityRules.objects.update_or_create(city_id=city_id, defaults={"hop_limit": hops})
    trail.record(by, "set_hop_limit", rules, hops=hops)
    return rules


def leave(case: Case, why: TransferEnd, reason: str = "", *, at: datetime) -> Transfer | None:
    """The case is no longer with the unit, if it was with one; under the lock of the case."""
    there = current_transfer(case)
    if there is not None:
        there.ended_at, there.ended, there.ended_reason = max(at, there.handed_at), why.value, reason
        there.save(update_fields=["ended_at", "ended", "ended_reason"])
    return there


@once
def hops_of(case: Case) -> handover.Hops:
    """What has become of the case so far."""
    ended = list(Transfer.objects.filter(case=case).values_list("ended", flat=True))
    return handover.Hops(len(ended), TransferEnd.NOT_OURS.value in ended, case.reopened)


@once
def hop_limit(city_id: int) -> int:
    """How often a case of this city may be handed over."""
    found = CityRules.objects.filter(pk=city_id).values_list("hop_limit", flat=True).first()
    return found or handover.HOP_LIMIT


def forward_due_of(case: Case) -> datetime:
    """Until when the case is to be handed over: as promised, else the working day after it came."""
    promised = ledger.open_promises(case, (PromiseKind.FORWARD,)).values_list("due_at", flat=True).first()
    return promised or handover.forward_due(case.opened_at, china())


def _checked(reason: str) -> str:
    reason = storable(reason.strip(), 300)
    if not reason:
        raise ReasonNeeded
    return reason


def _checked_receiver(case: Case, to: Receiver) -> ledger.Owner | None:
    """Who will owe the reply: the unit or the deputy; None for the hotline, where the official still does."""
    family = [case.pk, *Case.objects.filter(parent=case).values_list("pk", flat=True)]
    there = current_transfer(case)
    if there is not None and (there.official_id, there.office_id) == (to.official_id, to.office_id):
        raise NoSuchReceiver
    match to:
        case Receiver(AssignmentKind.DEPUTY, official_id, None):
            deputy = Official.objects.filter(pk=official_id or 0, city_id=case.city_id, left_on=None).first()
            if deputy is None or deputy.pk == case.holder_id:
                raise NoSuchReceiver
            _keep_away(case, family, official=deputy)
            return ledger.official_owns(deputy)
        case Receiver(AssignmentKind.COUNTY, None, office_id):
            unit = Office.objects.filter(pk=office_id or 0, city_id=case.city_id).first()
            if unit is None or unit.pk == case.city_id:
                raise NoSuchReceiver
            _keep_away(case, family, office=unit)
            return ledger.Owner(unit.name, office_id=unit.pk)
        case Receiver(AssignmentKind.HOTLINE, None, None):
            _keep_away(case, family)
            return None
        case _:
            raise NoSuchReceiver


def _keep_away(case: Case, family: list[int], official: Official | None = None, office: Office | None = None) -> None:
    """Raises: OnlyForNamed, InConflict."""
    named = official is not None and Named.objects.filter(case=case, official=official).exists()
    if case.confidential and not named:
        raise OnlyForNamed
    offices = [office.pk] if office else []
    if barred(family, official_id=official.pk if official else None, office_ids=offices):
        raise InConflict
