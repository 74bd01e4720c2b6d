"""Why a promised call back has no place in the plan, and what would make room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.planner.engine.day import MINUTES_A_DAY, Busy, Interruptible, Window
from minhu.planner.engine.slots import Grid, Placing, Promised
from minhu.rules.quiet import QUIET_FROM, QUIET_UNTIL
from minhu.rules.sentences import Sentence, sentence

_BY_STAFF = sentence("由工作人员在约定时间内先回电，说明情况")


@dataclass(frozen=True, slots=True)
class Unkept:
    """A promise that cannot be kept. why: a sentence; cures: any one of them would keep it."""

    promise: Promised
    why: Sentence
    cures: tuple[Sentence, ...]


def explained(placing: Placing, busy: Sequence[Busy], within: Window) -> tuple[Unkept, ...]:
    """For each promise without a place, why, and the least that would make room with the rest of the plan as it is."""
    day = Grid.of(busy, within)
    taken = _taken(placing, day)
    return tuple(Unkept(one, _why(one, placing, day), tuple(_cures(one, day, taken, busy))) for one in placing.unkept)


def _taken(placing: Placing, day: Grid) -> frozenset[int]:
    first, last = day.cell, day.cell_after
    return frozenset(cell for slot in placing.slots for cell in range(first(slot.start), last(slot.end)))


def _why(promise: Promised, placing: Placing, day: Grid) -> Sentence:
    name, times = _name(promise), f"{clock(promise.earliest)}—{clock(promise.latest)}"
    if not day.span(promise):
        if promise.latest < day.begin:
            return sentence("{who}应在 {at} 前回电，已经过时。", who=name, at=clock(promise.latest))
        return sentence("{who}要 {minutes} 分钟，在这一天剩下的时间里放不下。", who=name, minutes=promise.minutes)
    if not day.starts(promise):
        return sentence(
            "{who}应在 {times} 回电，这段时间没有连续 {minutes} 分钟可以打电话：都是不能打扰的日程。",
            who=name, times=times, minutes=promise.minutes,
        )  # fmt: skip
    rivals = [
        slot for slot in placing.slots if slot.start <= promise.latest + promise.minutes and promise.earliest < slot.end
    ]
    minutes = sum(slot.end - slot.start for slot in rivals)
    return sentence(
        "{who}应在 {times} 回电，同一段时间还要回 {others} 个电话、共 {taken} 分钟，剩下的空隙不够 {minutes} 分钟。",
        who=name, times=times, others=len(rivals), taken=minutes, minutes=promise.minutes,
    )  # fmt: skip


def _cures(promise: Promised, day: Grid, taken: frozenset[int], busy: Sequence[Busy]) -> list[Sentence]:
    cures = []
    length = day.length(promise)
    free = [cell for cell in range(len(day.how) - length + 1) if taken.isdisjoint(range(cell, cell + length))]
    in_time = [cell for cell in free if cell in day.span(promise) and not _at_night(day, cell, length)]
    if in_time:
        best = min(in_time, key=lambda cell: (day.protected(cell, promise), cell))
        cures += _given_up(day, best, length, busy)
    later = [cell for cell in free if day.minute(cell) > promise.latest and not day.protected(cell, promise)]
    if later:
        cures.append(sentence("征得群众同意，改在 {at} 回电", at=clock(day.minute(later[0]))))
    return [*cures, _BY_STAFF]


def _given_up(day: Grid, cell: int, length: int, busy: Sequence[Busy]) -> list[Sentence]:
    """Which entries would have to give way for a call at this cell, and for how long."""
    told = []
    start, end = day.minute(cell), day.minute(cell + length)
    for one in busy:
        first, last = max(start, one.start), min(end, one.end)
        if one.interruptible is Interruptible.NEVER and first < last:
            told.append(
                sentence(
                    "{times} 的日程让出 {given} 这 {minutes} 分钟",
                    times=f"{clock(one.start)}—{clock(one.end)}",
                    given=f"{clock(first)}—{clock(last)}",
                    minutes=last - first,
                )
            )
    return [sentence("{all}", all=tuple(told))] if told else []


def _at_night(day: Grid, cell: int, length: int) -> bool:
    begin, end = day.minute(cell) % MINUTES_A_DAY, (day.minute(cell + length) - 1) % MINUTES_A_DAY
    return begin < QUIET_UNTIL.hour * 60 or max(begin, end) >= QUIET_FROM.hour * 60


def _name(promise: Promised) -> Sentence:
    return sentence("“{who}”", who=promise.label) if promise.label else sentence("这个回电")


def clock(minute: int) -> str:
    """A minute of the week as a time of its day; the end of a day is 24:00."""
    of_day = minute % MINUTES_A_DAY
    if not of_day and minute:
        return "24:00"
    return f"{of_day // 60}:{of_day % 60:02d}"
