"""The 12345 hotline is offered where it serves faster, and taken by the citizen alone; nobody is sent away.

    offer         once a case, by the reader: told by text where that is possible, and on the matter's page
    take          he chooses it, is told so, and keeps his code
    hand_over_chosen   a job: the matter goes to the hotline, or somebody owes that; his official still owes the answer
    come_back     he wants it dealt with here after all

What is urgent or confidential, and what came by telephone, is never offered it.

Refusal
└── NotOffered    no offer is open (any more)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.by_code import acting
from minhu.cases.handing_over import Receiver, hop_limit, hops_of, leave, transfer
from minhu.cases.models import Case, HotlineOffer
from minhu.cases.opening import tell
from minhu.intake import outbox
from minhu.intake.models import Text
from minhu.rules import access, handover
from minhu.rules.calendar import china
from minhu.rules.errors import Refusal
from minhu.rules.words import AssignmentKind, CaseState, Channel, OfferGround, PromiseKind, TransferEnd, Urgency

_OPEN_IN = frozenset({CaseState.NEW, CaseState.CLARIFYING, CaseState.HELD})
_CHOSEN = "群众选择由12345热线办理"
_BACK = "群众选择由本线路办理"


class NotOffered(Refusal):
    code = "not_offered"
    words = "这件事现在不能转12345热线；您也可以随时直接拨打12345。"


@dataclass(frozen=True, slots=True)
class Offered:
    """What the citizen's page says of the hotline. open: he may take it; taken: he did, and may come back."""

    ground: OfferGround
    open: bool
    taken: bool


def offer(case: Case, ground: OfferGround, *, at: datetime) -> HotlineOffer | None:
    """Offer it, under the lock of the case; None where it is not to be, or was before."""
    if case.state != CaseState.NEW.value or case.first_contact_at is not None or not _may_be_offered(case):
        return None
    if HotlineOffer.objects.filter(case=case).exists():
        return None
    made = HotlineOffer(city_id=case.city_id, case=case, ground=ground.value, at=at)
    if case.citizen.number_sealed is not None:
        made.text = _tell(case, f"offer_{ground.value}", f"offer:{case.pk}", at)
    made.save()
    trail.record(access.reader(case.city_id), "offer_hotline", case, ground=ground)
    return made


def offered(code: str) -> Offered | None:
    """What was offered on the matter of a code that was looked up; None where nothing was."""
    found = HotlineOffer.objects.select_related("case").filter(case__code=code).first()
    if found is None:
        return None
    taken = found.taken_at is not None and found.came_back_at is None
    working = CaseState(found.case.state) in _OPEN_IN
    return Offered(OfferGround(found.ground), working and _is_open(found), working and taken)


def open_offer(case: Case) -> HotlineOffer | None:
    """The offer he may take now."""
    found = HotlineOffer.objects.filter(case=case).first()
    return found if found is not None and _is_open(found) else None


def take(case: Case, *, at: datetime) -> list[trail.Entry]:
    """The citizen chooses the hotline, under the lock of the case; what was done, for the trail. Raises: NotOffered."""
    found = open_offer(case)
    if found is None:
        raise NotOffered
    found.taken_at = at
    found.save(update_fields=["taken_at"])
    if case.citizen.number_sealed is not None:
        _tell(case, "hotline_taken", f"hotline:{case.pk}", at)
    return [trail.entry("take_hotline", case)]


def take_by_code(code: str, client: str, *, at: datetime | None = None) -> Case:
    """As take, from the matter's page. Raises: NotOffered, and what acting by a code does."""
    at = at or timezone.now()
    with acting(code, client, at) as case:
        trail.record_many(access.citizen(case.city_id), take(case, at=at))
        return case


def hand_over_chosen(limit: int = 50, *, at: datetime) -> int:
    """Hand over what citizens chose to have there; each in a transaction of its own. How many it were."""
    waiting = HotlineOffer.objects.filter(taken_at__isnull=False, handed_at=None).order_by("id")
    return sum(_hand_over(pk, at) for pk in list(waiting.values_list("case_id", flat=True)[:limit]))


def come_back_by_code(code: str, client: str, *, at: datetime | None = None) -> Case:
    """He wants it dealt with here after all. Raises: NotOffered, and what acting by a code does."""
    at = at or timezone.now()
    with acting(code, client, at) as case:
        found = HotlineOffer.objects.filter(case=case, taken_at__isnull=False, came_back_at=None).first()
        if found is None:
            raise NotOffered
        found.came_back_at = at
        found.save(update_fields=["came_back_at"])
        if case.transfers.filter(ended_at=None, kind=AssignmentKind.HOTLINE.value).exists():
            leave(case, TransferEnd.CAME_BACK, _BACK, at=at)
        ledger.release(case, _BACK, (PromiseKind.FORWARD,), at=at)
        trail.record(access.citizen(case.city_id), "leave_hotline", case)
        return case


@transaction.atomic
def _hand_over(case_id: int, at: datetime) -> bool:
    """At once where it is with an official who may hand it over; otherwise somebody owes that."""
    case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    if not HotlineOffer.objects.filter(case=case, handed_at=None).update(handed_at=at):
        return False
    if HotlineOffer.objects.filter(case=case, came_back_at__isnull=False).exists():
        return True
    may = handover.may_go_on(hops_of(case), hop_limit(case.city_id)) and not (case.parent_id or case.confidential)
    if may and case.holder is not None and case.state in {CaseState.NEW.value, CaseState.HELD.value}:
        transfer(case.pk, Receiver.hotline(), by=access.system(case.city_id), reason=_CHOSEN, at=at)
    elif may and CaseState(case.state) in _OPEN_IN:
        owner = ledger.official_owns(case.holder) if case.holder else ledger.staff_own(case.line, case.city_id)
        ledger.promise(case, PromiseKind.FORWARD, handover.forward_due(at, china()), owner, at=at)
    return True


def _may_be_offered(case: Case) -> bool:
    if case.urgency == Urgency.URGENT.value or case.confidential or case.parent_id is not None:
        return False
    if CaseState(case.state) not in _OPEN_IN or case.reopened or case.transfers.exists():
        return False
    return not case.contacts.filter(channel=Channel.CALL.value).exists()


def _is_open(found: HotlineOffer) -> bool:
    return found.taken_at is None and _may_be_offered(found.case)


def _tell(case: Case, template: str, key: str, at: datetime) -> Text:
    draft = outbox.Draft(template=template, variables={"code": case.code}, code=case.code, asked_for=True)
    return tell(case, case.citizen, draft, key=key, at=at)
