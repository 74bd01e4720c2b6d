"""What is expected of a line before and after its first calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from minhu.planner.engine.daykinds import Event, EventKind
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.forecast import Known, learn, predict, scaled, together
from minhu.planner.engine.history import History, counted
from minhu.planner.engine.pooling import common
from minhu.planner.engine.tests.lines import KNOWN, MONDAY, line, nothing
from minhu.rules.clock import SHANGHAI

NIGHT = slice(1, 12)
"""From half past midnight to six."""


def test_a_new_line_is_expected_to_get_one_or_two_dozen_calls_a_day_falling_to_a_few() -> None:
    learnt = learn(nothing(MONDAY), KNOWN)
    first = predict(learnt, MONDAY, 5, KNOWN).daily
    settled = predict(learnt, MONDAY + timedelta(days=70), 4, KNOWN).daily

    assert 12 <= first.quantile(0.5)[0] <= 24
    assert (settled.quantile(0.5) >= 2).all()
    assert (settled.quantile(0.5) <= 6).all()
    assert (np.diff(first.mean) < 0).all()


def test_almost_nobody_calls_after_midnight_and_again_from_six() -> None:
    half_hours = predict(learn(nothing(), KNOWN), MONDAY, 7, KNOWN).half_hours.mean

    assert half_hours[:, NIGHT].sum() < 0.01 * half_hours.sum()
    assert (half_hours[:, 12] > 3 * half_hours[:, 11]).all()


def test_a_few_calls_change_the_expectation_a_little_and_many_change_it_much() -> None:
    busy = line(1, level=1.2, published=False, size=100)
    later = MONDAY + timedelta(weeks=12)
    none, one, all_ = (
        predict(learn(busy.until(MONDAY + timedelta(days=days)), KNOWN), later, 7, KNOWN).total.quantile(0.5)
        for days in (0, 1, 84)
    )
    true = busy.daily.sum() / 12

    assert 1.05 * none < one < 0.8 * true
    assert all_ == pytest.approx(true, rel=0.2)


def test_holidays_make_up_days_and_the_day_after_a_break_differ() -> None:
    # the first week of October is off, Saturday the 10th is worked
    learnt = learn(nothing(), KNOWN)
    expected = dict(zip(
        [date(2026, 9, 28) + timedelta(days=ahead) for ahead in range(14)],
        predict(learnt, date(2026, 9, 28), 14, KNOWN).daily.mean, strict=True,
    ))  # fmt: skip

    assert expected[date(2026, 10, 1)] < 0.5 * expected[date(2026, 9, 29)]
    assert expected[date(2026, 10, 10)] > 1.3 * expected[date(2026, 10, 11)]
    assert expected[date(2026, 10, 8)] > 1.1 * expected[date(2026, 9, 29)]


def test_past_the_last_known_year_weekends_are_off_and_nothing_breaks() -> None:
    mean = predict(learn(nothing(), KNOWN), date(2031, 3, 3), 7, KNOWN).daily.mean

    assert mean[5] < mean[4]


def test_a_publicity_day_brings_a_rush_that_decays_and_a_busy_time_holds() -> None:
    tuesday = MONDAY + timedelta(days=1)
    shown = Event(EventKind.PUBLICITY, tuesday, tuesday, "电视问政")
    travel = Event(EventKind.BUSY_TIME, tuesday, tuesday + timedelta(days=2), "春运")
    usual = predict(learn(nothing(), KNOWN), MONDAY, 7, KNOWN).daily.mean
    after_show, in_travel = (
        predict(learn(nothing(), KNOWN), MONDAY, 7, Known(KNOWN.calendar, (event,))).daily.mean / usual
        for event in (shown, travel)
    )

    assert after_show[0] == in_travel[0] == pytest.approx(1)
    assert after_show[1] > 1.8
    assert (np.diff(after_show[1:]) < 0).all()
    assert in_travel[3] > 1.4
    assert in_travel[4] == pytest.approx(1)


@pytest.mark.parametrize("weeks", [0, 6])
def test_intervals_hold_what_the_model_itself_draws(weeks: int) -> None:
    past = line(4, weeks=weeks) if weeks else nothing(MONDAY)
    forecast = predict(learn(past, KNOWN), MONDAY + timedelta(weeks=6), 7, KNOWN)
    drawn = forecast.draw(np.random.default_rng(8), 4000)

    for spread, came in (
        (forecast.total, drawn.sum(axis=(1, 2))),
        (forecast.daily, drawn.sum(axis=2)),
        (forecast.half_hours, drawn),
    ):
        low, high = spread.interval(0.8)
        promised = float(np.mean(spread.at_most(high) - spread.at_most(low - 1)))
        assert np.mean((low <= came) & (came <= high)) == pytest.approx(promised, abs=0.02)
        assert came.mean(axis=0) == pytest.approx(spread.mean, rel=0.15, abs=0.05)


def test_the_same_calls_and_the_same_seed_give_the_same_forecast() -> None:
    first, second = (
        predict(learn(line(3), KNOWN), MONDAY + timedelta(weeks=12), 7, KNOWN) for _ in range(2)
    )  # fmt: skip

    assert (first.log_mean == second.log_mean).all()
    assert (first.draw(np.random.default_rng(1), 3) == second.draw(np.random.default_rng(1), 3)).all()


def test_a_new_line_of_a_city_starts_as_its_other_lines_are() -> None:
    city = [line(seed, level=1.0, published=False) for seed in range(5)]
    later = MONDAY + timedelta(weeks=12)
    belief = common(city, KNOWN)
    alone = predict(learn(nothing(), KNOWN), later, 7, KNOWN).total
    among = predict(learn(nothing(), KNOWN, belief), later, 7, KNOWN).total
    usual = np.mean([one.daily[-14:].sum() / 2 for one in city])

    assert abs(among.mean - usual) < abs(alone.mean - usual)
    assert among.unsure < alone.unsure


def test_ten_times_the_calls_are_ten_times_as_many() -> None:
    forecast = predict(learn(nothing(), KNOWN), MONDAY, 7, KNOWN)

    assert scaled(forecast, 10).total.mean == pytest.approx(10 * forecast.total.mean)


def test_two_lines_together_are_surer_than_each_alone() -> None:
    week = predict(learn(line(2), KNOWN), MONDAY + timedelta(weeks=12), 7, KNOWN)
    both = together([week, week])

    assert both.mean == pytest.approx(2 * week.total.mean)
    low, high = week.total.interval()
    both_low, both_high = both.interval()
    assert (both_high - both_low) / 2 < high - low


def test_a_week_from_monday_becomes_rates_by_the_hour() -> None:
    forecast = predict(learn(nothing(), KNOWN), MONDAY, 7, KNOWN)

    assert forecast.rates().calls_a_week == pytest.approx(forecast.total.mean)
    with pytest.raises(InputUnclear, match="从星期一起"):
        predict(learn(nothing(), KNOWN), MONDAY + timedelta(days=1), 7, KNOWN).rates()


def test_calls_are_counted_by_the_clock_of_shanghai() -> None:
    five_past = datetime(2026, 3, 2, 0, 5, tzinfo=SHANGHAI)
    at = [five_past, five_past + timedelta(minutes=25), five_past - timedelta(minutes=6)]

    assert counted(at, MONDAY, 1).counts[0, :2].tolist() == [1, 1]


@pytest.mark.parametrize(
    "absurd",
    [
        lambda: predict(learn(nothing(), KNOWN), MONDAY, 0, KNOWN),
        lambda: predict(learn(nothing(), KNOWN), MONDAY, 100_000, KNOWN),
        lambda: scaled(predict(learn(nothing(), KNOWN), MONDAY, 7, KNOWN), 0),
        lambda: History(MONDAY, np.zeros((3, 24), np.int64)),
        lambda: History(MONDAY, np.full((3, 48), -1)),
        lambda: Event(EventKind.BUSY_TIME, MONDAY, MONDAY - timedelta(days=1), "春运"),
    ],
)
def test_absurd_input_is_refused_in_words(absurd: object) -> None:
    with pytest.raises(InputUnclear, match=r"[\u4e00-\u9fff]"):
        absurd()  # type: ignore[operator]


def test_no_call_at_all_and_absurdly_many_are_survived() -> None:
    for calls in (0, 50_000):
        past = History(MONDAY, np.full((28, 48), calls))
        week = predict(learn(past, KNOWN), MONDAY + timedelta(days=28), 7, KNOWN).total

        assert np.isfinite(week.mean)
        assert (week.interval()[1] < 20) == (calls == 0)
