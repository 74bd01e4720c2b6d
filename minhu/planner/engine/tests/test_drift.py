"""Predicted against actual: chance is left alone, a change is found and explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from minhu.planner.engine.daykinds import Event, EventKind, reasons
from minhu.planner.engine.drift import Watch, after, judge_week, normal_score
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.forecast import Forecast, learn, predict
from minhu.planner.engine.pooling import common
from minhu.planner.engine.spread import poisson
from minhu.planner.engine.tests.lines import KNOWN, MONDAY, line
from minhu.rules.planning import Finding


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return predict(learn(line(2, published=False, size=50), KNOWN), MONDAY + timedelta(weeks=12), 7, KNOWN)


def test_scores_of_a_right_forecast_are_standard_normal() -> None:
    random = np.random.default_rng(4)
    scores = [normal_score(poisson(6.0), int(came)) for came in random.poisson(6.0, 2000)]

    assert np.mean(scores) == pytest.approx(0, abs=0.1)
    assert np.std(scores) == pytest.approx(1, abs=0.1)


def test_chance_raises_the_alarm_about_once_in_nine_years_of_a_line() -> None:
    random, watch, alarms = np.random.default_rng(6), Watch(), 0
    for score in random.normal(size=40_000):
        watch, raised = after(watch, float(score))
        alarms += raised

    assert 40_000 / alarms == pytest.approx(465, rel=0.2)


def test_a_lasting_change_is_found_and_then_watched_anew() -> None:
    watch, weeks = Watch(), 0
    raised = False
    while not raised:
        watch, raised = after(watch, 1.5)
        weeks += 1

    assert weeks == 6
    assert watch == Watch()


def test_a_change_downwards_is_found_as_well() -> None:
    assert after(Watch(down=4.0), -2.0) == (Watch(), True)


def test_a_usual_week_is_said_to_be_one(forecast: Forecast) -> None:
    came = forecast.draw(np.random.default_rng(2), 1)[0]
    week = judge_week(Watch(), forecast, came, KNOWN)[1]

    assert week.finding is Finding.AS_EXPECTED
    assert tuple(map(str, week.words)) == (
        f"这一周预计来电 {week.expected:.0f} 个（多半在 {week.low}—{week.high} 个之间），"
        f"实际 {week.came} 个，在正常波动之内。",
    )


def test_an_odd_day_is_named_with_what_is_known_of_it(forecast: Forecast) -> None:
    wednesday = MONDAY + timedelta(weeks=12, days=2)
    came = np.array(forecast.draw(np.random.default_rng(2), 1)[0])
    came[2, 18:22] += 20
    shown = Event(EventKind.BUSY_TIME, wednesday, wednesday, "停水抢修")
    unexplained = judge_week(Watch(), forecast, came, KNOWN)[1]
    explained = judge_week(Watch(), forecast, came, replace(KNOWN, events=(shown,)))[1]

    assert unexplained.finding is not Finding.AS_EXPECTED
    assert any("5月27日（星期三）" in one and "看不出原因" in one for one in map(str, unexplained.words))
    assert any("上午来了" in str(one) for one in unexplained.words)
    assert any("“停水抢修”" in str(one) for one in explained.words)


def test_a_week_that_is_high_throughout_is_said_to_be_so(forecast: Forecast) -> None:
    came = np.round(np.outer(forecast.daily.mean * 1.8, forecast.share[0])).astype(np.int64)
    high = judge_week(Watch(up=4.5), forecast, came + (forecast.share > 0.03), KNOWN)[1]

    assert high.came > high.high
    assert high.finding is Finding.DRIFTED
    assert "重新看一下接听时段" in str(high.words[-1])


def test_the_wrong_days_are_refused(forecast: Forecast) -> None:
    with pytest.raises(InputUnclear, match="一一对应"):
        judge_week(Watch(), forecast, np.zeros((3, 48), np.int64), KNOWN)


def test_the_calendar_explains_a_day() -> None:
    def special(day: date, published_on: date | None = None) -> list[str]:
        return [str(one) for one in reasons(day, published_on, (), KNOWN.calendar)]

    assert special(date(2026, 10, 10)) == ["调休上班日"]
    assert special(date(2026, 10, 1)) == ["休息日", "法定节假日"]
    assert special(date(2026, 10, 8)) == ["长假后第一天"]
    assert special(MONDAY, MONDAY) == ["号码公布不久"]


def _alarms(times: float) -> int:
    """Lines of a city that raise the alarm in six weeks, in which each gets so many times its calls."""
    random = np.random.default_rng(11)
    city = [line(seed, weeks=16, level=float(random.normal(-0.8, 0.4)), size=6) for seed in range(8)]
    begin, raised = 8 * 7, set()
    changed = []
    for one in city:
        more = random.poisson(one.counts[begin:] * (times - 1)) + one.counts[begin:]
        changed.append(replace(one, counts=np.concatenate([one.counts[:begin], more])))
    watches = [Watch() for _ in city]
    for week in range(8, 14):
        monday = MONDAY + timedelta(weeks=week)
        belief = common([one.until(monday) for one in city], KNOWN)
        for at, one in enumerate(changed):
            told = predict(learn(one.until(monday), KNOWN, belief), monday, 7, KNOWN)
            watches[at], judged = judge_week(watches[at], told, one.between(monday, 7), KNOWN)
            if judged.finding is Finding.DRIFTED:
                raised.add(at)
    return len(raised)


def test_lines_far_from_the_report_raise_no_alarm_by_that_and_a_real_change_is_found() -> None:
    assert _alarms(1.0) <= 1
    assert _alarms(3.0) >= 5
