"""Reading the directory: what the public may see, and what people who sign in need of it.

A public page shows a line when it is consented to, within its dates and not withdrawn; never a private handset.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from minhu.directory.models import Account, CalendarFeed, Delegate, Line, Office, Official, PresenceSpan, QuickReply
from minhu.directory.naming import full_title, hours_in_words, search_key
from minhu.rules import numbers
from minhu.rules.access import Grant, Viewer
from minhu.rules.clock import legal_day
from minhu.rules.errors import Refusal
from minhu.rules.hours import Hours, HoursUnreadable
from minhu.rules.plans import PresenceNow
from minhu.rules.presence import Span, presence_now
from minhu.rules.words import Presence, PresenceSource, Role

SOON = timedelta(days=3)
"""How far ahead presence is looked at, to join meetings that follow one another."""


class NoCity(Refusal):
    """Nothing was loaded yet."""

    code = "no_city"
    words = "还没有建立城市名录，请管理员先导入。"


@dataclass(frozen=True, slots=True)
class PublicLine:
    """A number as the public sees it. number: E.164; shown: as people dial it; hours: when it is answered in person."""

    line_id: int
    number: str
    shown: str
    hours: str
    open_now: bool


@dataclass(frozen=True, slots=True)
class PublicOfficial:
    """An official as the public sees him. full_title: with the office, as people say it."""

    official_id: int
    name: str
    title: str
    full_title: str
    duties: str
    office_id: int
    office: str
    lines: tuple[PublicLine, ...]
    superior_id: int | None


@dataclass(frozen=True, slots=True)
class OfficeGroup:
    """An office and those of its officials who have a public number. depth: 0 for the city itself."""

    office_id: int
    name: str
    kind: str
    depth: int
    officials: tuple[PublicOfficial, ...]


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """One official, and the next higher leader, if his number is public too."""

    official: PublicOfficial
    superior: PublicOfficial | None


def the_city() -> Office:
    """The city of this installation. Raises: NoCity."""
    city = Office.objects.filter(parent__isnull=True).order_by("id").first()
    if city is None:
        raise NoCity
    return city


def the_city_id() -> int:
    """Its id, for paths that must be cheap. Raises: NoCity."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM directory_office WHERE parent_id IS NULL ORDER BY id LIMIT 1")
        found = cursor.fetchone()
    if found is None:
        raise NoCity
    return int(found[0])


def viewer_of(account: Account) -> Viewer:
    """Who is looking, with what roles. An account without official and role sees nothing of any city."""
    grants = list(account.grants.order_by("id").values_list("role", "office_id", "office__city_id"))
    official = account.official
    if official is not None:
        city_id = official.city_id
    elif grants:
        city_id = grants[0][2] or grants[0][1]
    else:
        city_id = 0
    return Viewer(
        account_id=account.pk,
        name=str(account),
        city_id=city_id,
        grants=tuple(Grant(Role(role), office_id) for role, office_id, of_city in grants if of_city == city_id),
        official_id=official.pk if official is not None and official.left_on is None else None,
    )


def public_directory(city_id: int, search: str = "", *, at: datetime | None = None) -> tuple[OfficeGroup, ...]:
    """Officials with a public number, by office in the city's order.

    search: every word must be found in the name (characters, pinyin or its initials), title, office, duties or number.
    """
    at = at or timezone.now()
    words = _search_words(search)
    by_office: dict[int, list[PublicOfficial]] = defaultdict(list)
    for official, pinyin in _public(city_id, at):
        if all(_matches(word, official, pinyin) for word in words):
            by_office[official.office_id].append(official)
    return tuple(
        OfficeGroup(office.pk, office.name, office.kind, depth, tuple(by_office[office.pk]))
        for office, depth in offices_in_order(city_id)
        if office.pk in by_office
    )


def official_page(city_id: int, official_id: int, *, at: datetime | None = None) -> OfficialPage | None:
    """One official's public page; None when he has no public number."""
    at = at or timezone.now()
    found = {official.official_id: official for official, _ in _public(city_id, at, only=official_id)}
    official = found.get(official_id)
    if official is None:
        return None
    superior = next((one for one, _ in _public(city_id, at, only=official.superior_id or 0)), None)
    return OfficialPage(official, superior)


def public_line(city_id: int, line_id: int, *, at: datetime | None = None) -> tuple[PublicOfficial, PublicLine] | None:
    """A public line and whose it is, for a QR code or a contact card."""
    owner = Line.objects.filter(pk=line_id, city_id=city_id).values_list("official_id", flat=True).first()
    for official, _ in _public(city_id, at or timezone.now(), only=owner or 0):
        for line in official.lines:
            if line.line_id == line_id:
                return official, line
    return None


def presence_of(official_id: int, at: datetime) -> PresenceNow:
    """What the official is doing, as far as he or his calendar says."""
    rows = PresenceSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), official_id=official_id, since__lt=at + SOON
    ).values_list("state", "source", "since", "until")
    return presence_now(
        (Span(Presence(state), PresenceSource(source), since, until) for state, source, since, until in rows), at
    )


def published(on: date) -> Q:
    """The condition that a line may be shown to the public on a day."""
    return Q(
        Q(published_until__isnull=True) | Q(published_until__gte=on),
        withdrawn_at__isnull=True,
        consented_on__isnull=False,
        published_from__lte=on,
        official__left_on__isnull=True,
    )


def quick_replies(city_id: int, official_id: int | None) -> list[QuickReply]:
    """The official's own first, then the city's."""
    mine = Q(official_id=official_id) if official_id is not None else Q(pk__in=())
    found = QuickReply.objects.filter(mine | Q(official__isnull=True), city_id=city_id)
    return sorted(found, key=lambda reply: (reply.official_id is None, reply.order, reply.pk))


def delegations(official_id: int, at: datetime) -> QuerySet[Delegate]:
    """Who takes the official's lines now or later."""
    return Delegate.objects.filter(line__official_id=official_id, until__gt=at, ended_at__isnull=True).order_by("since")


def calendar_of(official_id: int) -> CalendarFeed | None:
    """Where presence is read from, when it last was, and what is wrong with it."""
    return CalendarFeed.objects.filter(official_id=official_id).first()


def _public(city_id: int, at: datetime, *, only: int | None = None) -> list[tuple[PublicOfficial, str]]:
    rows = Line.objects.filter(published(legal_day(at)), city_id=city_id)
    if only is not None:
        rows = rows.filter(official_id=only)
    rows = rows.select_related("official__office").order_by("official__order", "official_id", "id")
    lines: dict[int, list[PublicLine]] = defaultdict(list)
    officials: dict[int, Official] = {}
    for line in rows:
        officials[line.official_id] = line.official
        lines[line.official_id].append(
            PublicLine(
                line_id=line.pk,
                number=line.number,
                shown=numbers.pretty(line.number),
                hours=hours_in_words(line.opening_hours),
                open_now=_open(line.opening_hours, at),
            )
        )
    return [
        (
            PublicOfficial(
                official_id=one.pk,
                name=one.name,
                title=one.title,
                full_title=full_title(one.office.name, one.office.kind, one.title),
                duties=one.duties,
                office_id=one.office_id,
                office=one.office.name,
                lines=tuple(lines[one.pk]),
                superior_id=one.superior_id,
            ),
            one.pinyin,
        )
        for one in officials.values()
    ]


def _open(opening_hours: str, at: datetime) -> bool:
    try:
        return Hours.parse(opening_hours).is_open(at)
    except HoursUnreadable:
        return True


def offices_in_order(city_id: int) -> list[tuple[Office, int]]:
    """Offices depth first, each level in its own order."""
    children: dict[int | None, list[Office]] = defaultdict(list)
    for office in Office.objects.filter(city_id=city_id).order_by("order", "id"):
        children[office.parent_id].append(office)
    found: list[tuple[Office, int]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for office in children[parent_id]:
            found.append((office, depth))
            walk(office.pk, depth + 1)

    walk(None, 0)
    return found


def _search_words(search: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", search).lower().replace("ü", "v")[:100]
    plain = re.sub(r"(?<=[a-z])['’ ]+(?=[a-z])", "", plain)  # xie li is xieli
    return [word for word in re.split(r"[\s,，、]+", plain) if word]


def _matches(word: str, official: PublicOfficial, pinyin: str) -> bool:
    if word.isascii():
        if word.isdigit():
            return len(word) >= 3 and any(word in line.number for line in official.lines)
        spelled = word.replace("lyu", "lv").replace("nyu", "nv")
        if any(key.startswith(spelled) for key in pinyin.split()) or (len(spelled) >= 3 and spelled in pinyin):
            return True
        return len(spelled) >= 4 and spelled in search_key(official.office)
    said = f"{official.name} {official.office} {official.full_title} {official.title} {official.duties}".lower()
    return word in said
