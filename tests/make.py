"""Builders for tests: the smallest city in which a sentence about a citizen or an official is true.

Each call makes new rows with names and numbers of their own; say only what the test is about.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

from minhu.audit import privacy
from minhu.directory import versions
from minhu.directory.models import Account, Desk, Line, Office, Official, PresenceSpan, RoleGrant
from minhu.directory.naming import search_key
from minhu.intake import codes
from minhu.intake.citizens import citizen_of, thread_of
from minhu.intake.models import Call, Citizen, Text
from minhu.rules.access import Grant, Viewer
from minhu.rules.words import (
    CallState,
    Direction,
    LineMode,
    OfficeKind,
    PartyKind,
    Presence,
    PresenceSource,
    PromiseKind,
    Role,
    TextState,
)

MONDAY_10 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A working Monday, ten in the morning in Shanghai."""

_numbers = itertools.count(1)


def number() -> str:
    """A mobile number that nobody has: 154 is not given to any carrier. Tests that spell a number out use 1540."""
    return f"+861549{next(_numbers):07d}"


def city(name: str = "安澜市") -> Office:
    """A city, the root of its tree."""
    made = Office.objects.create(name=name, kind=OfficeKind.CITY.value)
    made.city = made
    made.save(update_fields=["city"])
    return made


def office(parent: Office, name: str = "", kind: OfficeKind = OfficeKind.DEPARTMENT) -> Office:
    """A unit below another."""
    return Office.objects.create(
        city_id=parent.root_id, parent=parent, name=name or f"第{next(_numbers)}局", kind=kind.value
    )


def official(
    office: Office, name: str = "王明", title: str = "", *, handset: str | None = None, superior: Official | None = None
) -> Official:
    """An official with a private handset. handset: "" for one without."""
    private = number() if handset is None else handset
    made = Official.objects.create(
        city_id=office.root_id,
        office=office,
        name=name,
        pinyin=search_key(name),
        title=title or f"第{next(_numbers)}副局长",
        duties="负责日常工作。",
        superior=superior,
        handset_sealed=privacy.seal(private) if private else None,
        handset_key=privacy.lookup_key(private) if private else None,
    )
    versions.bump()
    return made


def line(
    official: Official,
    *,
    number: str | None = None,
    mode: LineMode = LineMode.FRONT,
    opening_hours: str = "",
    published_from: date | None = date(2026, 1, 5),
) -> Line:
    """A line of an official; published with consent, unless published_from is None."""
    made = Line.objects.create(
        city_id=official.city_id,
        official=official,
        number=number or _fresh_number(),
        mode=mode.value,
        opening_hours=opening_hours,
        consented_on=date(2026, 1, 4) if published_from else None,
        published_from=published_from,
    )
    versions.bump()
    return made


def desk(
    office: Office, name: str = "", *, duty: bool = False, duty_hours: str = "", number: str | None = None
) -> Desk:
    """A phone of the staff; duty: the night duty officer."""
    made = Desk.objects.create(
        city_id=office.root_id,
        office=office,
        name=name or f"{next(_numbers)}号座席",
        number_sealed=privacy.seal(number or _fresh_number()),
        duty=duty,
        duty_hours=duty_hours,
    )
    versions.bump()
    return made


def busy(
    official: Official,
    state: Presence = Presence.MEETING,
    *,
    since: datetime = MONDAY_10,
    lasts: timedelta | None = timedelta(hours=1),
    source: PresenceSource = PresenceSource.CALENDAR,
) -> PresenceSpan:
    """The official is doing this from ``since``; lasts None: until said otherwise."""
    made = PresenceSpan.objects.create(
        official=official, state=state.value, source=source.value, since=since, until=since + lasts if lasts else None
    )
    versions.bump()
    return made


def account(
    office: Office, *roles: Role, official: Official | None = None, username: str = "", password: str = ""
) -> Account:
    """A person who signs in, holding the roles for the office and all below."""
    made = Account(
        username=username or f"u{next(_numbers)}", official=official, display_name=official.name if official else ""
    )
    if password:
        made.set_password(password)
    else:
        made.set_unusable_password()
    made.save()
    RoleGrant.objects.bulk_create(RoleGrant(account=made, role=role.value, office=office) for role in roles)
    return made


def viewer(office: Office, *roles: Role, official: Official | None = None) -> Viewer:
    """Somebody signed in, with an account behind him; an official has one account, however often he is asked for."""
    known = Account.objects.filter(official=official).first() if official else None
    made = known or account(office, *roles, official=official)
    return Viewer(
        account_id=made.pk,
        name=str(made),
        city_id=office.root_id,
        grants=tuple(Grant(role, office.pk) for role in roles),
        official_id=official.pk if official else None,
    )


def citizen(city: Office, number_: str = "", *, at: datetime = MONDAY_10) -> Citizen:
    """A citizen with a mobile number of his own."""
    return citizen_of(city.pk, number_ or number(), at)


def call(
    line: Line,
    citizen: Citizen | None,
    *,
    answered_by: PartyKind | None = None,
    talk_seconds: float = 60.0,
    at: datetime = MONDAY_10,
    direction: Direction = Direction.INBOUND,
    code: str = "",
) -> Call:
    """A call that has ended; one that nobody answered holds the promise of a callback within two hours."""
    ended = at + timedelta(seconds=20 + (talk_seconds if answered_by else 0))
    missed = answered_by is None and direction is Direction.INBOUND
    return Call.objects.create(
        city_id=line.city_id,
        line=line,
        citizen=citizen,
        direction=direction.value,
        state=(CallState.ANSWERED if answered_by else CallState.DIVERTED).value,
        dialled=line.number,
        received_at=at,
        ringing_at=at,
        answered_at=at + timedelta(seconds=20) if answered_by else None,
        ended_at=ended,
        ring_seconds=20.0,
        talk_seconds=talk_seconds if answered_by else None,
        answered_by_kind=answered_by.value if answered_by else "",
        answered_by_id=line.official_id if answered_by is PartyKind.OFFICIAL else None,
        answered_by_name=line.official.name if answered_by is PartyKind.OFFICIAL else "",
        code=code or (codes.allot()[0] if missed else ""),
        promise_kind=PromiseKind.CALL_BACK.value if missed else "",
        promise_due_at=at + timedelta(hours=2) if missed else None,
        promise_owner_kind=PartyKind.OFFICIAL.value if missed else "",
        promise_owner_id=line.official_id if missed else None,
    )


def text(line: Line | None, citizen: Citizen, body: str, *, at: datetime = MONDAY_10) -> Text:
    """A text a citizen sent to a line; None: to a number that is not published."""
    return Text.objects.create(
        city_id=citizen.city_id,
        thread=thread_of(citizen, line.pk if line else None, at),
        direction=Direction.INBOUND.value,
        state=TextState.RECEIVED.value,
        body=body,
        at=at,
    )


def _fresh_number() -> str:
    return number()
