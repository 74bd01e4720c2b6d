"""Many matters of the public form in one transaction: one wait for the disk, one turn at the city's trail.

What ``actions.receive_web_message`` does for one, with one statement for all of them where it has one for each.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.intake import codes, outbox, quick
from minhu.intake.actions import (
    NoSuchLine,
    Received,
    WebForm,
    check_accused,
    checked,
    had_enough,
    is_published,
    message_of,
    receipt_draft,
    receive_web_message,
)
from minhu.intake.citizens import citizens_of, threads_of
from minhu.intake.models import Citizen, Text, Thread, WebMessage
from minhu.rules import access, deadlines, numbers
from minhu.rules.calendar import china
from minhu.rules.errors import Refusal
from minhu.rules.words import Urgency

Outcome = Received | Refusal | DatabaseError


@dataclass(frozen=True, slots=True)
class _Checked:
    """A form that may be kept. number: normalised, "" for none."""

    form: WebForm
    body: str
    number: str


def receive_web_messages(forms: Sequence[WebForm], *, city_id: int, at: datetime | None = None) -> list[Outcome]:
    """Keep each of them, in order, as ``receive_web_message`` would; a refused one does not touch the others.

    What is answered with ``Received`` is on disk when this returns. When the database will not take them together
    (a deadlock, a bad row), each is tried alone.
    """
    at = at or timezone.now()
    alone = len(forms) == 1 or len({form.key for form in forms}) < len(forms)
    if not alone:
        try:
            return _together(forms, city_id, at)
        except DatabaseError:
            pass
    return [_alone(form, city_id, at) for form in forms]


def _alone(form: WebForm, city_id: int, at: datetime) -> Outcome:
    try:
        return receive_web_message(form, city_id=city_id, at=at)
    except (Refusal, DatabaseError) as no:
        return no


@transaction.atomic
def _together(forms: Sequence[WebForm], city_id: int, at: datetime) -> list[Outcome]:
    lines = {line_id: is_published(line_id, city_id, at) for line_id in {form.line_id for form in forms} if line_id}
    taken = [_check(form, lines, city_id) for form in forms]
    kept = [one for one in taken if isinstance(one, _Checked)]
    received = _keep(kept, city_id, at) if kept else {}
    return [received[one.form.key] if isinstance(one, _Checked) else one for one in taken]


def _check(form: WebForm, lines: dict[int, bool], city_id: int) -> _Checked | Refusal:
    try:
        body, number = checked(form)
        check_accused(form, city_id)
        if form.line_id is not None and not lines.get(form.line_id):
            raise NoSuchLine
    except Refusal as refusal:
        return refusal
    return _Checked(form, body, number)


def _keep(kept: Sequence[_Checked], city_id: int, at: datetime) -> dict[str, Received]:
    """What each form's sender is told, by the form's key."""
    citizens = citizens_of(city_id, {one.number for one in kept if one.number}, at)
    due_at = deadlines.first_contact_due(Urgency.NORMAL, at, china())
    messages = []
    for one, code in zip(kept, codes.allot(len(kept)), strict=True):
        citizen = citizens.get(one.number) or Citizen.objects.create(city_id=city_id, first_seen_at=at)
        message = message_of(one.form, one.body, citizen.pk, city_id, Received(code, due_at), at)
        message.id = uuid.uuid4()
        messages.append(message)
    new = quick.insert_many(messages, conflict="(key)")
    by_key = {message.key: message for message in new}
    _queue_receipts([one for one in kept if one.form.key in by_key], by_key, citizens, at)
    entries = [trail.entry("receive_web_message", message, line=message.line_id, kind=message.kind) for message in new]
    trail.record_many(access.citizen(city_id), entries)
    told = {message.key: Received(message.code, message.promise_due_at) for message in new}
    if missing := [one.form.key for one in kept if one.form.key not in told]:
        for there in WebMessage.objects.only("key", "code", "promise_due_at").filter(key__in=missing):
            told[there.key] = Received(there.code, there.promise_due_at)
    return told


def _queue_receipts(
    kept: Sequence[_Checked], by_key: dict[str, WebMessage], citizens: dict[str, Citizen], at: datetime
) -> None:
    mobile = [one for one in kept if one.number and numbers.is_mobile(one.number)]
    some = [one for one in mobile if citizens[one.number].first_seen_at == at or not _enough(citizens[one.number], at)]
    if not some:
        return
    city_id = by_key[some[0].form.key].city_id
    pairs = [(one.form.line_id, citizens[one.number].pk) for one in some]
    threads = threads_of(city_id, pairs, at)
    Thread.objects.filter(pk__in=[thread.pk for thread in threads.values() if thread.last_at < at]).update(last_at=at)
    by = access.system(city_id)
    texts = []
    for one, pair in zip(some, pairs, strict=True):
        message, thread = by_key[one.form.key], threads[pair]
        thread.citizen = citizens[one.number]
        draft = receipt_draft(message)
        texts.append(outbox.compose(thread, draft, key=f"web:{message.pk}", by=by, at=at, first=True))
    Text.objects.bulk_create(texts)


def _enough(citizen: Citizen, at: datetime) -> bool:
    return had_enough(citizen.pk, at)
