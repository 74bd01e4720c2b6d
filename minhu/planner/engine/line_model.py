"""A published line, its official, the staff behind it and the people who call: what the direct line's simulation needs.

Durations here are in seconds; spans are minutes of the week (``day.py``). The week is typical and repeats.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from minhu.planner.engine.day import MINUTES_A_DAY, Busy, Rates, Staffing, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.laws import Duration, exponential, lognormal
from minhu.rules.calendar import WorkingCalendar
from minhu.rules.routing import Policy
from minhu.rules.words import LineMode

MOST_LINES = 256
MOST_WEEKS = 52
MOST_REPLICATIONS = 100_000
MOST_CALLERS = 1e9


@dataclass(frozen=True, slots=True)
class LineModel:
    """One line and its official.

    arrivals: people who turn to it for the first time. busy: his calendar. windows: the line's answer windows; None for
    always. budget_minutes: of talk a day. delegated: when a deputy or secretary takes the line. callbacks: when he
    calls back; None for whenever he may be rung. answers, delegate_answers: how likely a ringing phone is picked up.
    """

    arrivals: Rates
    busy: tuple[Busy, ...] = ()
    windows: tuple[Window, ...] | None = None
    budget_minutes: int | None = None
    delegated: tuple[Window, ...] = ()
    callbacks: tuple[Window, ...] | None = None
    answers: float = 0.9
    delegate_answers: float = 0.9
    mode: LineMode = LineMode.FRONT
    duty: bool = True

    def __post_init__(self) -> None:
        _share(self.answers, "answers")
        _share(self.delegate_answers, "delegate_answers")
        if self.budget_minutes is not None and not 0 <= self.budget_minutes <= MINUTES_A_DAY:
            raise InputUnclear(
                "budget_minutes", f"每天接听分钟数应在 0 到 {MINUTES_A_DAY} 之间，现为 {self.budget_minutes}。"
            )
        if self.windows is not None and not self.windows:
            raise InputUnclear("windows", "至少要有一个接听时段；全天开放请写 None。")


_TALK = lognormal(240, 0.8)
_WRAP_UP = lognormal(45, 0.6)
_PICK_UP = lognormal(8, 0.5)
_PATIENCE = lognormal(90, 0.7)
_REDIAL_DELAY = exponential(1200)
_TEXT_WORK = lognormal(180, 0.6)
_NOT_REACHED = exponential(30)


@dataclass(frozen=True, slots=True)
class Habits:
    """How people call and talk; shares are probabilities.

    patience: ringing and waiting before a caller hangs up. texts: who texts instead; urgent: who presses the key at
    night. reached: whether a citizen who is called back picks up; not_reached: how long that attempt takes.
    """

    talk: Duration = _TALK
    wrap_up: Duration = _WRAP_UP
    pick_up: Duration = _PICK_UP
    patience: Duration = _PATIENCE
    redial_delay: Duration = _REDIAL_DELAY
    text_work: Duration = _TEXT_WORK
    not_reached: Duration = _NOT_REACHED
    redials: float = 0.3
    most_calls: int = 5
    texts: float = 0.15
    urgent: float = 0.1
    reached: float = 0.75
    staff_answers: float = 0.97
    duty_answers: float = 0.95

    def __post_init__(self) -> None:
        for name in ("redials", "texts", "urgent", "reached", "staff_answers", "duty_answers"):
            _share(getattr(self, name), name)
        if not 1 <= self.most_calls <= 100:
            raise InputUnclear("most_calls", f"每人最多拨打次数应在 1 到 100 之间，现为 {self.most_calls}。")


NOBODY = Staffing((0,) * 336)


@dataclass(frozen=True, slots=True)
class CityModel:
    """Lines that share their staff. monday: any Monday; its legal calendar is used. Raises: InputUnclear."""

    lines: tuple[LineModel, ...]
    staff: Staffing
    calendar: WorkingCalendar
    monday: date
    habits: Habits = field(default_factory=Habits)
    policy: Policy = field(default_factory=Policy)
    weeks: int = 4
    replications: int = 100
    seed: int = 1
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise InputUnclear("lines", f"应有 1 到 {MOST_LINES} 条公布号码，现有 {len(self.lines)} 条。")
        if self.monday.weekday() != 0:
            raise InputUnclear("monday", f"应是一个星期一，现为 {self.monday}。")
        for name, most in (("weeks", MOST_WEEKS), ("replications", MOST_REPLICATIONS)):
            if not 1 <= getattr(self, name) <= most:
                raise InputUnclear(name, f"应是 1 到 {most:,} 的整数，现为 {getattr(self, name)}。")
        if not 0 <= self.seed < 2**63:
            raise InputUnclear("seed", "随机种子应是不小于 0 的整数。")
        if not 0.5 <= self.confidence <= 0.9999:
            raise InputUnclear("confidence", f"置信水平应在 0.5 到 0.9999 之间，现为 {self.confidence}。")
        self._check_volume(one.arrivals for one in self.lines)

    def _check_volume(self, arrivals: Iterable[Rates]) -> None:
        a_week = sum(one.calls_a_week for one in arrivals)
        if a_week <= 0:
            raise InputUnclear("arrivals", "一周里没有来电，没有可以模拟的。")
        if a_week * self.weeks * self.replications > MOST_CALLERS:
            raise InputUnclear("arrivals", f"来电总数超过 {MOST_CALLERS:.0g}，请减少 replications 或检查来电率的单位。")


def _share(value: float, field_name: str) -> None:
    if not (isfinite(value) and 0 <= value <= 1):
        raise InputUnclear(field_name, f"应在 0 到 1 之间，现为 {value}。")
