"""Why a roster does not cover what is needed, and what would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minhu.planner.engine.day import HALF_HOURS_A_DAY, MINUTES_A_DAY, MINUTES_A_HALF_HOUR, Staffing
from minhu.planner.engine.making_room import clock
from minhu.planner.engine.roster import Person, Roster, Short, WorkingTime, covered_whole

_WEEKDAYS = "一二三四五六日"
_MOST_TOLD = 10


def why_short(
    roster: Roster, needed: Staffing, people: Sequence[Person], hours: WorkingTime | None = None
) -> tuple[str, ...]:
    """Each stretch that is short and why; then what is missing in all. Empty when nothing is."""
    if not roster.short:
        return ()
    hours = hours or WorkingTime()
    told = [_stretch(one, needed, people) for one in roster.short[:_MOST_TOLD]]
    if len(roster.short) > _MOST_TOLD:
        told.append(f"另有 {len(roster.short) - _MOST_TOLD} 段时间缺人。")
    return (*told, *_in_all(roster, needed, people, hours))


def _stretch(short: Short, needed: Staffing, people: Sequence[Person]) -> str:
    first = short.window.start // MINUTES_A_HALF_HOUR
    last = short.window.end // MINUTES_A_HALF_HOUR
    weekday = _WEEKDAYS[short.window.start // MINUTES_A_DAY]
    when = f"星期{weekday} {clock(short.window.start)}—{clock(short.window.end)}缺 {short.missing} 人"
    could = [covered_whole(person.available) for person in people]
    there = min(sum(one[cell] for one in could) for cell in range(first, last))
    wanted = max(needed.on_duty[first:last])
    if there < wanted:
        return f"{when}：需要 {wanted} 人，这段时间能上班的只有 {there} 人。"
    return f"{when}：有人能来，但班次长短、休息时间或每周工时不允许再排。"


def _in_all(roster: Roster, needed: Staffing, people: Sequence[Person], hours: WorkingTime) -> Iterator[str]:
    wanted = sum(needed.on_duty) / 2
    missing = sum(one.missing * (one.window.end - one.window.start) for one in roster.short) / 60
    longest = max(hours.shift_hours)
    most = sum(min(person.most_minutes / 60, hours.most_days * longest) for person in people)
    if wanted > most:
        yield f"一周需要 {wanted:g} 个工时，现有人员合起来最多 {most:g} 个：排法再好也不够。"
    each = min(40, hours.most_days * longest)
    a_day = max(_at_once(roster, day) for day in range(7))
    more = max(-(-missing // each), a_day)
    yield f"一周共缺 {missing:g} 个工时，至少要增加 {more:.0f} 人，或放宽这些人的上班时间，或减少需要值守的时段。"


def _at_once(roster: Roster, day: int) -> int:
    """Most people missing at one time of a day."""
    begin = day * HALF_HOURS_A_DAY * MINUTES_A_HALF_HOUR
    return max((one.missing for one in roster.short if begin <= one.window.start < begin + MINUTES_A_DAY), default=0)
