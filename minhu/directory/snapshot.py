"""The directory as the switch knows it: a frozen copy in memory, asked by a ringing phone without a query.

``load`` reads it with a handful of queries; ``current_version`` tells cheaply whether it must be read again. What
depends on the hour (presence, opening, who is on duty) is worked out at the moment asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog
from django.db.models import Q

from minhu.audit import privacy
from minhu.directory import versions
from minhu.directory.models import Delegate, Desk, Line, Office, Official, PresenceSpan
from minhu.directory.naming import full_title
from minhu.rules.hours import ALWAYS, Hours, HoursUnreadable
from minhu.rules.plans import LineNow, Party
from minhu.rules.presence import Span, presence_now
from minhu.rules.words import LineMode, PartyKind, Presence, PresenceSource

log = structlog.get_logger(__name__)

PRESENCE_AHEAD = timedelta(days=3)
READ_AGAIN_AFTER = timedelta(days=1)
"""A copy older than this is read again even when nothing changed: it holds presence for PRESENCE_AHEAD only."""

current_version = versions.current


@dataclass(frozen=True, slots=True)
class Post:
    """One official. spans: what is known of his presence for the next days, earliest first."""

    party: Party
    city_id: int
    office_id: int
    title: str
    superior_id: int | None
    daily_call_minutes: int | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """One desk of the staff."""

    party: Party
    city_id: int
    office_id: int
    hours: Hours
    duty: bool
    out: bool

    def on_duty(self, at: datetime) -> bool:
        return not self.out and self.hours.is_open(at)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Somebody takes a line from ``since`` to ``until``. party.id is the delegate's row."""

    party: Party
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One published line, in use or withdrawn. seats, duty: levels of desks, nearest office first."""

    line_id: int
    city_id: int
    number: str
    mode: LineMode
    hours: Hours
    withdrawn: bool
    post: Post
    arrangements: tuple[Arrangement, ...]
    seats: tuple[tuple[Seat, ...], ...]
    duty: tuple[tuple[Seat, ...], ...]

    def now(self, at: datetime) -> LineNow:
        """All that routing needs at an instant. Whether the official is on a call, who of the staff is free, and what
        he has left of his daily minutes, the switch knows and puts in."""
        return LineNow(
            line_id=self.line_id,
            number=self.number,
            mode=self.mode,
            official=self.post.party,
            title=self.post.title,
            presence=presence_now(self.post.spans, at),
            staff=tuple(seat.party for seat in _nearest_on_duty(self.seats, at)),
            delegates=tuple(one.party for one in self.arrangements if one.since <= at < one.until),
            duty=next((seat.party for seat in _nearest_on_duty(self.duty, at)), None),
            hours=self.hours,
            budget_left_minutes=self.post.daily_call_minutes,
        )


@dataclass(frozen=True, slots=True)
class Directory:
    """The frozen copy. by_number: lines in use, by E.164 number; lines: all of them, by id."""

    version: int
    read_at: datetime
    by_number: Mapping[str, Listed] = field(default_factory=dict)
    lines: Mapping[int, Listed] = field(default_factory=dict)
    posts: Mapping[int, Post] = field(default_factory=dict)
    seats: Mapping[int, Seat] = field(default_factory=dict)

    def line_now(self, number: str, at: datetime) -> LineNow | None:
        """The line of a number (E.164) at an instant; None when it is not, or no longer, one of ours."""
        listed = self.by_number.get(number)
        return listed.now(at) if listed else None

    def line_by_id(self, line_id: int, at: datetime) -> LineNow | None:
        """As ``line_now``, by id; withdrawn lines are found too, because callbacks may still be owed on them."""
        listed = self.lines.get(line_id)
        return listed.now(at) if listed else None

    def city_of(self, line_id: int) -> int | None:
        listed = self.lines.get(line_id)
        return listed.city_id if listed else None

    def desks_on_duty(self, at: datetime, city_id: int | None = None) -> tuple[Party, ...]:
        """Staff who can be rung now, of one city or of all; the night duty officers are not among them."""
        return tuple(
            seat.party
            for seat in self.seats.values()
            if not seat.duty and city_id in (None, seat.city_id) and seat.on_duty(at)
        )

    def party(self, kind: PartyKind, party_id: int) -> Party | None:
        """Who a stored kind and id stand for, with the number to dial."""
        match kind:
            case PartyKind.OFFICIAL:
                post = self.posts.get(party_id)
                return post.party if post else None
            case PartyKind.STAFF | PartyKind.DUTY:
                seat = self.seats.get(party_id)
                return seat.party if seat else None
            case _:
                return None

    def is_stale(self, at: datetime) -> bool:
        """Whether the copy must be read again although its version still stands."""
        return at - self.read_at > READ_AGAIN_AFTER


EMPTY_VERSION = -1
"""Version of a copy that was never read, lower than any real one."""


def empty(at: datetime) -> Directory:
    """A directory without lines, to start with while the database is away."""
    return Directory(EMPTY_VERSION, at)


def load(at: datetime) -> Directory:
    """Read all cities' lines. Seven queries.

    The version is read first and parents after their children: what changes meanwhile is seen at the next look.
    """
    version = versions.current()
    lines = list(
        Line.objects.order_by("id").values_list(
            "id", "city_id", "number", "mode", "opening_hours", "withdrawn_at", "official_id"
        )
    )
    spans, arrangements, seats = _spans(at), _arrangements(at), _seats()
    posts = _posts(spans)
    chains = _Chains(seats)
    hours = _HoursRead()
    listed = {
        row[0]: Listed(
            line_id=row[0],
            city_id=row[1],
            number=row[2],
            mode=LineMode(row[3]) if posts[row[6]].party.number else LineMode.BACKSTOP,
            hours=hours.of(row[4]),
            withdrawn=row[5] is not None,
            post=posts[row[6]],
            arrangements=arrangements.get(row[0], ()),
            seats=chains.seats(posts[row[6]].office_id),
            duty=chains.duty(posts[row[6]].office_id),
        )
        for row in lines
    }
    return Directory(
        version=version,
        read_at=at,
        by_number=MappingProxyType({one.number: one for one in listed.values() if not one.withdrawn}),
        lines=MappingProxyType(listed),
        posts=MappingProxyType(posts),
        seats=MappingProxyType({seat.party.id: seat for seat in seats}),
    )


class _Chains:
    """Desks by office, the office's own first, then those above. Each office is worked out once."""

    def __init__(self, seats: list[Seat]) -> None:
        self._parents = dict(Office.objects.values_list("id", "parent_id"))
        self._at: dict[int, list[Seat]] = defaultdict(list)
        for seat in seats:
            self._at[seat.office_id].append(seat)
        self._seats: dict[int, tuple[tuple[Seat, ...], ...]] = {}
        self._duty: dict[int, tuple[tuple[Seat, ...], ...]] = {}

    def seats(self, office_id: int) -> tuple[tuple[Seat, ...], ...]:
        if office_id not in self._seats:
            self._seats[office_id] = self._levels(office_id, duty=False)
        return self._seats[office_id]

    def duty(self, office_id: int) -> tuple[tuple[Seat, ...], ...]:
        if office_id not in self._duty:
            self._duty[office_id] = self._levels(office_id, duty=True)
        return self._duty[office_id]

    def _levels(self, office_id: int, *, duty: bool) -> tuple[tuple[Seat, ...], ...]:
        levels: list[tuple[Seat, ...]] = []
        here: int | None = office_id
        seen: set[int] = set()
        while here is not None and here not in seen:
            seen.add(here)
            if level := tuple(seat for seat in self._at.get(here, ()) if seat.duty is duty):
                levels.append(level)
            here = self._parents.get(here)
        return tuple(levels)


class _HoursRead:
    """Hours by their text, each read once. What cannot be read counts as always: a line is never closed by a slip."""

    def __init__(self) -> None:
        self._read: dict[str, Hours] = {}

    def of(self, text: str) -> Hours:
        if text not in self._read:
            try:
                self._read[text] = Hours.parse(text)
            except HoursUnreadable:
                log.warning("hours_unreadable", text=text)
                self._read[text] = ALWAYS
        return self._read[text]


def _nearest_on_duty(levels: tuple[tuple[Seat, ...], ...], at: datetime) -> tuple[Seat, ...]:
    for level in levels:
        if on_duty := tuple(seat for seat in level if seat.on_duty(at)):
            return on_duty
    return ()


def _spans(at: datetime) -> dict[int, tuple[Span, ...]]:
    rows = (
        PresenceSpan.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lt=at + PRESENCE_AHEAD)
        .order_by("since", "id")
        .values_list("official_id", "state", "source", "since", "until")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for official_id, state, source, since, until in rows:
        found[official_id].append(Span(Presence(state), PresenceSource(source), since, until))
    return {official_id: tuple(spans) for official_id, spans in found.items()}


def _arrangements(at: datetime) -> dict[int, tuple[Arrangement, ...]]:
    rows = (
        Delegate.objects.filter(until__gt=at, ended_at__isnull=True)
        .order_by("since", "id")
        .values_list("id", "line_id", "name", "number_sealed", "since", "until")
    )
    found: dict[int, list[Arrangement]] = defaultdict(list)
    for row_id, line_id, name, sealed, since, until in rows:
        if number := _unseal(sealed, "delegate", row_id):
            found[line_id].append(Arrangement(Party(PartyKind.DEPUTY, row_id, name, number), since, until))
    return {line_id: tuple(ones) for line_id, ones in found.items()}


def _seats() -> list[Seat]:
    rows = (
        Desk.objects.filter(removed_at__isnull=True)
        .order_by("id")
        .values_list("id", "city_id", "office_id", "name", "number_sealed", "duty_hours", "duty", "out_since")
    )
    hours = _HoursRead()
    seats = []
    for row_id, city_id, office_id, name, sealed, duty_hours, duty, out_since in rows:
        if number := _unseal(sealed, "desk", row_id):
            party = Party(PartyKind.DUTY if duty else PartyKind.STAFF, row_id, name, number)
            seats.append(Seat(party, city_id, office_id, hours.of(duty_hours), duty, out_since is not None))
    return seats


def _posts(spans: Mapping[int, tuple[Span, ...]]) -> dict[int, Post]:
    rows = Official.objects.order_by("id").values_list(
        "id", "city_id", "office_id", "name", "title", "superior_id", "daily_call_minutes", "handset_sealed",
        "office__name", "office__kind",
    )  # fmt: skip
    posts = {}
    for row_id, city_id, office_id, name, title, superior_id, minutes, sealed, office, kind in rows:
        number = _unseal(sealed, "official", row_id) if sealed else ""
        posts[row_id] = Post(
            party=Party(PartyKind.OFFICIAL, row_id, name, number),
            city_id=city_id,
            office_id=office_id,
            title=full_title(office, kind, title),
            superior_id=superior_id,
            daily_call_minutes=minutes,
            spans=spans.get(row_id, ()),
        )
    return posts


def _unseal(sealed: bytes | memoryview, whose: str, row_id: int) -> str:
    try:
        return privacy.unseal(sealed)
    except privacy.PrivacyError as fault:
        # one unreadable number must not take the whole line down: the call goes to whoever comes next
        log.error("number_unreadable", whose=whose, id=row_id, fault=str(fault))  # noqa: TRY400 - the cause is told
        return ""
