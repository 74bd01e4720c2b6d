"""Windows for an official: a frontier of which nothing is dominated, a promise met or said not to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.planner.engine.day import Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.judging import undominated
from minhu.planner.engine.line_model import NOBODY, CityModel, LineModel
from minhu.planner.engine.optimising import Effort, propose
from minhu.planner.engine.proposal import Aim, Assumption, Proposal
from minhu.planner.engine.windows import offered, rooms, shortlist, slots, without
from minhu.rules.calendar import china

WEEK = range(5)
CALLS = Rates.same_every_day((0.0,) * 16 + (0.4,) * 20 + (0.0,) * 12)
MEETINGS = tuple(Busy(day * 1440 + 540, day * 1440 + 630) for day in WEEK)
ELSEWHERE = tuple(Busy(day * 1440 + 780, day * 1440 + 1080, Interruptible.MAY) for day in WEEK)
LINE = LineModel(CALLS, busy=(*MEETINGS, *ELSEWHERE), answers=1.0)
CITY = CityModel(
    (LINE,), Staffing.during([Window.of(day, "08:00", "18:00") for day in WEEK], 2), china(), date(2026, 3, 2), weeks=1
)
LITTLE = Effort(prune=4, stand=40, differ=10, tried=1, standing=1, half_hours=4)
MODEST = Aim(soon=0.1, kept=0.1, own_minutes_a_day=400, window_minutes_a_day=400, in_person=0.0)


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    return propose(LINE, CITY, MODEST, effort=LITTLE)


@given(st.lists(st.tuples(*[st.integers(0, 3).map(float)] * 3), min_size=1, max_size=12))
def test_whatever_is_left_out_is_dominated_and_nothing_that_stands_is(scores: list[tuple[float, ...]]) -> None:
    def over(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return one != other and min(a - b for a, b in zip(one, other, strict=True)) >= 0

    standing = [scores[place] for place in undominated(scores)]
    assert standing
    assert not any(over(one, other) for one in standing for other in standing)
    assert all(one in standing or any(over(other, one) for other in standing) for one in scores)


def test_no_point_of_the_frontier_is_worse_than_another_in_every_respect(proposal: Proposal) -> None:
    scores = []
    for point in proposal.frontier:
        effect = point.effect
        assert effect.in_person is not None
        assert effect.soon is not None
        assert effect.kept is not None
        costs = (effect.interruptions_a_week.value, float(point.window_minutes_a_week), effect.own_minutes_a_day.value)
        scores.append((*(-cost for cost in costs), effect.in_person.value, effect.soon.value, effect.kept.value))
    assert len(scores) > 1
    assert len(undominated(scores)) == len(scores)


def test_the_plan_keeps_a_promise_that_can_be_kept_and_interrupts_less_than_today(proposal: Proposal) -> None:
    assert proposal.reachable
    assert proposal.unmet == ()
    assert proposal.effect.interruptions_a_week.value < proposal.today.interruptions_a_week.value
    assert proposal.difference.interruptions_a_week.high is not None
    assert proposal.difference.interruptions_a_week.high < 0
    assert proposal.main in Assumption
    assert len(proposal.sensitivities) == 2 * len(Assumption)


def test_no_plan_lies_over_a_protected_meeting_or_rings_in_one(proposal: Proposal) -> None:
    for point in proposal.frontier:
        assert point.effect.broken_a_week.value == 0
        for window in (*(point.plan.windows or ()), *(point.plan.callbacks or ())):
            assert not any(one.start < window.end and window.start < one.end for one in MEETINGS)


def test_a_half_hour_more_brings_callers_to_him(proposal: Proposal) -> None:
    assert proposal.gains
    best = max(proposal.gains, key=lambda one: one.in_person.value if one.in_person else 0.0)
    assert best.in_person is not None
    assert best.in_person.value > 0
    assert best.in_person.high is not None


def test_the_answer_is_the_same_on_two_threads(proposal: Proposal) -> None:
    told: list[float] = []

    assert propose(LINE, CITY, MODEST, effort=LITTLE, threads=2, progress=told.append) == proposal
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_promise_beyond_reach_is_said_not_to_be_kept_and_why() -> None:
    found = propose(
        replace(LINE, answers=0.5), replace(CITY, staff=NOBODY), Aim(soon=1.0, own_minutes_a_day=1), effort=LITTLE
    )

    assert not found.reachable
    assert any("60 秒" in str(words) for words in found.unmet)
    assert any("没有值班人员" in str(words) for words in found.unmet)


def test_who_asks_for_the_official_himself_gets_another_plan(proposal: Proposal) -> None:
    wanted = 0.9
    found = propose(LINE, CITY, replace(MODEST, in_person=wanted), effort=LITTLE)

    assert found.effect.in_person is not None
    assert proposal.effect.in_person is not None
    assert found.effect.in_person.value > proposal.effect.in_person.value
    assert found.reachable is (found.effect.in_person.value >= wanted)


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        (replace(LINE, busy=tuple(Busy(day * 1440, (day + 1) * 1440) for day in WEEK)), "busy", "全天都不能打扰"),
        (replace(LINE, arrivals=Rates((0.0,) * 336)), "arrivals", "没有来电"),
        (replace(LINE, arrivals=Rates((90_000.0,) * 336)), "arrivals", "接不完"),
    ],
)
def test_what_no_plan_can_be_made_of_is_refused_in_words(line: LineModel, field: str, words: str) -> None:
    with pytest.raises(InputUnclear, match=words) as refusal:
        propose(line, CITY, effort=LITTLE)
    assert refusal.value.field == field


def test_absurd_aims_are_refused_by_name() -> None:
    for name, value in (
        ("soon", 1.2),
        ("kept", float("nan")),
        ("own_minutes_a_day", 0),
        ("window_minutes_a_day", 1441),
    ):
        with pytest.raises(InputUnclear) as refusal:
            replace(Aim(), **{name: value})  # type: ignore[arg-type]
        assert refusal.value.field == name


def test_a_half_hour_has_room_only_on_days_without_a_protected_meeting() -> None:
    monday_only = replace(LINE, busy=(Busy(540, 570), Busy(600, 601)))
    found = {room.half: room for room in rooms(monday_only, tuple(WEEK))}

    assert found[18].days == found[20].days == (1, 2, 3, 4)
    assert found[19].days == tuple(WEEK)
    assert found[18].calls_a_week == pytest.approx(4 * 0.2)
    assert offered((18, 19), tuple(found.values()))[:2] == (Window(570, 600), Window(1440 + 540, 1440 + 600))
    assert without((Window(540, 630),), found[19]) == (Window(540, 570), Window(600, 630))


def test_windows_of_each_length_are_tried_and_callbacks_have_other_half_hours() -> None:
    found = rooms(LINE, tuple(WEEK))
    tried = shortlist(found, 1)

    lengths = {len(halves) for halves in tried}
    assert {1, 2, 3, 4} <= lengths
    assert max(lengths) > 4  # most of his working day
    for halves in tried:
        slot = slots(halves, 2, found)
        assert len(slot) == 2 or len(halves) > 4
        assert set(slot).isdisjoint(halves)
