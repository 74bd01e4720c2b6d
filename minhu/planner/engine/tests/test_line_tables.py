"""The tables say what the rule says, at any second and in any situation."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine import line_tables as tables
from minhu.planner.engine.day import MINUTES_A_WEEK, Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.rules.calendar import china
from minhu.rules.routing import Policy, plan
from minhu.rules.words import LineMode

RATES = Rates.same_every_day((1.0,) * 48)
CALENDAR = china()
SPANS = st.tuples(st.integers(0, MINUTES_A_WEEK - 1), st.integers(1, 300)).map(
    lambda one: Window(one[0], min(one[0] + one[1], MINUTES_A_WEEK))
)
LINES = st.builds(
    LineModel,
    arrivals=st.just(RATES),
    busy=st.lists(
        st.builds(lambda span, kind: Busy(span.start, span.end, kind), SPANS, st.sampled_from(Interruptible)),
        max_size=8,
    ).map(tuple),
    windows=st.none() | st.lists(SPANS, min_size=1, max_size=6).map(tuple),
    budget_minutes=st.none() | st.just(45),
    delegated=st.lists(SPANS, max_size=2).map(tuple),
    mode=st.sampled_from(LineMode),
    duty=st.booleans(),
)


def _city(line: LineModel, policy: Policy | None = None) -> CityModel:
    return CityModel((line,), Staffing((1,) * 336), CALENDAR, date(2026, 4, 27), policy=policy or Policy())


@settings(max_examples=25, deadline=None)
@given(LINES, st.data())
def test_the_tables_say_what_the_rule_says(line: LineModel, data: st.DataObject) -> None:
    """The week before Labour Day, with its days off and make-up days ahead."""
    city = _city(line)
    found = tables.stretches(line, city)
    asked = tables.asked_of(line, city)

    assert [one.start for one in found] == [0, *(one.end for one in found[:-1])]
    assert found[-1].end == MINUTES_A_WEEK
    for _ in range(20):
        second = data.draw(st.integers(0, MINUTES_A_WEEK * 60 - 1))
        situation = data.draw(st.integers(0, tables.SITUATIONS - 1))
        at = asked.monday + timedelta(seconds=second)
        now, caller = tables.line_at(asked, second // 60, situation, at)
        said = plan(now, caller, at=at, calendar=CALENDAR, policy=city.policy)
        stretch = next(one for one in found if one.start * 60 <= second < one.end * 60)
        entry = stretch.entries[situation]
        due = entry.due if entry.absolute else second + entry.due

        assert entry.steps == tables.steps_of(said)
        if not situation & tables.DUE:
            assert asked.monday + timedelta(seconds=due) == said.promise.due_at


def test_a_citys_own_numbers_are_in_the_tables() -> None:
    patient = Policy(official_ring_seconds=33, staff_ring_seconds=7, hold_seconds=44)
    noon = next(one for one in tables.stretches(LineModel(RATES), _city(LineModel(RATES), patient)) if one.start >= 360)

    assert noon.entries[0].steps == ((tables.RING, tables.OFFICIAL, 33, 0), (tables.RING, tables.STAFF, 7, 0))
    assert noon.entries[tables.ENGAGED].steps[0] == (tables.HOLD, tables.OFFICIAL, 44, 33)
    assert noon.entries[tables.NO_STAFF].steps == ((tables.RING, tables.OFFICIAL, 33, 0),)
