"""What people do with contacts: send a matter by the form, have a citizen rung, see his number, put a text aside.

Refusal
├── NothingSaid, TooLong, NoSuchLine    a matter that is not kept (web_form.py)
├── ReasonNeeded      a number is shown for a reason only
├── NoNumber          the citizen withheld his number
└── NoPhone           there is no telephone on our side to ring first
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory.models import Desk, Line, Office
from minhu.intake.gathering import receive_web_messages
from minhu.intake.models import CallOrder, Citizen, Text
from minhu.intake.scope import NotYours, require, scope_of
from minhu.intake.web_form import NoSuchLine, NothingSaid, Received, TooLong, WebForm
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import PartyKind

__all__ = [
    "NoNumber", "NoPhone", "NoSuchLine", "NothingSaid", "ReasonNeeded", "Received", "TooLong", "WebForm",
    "order_call", "place_order", "put_aside", "receive_web_message", "reveal_number",
]  # fmt: skip

ONE_ORDER_WITHIN = timedelta(minutes=2)


class ReasonNeeded(Refusal):
    code = "reason_needed"
    words = "查看完整号码需要写明理由，并会记入审计。"


class NoNumber(Refusal):
    code = "no_number"
    words = "来电人没有留下号码。"


class NoPhone(Refusal):
    code = "no_phone"
    words = "没有可以先接通的话机，请先登记手机或选择座席。"


def receive_web_message(form: WebForm, *, city_id: int, at: datetime | None = None) -> Received:
    """Keep one matter from the form, as ``gathering.receive_web_messages`` does for many.

    Raises: NothingSaid, TooLong, NotANumber, NoSuchLine; DatabaseError.
    """
    [outcome] = receive_web_messages([form], city_id=city_id, at=at)
    if isinstance(outcome, Received):
        return outcome
    raise outcome


@transaction.atomic
def order_call(
    line_id: int, citizen_id: int, *, by: Viewer, key: str, promise_id: int | None = None, at: datetime | None = None
) -> CallOrder:
    """Ask the switch to ring the viewer's own telephone and then the citizen, who sees the line's number.

    Once per key, and once within two minutes for the same citizen, however often it is clicked.
    Raises: NotYours, NoNumber, NoPhone.
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
    """As order_call, for a caller who has seen to it that the viewer may. Raises: NoNumber, NoPhone."""
    citizen = Citizen.objects.select_for_update(no_key=True).get(pk=citizen_id)
    if citizen.number_sealed is None:
        raise NoNumber
    waiting = CallOrder.objects.filter(citizen=citizen, line=line, result="", asked_at__gt=at - ONE_ORDER_WITHIN)
    there = CallOrder.objects.filter(key=key).first() or waiting.order_by("asked_at").first()
    if there is not None:
        return there
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


@transaction.atomic
def reveal_number(citizen_id: int, *, by: Viewer, reason: str) -> str:
    """The citizen's full number, for a reason that goes into the trail. Raises: ReasonNeeded, NotYours, NoNumber."""
    if not reason.strip():
        raise ReasonNeeded
    citizen = Citizen.objects.filter(pk=citizen_id, city_id=by.city_id).first()
    if citizen is None or not _may_see(by, citizen):
        raise NotYours
    if citizen.number_sealed is None:
        raise NoNumber
    trail.record(by, "reveal_number", citizen, reason)
    return privacy.unseal(citizen.number_sealed)


@transaction.atomic
def put_aside(text_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> None:
    """A text that came to no line needs nothing done (advertising, wrong number). Raises: ReasonNeeded, NotYours."""
    if not reason.strip():
        raise ReasonNeeded
    text = Text.objects.select_for_update(no_key=True).filter(pk=text_id, thread__line=None).first()
    if text is None or not scope_of(by).covers(None, text.city_id):
        raise NotYours
    if text.settled_at is None:
        text.settled_at = at or timezone.now()
        text.save(update_fields=["settled_at"])
        trail.record(by, "put_aside", text, reason)


def _first_telephone(by: Viewer, line: Line) -> tuple[PartyKind, int, str]:
    """The official's own handset; for staff the nearest desk of the line's office or above."""
    official = line.official
    if by.official_id == official.pk:
        if official.handset_sealed is None:
            raise NoPhone
        return PartyKind.OFFICIAL, official.pk, privacy.unseal(official.handset_sealed)
    there = Desk.objects.filter(city_id=line.city_id, out_since=None, removed_at=None, duty=False)
    desks = {desk.office_id: desk for desk in there.order_by("-id")}
    office: Office | None = official.office
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


def _may_see(by: Viewer, citizen: Citizen) -> bool:
    seen = scope_of(by)
    return (
        citizen.calls.filter(seen.lines()).exists()
        or citizen.threads.filter(seen.lines()).exists()
        or citizen.web_messages.filter(seen.lines()).exists()
    )
