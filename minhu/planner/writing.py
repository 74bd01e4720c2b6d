"""Keeps what was planned. Each is called within the transaction that ends the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from minhu.audit import trail
from minhu.directory.models import Line
from minhu.planner.models import DayPlan, PlannedCall, WindowProposal
from minhu.rules.access import system
from minhu.rules.clock import legal_day
from minhu.rules.planning import Answer

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.proposing import Proposed

NOT_AGAIN_FOR = timedelta(days=28)
"""Whoever declined is left alone for so long: the next day's windows are seldom others."""


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call back with its place in the day; start None: none was found. why: in words for people."""

    promise_id: int
    start: datetime | None
    end: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The calls of a day. notes: what was unclear in the calendar; fault: why nothing could be planned."""

    calls: tuple[PlacedCall, ...]
    notes: tuple[str, ...]
    fault: str = ""


def write_day(official_id: int, city_id: int, inputs: str, placed: Placed, *, at: datetime) -> DayPlan:
    """The day as it is planned now; what was planned before stays to be read."""
    plan = DayPlan.objects.create(
        city_id=city_id, official_id=official_id, day_on=legal_day(at), made_at=at, inputs=inputs,
        fault=placed.fault[:300], notes="\n".join(placed.notes),
    )  # fmt: skip
    PlannedCall.objects.bulk_create(
        PlannedCall(plan=plan, promise_id=one.promise_id, start_at=one.start, end_at=one.end, why=one.why[:300])
        for one in placed.calls
    )
    return plan


def write_windows(
    line_id: int, inputs: str, proposed: Proposed | None, notes: Sequence[str], *, at: datetime
) -> WindowProposal | None:
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
    made = WindowProposal.objects.create(
        city_id=line.city_id, line=line, made_at=at, week_on=_monday(at), inputs=inputs, hours=proposed.hours,
        calls=proposed.calls, calls_low=proposed.low, calls_high=proposed.high, inside=proposed.inside,
        minutes=proposed.minutes, assumption=proposed.assumption, notes="\n".join(notes),
    )  # fmt: skip
    trail.record(system(line.city_id), "propose_windows", made, line=line.pk, hours=made.hours)
    return made


def _declined(line: Line, at: datetime) -> bool:
    return WindowProposal.objects.filter(
        line=line, answer=Answer.DECLINED.value, answered_at__gt=at - NOT_AGAIN_FOR
    ).exists()


def _monday(at: datetime) -> date:
    today = legal_day(at)
    return today - timedelta(days=today.weekday())
