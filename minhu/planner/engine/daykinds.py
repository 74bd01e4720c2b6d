"""What may make one day's calls differ from another's: weekday, holiday, make-up day, publication, events.

Each feature is a column of the regression with what is believed of it before any call was counted. The beliefs are the
reported course of such lines: one or two dozen calls a day at first, a few later (docs/reference/forecast.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import exp, log

import numpy as np

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.negbin import Before, Numbers
from minhu.rules.calendar import WorkingCalendar
from minhu.rules.sentences import Sentence, sentence

RUSH_DAYS = 10.0
"""The rush after publication falls to a third in so many days."""
LONG_BREAK = 3
"""After so many days off in a row the first day worked is a feature of its own."""


class EventKind(StrEnum):
    """What an event does to the calls: a publicity day brings a rush that decays, a busy time holds for its days."""

    PUBLICITY = "publicity"
    BUSY_TIME = "busy_time"


@dataclass(frozen=True, slots=True)
class Event:
    """Something known beforehand. last: the day it ends, included; of publicity only ``first`` counts."""

    kind: EventKind
    first: date
    last: date
    name: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputUnclear("events", f"“{self.name}”的结束日期早于开始日期。")


@dataclass(frozen=True, slots=True)
class Feature:
    """A column. believed, sd: of its coefficient, on the log scale, before any call; words: for people."""

    name: str
    believed: float
    sd: float
    words: Sentence


FEATURES = (
    Feature("level", log(4.0), 0.6, sentence("总量")),
    Feature("rush", log(5.0), 0.35, sentence("号码公布不久")),
    Feature("monday", 0.1, 0.15, sentence("星期一")),
    Feature("tuesday", 0.0, 0.15, sentence("星期二")),
    Feature("wednesday", 0.0, 0.15, sentence("星期三")),
    Feature("thursday", 0.0, 0.15, sentence("星期四")),
    Feature("friday", 0.0, 0.15, sentence("星期五")),
    Feature("day_off", -0.7, 0.5, sentence("休息日")),
    Feature("sunday", 0.0, 0.2, sentence("星期日")),
    Feature("holiday", -0.3, 0.4, sentence("法定节假日")),
    Feature("make_up", -0.1, 0.3, sentence("调休上班日")),
    Feature("after_break", 0.2, 0.3, sentence("长假后第一天")),
    Feature("publicity", log(2.0), 0.6, sentence("宣传日")),
    Feature("busy_time", 0.4, 0.5, sentence("已知的繁忙时期")),
)
"""``level`` is the log of a settled line's calls on a day worked."""

REPORTED = Before(
    mean=np.array([one.believed for one in FEATURES]),
    sd=np.array([one.sd for one in FEATURES]),
    log_size=log(8.0),
    log_size_sd=0.8,
)
"""Days differ by a third of their mean or so, besides chance."""


def features(
    days: Sequence[date], published_on: date | None, events: Sequence[Event], calendar: WorkingCalendar
) -> Numbers:
    """A row for each day. published_on: None where the first days are long past."""
    return np.array([_row(day, published_on, events, calendar) for day in days]).reshape(len(days), len(FEATURES))


def reasons(
    day: date, published_on: date | None, events: Sequence[Event], calendar: WorkingCalendar
) -> tuple[Sentence, ...]:
    """What is special about a day, in words; empty for an ordinary one."""
    row = _row(day, published_on, events, calendar)
    weekdays = {"level", "monday", "tuesday", "wednesday", "thursday", "friday", "sunday"}
    told = [one.words for one, value in zip(FEATURES, row, strict=True) if value > 0.2 and one.name not in weekdays]
    return (*told, *(sentence("“{who}”", who=event.name) for event in events if event.first <= day <= event.last))


def _row(day: date, published_on: date | None, events: Sequence[Event], calendar: WorkingCalendar) -> list[float]:
    worked = calendar.assume_working_day(day)
    weekday = day.weekday()
    rush = _fading(day, published_on) if published_on else 0.0
    publicity = sum(_fading(day, event.first) for event in events if event.kind is EventKind.PUBLICITY)
    busy = any(event.kind is EventKind.BUSY_TIME and event.first <= day <= event.last for event in events)
    return [
        1.0,
        rush,
        *(float(worked and weekday == one) for one in range(5)),
        float(not worked),
        float(not worked and weekday == 6),
        float(not worked and day in calendar.days_off),
        float(worked and weekday >= 5),
        float(worked and _after_break(day, calendar)),
        min(publicity, 2.0),
        float(busy),
    ]


def _fading(day: date, since: date) -> float:
    return exp(-(day - since).days / RUSH_DAYS) if day >= since else 0.0


def _after_break(day: date, calendar: WorkingCalendar) -> bool:
    return not any(calendar.assume_working_day(day - timedelta(days=back)) for back in range(1, LONG_BREAK + 1))
