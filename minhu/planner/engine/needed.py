"""How many of the staff must be on duty in each half hour, so that callers of the week reach a person soon.

Calls that no official takes ring all of the staff who are free; where nobody is, the caller is promised a call back. So
with c on duty for a erlangs, Erlang's B(c, a) of these calls find nobody, and

    soon = sum over half hours of (own + diverted (1 - B(c, a)) picks_up) / sum of callers.

Each half hour gains less with each person more (B is convex in c), so that adding one wherever most is gained, until
the share is reached, takes the fewest half hours of work that there are.
Source: Messerli, "Proof of a convexity property of the Erlang B formula", Bell System Technical Journal 51 (1972)
951-953; Fox, "Discrete optimization via marginal analysis", Management Science 13 (1966) 210-216.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import isfinite

from minhu.planner.engine.day import HALF_HOURS_A_WEEK, Staffing
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.formulas import erlang_b
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.line_tables import DELEGATE, ENGAGED, HOLD, OFFICIAL, RING, STAFF, Step, Stretch, stretches
from minhu.planner.engine.proposal import PROMISED_SOON

_LEAST_GAIN = 1e-9
"""Callers a week: less is nobody."""


@dataclass(frozen=True, slots=True)
class Load:
    """Callers expected in each half hour of the week. own: an official or his delegate takes the call; diverted: it
    rings the staff; late: it does after he waited on the line, too late to be soon. minutes: that a call keeps one of
    them busy. picks_up: how likely one who is free takes it.
    """

    callers: tuple[float, ...]
    own: tuple[float, ...]
    diverted: tuple[float, ...]
    late: tuple[float, ...]
    minutes: float
    picks_up: float = 0.97

    def __post_init__(self) -> None:
        for name in ("callers", "own", "diverted", "late"):
            figures = getattr(self, name)
            if len(figures) != HALF_HOURS_A_WEEK or not all(isfinite(one) and one >= 0 for one in figures):
                raise InputUnclear(name, f"一周应有 {HALF_HOURS_A_WEEK} 个半小时的来电数，都不小于 0。")
        if not (0 < self.minutes <= 240 and 0 < self.picks_up <= 1):
            raise InputUnclear("minutes, picks_up", "一次通话应在 0 到 240 分钟之间，接起的比例在 0 到 1 之间。")

    def soon(self, cell: int, people: int) -> float:
        """Callers of a half hour who reach a person with so many on duty."""
        return self.own[cell] + self.diverted[cell] * self.picks_up * (1 - erlang_b(people, self.erlangs(cell)))

    def most(self, within: Sequence[bool]) -> float:
        """The share who would reach a person if there were any number of staff; 1 where nobody calls."""
        cells = [cell for cell in range(HALF_HOURS_A_WEEK) if within[cell]]
        callers = sum(self.callers[cell] for cell in cells)
        reach = sum(self.own[cell] + self.diverted[cell] * self.picks_up for cell in cells)
        return reach / callers if callers else 1.0

    def erlangs(self, cell: int) -> float:
        """Staff that would be busy if there were enough of them."""
        return (self.diverted[cell] + self.late[cell]) * self.minutes / 30


@dataclass(frozen=True, slots=True)
class Needed:
    """staffing: people in each half hour. soon: the share of callers who then reach a person."""

    staffing: Staffing
    soon: float


def load_of(city: CityModel, progress: Callable[[float], object] = lambda _share: None) -> Load:
    """What the lines of a city leave to their staff, by the rule that routes calls. Redials are left out."""
    callers, own, diverted, late = ([0.0] * HALF_HOURS_A_WEEK for _ in range(4))
    busy = city.habits.talk.mean + city.habits.wrap_up.mean
    for number, line in enumerate(city.lines):
        found = stretches(line, city)
        progress((number + 1) / len(city.lines))
        at = 0
        for cell in range(HALF_HOURS_A_WEEK):
            middle = cell * 30 + 15
            while found[at].end <= middle:
                at += 1
            come = line.arrivals.per_hour[cell] / 2 * (1 - city.habits.texts)
            shares = _shares(line, found[at], come * 2 * busy / 3600)
            for figures, share in zip((callers, own, diverted, late), (1.0, *shares), strict=True):
                figures[cell] += come * share
    return Load(tuple(callers), tuple(own), tuple(diverted), tuple(late), busy / 60, city.habits.staff_answers)


def staff_needed(load: Load, within: Sequence[bool], soon: float = PROMISED_SOON) -> Needed:
    """The fewest half hours of work, one person at least in each half hour of ``within``. Raises: InputUnclear."""
    if not (isfinite(soon) and 0 <= soon < 1) or len(within) != HALF_HOURS_A_WEEK:
        raise InputUnclear("soon, within", "比例应在 0 到 1 之间（不含 1），值守时间应写明一周的每个半小时。")
    cells = [cell for cell in range(HALF_HOURS_A_WEEK) if within[cell]]
    people = [1 if inside else 0 for inside in within]
    callers = sum(load.callers[cell] for cell in cells)
    if not callers:
        return Needed(Staffing(tuple(people)), 1.0)
    most = load.most(within)
    if most <= soon:
        raise InputUnclear(
            "soon", f"再多人手也只有 {most:.1%} 的来电能马上接通（有的没有人接起），达不到 {soon:.0%}：请把目标定低些。"
        )
    reached = sum(load.soon(cell, 1) for cell in cells)
    gains = [(-_gain(load, cell, 1), cell) for cell in cells]
    heapify(gains)
    while reached < soon * callers:
        less, cell = heappop(gains)
        if -less < _LEAST_GAIN:
            break
        reached -= less
        people[cell] += 1
        heappush(gains, (-_gain(load, cell, people[cell]), cell))
    return Needed(Staffing(tuple(people)), reached / callers)


def _gain(load: Load, cell: int, people: int) -> float:
    """Callers who reach somebody because of one person more."""
    return load.soon(cell, people + 1) - load.soon(cell, people)


def _shares(line: LineModel, stretch: Stretch, offered: float) -> tuple[float, float, float]:
    """Of callers: whom he or his delegate answers; who rings the staff; who does after a wait.

    offered: erlangs, if he took every call.
    """
    free, engaged = (_of(stretch.entries[situation].steps, line) for situation in (0, ENGAGED))
    on_phone = offered * free[0] / (1 + offered * free[0])
    own, diverted, late = ((1 - on_phone) * one + on_phone * other for one, other in zip(free, engaged, strict=True))
    return own, diverted, late


def _of(steps: Sequence[Step], line: LineModel) -> tuple[float, float, float]:
    taken, held, answers = 0.0, False, {OFFICIAL: line.answers, DELEGATE: line.delegate_answers}
    for kind, group, _seconds, _then in steps:
        held = held or kind == HOLD
        if kind == RING and group == STAFF:
            return (taken, 0.0, 1 - taken) if held else (taken, 1 - taken, 0.0)
        if kind == RING:
            taken += (1 - taken) * answers.get(group, 0.0)
    return taken, 0.0, 0.0
