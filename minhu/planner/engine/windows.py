"""Answer windows that a calendar has room for, the same on every working day, and which of them are worth simulating.

Built of half hours. One has room on a day when nothing in it is protected, so that a window is never laid over a
protected meeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from minhu.planner.engine.day import (
    HALF_HOURS_A_DAY,
    MINUTES_A_DAY,
    MINUTES_A_HALF_HOUR,
    Busy,
    Interruptible,
    Window,
    free_between,
    merged,
)
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.line_model import LineModel
from minhu.rules.sentences import sentence

FIRST, LAST = 14, 40
"""Half hours of the day between which something may be offered: 7:00 and 20:00."""
LONGEST_SPAN = 3
MOST_HALF_HOURS = 4
"""Of a day: a span, or two together."""
WIDE = (6, 10, 14, 20)
"""Half hours of a day on which he is rung most of his working day: what calls need that he answers in person."""

CALLBACK_HALF_HOURS = (0, 1, 2, 3)
"""Of a day, besides the windows: a slot to call back in, while who calls meanwhile is answered by staff."""

Halves = tuple[int, ...]
"""Half hours of the day, in order."""


@dataclass(frozen=True, slots=True)
class Room:
    """A half hour of the day that can be offered. days: weekdays on which; busy: what he would interrupt for it."""

    half: int
    days: tuple[int, ...]
    calls_a_week: float
    busy: Busy | None

    @property
    def windows(self) -> tuple[Window, ...]:
        """It, on each of its days."""
        return tuple(_window(day, self.half) for day in self.days)


def rooms(line: LineModel, worked: Sequence[int]) -> tuple[Room, ...]:
    """All half hours by day that have room on some working day. Raises: InputUnclear when there is none."""
    found = []
    for half in range(FIRST, LAST):
        over = {day: _over(line.busy, _window(day, half)) for day in worked}
        days = tuple(day for day in worked if not any(_never(one) for one in over[day]))
        if days:
            calls = sum(line.arrivals.per_hour[day * HALF_HOURS_A_DAY + half] for day in days) / 2
            found.append(Room(half, days, calls, next((one for day in days for one in over[day]), None)))
    if not found:
        cure = sentence("工作日全天都不能打扰，没有半小时可以作接听时段：请留出接听时段，或安排代接。")
        raise InputUnclear("busy", cure)
    return tuple(found)


def offered(halves: Halves, found: Sequence[Room]) -> tuple[Window, ...]:
    """The windows of a week."""
    return merged(window for room in found if room.half in halves for window in room.windows)


def shortlist(found: Sequence[Room], each: int) -> tuple[Halves, ...]:
    """For each length the spans and pairs in which most calls come, and those that leave his own time alone; then wide.

    each: how many of either.
    """
    calls = {room.half: room.calls_a_week for room in found}
    soft = {room.half for room in found if _outside(room)}
    chosen: dict[Halves, None] = {}
    by_length: dict[int, list[Halves]] = {}
    for halves in _spans_and_pairs(sorted(calls)):
        by_length.setdefault(len(halves), []).append(halves)
    for same in by_length.values():
        for some in (same, [halves for halves in same if soft.isdisjoint(halves)]):
            chosen.update(dict.fromkeys(nlargest(each, some, key=lambda halves: sum(calls[half] for half in halves))))
    chosen.update(dict.fromkeys(_wide(found)))
    return tuple(chosen)


def slots(windows: Halves, length: int, found: Sequence[Room]) -> Halves:
    """A run of half hours to call back in: where least is interrupted, soon after the first window opens, for promises
    fall due then.

    None where there is no such run. Windows and the half hours of his own time are left alone.
    """
    free = {room.half: room for room in found if room.half not in windows and not _outside(room)}
    runs = [tuple(range(start, start + length)) for start in free if all(start + at in free for at in range(length))]
    if not length or not runs:
        return ()
    return min(runs, key=lambda run: (sum(free[half].busy is not None for half in run), run[0] < windows[0], run[0]))


def without(windows: Iterable[Window], room: Room) -> tuple[Window, ...]:
    """The windows less one half hour of the day."""
    gone = [Busy(one.start, one.end) for one in room.windows]
    return tuple(left for window in windows for left in free_between(gone, window))


def _wide(found: Sequence[Room]) -> Iterator[Halves]:
    """Most of a working day: the half hours with most calls, on the days alike, his own time left alone."""
    most_days = max(len(room.days) for room in found)
    steady = [room for room in found if len(room.days) == most_days and not _outside(room)]
    for length in WIDE:
        if len(steady) > MOST_HALF_HOURS:
            busiest = nlargest(length, steady, key=lambda room: (room.calls_a_week, -room.half))
            yield tuple(sorted(room.half for room in busiest))


def _spans_and_pairs(halves: Sequence[int]) -> Iterator[Halves]:
    spans = [
        tuple(range(start, start + length))
        for length in range(1, LONGEST_SPAN + 1)
        for start in halves
        if set(range(start, start + length)) <= set(halves)
    ]
    yield from spans
    for one in spans:
        for other in spans:
            if one[-1] + 1 < other[0] and len(one) + len(other) <= MOST_HALF_HOURS:
                yield one + other


def _window(day: int, half: int) -> Window:
    start = day * MINUTES_A_DAY + half * MINUTES_A_HALF_HOUR
    return Window(start, start + MINUTES_A_HALF_HOUR)


def _over(busy: Iterable[Busy], window: Window) -> list[Busy]:
    return [one for one in busy if one.start < window.end and one.end > window.start]


def _never(one: Busy) -> bool:
    return one.interruptible is Interruptible.NEVER


def _outside(room: Room) -> bool:
    """On the road, or in his own time."""
    return room.busy is not None and room.busy.interruptible is Interruptible.MAY
