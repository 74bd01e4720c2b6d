"""What people do with contacts: send a matter by the form, have a citizen rung, see his number, put a text aside.

Refusal
├── NothingSaid       an empty matter
├── TooLong           more than anybody would read
├── NoSuchLine        not a published line
├── ReasonNeeded      a number is shown for a reason only
├── NoNumber          the citizen withheld his number
└── NoPhone           there is no telephone on our side to ring first
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory.models import Desk, Line, Office
from minhu.intake import codes, outbox, quick
from minhu.intake.citizens import known_or_new, thread_id_of
from minhu.intake.models import CallOrder, Citizen, Text, Thread, WebMessage
from minhu.intake.scope import NotYours, require, scope_of
from minhu.rules import access, deadlines, numbers
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind, PartyKind, Urgency

MOST_RECEIPTS_A_DAY = 5
"""Texts a day to one number because somebody typed it into the form: who typed it may not be its owner."""

_PUBLISHED = (
    "SELECT 1 FROM directory_line WHERE id = %s AND city_id = %s AND withdrawn_at IS NULL "
    "AND published_from <= %s AND (published_until IS NULL OR published_until >= %s)"
)
_LATELY = "SELECT count(*) FROM intake_webmessage WHERE citizen_id = %s AND at > %s"
ONE_ORDER_WITHIN = timedelta(minutes=2)


class NothingSaid(Refusal):
    code = "nothing_said"
    words = "请写明您要反映的事项。"


class TooLong(Refusal):
    code = "too_long"
    words = f"内容太长，请控制在{MAX_BODY}字以内。"


class NoSuchLine(Refusal):
    code = "no_such_line"
    words = "没有这个公布号码，请重新选择。"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    words = "查看完整号码需要写明理由，并会记入审计。"


class NoNumber(Refusal):
    code = "no_number"
    words = "来电人没有留下号码。"


class NoPhone(Refusal):
    code = "no_phone"
    words = "没有可以先接通的话机，请先登记手机或选择座席。"


@dataclass(frozen=True, slots=True)
class WebForm:
    """A matter as the public form brings it. key: made with the form, the same when it is sent again.

    number, name: as typed; both may be empty. line_id: None when the citizen does not know whom to write to.
    """

    key: str
    body: str
    kind: CaseKind
    line_id: int | None = None
    number: str = ""
    name: str = ""
    place: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What the citizen is told: the code to follow the matter by, and by when somebody will be in touch."""

    code: str
    due_at: datetime


def receive_web_message(form: WebForm, *, city_id: int, at: datetime | None = None) -> Received:
    """Keep a matter from the form and queue its receipt; sent again with the same key, it is the same matter.

    Raises: NothingSaid, TooLong, NotANumber, NoSuchLine.
    """
    at = at or timezone.now()
    body, number = checked(form)
    due_at = deadlines.first_contact_due(Urgency.NORMAL, at, china())
    with transaction.atomic():
        if form.line_id is not None and not is_published(form.line_id, city_id, at):
            raise NoSuchLine
        citizen_id, known = known_or_new(city_id, number, at)
        told = Received(codes.allot()[0], due_at)
        message = message_of(form, body, citizen_id, city_id, told, at)
        if not quick.insert(message, conflict="(key)"):
            there = WebMessage.objects.only("code", "promise_due_at").get(key=message.key)
            return Received(there.code, there.promise_due_at)
        if number and numbers.is_mobile(number) and not (known and had_enough(citizen_id, at)):
            _queue_receipt(message, number, at)
        trail.record(access.citizen(city_id), "receive_web_message", message, line=form.line_id, kind=form.kind)
    return told


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


def message_of(form: WebForm, body: str, citizen_id: int, city_id: int, told: Received, at: datetime) -> WebMessage:
    """The row of a matter, not saved. body: as checked; told: what the citizen will be told."""
    return WebMessage(
        city_id=city_id,
        key=storable(form.key, 64),
        line_id=form.line_id,
        citizen_id=citizen_id,
        kind=form.kind.value,
        name=storable(form.name.strip(), 40),
        body=body,
        place=storable(form.place.strip(), 120),
        confidential=form.confidential,
        code=told.code,
        promise_due_at=told.due_at,
        at=at,
    )


def checked(form: WebForm) -> tuple[str, str]:
    """The body and the normalised number ("" for none). Raises: NothingSaid, TooLong, NotANumber."""
    body = storable(form.body.strip())
    if not body:
        raise NothingSaid
    if len(body) > MAX_BODY:
        raise TooLong
    return body, numbers.normalise(form.number) if form.number.strip() else ""


def is_published(line_id: int, city_id: int, at: datetime) -> bool:
    """Whether the public may write to a line on that day."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED, [line_id, city_id, str(legal_day(at)), str(legal_day(at))])
        return cursor.fetchone() is not None


def had_enough(citizen_id: int, at: datetime) -> bool:
    """Whether a number was texted receipts often enough in a day, whoever typed it."""
    since = connection.ops.adapt_datetimefield_value(at - outbox.ONE_DAY)
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, [citizen_id, since])
        return int(cursor.fetchone()[0]) > MOST_RECEIPTS_A_DAY


def _queue_receipt(message: WebMessage, number: str, at: datetime) -> None:
    citizen = Citizen(pk=message.citizen_id, city_id=message.city_id, number_sealed=privacy.seal(number))
    thread = Thread(
        pk=thread_id_of(message.city_id, message.line_id, message.citizen_id, at),
        city_id=message.city_id,
        line_id=message.line_id,
        citizen=citizen,
    )
    outbox.queue(
        thread, receipt_draft(message), key=f"web:{message.pk}", by=access.system(message.city_id), at=at, first=True
    )


def receipt_draft(message: WebMessage) -> outbox.Draft:
    """The text that gives a citizen the code of his matter."""
    return outbox.Draft(
        template="matter_received",
        variables={"code": message.code, "due": message.promise_due_at.isoformat()},
        code=message.code,
        asked_for=True,
    )


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
