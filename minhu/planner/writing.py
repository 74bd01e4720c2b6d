"""Keeps what was planned. Each is called within the transaction that ends the claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from minhu.audit import trail
from minhu.directory.models import Line
from minhu.planner.models import DayPlan, ExpectedEffect, PlannedCall, WindowProposal
from minhu.rules.access import system
from minhu.rules.clock import legal_day
from minhu.rules.planning import LONGEST_HOURS, Answer, Measure
from minhu.rules.sentences import Sentence, kept

if TYPE_CHECKING:
    from minhu.planner.proposals import Expected, Proposed

NOT_AGAIN_FOR = timedelta(days=28)
"""Whoever declined is left alone for so long: the next day's windows are seldom others."""


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call back with its place in the day; start None: none was found. why: in words for people."""

    promise_id: int
    start: datetime | None
    end: datetime | None
    why: Sentence


@dataclass(frozen=True, slots=True)
class Placed:
    """The calls of a day. notes: what was unclear in the calendar; fault: why nothing could be planned."""

    calls: tuple[PlacedCall, ...]
    notes: tuple[Sentence, ...]
    fault: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure of what windows do; see ``ExpectedEffect``."""

    measure: Measure
    now: float | None
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows to propose; see ``WindowProposal``."""

    hours: str
    minutes: int
    expected: Expected
    assumption: Sentence
    effects: tuple[Effect, ...] = ()
    callbacks: str = ""
    budget_minutes: int | None = None
    unmet: tuple[Sentence, ...] = ()
    notes: tuple[Sentence, ...] = ()


def windows(made: Proposed) -> Windows | None:
    """What is kept of a proposal; None where today's way is as good."""
    found = made.proposal
    if not found.better or found.plan.windows is None:
        return None
    from minhu.planner.proposed_words import assumption, hours_of  # loads arrays

    hours, callbacks = hours_of(found.plan.windows), hours_of(found.plan.callbacks or ())
    if len(hours) > LONGEST_HOURS or len(callbacks) > LONGEST_HOURS:
        return None
    effects = []
    for measure in Measure:
        now, then = getattr(found.today, measure.value), getattr(found.effect, measure.value)
        if then is not None:
            low, high = (then.value if edge is None else edge for edge in (then.low, then.high))
            effects.append(Effect(measure, None if now is None else now.value, then.value, low, high))
    return Windows(
        hours=hours,
        minutes=sum(one.end - one.start for one in found.plan.windows),
        expected=made.expected,
        assumption=assumption(found),
        effects=tuple(effects),
        callbacks=callbacks,
        budget_minutes=found.plan.budget_minutes,
        unmet=found.unmet,
        notes=made.notes,
    )


def write_day(official_id: int, city_id: int, inputs: str, placed: Placed, *, at: datetime) -> DayPlan:
    """The day as it is planned now; what was planned before stays to be read."""
    plan = DayPlan.objects.create(
        city_id=city_id, official_id=official_id, day_on=legal_day(at), made_at=at, inputs=inputs,
        fault=kept(filter(None, [placed.fault])), notes=kept(placed.notes),
    )  # fmt: skip
    PlannedCall.objects.bulk_create(
        PlannedCall(plan=plan, promise_id=one.promise_id, start_at=one.start, end_at=one.end, why=kept([one.why]))
        for one in placed.calls
    )
    return plan


def write_windows(line_id: int, inputs: str, proposed: Windows | None, *, at: datetime) -> WindowProposal | None:
    """Propose these windows in place of what stood, unless they are in force or some were declined of late.

    Where the same windows stand already, they stay as they are.
    """
    line = Line.objects.select_for_update().get(pk=line_id)
    standing = WindowProposal.objects.select_for_update().filter(line=line, answer="").first()
    if standing is not None and proposed is not None and standing.hours == proposed.hours:
        return standing
    if standing is not None:
        standing.answer, standing.answered_at = Answer.REPLACED.value, at
        standing.save(update_fields=["answer", "answered_at"])
    if proposed is None or proposed.hours == line.opening_hours or _declined(line, at):
        return None
    of = proposed.expected
    made = WindowProposal.objects.create(
        city_id=line.city_id, line=line, made_at=at, week_on=_monday(at), inputs=inputs, hours=proposed.hours,
        calls=of.calls, calls_low=of.low, calls_high=of.high, inside=of.inside, minutes=proposed.minutes,
        assumption=kept([proposed.assumption]), notes=kept(proposed.notes), callbacks=proposed.callbacks,
        unmet=kept(proposed.unmet), budget_minutes=proposed.budget_minutes,
    )  # fmt: skip
    ExpectedEffect.objects.bulk_create(
        ExpectedEffect(
            proposal=made, measure=one.measure.value, now=one.now, expected=one.expected, low=one.low, high=one.high
        )
        for one in proposed.effects
    )
    trail.record(system(line.city_id), "propose_windows", made, line=line.pk, hours=made.hours)
    return made


def _declined(line: Line, at: datetime) -> bool:
    return WindowProposal.objects.filter(
        line=line, answer=Answer.DECLINED.value, answered_at__gt=at - NOT_AGAIN_FOR
    ).exists()


def _monday(at: datetime) -> date:
    today = legal_day(at)
    return today - timedelta(days=today.weekday())
