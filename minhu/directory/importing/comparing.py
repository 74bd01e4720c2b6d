"""What a notice would change in the directory. Nothing is changed here."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from minhu.audit import privacy
from minhu.directory.errors import ImportRefused
from minhu.directory.importing.layout import Entry, Fault, read_entries
from minhu.directory.importing.offices import Offices
from minhu.directory.importing.sheets import read
from minhu.directory.models import Line, Office, Official
from minhu.rules import numbers


@dataclass(frozen=True, slots=True)
class Addition:
    """Somebody new, with the numbers to be published. new_office: the unit is not known yet and will be made."""

    entry: Entry
    new_office: bool


@dataclass(frozen=True, slots=True)
class Alteration:
    """Somebody known. fields: (what, before, after) in Chinese, for people to look at."""

    official_id: int
    entry: Entry
    fields: tuple[tuple[str, str, str], ...]
    new_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A line that the file replaces by another number of the same person."""

    line_id: int
    official_id: int
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody in the directory who is not in the file. Listed for people to decide, never touched."""

    official_id: int
    office: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Report:
    """A dry run. digest: ties it to the file and to the directory as compared; "" while there are faults."""

    digest: str
    rows: int
    unchanged: int
    additions: tuple[Addition, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    missing: tuple[Missing, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes_anything(self) -> bool:
        return bool(self.additions or self.alterations)


@dataclass(slots=True)
class _Person:
    """Rows of one person put together, and who he is in the directory."""

    entry: Entry
    office: Office | None
    official: Official | None = None


@dataclass(slots=True)
class _Known:
    """The directory as it stands."""

    offices: Offices
    officials: list[Official] = field(default_factory=list)
    lines: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))
    owner: dict[str, Line] = field(default_factory=dict)
    by_office_name: dict[tuple[int, str], list[Official]] = field(default_factory=lambda: defaultdict(list))


def examine(content: bytes, city_id: int) -> Report:
    """Compare a file with the directory. Faults are in the report. Raises: ImportRefused when it cannot be read."""
    found = read_entries(read(content))
    city = Office.objects.get(pk=city_id)
    known = _known(city)
    people, faults = _people(found.entries, known)
    _recognise(people, known)
    faults = [*found.faults, *faults, *_clashes(people, known)]
    if not people and not faults:
        raise ImportRefused("表格里只有表头，没有名单。")
    report = _compare(people, known)
    report = replace(report, rows=len(found.entries), faults=tuple(faults), notes=(*found.notes, *report.notes))
    return report if faults else replace(report, digest=_digest(content, city_id, report))


def _known(city: Office) -> _Known:
    known = _Known(Offices(city))
    officials = Official.objects.filter(city_id=city.pk).select_related("office", "superior")
    known.officials = list(officials.order_by("id"))
    for official in known.officials:
        known.by_office_name[official.office_id, official.name].append(official)
    for line in Line.objects.filter(withdrawn_at__isnull=True).select_related("official__office").order_by("id"):
        known.owner[line.number] = line
        if line.city_id == city.pk:
            known.lines[line.official_id].append(line)
    return known


def _people(entries: list[Entry], known: _Known) -> tuple[list[_Person], list[Fault]]:
    """Rows of the same person in the same post are one; a number may stand for one person only."""
    people: dict[tuple[str, str, str], _Person] = {}
    first_with: dict[str, Entry] = {}
    faults = []
    for entry in entries:
        key = (known.offices.key(entry.office), entry.name, entry.title)
        for number in entry.numbers:
            other = first_with.setdefault(number, entry)
            if (known.offices.key(other.office), other.name) != key[:2]:
                where = f"《{other.sheet}》" if other.sheet else ""
                words = f"{numbers.pretty(number)} 与{where}第 {other.row} 行 {other.name} 的号码相同，请核对。"
                faults.append(Fault(entry.sheet, entry.row, "电话", words))
        if key in people:
            before = people[key].entry
            people[key].entry = replace(before, numbers=tuple(dict.fromkeys((*before.numbers, *entry.numbers))))
        else:
            people[key] = _Person(entry, known.offices.find(entry.office))
    return list(people.values()), faults


def _recognise(people: list[_Person], known: _Known) -> None:
    """Same post; else the only one of that name in the office; else the same name with the same number."""
    free = {official.pk for official in known.officials}
    for candidates_of in (_same_post, _in_post, _same_number):
        for person in people:
            candidates = {one.pk: one for one in candidates_of(person, known) if one.pk in free}
            if person.official is None and len(candidates) == 1:
                person.official = candidates.popitem()[1]
                free.remove(person.official.pk)


def _same_name(person: _Person, known: _Known) -> list[Official]:
    return known.by_office_name[person.office.pk, person.entry.name] if person.office else []


def _same_post(person: _Person, known: _Known) -> list[Official]:
    return [one for one in _same_name(person, known) if one.title == person.entry.title]


def _in_post(person: _Person, known: _Known) -> list[Official]:
    return [one for one in _same_name(person, known) if one.left_on is None]


def _same_number(person: _Person, known: _Known) -> list[Official]:
    owners = [known.owner[number].official for number in person.entry.numbers if number in known.owner]
    return [one for one in owners if one.name == person.entry.name]


def _clashes(people: list[_Person], known: _Known) -> list[Fault]:
    """Numbers in use by somebody who keeps them."""
    told = {person.official.pk: set(person.entry.numbers) for person in people if person.official}
    faults = []
    for person in people:
        for number in person.entry.numbers:
            line = known.owner.get(number)
            if line is None or (person.official and line.official_id == person.official.pk):
                continue
            if line.official_id in told and number not in told[line.official_id]:
                continue  # it is taken from him by this same file
            whose = f"{line.official.office.name}{line.official.name}"
            faults.append(
                Fault(
                    person.entry.sheet,
                    person.entry.row,
                    "电话",
                    f"{numbers.pretty(number)} 已公布给{whose}，请先撤下或核对号码。",
                )
            )
    return faults


def _compare(people: list[_Person], known: _Known) -> Report:
    additions, alterations, withdrawals = [], [], []
    unchanged = 0
    for person in people:
        if person.official is None:
            additions.append(Addition(person.entry, new_office=person.office is None))
            continue
        lines = known.lines[person.official.pk]
        told = set(person.entry.numbers)
        gone = [line for line in lines if line.number not in told]
        fields, new_numbers = _differences(person, person.official, lines)
        withdrawals += [Withdrawal(line.pk, person.official.pk, person.official.name, line.number) for line in gone]
        if fields:
            alterations.append(Alteration(person.official.pk, person.entry, fields, new_numbers))
        else:
            unchanged += 1
    told_ids = {person.official.pk for person in people if person.official}
    missing = [
        Missing(one.pk, one.office.name, one.name, one.title)
        for one in known.officials
        if one.pk not in told_ids and one.left_on is None
    ]
    return Report(
        digest="",
        rows=len(people),
        unchanged=unchanged,
        additions=tuple(additions),
        alterations=tuple(alterations),
        withdrawals=tuple(withdrawals),
        missing=tuple(missing),
    )


def _differences(
    person: _Person, official: Official, lines: list[Line]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[str, ...]]:
    entry = person.entry
    before = {line.number for line in lines}
    moved = person.office is None or person.office.pk != official.office_id
    new_handset = entry.handset and privacy.lookup_key(entry.handset) != bytes(official.handset_key or b"")
    registered = "已登记" if official.handset_key else ""
    handset = numbers.mask(entry.handset or "") if new_handset else registered
    fields = (
        ("单位", official.office.name, entry.office if moved else official.office.name),
        ("职务", official.title, entry.title),
        ("分工", official.duties, official.duties if entry.duties is None else entry.duties),
        ("电话", _shown(before), _shown(entry.numbers)),
        *_hours_differ(entry, lines),
        ("接听手机", registered, handset),
        ("任职", "已离任" if official.left_on else "在任", "在任"),
    )
    changed = tuple((what, old, new) for what, old, new in fields if old != new)
    return changed, tuple(number for number in entry.numbers if number not in before)


def _hours_differ(entry: Entry, lines: list[Line]) -> tuple[tuple[str, str, str], ...]:
    if entry.hours is None:
        return ()
    other = next((line.opening_hours for line in lines if line.opening_hours != entry.hours), entry.hours)
    return (("接听时段", other, entry.hours),)


def _shown(found: Iterable[str]) -> str:
    return "、".join(numbers.pretty(number) for number in sorted(set(found)))


def _digest(content: bytes, city_id: int, report: Report) -> str:
    compared = [
        city_id,
        hashlib.sha256(content).hexdigest(),
        [[one.entry.row, one.entry.sheet, one.new_office] for one in report.additions],
        [[one.official_id, one.fields, one.new_numbers] for one in report.alterations],
        [[one.line_id, one.number] for one in report.withdrawals],
        [one.official_id for one in report.missing],
    ]
    return hashlib.sha256(json.dumps(compared, ensure_ascii=False).encode()).hexdigest()
