"""Offices and the people in their posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory import versions
from minhu.directory.authority import require
from minhu.directory.errors import PostTaken, ReasonNeeded
from minhu.directory.models import Line, Office, Official
from minhu.directory.naming import search_key
from minhu.rules import numbers
from minhu.rules.access import Viewer, system
from minhu.rules.clock import legal_day
from minhu.rules.words import OfficeKind


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What is told of one official. handset: as written; None leaves it as it is, "" takes it away."""

    name: str
    title: str
    duties: str = ""
    superior_id: int | None = None
    deputy_ids: tuple[int, ...] = ()
    handset: str | None = None
    daily_call_minutes: int | None = None
    order: int = 0


@transaction.atomic
def found_city(name: str) -> Office:
    """The root of a new city's tree, made by the software itself. A city of that name is found, not doubled."""
    known = Office.objects.filter(parent__isnull=True, name=name).first()
    if known is not None:
        return known
    city = Office.objects.create(name=name, kind=OfficeKind.CITY.value)
    city.city = city
    city.save(update_fields=["city"])
    versions.bump()
    trail.record(system(city.pk), "found_city", city)
    return city


@transaction.atomic
def add_office(parent_id: int, name: str, kind: OfficeKind, *, by: Viewer, order: int = 0) -> Office:
    """A unit below another. Raises: NotAllowed."""
    parent = Office.objects.select_for_update().get(pk=parent_id, city_id=by.city_id)
    require(by, parent)
    made, created = Office.objects.get_or_create(
        city_id=parent.root_id, parent=parent, name=name.strip(), defaults={"kind": kind.value, "order": order}
    )
    if created:
        versions.bump()
        trail.record(by, "add_office", made, parent=parent.pk)
    return made


@transaction.atomic
def add_official(office_id: int, details: PostDetails, *, by: Viewer) -> Official:
    """A person in a post. Raises: NotAllowed, PostTaken, NotANumber."""
    office = Office.objects.get(pk=office_id, city_id=by.city_id)
    require(by, office)
    official = Official(city_id=office.root_id, office=office)
    _fill(official, details)
    _save(official, details)
    versions.bump()
    trail.record(by, "add_official", official, office=office.pk)
    return official


@transaction.atomic
def change_official(official_id: int, details: PostDetails, *, by: Viewer, reason: str = "") -> Official:
    """Another title, other duties, superior or handset. Raises: NotAllowed, PostTaken, NotANumber."""
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require(by, official.office)
    before = (official.name, official.title, official.duties, official.superior_id, bytes(official.handset_key or b""))
    _fill(official, details)
    _save(official, details)
    after = (official.name, official.title, official.duties, official.superior_id, bytes(official.handset_key or b""))
    fields = ("name", "title", "duties", "superior", "handset")
    changed = [field for field, old, new in zip(fields, before, after, strict=True) if old != new]
    versions.bump()
    trail.record(by, "change_official", official, reason, changed=changed)
    return official


@transaction.atomic
def leave_post(official_id: int, *, by: Viewer, reason: str, on: date | None = None) -> Official:
    """He gave up the post: his lines are withdrawn; his calls and cases stay. Raises: NotAllowed, ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require(by, official.office)
    at = timezone.now()
    official.left_on = on or legal_day(at)
    official.save(update_fields=["left_on"])
    lines = list(Line.objects.select_for_update().filter(official=official, withdrawn_at__isnull=True))
    for line in lines:
        line.withdrawn_at, line.withdrawn_reason = at, reason[:200]
        line.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    versions.bump()
    trail.record(by, "leave_post", official, reason, lines=[line.pk for line in lines])
    return official


def _fill(official: Official, details: PostDetails) -> None:
    official.name, official.title = details.name.strip(), details.title.strip()
    official.pinyin = search_key(official.name)
    official.duties = details.duties.strip()
    official.superior_id = (
        Official.objects.get(pk=details.superior_id, city_id=official.city_id).pk if details.superior_id else None
    )
    official.daily_call_minutes = details.daily_call_minutes
    official.order = details.order
    if details.handset is not None:
        set_handset(official, details.handset)


def set_handset(official: Official, written: str) -> None:
    """Keep the private number sealed, with its keyed hash; not saved here. Raises: NotANumber."""
    number = numbers.normalise(written) if written.strip() else ""
    official.handset_sealed = privacy.seal(number) if number else None
    official.handset_key = privacy.lookup_key(number) if number else None


def _save(official: Official, details: PostDetails) -> None:
    try:
        with transaction.atomic():
            official.save()
    except IntegrityError as clash:
        raise PostTaken from clash
    same_city = Official.objects.filter(pk__in=details.deputy_ids, city_id=official.city_id)
    official.deputies.set(same_city.exclude(pk=official.pk))
