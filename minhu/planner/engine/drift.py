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
from minhu.rules.sentences import Sentence, day_named, sentence

SLACK, LIMIT = 0.5, 5.0
FARTHEST = 5.0
"""A single week counts no more than this."""
UNUSUAL = 2.0
"""A week, day or part of a day beyond so many deviations is named."""

PARTS = (
    (0, 12, sentence("零点到六点")), (12, 18, sentence("早上六点到九点")), (18, 24, sentence("上午")),
    (24, 30, sentence("中午")), (30, 36, sentence("下午")), (36, 48, sentence("晚上")),
)  # fmt: skip
"""From and to in half hours, as people call them."""


_MORE_ALL_OVER = sentence("各天、各时段都普遍偏多，像是来电总量变了，而不是某一天的事。")
_FEWER_ALL_OVER = sentence("各天、各时段都普遍偏少，像是来电总量变了，而不是某一天的事。")
_SO = {
    Finding.DRIFTED: sentence(
        "偏差已经连续累积，不像偶然：今后的预测会向新的水平靠拢，请重新看一下接听时段和值班安排。"
    ),
    Finding.UNUSUAL_WEEK: sentence("只有这一周，可能是偶然；如果下周仍然如此，会发出提醒。"),
}
_NO_REASON = sentence("日历和已登记的活动里看不出原因")


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
    words: tuple[Sentence, ...] = ()


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


def _words(week: Week, forecast: Forecast, came: Counts, known: Known) -> tuple[Sentence, ...]:
    said = sentence(
        "这一周预计来电 {expected:.0f} 个（多半在 {low}—{high} 个之间），实际 {came} 个",
        expected=week.expected, low=week.low, high=week.high, came=week.came,
    )  # fmt: skip
    if week.finding is Finding.AS_EXPECTED:
        return (sentence("{week}，在正常波动之内。", week=said),)
    more, off = week.came > week.expected, abs(week.came - week.expected)
    odd = sentence("{week}，少了 {off:.0f} 个。", week=said, off=off)
    if more:
        odd = sentence("{week}，多了 {off:.0f} 个。", week=said, off=off)
    where = [*_odd_days(forecast, came, known), *_odd_parts(forecast, came)]
    return (odd, *(where or [_MORE_ALL_OVER if more else _FEWER_ALL_OVER]), _SO[week.finding])


def _odd_days(forecast: Forecast, came: Counts, known: Known) -> list[Sentence]:
    told, daily = [], forecast.daily
    for place, day in enumerate(forecast.days):
        count = int(came[place].sum())
        one = Spread(daily.mean[place], daily.unsure[place], daily.size[place])
        if abs(normal_score(one, count)) > UNUSUAL:
            known_of = reasons(day, forecast.published_on, known.events, known.calendar)
            told.append(
                sentence(
                    "{day}预计 {expected:.0f} 个，实际 {came} 个；{why}。",
                    day=day_named(day),
                    expected=float(one.mean),
                    came=count,
                    why=known_of or _NO_REASON,
                )
            )
    return told


def _odd_parts(forecast: Forecast, came: Counts) -> list[Sentence]:
    """Parts of the day that got more or less than their share of what came in all."""
    told, calls = [], int(came.sum())
    expected = forecast.half_hours.mean.sum(axis=0)
    expected = expected / expected.sum() * calls
    for begin, end, name in PARTS:
        usual, count = float(expected[begin:end].sum()), int(came[:, begin:end].sum())
        if abs(count - usual) > UNUSUAL * max(1.0, usual) ** 0.5 * 1.5:
            told.append(
                sentence(
                    "{part}来了 {came} 个，按往常的比例应是 {usual:.0f} 个左右。", part=name, came=count, usual=usual
                )
            )
    return told
