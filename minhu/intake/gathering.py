"""Many matters of the public form in one transaction: one wait for the disk, one turn at the city's trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, transaction

from minhu.intake.actions import Received, WebForm, receive_web_message
from minhu.rules.errors import Refusal

Outcome = Received | Refusal | DatabaseError


def receive_web_messages(forms: Sequence[WebForm], *, city_id: int, at: datetime | None = None) -> list[Outcome]:
    """Keep each of them, in order, as ``receive_web_message`` would; a refused one does not touch the others.

    All or none of the others are on disk when this returns. When the database will not take them together (a deadlock,
    a bad row), each is tried alone.
    """
    if len(forms) > 1:
        try:
            with transaction.atomic():
                return [_keep(form, city_id, at) for form in forms]
        except DatabaseError:
            pass
    return [_alone(form, city_id, at) for form in forms]


def _keep(form: WebForm, city_id: int, at: datetime | None) -> Received | Refusal:
    try:
        return receive_web_message(form, city_id=city_id, at=at)
    except Refusal as refusal:
        return refusal


def _alone(form: WebForm, city_id: int, at: datetime | None) -> Outcome:
    try:
        return _keep(form, city_id, at)
    except DatabaseError as error:
        return error
