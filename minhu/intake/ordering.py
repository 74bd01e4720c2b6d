"""Click-to-call: a row that the switch carries out; one open for a citizen and a line, however often it is clicked.

Refusal
├── NoNumber          the citizen withheld his number
├── NoPhone           there is no telephone on our side to ring first
└── QuietNow          (rules.callbacks) nobody is rung out of his sleep
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory.models import Desk, Line, Office, Official
from minhu.intake.models import CallOrder, Citizen
from minhu.intake.scope import NotYours, require
from minhu.rules.access import Viewer
from minhu.rules.callbacks import may_ring
from minhu.rules.errors import Refusal
from minhu.rules.words import PartyKind, Role

STALE_AFTER = timedelta(minutes=5)
"""An order that no switch took by then is not carried out: whoever clicked has put the phone down long ago."""
LOST_AFTER = timedelta(hours=2)
"""An order whose switch never said what came of it."""


class NoNumber(Refusal):
    code = "no_number"
    words = "来电人没有留下号码。"


class NoPhone(Refusal):
    code = "no_phone"
    words = "没有可以先接通的话机，请先登记手机或选择座席。"


@transaction.atomic
def order_call(
    line_id: int, citizen_id: int, *, by: Viewer, key: str, promise_id: int | None = None, at: datetime | None = None
) -> CallOrder:
    """Ask the switch to ring the viewer's own telephone and then the citizen, who sees the line's number.

    Once per key, and once at a time for the same citizen and line, however often it is clicked.
    Raises: NotYours, NoNumber, NoPhone, QuietNow.
    """
    at = at or timezone.now()
    line = Line.objects.select_related("official__office").filter(pk=line_id).first()
    if line is None:
        raise NotYours
    require(by, line, line.city_id)
    citizen = Citizen.objects.filter(pk=citizen_id, city_id=by.city_id).first()
    if citizen is None or not _has_contact(citizen, line):
        raise NotYours
    return place_order(line, citizen_id, by=by, key=key, promise_id=promise_id, at=at)


def place_order(
    line: Line, citizen_id: int, *, by: Viewer, key: str, promise_id: int | None, at: datetime
) -> CallOrder:
    """As order_call, for a caller who has seen to it that the viewer may. Raises: NoNumber, NoPhone, QuietNow."""
    citizen = Citizen.objects.select_for_update(no_key=True).get(pk=citizen_id)
    if citizen.number_sealed is None:
        raise NoNumber
    _give_up_on_old(citizen, line, at)
    open_now = CallOrder.objects.filter(citizen=citizen, line=line, result="")
    there = CallOrder.objects.filter(key=key).first() or open_now.first()
    if there is not None:
        return there
    may_ring(at)
    party_kind, party_id, party_number = _first_telephone(by, line)
    order = CallOrder.objects.create(
        city_id=line.city_id,
        key=key,
        line=line,
        citizen=citizen,
        asked_by_id=by.account_id,
        asked_at=at,
        party_kind=party_kind.value,
        party_id=party_id,
        party_number_sealed=privacy.seal(party_number),
        promise_id=promise_id,
    )
    trail.record(by, "order_call", order, citizen=citizen.pk, line=line.pk, promise=promise_id)
    return order


def place_as_citizen(
    calls_as: Citizen, dialled: Citizen, *, by: Viewer, telephone: str, key: str, at: datetime
) -> CallOrder:
    """Ring the viewer's own telephone, then dial a published number, which sees the number of ``calls_as``.

    For a check: who may is seen to by whoever asks, and what comes in at the other end is told from no other call.
    The order belongs to no line, so that nobody who answers for one sees it. Raises: QuietNow.
    """
    there = CallOrder.objects.filter(key=key).first()
    if there is not None:
        return there
    may_ring(at)
    return CallOrder.objects.create(
        city_id=by.city_id,
        key=key,
        citizen=dialled,
        calls_as=calls_as,
        asked_by_id=by.account_id,
        asked_at=at,
        party_kind=PartyKind.STAFF.value,
        party_id=by.account_id or 0,
        party_number_sealed=privacy.seal(telephone),
    )


def _give_up_on_old(citizen: Citizen, line: Line, at: datetime) -> None:
    """What was never taken, or never finished, does not stand in the way of a new call."""
    old = Q(claimed_at=None, asked_at__lt=at - STALE_AFTER) | Q(claimed_at__lt=at - LOST_AFTER)
    CallOrder.objects.filter(old, citizen=citizen, line=line, result="").update(result="expired")


def _first_telephone(by: Viewer, line: Line) -> tuple[PartyKind, int, str]:
    """An official's own handset; else the nearest desk of the unit, or of the line's office, or above."""
    if by.official_id is not None:
        official = Official.objects.get(pk=by.official_id)
        if official.handset_sealed is None:
            raise NoPhone
        return PartyKind.OFFICIAL, official.pk, privacy.unseal(official.handset_sealed)
    there = Desk.objects.filter(city_id=line.city_id, out_since=None, removed_at=None, duty=False)
    desks = {desk.office_id: desk for desk in there.order_by("-id")}
    units = [grant.office_id for grant in by.grants if grant.role is Role.UNIT]
    office: Office | None = Office.objects.get(pk=units[0]) if units and units[0] else line.official.office
    while office is not None:
        if office.pk in desks:
            return PartyKind.STAFF, desks[office.pk].pk, privacy.unseal(desks[office.pk].number_sealed)
        office = office.parent
    raise NoPhone


def _has_contact(citizen: Citizen, line: Line) -> bool:
    return (
        citizen.calls.filter(line=line).exists()
        or citizen.threads.filter(line=line).exists()
        or citizen.web_messages.filter(line=line).exists()
    )
