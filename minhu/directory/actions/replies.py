"""Prepared texts, sent with one tap (一键回复)."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

from django.db import transaction

from minhu.audit import trail
from minhu.directory import versions
from minhu.directory.authority import HELPS_THE_OFFICIAL, require, require_himself_or_help
from minhu.directory.errors import PlaceholderUnknown
from minhu.directory.models import Office, Official, QuickReply
from minhu.rules.access import Viewer

PLACEHOLDERS = frozenset({"who", "name", "official", "title", "office", "place", "until", "due", "code"})
"""Who writes, the official with title and office, the place, until when he is busy or by when he calls, the code."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """label: on the button. body: the text, with placeholders in braces."""

    label: str
    body: str
    order: int = 0


@transaction.atomic
def add_quick_reply(prepared: Prepared, *, by: Viewer, official_id: int | None = None) -> QuickReply:
    """For one official, or for the whole city. Raises: NotAllowed, PlaceholderUnknown."""
    _check(prepared.body)
    _authorise(by, official_id)
    made = QuickReply.objects.create(
        city_id=by.city_id,
        official_id=official_id,
        label=prepared.label.strip(),
        body=prepared.body.strip(),
        order=prepared.order,
    )
    versions.bump()
    trail.record(by, "add_quick_reply", made, official=official_id)
    return made


@transaction.atomic
def change_quick_reply(reply_id: int, prepared: Prepared, *, by: Viewer) -> QuickReply:
    """Raises: NotAllowed, PlaceholderUnknown."""
    reply = QuickReply.objects.select_for_update().get(pk=reply_id, city_id=by.city_id)
    _check(prepared.body)
    _authorise(by, reply.official_id)
    reply.label, reply.body, reply.order = prepared.label.strip(), prepared.body.strip(), prepared.order
    reply.save()
    versions.bump()
    trail.record(by, "change_quick_reply", reply, official=reply.official_id)
    return reply


@transaction.atomic
def remove_quick_reply(reply_id: int, *, by: Viewer) -> None:
    """What was sent with it stays. Raises: NotAllowed."""
    reply = QuickReply.objects.select_for_update().get(pk=reply_id, city_id=by.city_id)
    _authorise(by, reply.official_id)
    versions.bump()
    trail.record(by, "remove_quick_reply", reply, official=reply.official_id)
    reply.delete()


def _authorise(by: Viewer, official_id: int | None) -> None:
    if official_id is None:
        require(by, Office.objects.get(pk=by.city_id), HELPS_THE_OFFICIAL)
    else:
        require_himself_or_help(by, Official.objects.get(pk=official_id, city_id=by.city_id))


def _check(body: str) -> None:
    try:
        fields = list(Formatter().parse(body))
    except ValueError as fault:
        raise PlaceholderUnknown from fault
    for _, name, spec, conversion in fields:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise PlaceholderUnknown
