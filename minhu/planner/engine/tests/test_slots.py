"""Promised calls back in the gaps of a day."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import Busy, Interruptible, Window, minute_of_week
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.making_room import explained
from minhu.planner.engine.slots import Placing, Promised, place

NEVER, MAY, CAN = Interruptible.NEVER, Interruptible.MAY, Interruptible.CAN
MONDAY = Window.of(0, "06:00", "23:00")


def at(clock: str) -> int:
    return minute_of_week(0, clock)


def busy(*entries: tuple[str, str, Interruptible]) -> list[Busy]:
    return [Busy(at(start), at(end), how) for start, end, how in entries]


def call(id_: str, earliest: str, latest: str, minutes: int = 10, *, urgent: bool = False) -> Promised:
    return Promised(id_, minutes, at(earliest), at(latest), urgent, label=id_)


def begins(plan: Placing) -> dict[str, str]:
    return {slot.id: f"{slot.start // 60}:{slot.start % 60:02d}" for slot in plan.slots}


DESK = busy(("06:00", "07:30", MAY), ("08:30", "12:00", CAN), ("14:30", "18:00", CAN), ("19:00", "23:00", MAY))


def test_calls_go_where_he_is_free_and_one_after_the_other() -> None:
    plan = place(
        [call("甲", "08:00", "12:00"), call("乙", "08:00", "17:00"), call("丙", "08:05", "17:00")], DESK, MONDAY
    )

    assert [slot.start for slot in plan.slots] == [at("08:00"), at("08:10"), at("08:20")]
    assert plan.proven


def test_desk_work_is_cut_at_its_edge_and_not_in_the_middle() -> None:
    plan = place([call("甲", "08:30", "11:50"), call("乙", "08:30", "11:50")], DESK, MONDAY)
    starts = sorted(slot.start for slot in plan.slots)

    assert starts in ([at("08:30"), at("08:40")], [at("11:40"), at("11:50")])


def test_a_protected_meeting_is_never_broken() -> None:
    meeting = busy(("09:00", "11:00", NEVER))
    plan = place([call("甲", "09:00", "11:30"), call("乙", "08:50", "10:00")], meeting, MONDAY)

    assert begins(plan) == {"乙": "8:50", "甲": "11:00"}


def test_a_citizens_window_is_kept() -> None:
    assert begins(place([call("甲", "15:00", "15:30")], DESK, MONDAY)) == {"甲": "15:00"}


def test_of_two_promises_for_one_gap_the_urgent_one_is_kept() -> None:
    gap = busy(("09:00", "10:00", NEVER), ("10:10", "12:00", NEVER))
    plan = place([call("甲", "09:30", "11:00"), call("急", "09:30", "11:00", urgent=True)], gap, MONDAY)

    assert begins(plan) == {"急": "10:00"}
    assert [one.id for one in plan.unkept] == ["甲"]


def test_why_it_cannot_be_kept_and_what_would_make_room() -> None:
    meeting = busy(("09:00", "11:00", NEVER))
    promises = [call("甲", "09:00", "10:30"), call("乙", "09:00", "10:30")]
    first, second = explained(place(promises, meeting, MONDAY), meeting, MONDAY)

    assert str(first.why) == "“甲”应在 9:00—10:30 回电，这段时间没有连续 10 分钟可以打电话：都是不能打扰的日程。"
    assert tuple(map(str, first.cures)) == (
        "9:00—11:00 的日程让出 9:00—9:10 这 10 分钟",
        "征得群众同意，改在 11:00 回电",
        "由工作人员在约定时间内先回电，说明情况",
    )
    assert second.promise.id == "乙"


def test_a_crowded_gap_is_told_from_a_protected_one() -> None:
    gap = busy(("09:00", "10:00", NEVER), ("10:15", "12:00", NEVER))
    promises = [call("甲", "09:30", "11:00"), call("乙", "09:30", "11:00")]
    (unkept,) = explained(place(promises, gap, MONDAY), gap, MONDAY)

    assert "同一段时间还要回 1 个电话、共 10 分钟，剩下的空隙不够 10 分钟" in str(unkept.why)
    assert str(unkept.cures[0]) == "10:15—12:00 的日程让出 10:15—10:20 这 5 分钟"


def test_what_is_past_is_said_to_be_past() -> None:
    afternoon = Window.of(0, "14:00", "23:00")
    promises = [call("甲", "09:00", "10:30")]
    (unkept,) = explained(place(promises, [], afternoon), [], afternoon)

    assert str(unkept.why) == "“甲”应在 10:30 前回电，已经过时。"


def test_no_call_is_proposed_at_night() -> None:
    night = busy(("09:00", "23:00", NEVER))
    (unkept,) = explained(place([call("甲", "22:55", "23:00")], night, MONDAY), night, MONDAY)

    assert list(map(str, unkept.cures)) == ["由工作人员在约定时间内先回电，说明情况"]


def test_calls_wait_for_the_slot_he_offered_unless_urgent_or_due_before() -> None:
    slot = [Window.of(0, "11:00", "11:30")]
    promises = [
        call("甲", "08:00", "12:00"), call("急", "08:00", "12:00", urgent=True), call("早", "09:00", "10:00"),
        call("乙", "08:00", "12:00"),
    ]  # fmt: skip
    plan = place(promises, DESK, MONDAY, slot)

    assert begins(plan) == {"急": "8:00", "早": "9:00", "甲": "11:00", "乙": "11:10"}
    assert begins(place(promises[:1], DESK, MONDAY)) == {"甲": "8:00"}


def test_a_meeting_in_the_slot_he_offered_is_kept() -> None:
    plan = place(
        [call("甲", "11:00", "12:00")], busy(("11:00", "11:40", NEVER)), MONDAY, [Window.of(0, "11:00", "11:30")]
    )

    assert begins(plan) == {"甲": "11:40"}


def test_a_day_without_promises_is_empty() -> None:
    assert place([], DESK, MONDAY) == Placing((), (), proven=True)


def test_a_full_day_is_planned_in_under_a_second_and_always_the_same() -> None:
    promises = [call(f"{n}", f"{8 + n % 8:02d}:{n * 7 % 60:02d}", "18:00", 5 + n % 3 * 5) for n in range(20)]
    place(promises[:1], DESK, MONDAY)  # loads the solver
    began = time.process_time()
    plan = place(promises, DESK, MONDAY)

    assert time.process_time() - began < 1
    assert not plan.unkept
    assert plan == place(promises, DESK, MONDAY)


_promises = st.lists(
    st.tuples(st.integers(360, 1300), st.integers(0, 400), st.integers(1, 40), st.booleans()), max_size=5
)
_entries = st.lists(st.tuples(st.integers(360, 1300), st.integers(5, 300), st.sampled_from(Interruptible)), max_size=5)


@settings(max_examples=25, deadline=None)
@given(_promises, _entries)
def test_every_promise_is_placed_once_within_its_times_or_explained(
    promises: list[tuple[int, int, int, bool]], entries: list[tuple[int, int, Interruptible]]
) -> None:
    asked = [
        Promised(str(number), minutes, earliest, earliest + patience, urgent)
        for number, (earliest, patience, minutes, urgent) in enumerate(promises)
    ]
    calendar = [Busy(start, start + lasts, how) for start, lasts, how in entries]
    plan = place(asked, calendar, MONDAY)

    assert sorted([slot.id for slot in plan.slots] + [one.id for one in plan.unkept]) == sorted(one.id for one in asked)
    assert all(before.end <= after.start for before, after in pairwise(plan.slots))
    for slot in plan.slots:
        one = asked[int(slot.id)]
        assert one.earliest <= slot.start <= one.latest
        assert slot.end - slot.start == one.minutes
        assert not any(
            entry.start < slot.end and slot.start < entry.end for entry in calendar if entry.interruptible is NEVER
        )
    assert all(unkept.why and unkept.cures for unkept in explained(plan, calendar, MONDAY))


def test_a_day_too_full_to_be_planned_well_is_planned_all_the_same() -> None:
    promises = [call(f"{n}", "06:00", "22:55", 15, urgent=n > 60) for n in range(80)]
    plan = place(promises, DESK, MONDAY, [Window.of(0, "20:00", "22:00")])

    assert len(plan.slots) == 17 * 4
    assert not any(one.urgent for one in plan.unkept)
    assert all(before.end <= after.start for before, after in pairwise(plan.slots))
    assert not plan.proven


def test_absurd_promises_are_refused_in_words() -> None:
    with pytest.raises(InputUnclear, match="8 小时之间"):
        call("甲", "09:00", "10:00", minutes=0)
    with pytest.raises(InputUnclear, match="编号相同"):
        place([call("甲", "09:00", "10:00")] * 2, [], MONDAY)
    with pytest.raises(InputUnclear, match="请分给工作人员"):
        place([call(str(n), "09:00", "10:00") for n in range(100)], [], MONDAY)
