"""The best windows for one line: the one place that asks for them, whoever finds them.

Until the optimiser is asked, two windows a day are chosen by what the forecast expects in each half hour of the working
week, where the calendar leaves room: no window is laid over a meeting, and desk work counts a third less than a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_HALF_HOUR, Interruptible
from minhu.planner.engine.forecast import Belief, Forecast, Known, learn, predict
from minhu.planner.gather import LineInputs
from minhu.rules.planning import LONGEST_HOURS, Spans, written

WINDOWS_A_DAY, WORKDAYS = 2, 5
NEARLY = 0.9
APART = 4
"""Half hours from one window's begin to the next."""
FIRST, LAST = 14, 40
"""Half hours of the day between which a window may lie: 7:00 and 20:00."""
_WORTH = {None: 1.0, Interruptible.CAN: 0.65, Interruptible.MAY: 0.8, Interruptible.NEVER: 0.0}
_SURE_DAYS = 28
"""With fewer days of its own calls, a line's forecast lives on what other lines have shown."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Windows, and what they do in the week that was reckoned with; see ``WindowProposal``."""

    hours: str
    calls: float
    low: int
    high: int
    inside: float
    minutes: int
    assumption: str


def propose(inputs: LineInputs, known: Known, belief: Belief) -> Proposed | None:
    """The windows of a line; None where its calendar leaves no half hour free, or those in force are as good."""
    forecast = predict(learn(inputs.history, known, belief), inputs.week.monday, 7, known)
    week = [_windows(inputs, forecast, day) for day in range(7)]
    hours = written(week)
    if not hours or len(hours) > LONGEST_HOURS or _as_good(inputs, forecast, week):
        return None
    low, high = (int(edge) for edge in forecast.total.interval())
    calls = float(forecast.total.mean)
    return Proposed(
        hours=hours,
        calls=calls,
        low=low,
        high=high,
        inside=min(_inside(week, forecast), calls),
        minutes=_minutes(week),
        assumption=_assumption(inputs),
    )


def _windows(inputs: LineInputs, forecast: Forecast, day: int) -> Spans:
    """Of one day, Monday being 0; none on the weekend. Two lie two hours apart, for mornings and evenings differ."""
    if day >= WORKDAYS:
        return ()
    expected = forecast.half_hours.mean[day]
    worth = {half: float(expected[half]) * _room(inputs, day, half) for half in range(FIRST, LAST)}
    chosen: list[int] = []
    for half in sorted(worth, key=lambda one: (-worth[one], one)):
        if worth[half] > 0 and all(abs(half - other) >= APART for other in chosen):
            chosen.append(half)
        if len(chosen) == WINDOWS_A_DAY:
            break
    return tuple((half * MINUTES_A_HALF_HOUR, (half + 1) * MINUTES_A_HALF_HOUR) for half in sorted(chosen))


def _as_good(inputs: LineInputs, forecast: Forecast, week: Sequence[Spans]) -> bool:
    """Whether the windows in force take no longer, lie over no meeting and catch nearly as much: a change costs too."""
    now = inputs.hours.spans
    if now is None or not 0 < _minutes(now) <= _minutes(week):
        return False
    over = any(_room(inputs, day, half) == 0 for day, spans in enumerate(now) for half in _cells(spans))
    return not over and _inside(now, forecast) >= NEARLY * _inside(week, forecast)


def _minutes(week: Sequence[Spans]) -> int:
    return sum(end - start for spans in week for start, end in spans)


def _inside(week: Sequence[Spans], forecast: Forecast) -> float:
    """Calls expected within windows, which lie on half hours or are taken to."""
    mean = forecast.half_hours.mean
    return sum(float(mean[day][_cells(spans)].sum()) for day, spans in enumerate(week) if spans)


def _room(inputs: LineInputs, day: int, half: int) -> float:
    begin = day * MINUTES_A_DAY + half * MINUTES_A_HALF_HOUR
    return min(_WORTH[inputs.week.how(begin + minute)] for minute in range(0, MINUTES_A_HALF_HOUR, 5))


def _cells(spans: Spans) -> list[int]:
    return [cell for start, end in spans for cell in _half_hours(start, end)]


def _half_hours(start: int, end: int) -> Iterator[int]:
    yield from range(start // MINUTES_A_HALF_HOUR, -(-end // MINUTES_A_HALF_HOUR))


def _assumption(inputs: LineInputs) -> str:
    days = len(inputs.history.counts)
    if days < _SURE_DAYS:
        return f"这个号码只有 {days} 天的来电记录，来电的时间主要参照全市其他号码；记录多了会更准。"
    return f"按过去 {days} 天的来电时间推算；如果群众打电话的时间变了，请以每周的“预测与实际”为准。"
