"""Published numbers: with consent, changed with a reason, withdrawn and never deleted; who takes them for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory import versions
from minhu.directory.authority import require, require_himself_or_help
from minhu.directory.errors import ConsentNeeded, LineIsWithdrawn, NumberInUse, ReasonNeeded, TimesUnusable
from minhu.directory.models import Delegate, Line, Official
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.hours import Hours
from minhu.rules.words import LineMode


@dataclass(frozen=True, slots=True)
class Arranged:
    """Who takes a line, for how long, and why. number: as written."""

    name: str
    number: str
    since: datetime
    until: datetime
    reason: str


@transaction.atomic
def add_line(
    official_id: int, number: str, *, by: Viewer, mode: LineMode = LineMode.FRONT, opening_hours: str = ""
) -> Line:
    """Register a number for an official; it is public only after ``publish_line``.

    Raises: NotAllowed, NotANumber, HoursUnreadable, NumberInUse.
    """
    official = Official.objects.get(pk=official_id, city_id=by.city_id)
    require(by, official.office)
    Hours.parse(opening_hours)
    line = Line(
        city_id=official.city_id,
        official=official,
        number=numbers.normalise(number),
        mode=mode.value,
        opening_hours=opening_hours.strip(),
    )
    _save_new(line)
    versions.bump()
    trail.record(by, "add_line", line, official=official.pk, mode=mode)
    return line


@transaction.atomic
def publish_line(
    line_id: int, *, by: Viewer, consented_on: date | None = None, since: date | None = None, until: date | None = None
) -> Line:
    """Show the number to the public from a day on. consented_on: when the official agreed, if not registered before.

    Raises: NotAllowed, ConsentNeeded, LineIsWithdrawn, TimesUnusable.
    """
    line = _locked(line_id, by)
    line.consented_on = consented_on or line.consented_on
    if line.consented_on is None:
        raise ConsentNeeded
    line.published_from = since or legal_day(timezone.now())
    line.published_until = until
    if until is not None and until < line.published_from:
        raise TimesUnusable
    line.save(update_fields=["consented_on", "published_from", "published_until"])
    versions.bump()
    trail.record(by, "publish_line", line, since=line.published_from, until=until, consented_on=line.consented_on)
    return line


@transaction.atomic
def withdraw_line(line_id: int, *, by: Viewer, reason: str) -> Line:
    """Take the number out of use. Its calls and callbacks stay. Raises: NotAllowed, ReasonNeeded, LineIsWithdrawn."""
    line = _locked(line_id, by)
    _withdraw(line, timezone.now(), reason)
    versions.bump()
    trail.record(by, "withdraw_line", line, reason)
    return line


@transaction.atomic
def change_number(line_id: int, number: str, *, by: Viewer, reason: str) -> Line:
    """A new line with everything of the old one, which is withdrawn. reason: who approved the change, and why.

    Raises: NotAllowed, ReasonNeeded, NotANumber, NumberInUse, LineIsWithdrawn.
    """
    old = _locked(line_id, by)
    at = timezone.now()
    _withdraw(old, at, reason)
    new = Line(
        city_id=old.city_id,
        official_id=old.official_id,
        number=numbers.normalise(number),
        mode=old.mode,
        opening_hours=old.opening_hours,
        consented_on=old.consented_on,
        published_from=max(old.published_from, legal_day(at)) if old.published_from else None,
        published_until=old.published_until,
    )
    _save_new(new)
    versions.bump()
    trail.record(by, "change_number", new, reason, replaces=old.pk)
    return new


@transaction.atomic
def change_hours(line_id: int, opening_hours: str, *, by: Viewer) -> Line:
    """When the official answers in person; the official himself may say. Raises: NotAllowed, HoursUnreadable."""
    line = Line.objects.select_for_update().get(pk=line_id, city_id=by.city_id)
    require_himself_or_help(by, line.official)
    _must_be_in_use(line)
    Hours.parse(opening_hours)
    line.opening_hours = opening_hours.strip()
    line.save(update_fields=["opening_hours"])
    versions.bump()
    trail.record(by, "change_hours", line, hours=line.opening_hours)
    return line


@transaction.atomic
def change_mode(line_id: int, mode: LineMode, *, by: Viewer, reason: str = "") -> Line:
    """How the number reaches us. Raises: NotAllowed, LineIsWithdrawn."""
    line = _locked(line_id, by)
    if line.mode != mode.value:
        line.mode = mode.value
        line.save(update_fields=["mode"])
        versions.bump()
        trail.record(by, "change_mode", line, reason, mode=mode)
    return line


@transaction.atomic
def delegate(line_id: int, arranged: Arranged, *, by: Viewer) -> Delegate:
    """Somebody takes the line for a stated time (代接). Raises: NotAllowed, ReasonNeeded, TimesUnusable, NotANumber."""
    line = Line.objects.select_for_update().get(pk=line_id, city_id=by.city_id)
    require_himself_or_help(by, line.official)
    _must_be_in_use(line)
    if not arranged.reason.strip():
        raise ReasonNeeded
    if arranged.until <= max(arranged.since, timezone.now()):
        raise TimesUnusable
    made = Delegate.objects.create(
        line=line,
        name=arranged.name.strip(),
        number_sealed=privacy.seal(numbers.normalise(arranged.number)),
        since=arranged.since,
        until=arranged.until,
        reason=arranged.reason.strip(),
    )
    versions.bump()
    trail.record(by, "delegate", made, arranged.reason, line=line.pk, since=arranged.since, until=arranged.until)
    return made


@transaction.atomic
def end_delegation(delegate_id: int, *, by: Viewer) -> Delegate:
    """The official takes his line back early. Raises: NotAllowed."""
    made = Delegate.objects.select_for_update().get(pk=delegate_id, line__city_id=by.city_id)
    require_himself_or_help(by, made.line.official)
    if made.ended_at is None:
        made.ended_at = timezone.now()
        made.save(update_fields=["ended_at"])
        versions.bump()
        trail.record(by, "end_delegation", made, line=made.line_id)
    return made


def _locked(line_id: int, by: Viewer) -> Line:
    line = Line.objects.select_for_update().get(pk=line_id, city_id=by.city_id)
    require(by, line.official.office)
    _must_be_in_use(line)
    return line


def _must_be_in_use(line: Line) -> None:
    if line.withdrawn_at is not None:
        raise LineIsWithdrawn


def _withdraw(line: Line, at: datetime, reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded
    line.withdrawn_at, line.withdrawn_reason = at, reason.strip()[:200]
    line.save(update_fields=["withdrawn_at", "withdrawn_reason"])


def _save_new(line: Line) -> None:
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as clash:
        raise NumberInUse from clash
