"""The calls back of an official's day, placed in the gaps of his calendar, each with its reason."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from minhu.planner.engine.availability import OfficialWeek
from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Interruptible, Window
from minhu.planner.engine.making_room import explained
from minhu.planner.engine.slots import GRID_MINUTES, Promised, Slot, place
from minhu.planner.gather import LineInputs
from minhu.planner.writing import Placed, PlacedCall
from minhu.rules.clock import SHANGHAI
from minhu.rules.planning import clock
from minhu.rules.quiet import QUIET_FROM

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
        PlacedCall(int(one.promise.id), None, None, one.why + (f"可以：{one.cures[0]}。" if one.cures else ""))
        for one in explained(placing, inputs.week.busy, within)
        if _ends_today(one.promise, evening)
    ]
    return Placed((*placed, *unkept), inputs.notes)


def _ends_today(promise: Promised, evening: int) -> bool:
    """Whether there is no later day for it."""
    return promise.latest <= evening


def _placed(slot: Slot, inputs: LineInputs, begin: datetime) -> PlacedCall:
    start, end = (begin + timedelta(minutes=minute) for minute in (slot.start, slot.end))
    return PlacedCall(int(slot.id), start, end, _why(slot, inputs.week, inputs.callbacks))


def _why(slot: Slot, week: OfficialWeek, callbacks: tuple[Window, ...]) -> str:
    how = week.how(slot.start)
    # who answers at any time has no windows to speak of, even if his hours are written as all day
    own = (one for one in week.windows if one.end - one.start < MINUTES_A_DAY)
    if any(one.start <= slot.start and slot.end <= one.end for one in callbacks):
        why = "在您的回电时段里"
    elif any(one.start <= slot.start and slot.end <= one.end for one in own):
        why = "在您的接听时段里"
    elif how is None:
        why = "日程的空档，不打断工作"
    elif how is Interruptible.CAN:
        why = "办公时间，没有会"
    else:
        why = "约定的时间里只有工作时间以外有空"
    soon = range(slot.end, slot.end + BEFORE + 1)
    meetings = [one.start for one in week.busy if one.interruptible is Interruptible.NEVER and one.start in soon]
    following = min(meetings, default=None)
    if following is not None and following // MINUTES_A_DAY == slot.end // MINUTES_A_DAY:
        why += f"，赶在 {clock(following % MINUTES_A_DAY)} 的日程之前"
    return why
