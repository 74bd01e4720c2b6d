"""What the direct lines' loop reads (City) and changes (Room), and the columns of what it counts."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.kernels.chance import Streams, Table
from minhu.planner.engine.kernels.compiling import compiled
from minhu.planner.engine.kernels.heap import Items, Times
from minhu.planner.engine.kernels.waits import BINS

LINES, STRETCHES, PLANS, STEPS = 256, 1024, 512, 8
WEEK_MINUTES, HALF_HOURS = 10_080, 336
WEEK, DAY, HOUR = 604_800.0, 86_400.0, 3_600.0
PEOPLE, EVENTS = 1 << 16, 1 << 18

Short = npt.NDArray[np.int16]

CALLERS, TEXTED, FIRST_OFFICIAL, FIRST_DELEGATE, FIRST_STAFF, FIRST_DUTY, FIRST_PROMISED, FIRST_UNFINISHED = range(8)
REACHED_OFFICIAL, REACHED_DELEGATE, REACHED_STAFF, REACHED_DUTY, CALLED_BACK, UNREACHABLE, UNFINISHED = range(8, 15)
CALLS, IN_HOURS, IN_HOURS_SOON, WITHIN_DAY, WAIT_SUM, PROMISES, KEPT, LATE, TRIED, PENDING = range(15, 25)
TALK_SECONDS, CALLBACK_SECONDS, RINGS, INTERRUPTIONS, BROKEN, OVERRUN_SECONDS, LONGEST_DAY = range(25, 32)
DELEGATE_SECONDS, STAFF_SECONDS, TEXT_SECONDS, CONTACTED, CONTACT_LATE = range(32, 37)
COLUMNS = 37
"""FIRST_*: what became of a caller's first call. REACHED_*, CALLED_BACK, UNREACHABLE, UNFINISHED: how he first spoke to
a person, if at all. KEPT, LATE, TRIED, PENDING: what became of the promises. CONTACTED, CONTACT_LATE: whether who
was promised was first called back, picked up or not, or got through himself, on the day on which that was due: within a
working day, for no promise is due later than on the next one."""


class City:
    """A checked model as the loop reads it. Durations in seconds, rates per second; laws of three numbers each."""

    lines: int
    horizon: float
    rates: Annotated[Table, (LINES, HALF_HOURS)]
    stretch_of: Annotated[Short, (LINES, WEEK_MINUTES)]
    ends: Annotated[Table, (LINES, STRETCHES)]
    marks: Annotated[Short, (LINES, STRETCHES)]
    plan_of: Annotated[Short, (LINES, STRETCHES, 16)]
    due: Annotated[Table, (LINES, STRETCHES, 16)]
    absolute: Annotated[Short, (LINES, STRETCHES, 16)]
    steps: Annotated[Items, (PLANS, STEPS, 4)]
    budget: Annotated[Table, LINES]
    answers: Annotated[Table, (LINES, 4)]
    staff: Annotated[Items, HALF_HOURS]
    talk: Annotated[Table, 3]
    wrap_up: Annotated[Table, 3]
    pick_up: Annotated[Table, 3]
    patience: Annotated[Table, 3]
    redial_delay: Annotated[Table, 3]
    text_work: Annotated[Table, 3]
    not_reached: Annotated[Table, 3]
    redials: float
    most_calls: int
    texts: float
    urgent: float
    reached: float
    attempts: int
    soon: float


class Room:
    """What is going on. A person's slot is used again once he was reached or is lost; ``next_owed`` links who is owed a
    callback on a line. An event counts only if its time is the one noted with the person or line."""

    streams: Annotated[Streams, LINES]
    scratch: Annotated[Streams, 1]
    times: Annotated[Times, EVENTS]
    items: Annotated[Items, EVENTS]
    events: int
    talking: int
    number: Annotated[Items, LINES]
    engaged_until: Annotated[Times, LINES]
    delegate_until: Annotated[Times, LINES]
    day: Annotated[Items, LINES]
    day_talk: Annotated[Table, LINES]
    day_all: Annotated[Table, LINES]
    holding: Annotated[Items, LINES]
    owed: Annotated[Items, LINES]
    owed_at: Annotated[Times, LINES]
    free: Annotated[Items, PEOPLE]
    frees: int
    used: int
    line: Annotated[Items, PEOPLE]
    key: Annotated[Streams, PEOPLE]
    first_at: Annotated[Times, PEOPLE]
    started_at: Annotated[Times, PEOPLE]
    hangs_up_at: Annotated[Times, PEOPLE]
    event_at: Annotated[Times, PEOPLE]
    redial_at: Annotated[Times, PEOPLE]
    due_at: Annotated[Times, PEOPLE]
    not_before: Annotated[Times, PEOPLE]
    state: Annotated[Items, PEOPLE]
    calls: Annotated[Items, PEOPLE]
    plan: Annotated[Items, PEOPLE]
    step: Annotated[Items, PEOPLE]
    rung: Annotated[Items, PEOPLE]
    answered: Annotated[Items, PEOPLE]
    promised: Annotated[Items, PEOPLE]
    attempts: Annotated[Items, PEOPLE]
    next_owed: Annotated[Items, PEOPLE]
    row: Annotated[Table, (LINES, COLUMNS)]
    bins: Annotated[Items, BINS]


@compiled
def stretch_at(city: City, line: int, now: float) -> int:
    """Which stretch of the line's week it is."""
    return int(city.stretch_of[line, int(now // 60.0) % WEEK_MINUTES])


@compiled
def marks_at(city: City, line: int, now: float) -> int:
    return int(city.marks[line, stretch_at(city, line, now)])


@compiled
def stretch_ends(city: City, line: int, now: float) -> float:
    """When the stretch ends, an instant."""
    return float(now // WEEK * WEEK + city.ends[line, stretch_at(city, line, now)])


@compiled
def next_marked(city: City, line: int, now: float, mark: int) -> float:
    """The first instant from now on in a stretch with the mark; infinite when the whole week has none."""
    at = now
    while at < now + WEEK + DAY:
        if marks_at(city, line, at) & mark:
            return at
        at = stretch_ends(city, line, at)
    return np.inf


@compiled
def marked_seconds(city: City, line: int, start: float, end: float, mark: int) -> float:
    """How much of the span lies in stretches with the mark."""
    total = 0.0
    at = start
    while at < end:
        until = min(stretch_ends(city, line, at), end)
        if marks_at(city, line, at) & mark:
            total += until - at
        at = until
    return total
