"""The direct line simulated: nobody is lost, nothing protected is broken, and the rule decides who rings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.day import Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.formulas import erlang_b
from minhu.planner.engine.kernels import city as c
from minhu.planner.engine.laws import exactly, exponential
from minhu.planner.engine.line_model import NOBODY, CityModel, Habits, LineModel
from minhu.planner.engine.lines import replicate, simulate_city, simulate_line
from minhu.planner.engine.tests.test_line_tables import LINES
from minhu.rules.calendar import china
from minhu.rules.routing import Policy
from minhu.rules.words import LineMode

CALENDAR = china()
BY_DAY = Rates.same_every_day((0.0,) * 12 + (1.5,) * 34 + (0.0,) * 2)
OFFICE = tuple(Window.of(day, "08:00", "18:00") for day in range(7))
CLERKS = Staffing.during(OFFICE, 2)


def _city(*lines: LineModel, **more: Any) -> CityModel:
    fields: dict[str, Any] = {"staff": CLERKS, "replications": 20, "weeks": 2, **more}
    return CityModel(lines, calendar=CALENDAR, monday=date(2026, 11, 23), **fields)


@settings(max_examples=15, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=3), st.integers(0, 2), st.integers(0, 2**63 - 1))
def test_everybody_ends_in_exactly_one_way_and_nothing_protected_is_broken(
    lines: list[LineModel], clerks: int, seed: int
) -> None:
    rows, bins = replicate(_city(*lines, staff=Staffing.during(OFFICE, clerks), replications=3, seed=seed))

    rang = rows[..., c.CALLERS] - rows[..., c.TEXTED]
    assert np.array_equal(rows[..., c.TEXTED : c.FIRST_UNFINISHED + 1].sum(axis=-1), rows[..., c.CALLERS])
    assert np.array_equal(rows[..., c.REACHED_OFFICIAL : c.UNFINISHED + 1].sum(axis=-1), rang)
    assert np.array_equal(rows[..., c.KEPT : c.PENDING + 1].sum(axis=-1), rows[..., c.PROMISES])
    assert bins.sum() == rows[..., c.REACHED_OFFICIAL : c.CALLED_BACK + 1].sum()
    assert (rows[..., c.BROKEN] == 0).all()


def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads() -> None:
    city = _city(LineModel(BY_DAY), LineModel(BY_DAY, windows=OFFICE, budget_minutes=30), replications=90)
    told: list[tuple[int, int]] = []
    alone, alone_bins = replicate(city, progress=lambda done, of: told.append((done, of)))

    for threads in (2, 4):
        together, together_bins = replicate(city, threads=threads)
        assert np.array_equal(alone, together)
        assert np.array_equal(alone_bins, together_bins)
    assert told[-1] == (90, 90)
    assert not np.array_equal(alone, replicate(replace(city, seed=2))[0])


def test_the_rule_decides_who_rings() -> None:
    line = LineModel(BY_DAY, answers=1)
    as_usual = simulate_line(line, _city(line)).together
    no_time_to_answer = simulate_line(line, _city(line, policy=Policy(official_ring_seconds=1))).together
    forwarded = simulate_line(replace(line, mode=LineMode.BACKSTOP), _city(line)).together

    assert as_usual.first["official"].value > 0.75  # type: ignore[union-attr]
    assert no_time_to_answer.first["official"].value < 0.01  # type: ignore[union-attr]
    assert no_time_to_answer.first["staff"].value > 0.4  # type: ignore[union-attr]
    assert forwarded.rings_a_week.value == 0


def test_he_is_rung_in_a_meeting_only_as_its_kind_allows() -> None:
    def rings(kind: Interruptible, *, window: bool) -> tuple[float, float]:
        meetings = tuple(Busy(day * 1440, day * 1440 + 1440, kind) for day in range(7))
        line = LineModel(BY_DAY, busy=meetings, windows=OFFICE if window else None)
        told = simulate_line(line, _city(line)).together
        return told.rings_a_week.value, told.interruptions_a_week.value

    assert rings(Interruptible.NEVER, window=True) == (0, 0)
    assert rings(Interruptible.MAY, window=False) == (0, 0)
    for kind in (Interruptible.MAY, Interruptible.CAN):
        rung, interrupted = rings(kind, window=True)
        assert rung == interrupted > 50


def test_a_ring_in_a_free_answer_window_interrupts_nothing() -> None:
    line = LineModel(BY_DAY, windows=OFFICE)
    told = simulate_line(line, _city(line)).together

    assert told.rings_a_week.value > 50
    assert told.interruptions_a_week.value == 0


def test_a_delegate_takes_the_line_and_a_used_up_budget_spares_the_official() -> None:
    whole_week = (Window(0, 10_080),)
    delegated = LineModel(BY_DAY, delegated=whole_week)
    told = simulate_line(delegated, _city(delegated)).together
    spent = LineModel(BY_DAY, budget_minutes=0)

    assert told.rings_a_week.value == 0
    assert told.first["delegate"].value > 0.65  # type: ignore[union-attr]
    once = _city(spent, habits=Habits(redials=0))
    assert simulate_line(spent, once).together.rings_a_week.value == 0
    assert simulate_line(spent, _city(spent)).together.rings_a_week.value > 0, (
        "the rule rings him for whom he owes a call"
    )


def test_a_ringing_phone_is_picked_up_as_often_as_was_said() -> None:
    """Few calls, nobody else to answer: nine in ten of those who ring reach him at once."""
    habits = Habits(pick_up=exactly(5), patience=exactly(600), redials=0, texts=0, talk=exactly(60), wrap_up=exactly(1))
    line = LineModel(Rates.same_every_day((0.0,) * 16 + (0.2,) * 16 + (0.0,) * 16), answers=0.9)
    told = simulate_line(line, _city(line, staff=NOBODY, habits=habits, replications=400, confidence=0.99)).together

    assert told.first["official"].covers(0.9)  # type: ignore[union-attr]
    assert told.soon.covers(0.9)  # type: ignore[union-attr]


def test_shared_staff_who_never_wait_lose_callers_as_erlang_says() -> None:
    habits = Habits(
        talk=exponential(240),
        wrap_up=exactly(0.001),
        pick_up=exactly(0.001),
        patience=exactly(900),
        redials=0,
        texts=0,
        staff_answers=1,
    )
    busy_day = Rates.same_every_day((0.0,) * 13 + (5.0,) * 32 + (0.0,) * 3)
    lines = tuple(LineModel(busy_day, mode=LineMode.BACKSTOP) for _ in range(6))
    city = _city(*lines, staff=Staffing((2,) * 336), habits=habits, replications=60, confidence=0.99)
    told = simulate_city(city).together

    assert told.first["promised"].value == pytest.approx(erlang_b(2, 30 / 3600 * 240), rel=0.02)  # type: ignore[union-attr]


def test_promises_are_kept_when_there_is_time_for_them() -> None:
    habits = Habits(reached=1, texts=0)
    few = Rates.same_every_day((0.0,) * 18 + (0.2,) * 14 + (0.0,) * 16)
    line = LineModel(few, answers=0)
    told = simulate_line(line, _city(line, staff=NOBODY, habits=habits)).together

    assert told.person["called_back"].value > 0.99  # type: ignore[union-attr]
    assert told.kept.value > 0.99  # type: ignore[union-attr]
    nobody_home = replace(habits, reached=0)
    lost = simulate_line(line, _city(line, staff=NOBODY, habits=nobody_home)).together
    assert lost.person["called_back"].value == 0  # type: ignore[union-attr]
    assert lost.person["unreachable"].value > 0.7  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: LineModel(BY_DAY, answers=float("nan")), "answers"),
        (lambda: LineModel(BY_DAY, windows=()), "windows"),
        (lambda: LineModel(BY_DAY, budget_minutes=-1), "budget_minutes"),
        (lambda: Habits(redials=1.1), "redials"),
        (lambda: Habits(most_calls=0), "most_calls"),
        (lambda: Habits(talk=exponential(0)), "mean"),
        (lambda: _city(), "lines"),
        (lambda: _city(LineModel(Rates((0.0,) * 336))), "arrivals"),
        (lambda: _city(LineModel(Rates((90_000.0,) * 336)), replications=100_000), "arrivals"),
        (lambda: _city(LineModel(BY_DAY), weeks=0), "weeks"),
        (lambda: _city(LineModel(BY_DAY), replications=0), "replications"),
        (lambda: _city(LineModel(BY_DAY), seed=-1), "seed"),
        (lambda: _city(LineModel(BY_DAY), confidence=1.0), "confidence"),
        (lambda: replace(_city(LineModel(BY_DAY)), monday=date(2026, 11, 24)), "monday"),
    ],
)
def test_absurd_input_is_refused_and_named(make: Any, field: str) -> None:
    with pytest.raises(InputUnclear, match=f"^{field}"):
        make()


def test_more_callers_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(InputUnclear, match="lines"):
        simulate_city(_city(LineModel(Rates((5_000.0,) * 336), windows=(Window(0, 30),)), replications=1))
