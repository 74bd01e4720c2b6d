"""Matters of the public form, many in one transaction: one wait for the disk, one turn at the city's trail.

One statement does for all of them what would take one for each. A single matter is a lot of one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.intake import codes, outbox, quick
from minhu.intake.citizens import known_or_new, thread_ids_of
from minhu.intake.models import WebMessage
from minhu.intake.web_form import Checked, Received, WebForm, checked, named
from minhu.rules import access, deadlines, numbers
from minhu.rules.calendar import china
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import may_send_at
from minhu.rules.words import Urgency

Outcome = Received | Refusal | DatabaseError

MOST_RECEIPTS_A_DAY = 5
"""Texts a day to one number because somebody typed it into the form: who typed it may not be its owner."""

_LATELY = "SELECT citizen_id, count(*) FROM intake_webmessage WHERE at > %s AND citizen_id IN ({}) GROUP BY citizen_id"


def receive_web_messages(forms: Sequence[WebForm], *, city_id: int, at: datetime | None = None) -> list[Outcome]:
    """Keep each matter and queue its receipt; sent again with the same key, it is the same matter.

    Answers in order; a refused one does not touch the others. What is answered with ``Received`` is on disk when this
    returns. When the database will not take them together (a deadlock, a bad row), each is tried alone.
    """
    at = at or timezone.now()
    if len({form.stored_key for form in forms}) == len(forms):
        try:
            return _together(forms, city_id, at)
        except DatabaseError as no:
            if len(forms) == 1:
                return [no]
    return [outcome for form in forms for outcome in receive_web_messages([form], city_id=city_id, at=at)]


def _together(forms: Sequence[WebForm], city_id: int, at: datetime) -> list[Outcome]:
    asked = [_check(form) for form in forms]  # before the transaction, which holds up others
    with transaction.atomic():
        there = named(forms, city_id, at)
        taken = [one if isinstance(one, Refusal) else there.refusal_of(one.form) or one for one in asked]
        kept = [one for one in taken if isinstance(one, Checked)]
        received = _keep(kept, city_id, at) if kept else {}
    return [received[one.form.stored_key] if isinstance(one, Checked) else one for one in taken]


def _check(form: WebForm) -> Checked | Refusal:
    try:
        return checked(form)
    except Refusal as refusal:
        return refusal


def _keep(kept: Sequence[Checked], city_id: int, at: datetime) -> dict[str, Received]:
    """What each form's sender is told, by the form's key."""
    people, nameless = known_or_new(city_id, [one.number for one in kept], at)
    lately = _lately([citizen.citizen_id for citizen in people.values() if not citizen.is_new], at)
    due_at = deadlines.first_contact_due(Urgency.NORMAL, at, china())
    messages = []
    for one, code in zip(kept, codes.allot(len(kept)), strict=True):
        citizen_id = people[one.number].citizen_id if one.number else nameless.pop()
        messages.append(_message_of(one, citizen_id, city_id, Received(code, due_at), at))
    new = quick.insert_many(messages, conflict="(key)")
    numbers_of = {one.form.stored_key: one.number for one in kept}
    _queue_receipts([message for message in new if numbers.is_mobile(numbers_of[message.key])], lately, at)
    entries = [trail.entry("receive_web_message", message, line=message.line_id, kind=message.kind) for message in new]
    trail.record_many(access.citizen(city_id), entries)
    told = {message.key: Received(message.code, message.promise_due_at) for message in new}
    if sent_before := numbers_of.keys() - told.keys():
        for there in WebMessage.objects.only("key", "code", "promise_due_at").filter(key__in=sent_before):
            told[there.key] = Received(there.code, there.promise_due_at)
    return told


def _message_of(one: Checked, citizen_id: int, city_id: int, told: Received, at: datetime) -> WebMessage:
    form = one.form
    return WebMessage(
        id=uuid.uuid4(),
        city_id=city_id,
        key=form.stored_key,
        line_id=form.line_id,
        citizen_id=citizen_id,
        kind=form.kind.value,
        name=storable(form.name.strip(), 40),
        body=one.body,
        place=storable(form.place.strip(), 120),
        confidential=form.confidential,
        about_office_id=form.about_office_id,
        about_official_id=form.about_official_id,
        code=told.code,
        promise_due_at=told.due_at,
        at=at,
    )


def _queue_receipts(messages: Sequence[WebMessage], lately: dict[int, int], at: datetime) -> None:
    """A text with its code for each, unless it was texted often enough. lately: how often, by citizen."""
    some = []
    for message in messages:
        lately[message.citizen_id] = lately.get(message.citizen_id, 0) + 1
        if lately[message.citizen_id] <= MOST_RECEIPTS_A_DAY:
            some.append(message)
    if not some:
        return
    city_id, ready = some[0].city_id, may_send_at(at, urgent=False)
    threads = thread_ids_of(city_id, [(message.line_id, message.citizen_id) for message in some], at)
    rows = []
    for message in some:
        thread_id = threads[message.line_id, message.citizen_id]
        rows.append(outbox.row(city_id, thread_id, _receipt(message), key=f"web:{message.pk}", at=at, ready=ready))
    quick.insert_many(rows)


def _lately(citizen_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """How many matters came from each of these in a day, whoever typed their numbers."""
    if not citizen_ids:
        return {}
    since = connection.ops.adapt_datetimefield_value(at - outbox.ONE_DAY)
    with connection.cursor() as cursor:
        cursor.execute(_LATELY.format(", ".join(["%s"] * len(citizen_ids))), [since, *citizen_ids])
        return {int(citizen_id): int(count) for citizen_id, count in cursor.fetchall()}


def _receipt(message: WebMessage) -> outbox.Draft:
    """The text that gives a citizen the code of his matter."""
    return outbox.Draft(
        template="matter_received",
        variables={"code": message.code, "due": message.promise_due_at.isoformat()},
        code=message.code,
        asked_for=True,
    )
