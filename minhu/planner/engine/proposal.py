"""What the planner proposes to an official: windows, what they are expected to do, what else was possible.

Values only: made by ``optimising``, stored and accepted by the parts around the engine, shown by pages. Minutes are
those of the week (``day``); estimates carry their interval (``confidence``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.day import MINUTES_A_DAY, Busy, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.rules.sentences import Sentence

PROMISED_SOON = 0.95
"""Share of callers in opening hours who are to reach a person within 60 seconds, unless another is wished for."""


class Assumption(StrEnum):
    """What the expected effect rests on, and may be wrong."""

    VOLUME = "volume"
    TALK = "talk"
    PATIENCE = "patience"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Aim:
    """What is promised to callers, and what it may cost at most. Every figure can be set.

    soon: share of callers in opening hours who reach a person within 60 seconds. kept: share of promised first contacts
    made on the day on which they fall due, the next working day at the latest. own_minutes_a_day: talk, writing up and
    callbacks of the official himself. window_minutes_a_day: of his day that answer windows and callback slots may take
    up; at his desk he works on in them until it rings. in_person: share of callers whose first call the official
    himself answers, at least: a citizen rang to hear whether it is really him. No protected meeting is ever broken,
    whatever the aim.
    """

    soon: float = PROMISED_SOON
    kept: float = 1.0
    own_minutes_a_day: int = 45
    window_minutes_a_day: int = 480
    in_person: float = 0.25

    def __post_init__(self) -> None:
        for name in ("soon", "kept", "in_person"):
            value = getattr(self, name)
            if not (isfinite(value) and 0 <= value <= 1):
                raise InputUnclear(name, f"应在 0 到 1 之间，现为 {value}。")
        for name in ("own_minutes_a_day", "window_minutes_a_day"):
            minutes = getattr(self, name)
            if not 0 < minutes <= MINUTES_A_DAY:
                raise InputUnclear(name, f"每天的分钟数应在 1 到 {MINUTES_A_DAY} 之间，现为 {minutes}。")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a plan does in a week. None where there was nothing to measure.

    in_person: share of callers whose first call the official himself answers. soon, kept: as in ``Aim``. wait_seconds:
    until the first person, of who spoke to one. own_minutes_a_day: talk, writing up and callbacks of the official.
    interruptions_a_week: rings outside his answer windows, or in them while he is busy. broken_a_week: rings during
    what is protected.
    """

    in_person: Estimate | None
    soon: Estimate | None
    kept: Estimate | None
    wait_seconds: Estimate | None
    own_minutes_a_day: Estimate
    interruptions_a_week: Estimate
    broken_a_week: Estimate


@dataclass(frozen=True, slots=True)
class Plan:
    """What he would set. windows: None for always, which is today's way. callbacks: None for the windows themselves.

    delegated: when a delegate takes the line.
    """

    windows: tuple[Window, ...] | None
    callbacks: tuple[Window, ...] | None = None
    delegated: tuple[Window, ...] = ()
    budget_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A plan on the frontier: none other found is at least as good in every respect and better in one.

    met: it keeps the promise and its limits. window_minutes_a_week: of his time that answer windows and callback slots
    set aside.
    """

    plan: Plan
    effect: Effect
    window_minutes_a_week: int
    met: bool


@dataclass(frozen=True, slots=True)
class Gain:
    """What one half hour buys: the plan with it less the plan without it, over the same callers.

    window: the half hour, on the first day that has room for it; the plan has it on every such day. in_person, soon:
    shares, so 0.02 is two of a hundred callers. calls_a_week: expected in it. busy: what his calendar says of it, None
    for free. chosen: it is part of the recommended plan.
    """

    window: Window
    calls_a_week: float
    busy: Busy | None
    chosen: bool
    in_person: Estimate | None
    soon: Estimate | None
    own_minutes_a_day: Estimate
    interruptions_a_week: Estimate


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The recommended plan with one assumption changed by ``factor``, less it as it is. in_person, soon: shares."""

    assumption: Assumption
    factor: float
    in_person: float
    soon: float
    own_minutes_a_day: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """The recommended plan beside today's way.

    difference: ``effect`` less ``today``, over the same callers, so the interval is of the difference itself.
    better: it is, by more than makes no difference. reachable: the recommended plan keeps the promise; otherwise it is
    the nearest found, and ``unmet`` says what it misses and why. main: the assumption that matters most.
    seed: with the same inputs it gives the same proposal.
    """

    plan: Plan
    effect: Effect
    today: Effect
    difference: Effect
    frontier: tuple[Point, ...]
    gains: tuple[Gain, ...]
    sensitivities: tuple[Sensitivity, ...]
    main: Assumption
    better: bool
    reachable: bool
    unmet: tuple[Sentence, ...]
    seed: int
    replications: int
