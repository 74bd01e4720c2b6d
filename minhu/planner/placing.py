"""The calls back of an official's day, placed in the gaps of his calendar, each with its reason."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from minhu.planner.engine.availability import OfficialWeek
from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Interruptible, Window
from minhu.planner.engine.making_room import Unkept, explained
from minhu.planner.engine.slots import GRID_MINUTES, Promised, Slot, place
from minhu.planner.gather import LineInputs
from minhu.planner.writing import Placed, PlacedCall
from minhu.rules.clock import SHANGHAI
from minhu.rules.planning import clock
from minhu.rules.quiet import QUIET_FROM
from minhu.rules.sentences import Sentence, sentence

BEFORE = 60
"""A meeting that begins within so many minutes is named."""


def place_day(inputs: LineInputs, at: datetime) -> Placed:
    """What is left of today. Raises: InputUnclear."""
    week = datetime.combine(inputs.week.monday, time(), SHANGHAI)
    now = -((week - at) // timedelta(minutes=1))
    evening = now // MINUTES_A_DAY * MINUTES_A_DAY + QUIET_FROM.hour * 60
    today = tuple(one for one in inputs.promises if one.earliest < evening)
    if evening - now < GRID_MINUTES or not today or now >= MINUTES_A_WEEK:
        return Placed((), inputs.notes)
    within = Window(now, evening)
    placing = place(today, inputs.week.busy, within, inputs.callbacks)
    placed = [_placed(slot, inputs, week) for slot in placing.slots]
    unkept = [
        PlacedCall(int(one.promise.id), None, None, _with_cure(one))
        for one in explained(placing, inputs.week.busy, within)
        if _ends_today(one.promise, evening)
    ]
    return Placed((*placed, *unkept), inputs.notes)


def _ends_today(promise: Promised, evening: int) -> bool:
    """Whether there is no later day for it."""
    return promise.latest <= evening


def _with_cure(one: Unkept) -> Sentence:
    if not one.cures:
        return one.why
    return sentence("{why}可以：{cure}。", why=one.why, cure=one.cures[0])


def _placed(slot: Slot, inputs: LineInputs, begin: datetime) -> PlacedCall:
    start, end = (begin + timedelta(minutes=minute) for minute in (slot.start, slot.end))
    return PlacedCall(int(slot.id), start, end, _why(slot, inputs.week, inputs.callbacks))


def _why(slot: Slot, week: OfficialWeek, callbacks: tuple[Window, ...]) -> Sentence:
    how = week.how(slot.start)
    # who answers at any time has no windows to speak of, even if his hours are written as all day
    own = (one for one in week.windows if one.end - one.start < MINUTES_A_DAY)
    if any(one.start <= slot.start and slot.end <= one.end for one in callbacks):
        why = sentence("在您的回电时段里")
    elif any(one.start <= slot.start and slot.end <= one.end for one in own):
        why = sentence("在您的接听时段里")
    elif how is None:
        why = sentence("日程的空档，不打断工作")
    elif how is Interruptible.CAN:
        why = sentence("办公时间，没有会")
    else:
        why = sentence("约定的时间里只有工作时间以外有空")
    soon = range(slot.end, slot.end + BEFORE + 1)
    meetings = [one.start for one in week.busy if one.interruptible is Interruptible.NEVER and one.start in soon]
    following = min(meetings, default=None)
    if following is not None and following // MINUTES_A_DAY == slot.end // MINUTES_A_DAY:
        return sentence("{why}，赶在 {at} 的日程之前", why=why, at=clock(following % MINUTES_A_DAY))
    return why
