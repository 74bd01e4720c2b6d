"""Taking a city's notice into the directory, as it was dry-run: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.directory import versions
from minhu.directory.actions.posts import set_handset
from minhu.directory.authority import require
from minhu.directory.errors import ConsentNeeded, ImportRefused
from minhu.directory.importing import Addition, Alteration, Report, examine
from minhu.directory.importing.layout import Entry
from minhu.directory.importing.offices import Offices, kind_of
from minhu.directory.models import Line, Office, Official
from minhu.directory.naming import search_key
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.words import LineMode

REPLACED = "名单更新，号码变更"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms numbers of the file are taken in.

    consented_on: when the officials agreed to publication; None: the numbers are registered and not yet public.
    published_from: None means from today. mode: how the numbers reach us.
    """

    consented_on: date | None = None
    published_from: date | None = None
    mode: LineMode = LineMode.FRONT


@transaction.atomic
def import_directory(
    content: bytes, digest: str, *, by: Viewer, terms: Terms | None = None, reason: str = ""
) -> Report:
    """Do what ``examine`` told, which must still be what it would tell now. Returns the report of what was done.

    Raises: NotAllowed; ImportRefused when the file or the directory changed since, or has faults; ConsentNeeded.
    """
    terms = terms or Terms()
    city = Office.objects.select_for_update().get(pk=by.city_id)
    require(by, city)
    if terms.published_from is not None and terms.consented_on is None:
        raise ConsentNeeded
    _lock(city)
    report = examine(content, city.pk)
    if report.faults:
        raise ImportRefused(f"名单里还有 {len(report.faults)} 处需要改正，没有导入任何内容。{report.faults[0]}")
    if report.digest != digest:
        raise ImportRefused("试导入之后，文件或名录有了变化，没有导入任何内容。请重新试导入并核对。")
    if report.changes_anything:
        try:
            with transaction.atomic():
                _Import(city, terms, timezone.now()).carry_out(report)
        except IntegrityError as clash:
            raise ImportRefused("与刚刚登记的号码或人员冲突，没有导入任何内容。请重新试导入。") from clash
        versions.bump()
        trail.record(
            by,
            "import_directory",
            city,
            reason,
            digest=digest,
            added=len(report.additions),
            changed=len(report.alterations),
            withdrawn=len(report.withdrawals),
        )
    return report


def _lock(city: Office) -> None:
    list(Official.objects.select_for_update().filter(city=city).order_by("id").values_list("id", flat=True))
    list(Line.objects.select_for_update().filter(city=city).order_by("id").values_list("id", flat=True))


class _Import:
    """Writes one report."""

    def __init__(self, city: Office, terms: Terms, at: datetime) -> None:
        self._city, self._terms, self._at = city, terms, at
        self._offices = Offices(city)
        self._made: dict[str, Office] = {}

    def carry_out(self, report: Report) -> None:
        """Withdrawals first, so that numbers may pass from one person to another."""
        Line.objects.filter(pk__in=[one.line_id for one in report.withdrawals]).update(
            withdrawn_at=self._at, withdrawn_reason=REPLACED
        )
        order = Official.objects.filter(city=self._city).count()
        for alteration in report.alterations:
            self._alter(alteration)
        for place, addition in enumerate(report.additions, order):
            self._add(addition, place)

    def _office(self, name: str) -> Office:
        key = self._offices.key(name)
        found = self._offices.find(name) or self._made.get(key)
        if found is None:
            found = self._made[key] = Office.objects.create(
                city=self._city,
                parent=self._city,
                name=name,
                kind=kind_of(name).value,
                order=Office.objects.filter(city=self._city).count(),
            )
        return found

    def _add(self, addition: Addition, order: int) -> None:
        entry = addition.entry
        official = Official(city=self._city, office=self._office(entry.office), name=entry.name, order=order)
        self._fill(official, entry)
        self._lines(official, entry, entry.numbers)

    def _alter(self, alteration: Alteration) -> None:
        official = Official.objects.get(pk=alteration.official_id)
        entry = alteration.entry
        official.office, official.left_on = self._office(entry.office), None
        self._fill(official, entry)
        if entry.hours is not None:
            Line.objects.filter(official=official, withdrawn_at__isnull=True).update(opening_hours=entry.hours)
        self._lines(official, entry, alteration.new_numbers)

    def _fill(self, official: Official, entry: Entry) -> None:
        official.title, official.pinyin = entry.title, search_key(entry.name)
        if entry.duties is not None:
            official.duties = entry.duties
        if entry.handset:
            set_handset(official, entry.handset)
        official.save()

    def _lines(self, official: Official, entry: Entry, found: tuple[str, ...]) -> None:
        published = self._terms.published_from or legal_day(self._at)
        Line.objects.bulk_create(
            Line(
                city=self._city,
                official=official,
                number=number,
                mode=self._terms.mode.value,
                opening_hours=entry.hours or "",
                consented_on=self._terms.consented_on,
                published_from=published if self._terms.consented_on else None,
            )
            for number in found
        )
