"""What people do with contacts: send a matter by the form, have a citizen rung, see his number, put a text aside.

Refusal
├── NothingSaid       an empty matter
├── TooLong           more than anybody would read
├── NoSuchLine        not a published line
├── ReasonNeeded      a number is shown for a reason only
├── NoNumber          (ordering) the citizen withheld his number
├── NoPhone           (ordering) there is no telephone on our side to ring first
├── QuietNow          (rules.callbacks) nobody is rung out of his sleep
└── NoSuchAccused     a complaint about an office or official that this city does not have
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory.models import Office, Official
from minhu.intake import codes, outbox, quick
from minhu.intake.citizens import known_or_new, thread_id_of
from minhu.intake.models import Citizen, Text, Thread, WebMessage
from minhu.intake.ordering import NoNumber, NoPhone, order_call, place_order
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import access, deadlines, numbers
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.conflicts import TooWide
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind, Urgency

__all__ = [
    "NoNumber", "NoPhone", "NoSuchAccused", "NoSuchLine", "NothingSaid", "ReasonNeeded", "Received", "TooLong",
    "WebForm", "order_call", "place_order", "put_aside", "receive_web_message", "reveal_number",
]  # fmt: skip

MOST_RECEIPTS_A_DAY = 5
"""Texts a day to one number because somebody typed it into the form: who typed it may not be its owner."""

_PUBLISHED = (
    "SELECT 1 FROM directory_line WHERE id = %s AND city_id = %s AND withdrawn_at IS NULL "
    "AND published_from <= %s AND (published_until IS NULL OR published_until >= %s)"
)
_LATELY = "SELECT count(*) FROM intake_webmessage WHERE citizen_id = %s AND at > %s"


class NothingSaid(Refusal):
    code = "nothing_said"
    words = "请写明您要反映的事项。"


class TooLong(Refusal):
    code = "too_long"
    words = f"内容太长，请控制在{MAX_BODY}字以内。"


class NoSuchLine(Refusal):
    code = "no_such_line"
    words = "没有这个公布号码，请重新选择。"


class NoSuchAccused(Refusal):
    code = "no_such_accused"
    words = "没有找到被反映的单位或领导干部，请重新选择。"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    words = "查看完整号码需要写明理由，并会记入审计。"


@dataclass(frozen=True, slots=True)
class WebForm:
    """A matter as the public form brings it. key: made with the form, the same when it is sent again.

    number, name: as typed; both may be empty. line_id: None when the citizen does not know whom to write to.
    about_office_id, about_official_id: whom a complaint is about, when it is about somebody; it never reaches them.
    """

    key: str
    body: str
    kind: CaseKind
    line_id: int | None = None
    number: str = ""
    name: str = ""
    place: str = ""
    confidential: bool = False
    about_office_id: int | None = None
    about_official_id: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What the citizen is told: the code to follow the matter by, and by when somebody will be in touch."""

    code: str
    due_at: datetime


def receive_web_message(form: WebForm, *, city_id: int, at: datetime | None = None) -> Received:
    """Keep a matter from the form and queue its receipt; sent again with the same key, it is the same matter.

    Raises: NothingSaid, TooLong, NotANumber, NoSuchLine, NoSuchAccused, TooWide.
    """
    at = at or timezone.now()
    body, number = checked(form)
    check_accused(form, city_id)
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
        about_office_id=form.about_office_id,
        about_official_id=form.about_official_id,
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


def check_accused(form: WebForm, city_id: int) -> None:
    """Whom it is about must be of this city, and not the city itself. Raises: NoSuchAccused, TooWide."""
    if form.about_office_id == city_id:
        raise TooWide
    if form.about_office_id and not Office.objects.filter(pk=form.about_office_id, city_id=city_id).exists():
        raise NoSuchAccused
    if form.about_official_id and not Official.objects.filter(pk=form.about_official_id, city_id=city_id).exists():
        raise NoSuchAccused


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


def _may_see(by: Viewer, citizen: Citizen) -> bool:
    seen = scope_of(by)
    return (
        citizen.calls.filter(seen.lines()).exists()
        or citizen.threads.filter(seen.lines()).exists()
        or citizen.web_messages.filter(seen.lines()).exists()
    )
