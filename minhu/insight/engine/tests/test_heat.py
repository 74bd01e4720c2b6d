from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.groups import Voice
from minhu.insight.engine.heat import EMERGING, HOT, Heat, measure, stage
from minhu.insight.engine.tests.invented import BEGIN
from minhu.rules.words import Stage

NOW = BEGIN + timedelta(days=60)


def _voices(many: int, *, days_ago: float = 1, severity: float = 0, places: str = "") -> list[Voice]:
    at = NOW - timedelta(days=days_ago)
    return [Voice(at, at, severity, frozenset(places.split())) for _ in range(many)]


def _heat(voices: list[Voice], at: datetime = NOW) -> float:
    return measure(voices, at=at).heat


def test_the_formula_by_hand() -> None:
    at = NOW - timedelta(days=14)
    voices = [Voice(NOW, NOW, 0.5, frozenset({"甲区"}))] * 3 + [Voice(at, at, 0.5, frozenset({"乙区"}))] * 2

    heat = measure(voices, at=NOW)

    # R = 3 + 2/2 = 4; growth = 3 / (3 + 2/4 + 2); spread = 1 - 1/2
    assert heat.heat == pytest.approx(2 * (1 + 3 / 5.5) * 1.5 * 1.25)
    assert heat.reporters == 5


def test_one_sender_is_never_hot_however_grave() -> None:
    assert _heat(_voices(1, severity=1, places="甲区 乙区 丙区", days_ago=0)) == 0


def test_nobody_is_no_heat() -> None:
    assert measure([], at=NOW) == Heat(0, 0, 0, 0, 0, 0)


def test_a_small_matter_that_grows_shows_before_a_larger_one_that_does_not() -> None:
    growing, steady = _voices(5, days_ago=1), _voices(8, days_ago=10)

    assert _heat(growing) > _heat(steady)


@given(st.integers(2, 40), st.floats(0, 1), st.integers(1, 30))
def test_more_reporters_graver_or_wider_is_never_cooler_and_older_never_hotter(
    many: int, grave: float, days: int
) -> None:
    base = _heat(_voices(many, days_ago=days, severity=grave / 2))

    assert _heat(_voices(many + 1, days_ago=days, severity=grave / 2)) >= base
    assert _heat(_voices(many, days_ago=days, severity=grave)) >= base
    assert _heat(_voices(many, days_ago=days, severity=grave / 2, places="甲区 乙区")) >= base
    assert _heat(_voices(many, days_ago=days + 8, severity=grave / 2)) <= base


def test_what_is_heard_later_does_not_count_yet() -> None:
    later = Voice(NOW + timedelta(hours=1), NOW + timedelta(hours=1), 1)

    assert measure([*_voices(3), later], at=NOW) == measure(_voices(3), at=NOW)


def _at(heat: float, growth: float = 0) -> Heat:
    return Heat(heat, 9, 9, growth, 0, 0)


@pytest.mark.parametrize(
    ("before", "heat", "after"),
    [
        (Stage.QUIET, _at(0.2, growth=0.6), Stage.QUIET),
        (Stage.QUIET, _at(EMERGING, growth=0.6), Stage.EMERGING),
        (Stage.QUIET, _at(EMERGING, growth=0.1), Stage.QUIET),
        (Stage.EMERGING, _at(1.0), Stage.EMERGING),
        (Stage.EMERGING, _at(HOT), Stage.HOT),
        (Stage.HOT, _at(2.9, growth=0.9), Stage.COOLING),
        (Stage.COOLING, _at(HOT), Stage.HOT),
        (Stage.COOLING, _at(0.5), Stage.QUIET),
    ],
)
def test_stages_rise_by_one_limit_and_fall_by_a_lower(before: Stage, heat: Heat, after: Stage) -> None:
    assert stage(before, heat) is after
