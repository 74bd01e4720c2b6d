"""Predicted against actual, week by week: when a miss is chance, when it is a change, and what may be behind it.

Each week becomes a normal score, z = Φ⁻¹(P(N < n) + P(N = n) / 2), which is about standard normal as long as the
forecast is right, however small the counts. Two sums run over them:

    up ← max(0, up + z - ½),   down ← max(0, down - z - ½)

Above LIMIT the alarm is raised and both begin anew. By chance that happens once in some 460 weeks of a line; a week
that is off by half again its usual spread, every week, is found in about six.
Source: Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115; Montgomery, "Introduction to Statistical
Quality Control" (2013), ch. 9.1 (the figures for ½ and 5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from minhu.planner.engine.daykinds import reasons
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.forecast import Forecast, Known
from minhu.planner.engine.history import Counts
from minhu.planner.engine.spread import Spread
from minhu.rules.planning import Finding

SLACK, LIMIT = 0.5, 5.0
FARTHEST = 5.0
"""A single week counts no more than this."""
UNUSUAL = 2.0
"""A week, day or part of a day beyond so many deviations is named."""

PARTS = (
    (0, 12, "零点到六点"), (12, 18, "早上六点到九点"), (18, 24, "上午"), (24, 30, "中午"), (30, 36, "下午"),
    (36, 48, "晚上"),
)  # fmt: skip
"""From and to in half hours, as people call them."""
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Watch:
    """Where the sums stand after the weeks so far."""

    up: float = 0.0
    down: float = 0.0


@dataclass(frozen=True, slots=True)
class Week:
    """One week judged. low, high: eight weeks in ten lie there; score: z; words: for people, one sentence each."""

    expected: float
    low: int
    high: int
    came: int
    score: float
    finding: Finding
    words: tuple[str, ...] = ()


def judge_week(watch: Watch, forecast: Forecast, came: Counts, known: Known) -> tuple[Watch, Week]:
    """The sums after one more week, and what to say of it. came: a row a day of the forecast. Raises: InputUnclear."""
    if came.shape != forecast.share.shape:
        raise InputUnclear("came", "实际来电要和预测的日子一一对应。")
    total, count = forecast.total, int(came.sum())
    score = normal_score(total, count)
    watch, drifted = after(watch, score)
    low, high = (int(edge) for edge in total.interval())
    finding = Finding.AS_EXPECTED
    if drifted:
        finding = Finding.DRIFTED
    elif abs(score) > UNUSUAL:
        finding = Finding.UNUSUAL_WEEK
    week = Week(float(total.mean), low, high, count, score, finding)
    return watch, replace(week, words=_words(week, forecast, came, known))


def after(watch: Watch, score: float) -> tuple[Watch, bool]:
    """The sums after a week's score, and whether it raises the alarm; then they begin anew."""
    up = max(0.0, watch.up + score - SLACK)
    down = max(0.0, watch.down - score - SLACK)
    return (Watch(), True) if max(up, down) > LIMIT else (Watch(up, down), False)


def normal_score(spread: Spread, came: int) -> float:
    """How far out a count lies, as a standard normal deviation within ±FARTHEST."""
    middle = float(spread.at_most(came - 1)) + float(spread.probability(came)) / 2
    return float(np.clip(ndtri(min(max(middle, 1e-12), 1 - 1e-12)), -FARTHEST, FARTHEST))


def _words(week: Week, forecast: Forecast, came: Counts, known: Known) -> tuple[str, ...]:
    said = f"这一周预计来电 {week.expected:.0f} 个（多半在 {week.low}—{week.high} 个之间），实际 {week.came} 个"
    if week.finding is Finding.AS_EXPECTED:
        return (f"{said}，在正常波动之内。",)
    more = week.came > week.expected
    odd = f"，{'多' if more else '少'}了 {abs(week.came - week.expected):.0f} 个。"
    where = [*_odd_days(forecast, came, known), *_odd_parts(forecast, came)]
    if not where:
        where = [f"各天、各时段都普遍偏{'多' if more else '少'}，像是来电总量变了，而不是某一天的事。"]
    so = (
        "偏差已经连续累积，不像偶然：今后的预测会向新的水平靠拢，请重新看一下接听时段和值班安排。"
        if week.finding is Finding.DRIFTED
        else "只有这一周，可能是偶然；如果下周仍然如此，会发出提醒。"
    )
    return (said + odd, *where, so)


def _odd_days(forecast: Forecast, came: Counts, known: Known) -> list[str]:
    told, daily = [], forecast.daily
    for place, day in enumerate(forecast.days):
        count = int(came[place].sum())
        one = Spread(daily.mean[place], daily.unsure[place], daily.size[place])
        if abs(normal_score(one, count)) > UNUSUAL:
            known_of = "、".join(reasons(day, forecast.published_on, known.events, known.calendar))
            told.append(
                f"星期{_WEEKDAYS[day.weekday()]}（{day.month}月{day.day}日）预计 {float(one.mean):.0f} 个，"
                f"实际 {count} 个；{known_of or '日历和已登记的活动里看不出原因'}。"
            )
    return told


def _odd_parts(forecast: Forecast, came: Counts) -> list[str]:
    """Parts of the day that got more or less than their share of what came in all."""
    told, calls = [], int(came.sum())
    expected = forecast.half_hours.mean.sum(axis=0)
    expected = expected / expected.sum() * calls
    for begin, end, name in PARTS:
        usual, count = float(expected[begin:end].sum()), int(came[:, begin:end].sum())
        if abs(count - usual) > UNUSUAL * max(1.0, usual) ** 0.5 * 1.5:
            told.append(f"{name}来了 {count} 个，按往常的比例应是 {usual:.0f} 个左右。")
    return told
