"""Why a promised call back has no place in the plan, and what would make room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.planner.engine.day import MINUTES_A_DAY, Busy, Interruptible, Window
from minhu.planner.engine.slots import Grid, Placing, Promised
from minhu.rules.quiet import QUIET_FROM, QUIET_UNTIL

_BY_STAFF = "由工作人员在约定时间内先回电，说明情况"


@dataclass(frozen=True, slots=True)
class Unkept:
    """A promise that cannot be kept. why: a sentence; cures: any one of them would keep it."""

    promise: Promised
    why: str
    cures: tuple[str, ...]


def explained(placing: Placing, busy: Sequence[Busy], within: Window) -> tuple[Unkept, ...]:
    """For each promise without a place, why, and the least that would make room with the rest of the plan as it is."""
    day = Grid.of(busy, within)
    taken = _taken(placing, day)
    return tuple(Unkept(one, _why(one, placing, day), tuple(_cures(one, day, taken, busy))) for one in placing.unkept)


def _taken(placing: Placing, day: Grid) -> frozenset[int]:
    first, last = day.cell, day.cell_after
    return frozenset(cell for slot in placing.slots for cell in range(first(slot.start), last(slot.end)))


def _why(promise: Promised, placing: Placing, day: Grid) -> str:
    name, times = _name(promise), f"{clock(promise.earliest)}—{clock(promise.latest)}"
    if not day.span(promise):
        if promise.latest < day.begin:
            return f"{name}应在 {clock(promise.latest)} 前回电，已经过时。"
        return f"{name}要 {promise.minutes} 分钟，在这一天剩下的时间里放不下。"
    if not day.starts(promise):
        return f"{name}应在 {times} 回电，这段时间没有连续 {promise.minutes} 分钟可以打电话：都是不能打扰的日程。"
    rivals = [
        slot for slot in placing.slots if slot.start <= promise.latest + promise.minutes and promise.earliest < slot.end
    ]
    minutes = sum(slot.end - slot.start for slot in rivals)
    return (
        f"{name}应在 {times} 回电，同一段时间还要回 {len(rivals)} 个电话、共 {minutes} 分钟，"
        f"剩下的空隙不够 {promise.minutes} 分钟。"
    )


def _cures(promise: Promised, day: Grid, taken: frozenset[int], busy: Sequence[Busy]) -> list[str]:
    cures = []
    length = day.length(promise)
    free = [cell for cell in range(len(day.how) - length + 1) if taken.isdisjoint(range(cell, cell + length))]
    in_time = [cell for cell in free if cell in day.span(promise) and not _at_night(day, cell, length)]
    if in_time:
        best = min(in_time, key=lambda cell: (day.protected(cell, promise), cell))
        cures += _given_up(day, best, length, busy)
    later = [cell for cell in free if day.minute(cell) > promise.latest and not day.protected(cell, promise)]
    if later:
        cures.append(f"征得群众同意，改在 {clock(day.minute(later[0]))} 回电")
    return [*cures, _BY_STAFF]


def _given_up(day: Grid, cell: int, length: int, busy: Sequence[Busy]) -> list[str]:
    """Which entries would have to give way for a call at this cell, and for how long."""
    told = []
    start, end = day.minute(cell), day.minute(cell + length)
    for one in busy:
        first, last = max(start, one.start), min(end, one.end)
        if one.interruptible is Interruptible.NEVER and first < last:
            told.append(
                f"{clock(one.start)}—{clock(one.end)} 的日程让出 {clock(first)}—{clock(last)} 这 {last - first} 分钟"
            )
    return ["，并且 ".join(told)] if told else []


def _at_night(day: Grid, cell: int, length: int) -> bool:
    begin, end = day.minute(cell) % MINUTES_A_DAY, (day.minute(cell + length) - 1) % MINUTES_A_DAY
    return begin < QUIET_UNTIL.hour * 60 or max(begin, end) >= QUIET_FROM.hour * 60


def _name(promise: Promised) -> str:
    return f"“{promise.label}”" if promise.label else "这个回电"


def clock(minute: int) -> str:
    """A minute of the week as a time of its day; the end of a day is 24:00."""
    of_day = minute % MINUTES_A_DAY
    if not of_day and minute:
        return "24:00"
    return f"{of_day // 60}:{of_day % 60:02d}"
