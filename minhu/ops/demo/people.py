"""Whose phone is whose in the demo: officials, seats, delegates, and the invented citizens with their matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from minhu.audit import privacy
from minhu.directory.models import Delegate, Desk, Line, Official
from minhu.directory.naming import full_title
from minhu.ops import city
from minhu.ops.city import Matter
from minhu.rules.numbers import NotANumber, is_mobile, mask, normalise
from minhu.rules.words import LineMode, OfficeKind

ACCESS_NUMBER = "+865585110081"
"""Where carriers forward to in backstop mode; whose call it is stands in Diversion."""

FEATURED = "程望舒"
"""The official whose Today a newcomer is shown first: he is rung more often, and some of his work is left to do."""

OTHERS, LANDLINES = 900, 120
"""How many invented phones there are besides those of the city's file."""


class Owner(StrEnum):
    """What kind of phone a number is."""

    OFFICIAL = "official"
    SEAT = "seat"
    DELEGATE = "delegate"
    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Published:
    """A line people may ring. shown: 程望舒（市长）. handset: what rings there, "" in backstop mode."""

    line_id: int
    number: str
    official_id: int
    shown: str
    handset: str
    backstop: bool
    office: str
    of_the_city: bool


@dataclass(frozen=True, slots=True)
class PhoneBook:
    """Every phone the city knows, by number; any other number is a citizen's."""

    lines: tuple[Published, ...]
    owners: Mapping[str, tuple[Owner, str]]

    def owner(self, number: str) -> Owner:
        return self.owners.get(number, (Owner.CITIZEN, ""))[0]

    def name(self, number: str) -> str:
        """For the story: who that is, and for a citizen his masked number."""
        known = self.owners.get(number)
        return known[1] if known else mask(number) or "未显示号码"

    def line(self, number: str) -> Published | None:
        return next((line for line in self.lines if line.number == number), None)


def kept(raw: str) -> str:
    """A dialled number as we keep numbers; an extension stays as it is, and no number is ""."""
    try:
        return normalise(raw)
    except NotANumber:
        return raw if raw.isdecimal() else ""


def read_phone_book() -> PhoneBook:
    """From the directory of the demo's database."""
    owners: dict[str, tuple[Owner, str]] = {}
    shown: dict[int, str] = {}
    handsets: dict[int, str] = {}
    for official in Official.objects.filter(left_on=None).select_related("office"):
        shown[official.pk] = (
            f"{official.name}（{full_title(official.office.name, official.office.kind, official.title)}）"
        )
        if official.handset_sealed is not None:
            handsets[official.pk] = privacy.unseal(official.handset_sealed)
            owners[handsets[official.pk]] = (Owner.OFFICIAL, shown[official.pk])
    for desk in Desk.objects.filter(removed_at=None):
        owners[privacy.unseal(desk.number_sealed)] = (Owner.SEAT, desk.name)
    for delegate in Delegate.objects.filter(ended_at=None):
        owners.setdefault(privacy.unseal(delegate.number_sealed), (Owner.DELEGATE, f"{delegate.name}（代接）"))
    published = Line.objects.filter(withdrawn_at=None, published_from__isnull=False).select_related("official__office")
    lines = tuple(_published(line, shown[line.official_id], handsets) for line in published.order_by("id"))
    return PhoneBook(lines, owners)


def _published(line: Line, shown: str, handsets: Mapping[int, str]) -> Published:
    backstop = line.mode == LineMode.BACKSTOP.value
    office = line.official.office
    return Published(
        line_id=line.pk,
        number=line.number,
        official_id=line.official_id,
        shown=shown,
        handset="" if backstop else handsets.get(line.official_id, ""),
        backstop=backstop,
        office=office.name,
        of_the_city=office.kind == OfficeKind.CITY.value,
    )


@dataclass(frozen=True, slots=True)
class Resident:
    """A citizen with something on his mind. number: "" hides it."""

    number: str
    matter: Matter

    @property
    def mobile(self) -> bool:
        return bool(self.number) and is_mobile(self.number)


class Crowd:
    """The citizens: those of the city's file, who ring again and again, and many more with matters like theirs."""

    def __init__(self, random: Random) -> None:
        self.themes = city.matters()
        self._regulars = [Resident(caller.number, caller.matter) for caller in city.callers()]
        self._others = [Resident(f"+861540003{place:04d}", random.choice(self.themes)) for place in range(1, OTHERS)]
        self._at_home = [Resident(f"+86558555{place:04d}", random.choice(self.themes)) for place in range(1, LANDLINES)]
        self._matters = {one.number: one.matter for one in (*self._regulars, *self._others, *self._at_home)}

    def somebody(self, random: Random) -> Resident:
        """Who calls next: some hide the number, some have no mobile."""
        chance = random.random()
        if chance < 0.06:
            return Resident("", self.with_mobile(random).matter)
        if chance < 0.14:
            return random.choice(self._at_home)
        return self.with_mobile(random)

    def with_mobile(self, random: Random) -> Resident:
        return random.choice(self._regulars if random.random() < 0.25 else self._others)

    def matter_of(self, number: str) -> Matter | None:
        """What the citizen with this number wants; None for a visitor of the demo."""
        return self._matters.get(number)


def whom_to_ring(matter: Matter, lines: Sequence[Published], random: Random) -> Published:
    """Mostly somebody of the unit in charge, sometimes a leader of the city, above all the featured one, or anybody."""
    chance = random.random()
    if chance > 0.88 and (featured := [line for line in lines if line.shown.startswith(FEATURED)]):
        return random.choice(featured)
    if chance < 0.65 and (right := [line for line in lines if line.office == matter.unit]):
        return random.choice(right)
    if chance < 0.8 and (leaders := [line for line in lines if line.of_the_city]):
        return random.choice(leaders)
    return random.choice(lines)
