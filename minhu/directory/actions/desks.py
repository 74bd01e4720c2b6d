"""Phones of the staff."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory import versions
from minhu.directory.authority import HELPS_THE_OFFICIAL, require
from minhu.directory.models import Desk, Office
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.hours import Hours

_EXTENSION = re.compile(r"\d{2,8}")


@dataclass(frozen=True, slots=True)
class DeskDetails:
    """number: extension or phone number, as written; None leaves it as it is. duty: for the night only."""

    name: str
    number: str | None = None
    duty_hours: str = ""
    duty: bool = False


@transaction.atomic
def add_desk(office_id: int, details: DeskDetails, *, by: Viewer) -> Desk:
    """A phone that serves the officials of an office and below. Raises: NotAllowed, NotANumber, HoursUnreadable."""
    office = Office.objects.get(pk=office_id, city_id=by.city_id)
    require(by, office)
    desk = Desk(city_id=office.root_id, office=office, number_sealed=_sealed(details.number or ""))
    _fill(desk, details)
    desk.save()
    versions.bump()
    trail.record(by, "add_desk", desk, office=office.pk, duty=details.duty)
    return desk


@transaction.atomic
def change_desk(desk_id: int, details: DeskDetails, *, by: Viewer) -> Desk:
    """Another name, number or hours. Raises: NotAllowed, NotANumber, HoursUnreadable."""
    desk = Desk.objects.select_for_update().get(pk=desk_id, city_id=by.city_id)
    require(by, desk.office)
    _fill(desk, details)
    if details.number is not None:
        desk.number_sealed = _sealed(details.number)
    desk.save()
    versions.bump()
    trail.record(by, "change_desk", desk, hours=desk.duty_hours, duty=desk.duty)
    return desk


def set_desk_out(desk_id: int, *, by: Viewer) -> Desk:
    """Nobody sits there now: it is not rung. Raises: NotAllowed."""
    return _set_out(desk_id, by, out=True)


def set_desk_in(desk_id: int, *, by: Viewer) -> Desk:
    """Somebody is back. Raises: NotAllowed."""
    return _set_out(desk_id, by, out=False)


@transaction.atomic
def remove_desk(desk_id: int, *, by: Viewer) -> Desk:
    """Given up for good; the row stays, because promises point to it. Raises: NotAllowed."""
    desk = Desk.objects.select_for_update().get(pk=desk_id, city_id=by.city_id)
    require(by, desk.office)
    if desk.removed_at is None:
        desk.removed_at = timezone.now()
        desk.save(update_fields=["removed_at"])
        versions.bump()
        trail.record(by, "remove_desk", desk)
    return desk


@transaction.atomic
def _set_out(desk_id: int, by: Viewer, *, out: bool) -> Desk:
    desk = Desk.objects.select_for_update().get(pk=desk_id, city_id=by.city_id)
    require(by, desk.office, HELPS_THE_OFFICIAL)
    if (desk.out_since is not None) is not out:
        desk.out_since = timezone.now() if out else None
        desk.save(update_fields=["out_since"])
        versions.bump()
        trail.record(by, "desk_out" if out else "desk_in", desk)
    return desk


def _fill(desk: Desk, details: DeskDetails) -> None:
    Hours.parse(details.duty_hours)
    desk.name, desk.duty = details.name.strip(), details.duty
    desk.duty_hours = details.duty_hours.strip()


def _sealed(written: str) -> bytes:
    plain = written.strip()
    return privacy.seal(plain if _EXTENSION.fullmatch(plain) else numbers.normalise(plain))
