"""The rule that routes calls, asked for every minute of a week and every situation, and its plans written in tables.

Nothing about routing is known here: ``rules.routing.plan`` is called with all combinations of its inputs, and a span of
minutes is one entry only where it gave the same plan at both ends. Change the rule and the simulation changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import assert_never

from minhu.planner.engine.day import (
    MINUTES_A_DAY,
    MINUTES_A_WEEK,
    Busy,
    Interruptible,
    Rates,
    Window,
    free_between,
    merged,
)
from minhu.planner.engine.line_model import NOBODY, CityModel, LineModel
from minhu.rules.callbacks import QuietNow, may_ring
from minhu.rules.clock import SHANGHAI
from minhu.rules.hours import ALWAYS, Hours
from minhu.rules.plans import CallerNow, Hold, LineNow, OfferKey, Party, Plan, PresenceNow, Record, Ring, Say
from minhu.rules.presence import Span, presence_now
from minhu.rules.quiet import QUIET_FROM, QUIET_UNTIL
from minhu.rules.routing import plan
from minhu.rules.words import PartyKind, Presence, PresenceSource

ENGAGED, NO_STAFF, SPENT, DUE = 1, 2, 4, 8
"""Bits of a situation: the official is on the phone, nobody of the staff is free, his minutes are used up, the caller
was already promised a callback."""
SITUATIONS = 16
OFFICIAL, DELEGATE, STAFF, DUTY = range(4)
RING, HOLD, OFFER = 1, 2, 3
OPEN, PROTECTED, SOFT, SET_ASIDE, CALLS_BACK = 1, 2, 4, 8, 16
"""Bits of a stretch: the line is open; nobody may ring him; he is busy with what can be interrupted; an answer window
was laid over it; he calls back then."""

_GROUPS = {PartyKind.OFFICIAL: OFFICIAL, PartyKind.DEPUTY: DELEGATE, PartyKind.STAFF: STAFF, PartyKind.DUTY: DUTY}
_ME, _DEPUTY, _CLERK, _WATCH = (
    Party(kind, number, kind.value, str(number)) for number, kind in enumerate(_GROUPS, start=1)
)

_ANY = Rates((1.0,) * 336)

Step = tuple[int, int, int, int]
"""What is done, who is rung, seconds, seconds of the ring that follows a hold or a key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A plan in a stretch. due: seconds from Monday 00:00 if ``absolute``, else from the call."""

    steps: tuple[Step, ...]
    due: float
    absolute: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Minutes of the week with the same plans. entries: one for each situation."""

    start: int
    end: int
    marks: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One line, with what does not change from minute to minute."""

    line: LineModel
    city: CityModel
    hours: Hours
    meetings: tuple[Span, ...]
    delegated: frozenset[int]
    monday: datetime
    entries: dict[Entry, Entry] = field(default_factory=dict)


def stretches(line: LineModel, city: CityModel) -> tuple[Stretch, ...]:
    """The whole week of one line. Kept, for neither who calls nor who is on duty changes it."""
    week = replace(line, arrivals=_ANY, answers=1.0, delegate_answers=1.0)
    return _stretches(week, CityModel((week,), NOBODY, city.calendar, city.monday, policy=city.policy))


@lru_cache(maxsize=512)
def _stretches(line: LineModel, city: CityModel) -> tuple[Stretch, ...]:
    asked = asked_of(line, city)
    found: list[Stretch] = []
    for start, end in pairwise(_edges(line)):
        found.extend(_compiled(asked, start, end, _marks(line, start)))
    return tuple(found)


def line_at(asked: Asked, minute: int, situation: int, at: datetime) -> tuple[LineNow, CallerNow]:
    """What routing is told in a situation; ``at`` lies in that minute of the week."""
    line = asked.line
    presence = presence_now(asked.meetings, at)
    if situation & ENGAGED and presence.state is Presence.AVAILABLE:
        presence = PresenceNow(Presence.ON_CALL, None, PresenceSource.SWITCHBOARD)
    budget = None if line.budget_minutes is None else 0 if situation & SPENT else 1
    now = LineNow(
        *(1, "1", line.mode, _ME, "", presence),
        staff=() if situation & NO_STAFF else (_CLERK,),
        delegates=(_DEPUTY,) if minute in asked.delegated else (),
        duty=_WATCH if line.duty else None,
        hours=asked.hours,
        budget_left_minutes=budget,
    )
    promised = at + timedelta(hours=1) if situation & DUE else None
    return now, CallerNow(
        "+8613000000000", mobile=True, callback_due_at=promised, callback_by=_ME if promised else None
    )


def asked_of(line: LineModel, city: CityModel) -> Asked:
    monday = datetime.combine(city.monday, time(), SHANGHAI).astimezone(UTC)
    meetings = tuple(
        Span(
            Presence.MEETING,
            PresenceSource.CALENDAR,
            monday + timedelta(minutes=one.start),
            monday + timedelta(minutes=one.end),
        )
        for one in closed_to_calls(line)
    )
    delegated = frozenset(minute for one in line.delegated for minute in range(one.start, one.end))
    return Asked(line, city, _hours(line.windows), meetings, delegated, monday)


def closed_to_calls(line: LineModel) -> tuple[Window, ...]:
    """When he is not rung: in what is never interrupted, and in what may be but has no answer window laid over it."""
    closed: list[Window] = []
    for one in line.busy:
        match one.interruptible:
            case Interruptible.NEVER:
                closed.append(Window(one.start, one.end))
            case Interruptible.MAY:
                opened = [Busy(window.start, window.end) for window in line.windows or ()]
                closed.extend(free_between(opened, Window(one.start, one.end)))
            case Interruptible.CAN:
                pass
            case unknown:
                assert_never(unknown)
    return merged(closed)


def _hours(windows: tuple[Window, ...] | None) -> Hours:
    if windows is None:
        return ALWAYS
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for window in merged(windows):
        for day in range(window.start // MINUTES_A_DAY, (window.end - 1) // MINUTES_A_DAY + 1):
            midnight = day * MINUTES_A_DAY
            week[day].append((max(window.start - midnight, 0), min(window.end - midnight, MINUTES_A_DAY)))
    return Hours(tuple(tuple(day) for day in week))


def _edges(line: LineModel) -> list[int]:
    edges = {0, MINUTES_A_WEEK}
    for day in range(7):
        edges.update(day * MINUTES_A_DAY + clock.hour * 60 + clock.minute for clock in (QUIET_FROM, QUIET_UNTIL))
    spans: list[Window | Busy] = [*line.busy, *(line.windows or ()), *line.delegated, *(line.callbacks or ())]
    for one in spans:
        edges.update((one.start, one.end))
    return sorted(edges)


def _marks(line: LineModel, minute: int) -> int:
    set_aside = line.windows is not None and _inside(minute, line.windows)
    protected = [one for one in line.busy if one.interruptible is Interruptible.NEVER]
    soft = [one for one in line.busy if one.interruptible is not Interruptible.NEVER]
    awake = _awake(minute)
    may_be_rung = set_aside or line.windows is None
    calling = may_be_rung if line.callbacks is None else _inside(minute, line.callbacks)
    return (
        OPEN * (awake and may_be_rung)
        | PROTECTED * _inside(minute, protected)
        | SOFT * _inside(minute, soft)
        | SET_ASIDE * set_aside
        | CALLS_BACK * (awake and calling and not _inside(minute, closed_to_calls(line)))
    )


def _inside(minute: int, spans: Iterable[Window | Busy]) -> bool:
    return any(one.start <= minute < one.end for one in spans)


def _awake(minute: int) -> bool:
    """Whether citizens may be called then."""
    try:
        may_ring(datetime(2024, 1, 1, minute // 60 % 24, minute % 60, tzinfo=SHANGHAI))
    except QuietNow:
        return False
    return True


def _compiled(asked: Asked, start: int, end: int, marks: int) -> list[Stretch]:
    """One stretch, or its halves where the rule says different things at its ends."""
    entries: list[Entry] = []
    for situation in range(SITUATIONS):
        entry = _entry(asked, start, end, situation, entries)
        if entry is None and end - start > 1:
            middle = (start + end) // 2
            return [*_compiled(asked, start, middle, marks), *_compiled(asked, middle, end, marks)]
        entries.append(entry or _one(asked, start, situation))
    return [Stretch(start, end, marks, tuple(entries))]


def _entry(asked: Asked, start: int, end: int, situation: int, before: list[Entry]) -> Entry | None:
    """The plan of the whole span, None when its ends differ."""
    if situation & SPENT and asked.line.budget_minutes is None:
        return before[situation ^ SPENT]
    first, last = _plan(asked, start * 60, situation), _plan(asked, end * 60 - 1, situation)
    steps = steps_of(first)
    if steps != steps_of(last):
        return None
    due, later = _seconds(asked, first), _seconds(asked, last)
    for entry in (Entry(steps, due, True), Entry(steps, due - start * 60, False)):
        if later == entry.due + (0 if entry.absolute else end * 60 - 1):
            return asked.entries.setdefault(entry, entry)
    return None


def _one(asked: Asked, minute: int, situation: int) -> Entry:
    made = _plan(asked, minute * 60, situation)
    return Entry(steps_of(made), _seconds(asked, made), True)


def _plan(asked: Asked, second: int, situation: int) -> Plan:
    at = asked.monday + timedelta(seconds=second)
    line, caller = line_at(asked, second // 60, situation, at)
    return plan(line, caller, at=at, calendar=asked.city.calendar, policy=asked.city.policy)


def _seconds(asked: Asked, made: Plan) -> float:
    return (made.promise.due_at - asked.monday).total_seconds()


def steps_of(made: Plan) -> tuple[Step, ...]:
    """What matters to who is reached and when; prompts and the recorder come when nobody is rung any more."""
    steps: list[Step] = []
    for step in made.steps:
        match step:
            case Ring(parties=parties, seconds=seconds):
                steps.append((RING, _GROUPS[parties[0].kind], seconds, 0))
            case Hold(seconds=seconds, then=then):
                steps.append((HOLD, _GROUPS[then.parties[0].kind], seconds, then.seconds))
            case OfferKey(seconds=seconds, then=rings):
                steps += [(OFFER, _GROUPS[ring.parties[0].kind], seconds, ring.seconds) for ring in rings]
            case Say() | Record():
                pass
            case unknown:
                assert_never(unknown)
    return tuple(steps)
