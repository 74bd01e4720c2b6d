"""Words of the planner, and how the windows of a week are written as opening hours."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from minhu.rules.hours import DAYS

LONGEST_HOURS = 200
"""Characters that a line keeps its opening hours in."""

MINUTES_A_DAY = 24 * 60
MOST_HOURS_A_WEEK = 60
"""Of one of the staff; the law's forty are what is usual."""

Spans = tuple[tuple[int, int], ...]
"""Windows of a day, minutes from midnight, half-open."""


class Answer(StrEnum):
    """What became of proposed windows: taken as they are, taken otherwise, not wanted, or a newer proposal came."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    DECLINED = "declined"
    REPLACED = "replaced"


TAKEN = (Answer.ACCEPTED, Answer.CHANGED)


class StandInAnswer(StrEnum):
    """What became of a proposed deputy: he takes the line, or staff answer as always."""

    NONE = ""
    ARRANGED = "arranged"
    DECLINED = "declined"


class Task(StrEnum):
    """What is planned anew when its inputs change: the calls back of a day, the windows of a week."""

    DAY = "day"
    WINDOWS = "windows"


class Measure(StrEnum):
    """What proposed windows are expected to change, as told to people; see ``engine.proposal.Effect``."""

    IN_PERSON = "in_person"
    SOON = "soon"
    KEPT = "kept"
    WAIT_SECONDS = "wait_seconds"
    OWN_MINUTES_A_DAY = "own_minutes_a_day"
    INTERRUPTIONS_A_WEEK = "interruptions_a_week"
    BROKEN_A_WEEK = "broken_a_week"


class Finding(StrEnum):
    """What a week says of the forecast."""

    AS_EXPECTED = "as_expected"
    UNUSUAL_WEEK = "unusual_week"
    DRIFTED = "drifted"


def written(week: Sequence[Spans]) -> str:
    """Seven days' windows, Monday first, as ``rules.hours`` reads them; days in a row that are alike become one."""
    parts, first = [], 0
    for spans, days in groupby(week):
        last = first + len(list(days)) - 1
        if spans:
            name = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
            parts.append(f"{name} {' '.join(f'{clock(start)}-{clock(end)}' for start, end in spans)}")
        first = last + 1
    return "; ".join(parts)


def stricter(limit: int | None, other: int | None) -> int | None:
    """The smaller of two limits, each None for none."""
    return min((one for one in (limit, other) if one is not None), default=None)


def clock(minute: int) -> str:
    """Minutes from midnight as 08:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
