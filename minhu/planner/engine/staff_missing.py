"""Why a roster does not cover what is needed, and what would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minhu.planner.engine.day import HALF_HOURS_A_DAY, MINUTES_A_DAY, MINUTES_A_HALF_HOUR, Staffing
from minhu.planner.engine.making_room import clock
from minhu.planner.engine.roster import Person, Roster, Short, WorkingTime, covered_whole
from minhu.rules.sentences import Sentence, sentence, weekday

_MOST_TOLD = 10


def why_short(
    roster: Roster, needed: Staffing, people: Sequence[Person], hours: WorkingTime | None = None
) -> tuple[Sentence, ...]:
    """Each stretch that is short and why; then what is missing in all. Empty when nothing is."""
    if not roster.short:
        return ()
    hours = hours or WorkingTime()
    told = [_stretch(one, needed, people) for one in roster.short[:_MOST_TOLD]]
    if len(roster.short) > _MOST_TOLD:
        told.append(sentence("另有 {n} 段时间缺人。", n=len(roster.short) - _MOST_TOLD))
    return (*told, *_in_all(roster, needed, people, hours))


def _stretch(short: Short, needed: Staffing, people: Sequence[Person]) -> Sentence:
    first = short.window.start // MINUTES_A_HALF_HOUR
    last = short.window.end // MINUTES_A_HALF_HOUR
    when = sentence(
        "{day} {times} 缺 {missing} 人", day=weekday(short.window.start // MINUTES_A_DAY),
        times=f"{clock(short.window.start)}—{clock(short.window.end)}", missing=short.missing,
    )  # fmt: skip
    could = [covered_whole(person.available) for person in people]
    there = min(sum(one[cell] for one in could) for cell in range(first, last))
    wanted = max(needed.on_duty[first:last])
    if there < wanted:
        return sentence(
            "{when}：需要 {wanted} 人，这段时间能上班的只有 {there} 人。", when=when, wanted=wanted, there=there
        )
    return sentence("{when}：有人能来，但班次长短、休息时间或每周工时不允许再排。", when=when)


def _in_all(roster: Roster, needed: Staffing, people: Sequence[Person], hours: WorkingTime) -> Iterator[Sentence]:
    wanted = sum(needed.on_duty) / 2
    missing = sum(one.missing * (one.window.end - one.window.start) for one in roster.short) / 60
    longest = max(hours.shift_hours)
    most = sum(min(person.most_minutes / 60, hours.most_days * longest) for person in people)
    if wanted > most:
        yield sentence(
            "一周需要 {wanted:g} 个工时，现有人员合起来最多 {most:g} 个：排法再好也不够。", wanted=wanted, most=most
        )
    each = min(40, hours.most_days * longest)
    a_day = max(_at_once(roster, day) for day in range(7))
    more = max(-(-missing // each), a_day)
    yield sentence(
        "一周共缺 {missing:g} 个工时，至少要增加 {more:.0f} 人，或放宽这些人的上班时间，或减少需要值守的时段。",
        missing=missing, more=more,
    )  # fmt: skip


def _at_once(roster: Roster, day: int) -> int:
    """Most people missing at one time of a day."""
    begin = day * HALF_HOURS_A_DAY * MINUTES_A_HALF_HOUR
    return max((one.missing for one in roster.short if begin <= one.window.start < begin + MINUTES_A_DAY), default=0)
