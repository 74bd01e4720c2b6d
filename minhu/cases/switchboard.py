"""All lines at one glance: who rings, who talks, since when, how many wait, and whether the official would be rung.

Four questions however many lines and calls there are. Of a matter the viewer may not see, he sees that the line is
busy and nothing of who is on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from minhu.cases.authority import hidden_from
from minhu.cases.models import Contact
from minhu.cases.rows import shown
from minhu.directory.glance import away_now
from minhu.directory.models import Line
from minhu.directory.naming import full_title
from minhu.intake.models import Call
from minhu.intake.scope import OF_CITIZENS, NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.words import Role

MOST_LINES = 400
MOST_CALLS = 400


@dataclass(frozen=True, slots=True)
class LineNow:
    """One line. away: the official would not be rung now. state: "" while it is free, else ringing or talking.

    who: the caller of the oldest call on it, masked; since: when he was answered, or began to ring. waiting: how many
    more ring at the same time.
    """

    line_id: int
    number: str
    official: str
    office: str
    away: bool
    state: str = ""
    who: str = ""
    since: datetime | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    lines: tuple[LineNow, ...]
    ringing: int
    talking: int
    free: int


def switchboard(viewer: Viewer, at: datetime) -> Board:
    """The lines of the offices whose staff the viewer is, always in the same order. Raises: NotYours."""
    scope = scope_of(viewer, (Role.STAFF, Role.SUPERVISOR))
    if viewer.account_id is None or not viewer.has(Role.STAFF, Role.SUPERVISOR):
        raise NotYours
    here = Line.objects.filter(city_id=viewer.city_id, withdrawn_at=None)
    if not scope.whole_city:
        here = here.filter(official__office_id__in=scope.offices)
    lines = list(here.select_related("official__office").order_by("official__office__name", "id")[:MOST_LINES])
    calls = _calls(viewer, [line.pk for line in lines])
    away = away_now(viewer.city_id, at)
    rows = tuple(_row(line, calls.get(line.pk, ()), away) for line in lines)
    return Board(
        lines=rows,
        ringing=sum((one.state == "ringing") + one.waiting for one in rows),
        talking=sum(one.state == "talking" for one in rows),
        free=sum(not one.state for one in rows),
    )


@dataclass(frozen=True, slots=True)
class _Live:
    call: Call
    kept: bool


def _calls(viewer: Viewer, lines: list[int]) -> dict[int | None, list[_Live]]:
    """Calls that are on now, by line, the one that was answered first."""
    alive = Call.objects.filter(OF_CITIZENS, city_id=viewer.city_id, line__in=lines, ended_at=None)
    found = list(alive.select_related("citizen").order_by("received_at")[:MOST_CALLS])
    kept = set(_kept(viewer, found)) if found else set()
    by_line: dict[int | None, list[_Live]] = {}
    for call in sorted(found, key=lambda one: one.answered_at is None):
        by_line.setdefault(call.line_id, []).append(_Live(call, call.pk in kept))
    return by_line


def _kept(viewer: Viewer, calls: Iterable[Call]) -> Iterable[object]:
    """The calls whose matter is kept from the viewer."""
    contacts = Contact.objects.filter(call__in=[one.pk for one in calls], case__in=hidden_from(viewer))
    return contacts.values_list("call_id", flat=True)


def _row(line: Line, calls: Iterable[_Live], away: frozenset[int]) -> LineNow:
    official, office, live = line.official, line.official.office, list(calls)
    title = full_title(office.name, office.kind, official.title)
    free = LineNow(line.pk, line.number, official.name, title, official.pk in away)
    if not live:
        return free
    call, talking = live[0].call, live[0].call.answered_at is not None
    return LineNow(
        free.line_id, free.number, free.official, free.office, free.away,
        state="talking" if talking else "ringing",
        who="" if live[0].kept else shown(call.citizen),
        since=call.answered_at or call.received_at,
        waiting=sum(one.call.answered_at is None for one in live[1:]),
    )  # fmt: skip
