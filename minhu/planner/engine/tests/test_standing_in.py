"""Deputies who answer while an official is away."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import Busy, Interruptible, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.standing_in import CHANGE, DESK, NOBODY, UNEVEN, Absence, Deputy, stand_ins

NEVER, MAY, CAN = Interruptible.NEVER, Interruptible.MAY, Interruptible.CAN


def on_monday(start: str, end: str) -> Window:
    return Window.of(0, start, end)


def deputy(name: str, *busy: tuple[str, str, Interruptible]) -> Deputy:
    return Deputy(name, tuple(Busy(*_edges(start, end), how) for start, end, how in busy))


def _edges(start: str, end: str) -> tuple[int, int]:
    window = on_monday(start, end)
    return window.start, window.end


def test_who_is_in_a_meeting_rests_or_is_on_the_road_is_not_asked() -> None:
    away = [Absence("市长", on_monday("09:00", "11:00"), ("甲", "乙", "丙"))]
    asked = [
        deputy("甲", ("09:30", "10:00", NEVER)), deputy("乙", ("08:00", "12:00", MAY)),
        deputy("丙", ("09:00", "09:30", NEVER), ("09:30", "12:00", CAN)),
    ]  # fmt: skip
    found = stand_ins(away, asked)

    assert [(one.deputy, one.window) for one in found.turns] == [
        ("甲", on_monday("09:00", "09:30")), ("丙", on_monday("09:30", "11:00")),
    ]  # fmt: skip
    assert found.uncovered == ()
    assert found.proven


def test_nobody_answers_for_two_at_once() -> None:
    away = [Absence(one, on_monday("09:00", "10:00"), ("甲",)) for one in ("一", "二")]
    found = stand_ins(away, [deputy("甲")])

    assert len(found.turns) == 1
    assert [one.why for one in found.uncovered] == ["星期一 9:00—10:00没有人代接：有空的副职同一时间已在替别人代接。"]


def test_a_week_of_leave_is_shared() -> None:
    away = [Absence("市长", Window.of(day, "08:30", "11:30"), ("甲", "乙")) for day in range(4)]
    found = stand_ins(away, [deputy("甲"), deputy("乙")])

    assert sorted(one.deputy for one in found.turns) == ["乙", "乙", "甲", "甲"]
    assert {one.window.end - one.window.start for one in found.turns} == {180}


def test_why_nobody_can_is_told() -> None:
    away = [Absence("一", on_monday("09:00", "10:00"), ("甲",)), Absence("二", on_monday("09:00", "10:00"), ("丁",))]
    found = stand_ins(away, [deputy("甲", ("09:00", "10:00", NEVER))])

    assert {one.id: one.why.partition("：")[2] for one in found.uncovered} == {
        "一": "副职都在休息、出差、开会，或不在上班时间。", "二": "没有登记副职，或副职没有登记手机。",
    }  # fmt: skip
    assert stand_ins([], []).turns == ()


def test_absurd_calendars_are_refused_in_words() -> None:
    with pytest.raises(InputUnclear, match="编号相同"):
        stand_ins([], [deputy("甲"), deputy("甲")])
    crumbs = tuple(Busy(start, start + 1) for start in range(0, 6_000, 2))
    with pytest.raises(InputUnclear, match="太零碎"):
        stand_ins([Absence("一", Window(0, 6_000), ("甲",))], [Deputy("甲", crumbs)])


_spans = st.tuples(st.integers(0, 5), st.integers(1, 3))
_busy = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 3), st.sampled_from(Interruptible)), max_size=2)


@settings(max_examples=25, deadline=None)
@given(st.lists(_spans, min_size=1, max_size=2), st.lists(_busy, min_size=1, max_size=2))
def test_nothing_is_better_and_every_rule_is_kept(
    spans: list[tuple[int, int]], calendars: list[list[tuple[int, int, Interruptible]]]
) -> None:
    nine = 9 * 60
    names = tuple("甲乙"[: len(calendars)])
    away = [
        Absence(str(number), Window(nine + 30 * first, nine + 30 * (first + lasts)), names)
        for number, (first, lasts) in enumerate(spans)
    ]
    asked = [
        Deputy(name, tuple(Busy(nine + 30 * at, nine + 30 * (at + lasts), how) for at, lasts, how in own))
        for name, own in zip(names, calendars, strict=True)
    ]
    found = stand_ins(away, asked)

    for one in asked:
        mine = sorted((turn.window for turn in found.turns if turn.deputy == one.name), key=lambda own: own.start)
        assert all(before.end <= after.start for before, after in pairwise(mine))
        assert not any(
            busy.start < own.end and own.start < busy.end
            for own in mine for busy in one.busy if busy.interruptible is not CAN
        )  # fmt: skip
    cells = [(one, start) for one in away for start in range(one.window.start, one.window.end, 30)]
    who = {(turn.id, at): turn.deputy for turn in found.turns for at in range(turn.window.start, turn.window.end, 30)}
    taken = tuple(who.get((one.id, at), "") for one, at in cells)
    every = (_cost(choice, cells, asked) for choice in product(("", *names), repeat=len(cells)))
    assert _cost(taken, cells, asked) == min(one for one in every if one is not None)
    assert sum(one.window.end - one.window.start for one in found.uncovered) == 30 * taken.count("")


def _cost(choice: tuple[str, ...], cells: list[tuple[Absence, int]], asked: list[Deputy]) -> int | None:
    """In half hours; None where a rule is broken. Pieces are the half hours, for nothing changes within one."""
    if len({(at, who) for who, (_one, at) in zip(choice, cells, strict=True) if who}) < len(choice) - choice.count(""):
        return None
    cost, minutes = 0, dict.fromkeys((one.name for one in asked), 0)
    known = {one.name: one for one in asked}
    for number, (who, (absence, at)) in enumerate(zip(choice, cells, strict=True)):
        for one in known[who].busy if who else ():
            if one.start <= at < one.end and one.interruptible is not CAN:
                return None
        cost += 0 if who else NOBODY * 30
        after = number + 1 < len(cells) and cells[number + 1] == (absence, at + 30)
        cost += CHANGE * bool(who and after and choice[number + 1] != who)
        if who:
            minutes[who] += 30
            cost += DESK * 30 * sum(one.start <= at < one.end for one in known[who].busy)
    could = {
        name for name, one in known.items() for absence, at in cells
        if not any(busy.start <= at < busy.end and busy.interruptible is not CAN for busy in one.busy)
    }  # fmt: skip
    shares = [minutes[name] for name in could] or [0]
    return cost + UNEVEN * (max(shares) - min(shares))
