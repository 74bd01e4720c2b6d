"""Makes plans anew whose inputs have changed: the windows of a week, the calls back of a day.

    claim (committed) → reckon, with no transaction open → write, if the claim is still ours (one transaction)

A plan that two jobs reckon at once is written once. Whatever a calendar holds, the job goes on: what cannot be planned
is kept with the reason, and shown. Windows take seconds of computing each: at once where a calendar has changed, at
night where only the day has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner import writing
from minhu.planner.inputs import inputs_now, may_wait
from minhu.planner.models import PlanTurn
from minhu.rules.clock import local
from minhu.rules.planning import Task
from minhu.rules.quiet import QUIET_UNTIL
from minhu.rules.sentences import Sentence, kept, sentence

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.engine.forecast import Belief
    from minhu.planner.engine.optimising import Effort

log = structlog.get_logger(__name__)

CLAIM_HOLDS = timedelta(minutes=10)
"""So long after a claim its job is taken for dead; then a plan that failed is tried again too."""
AT_ONCE = 20
FAILED = sentence("计算时出了差错，稍后会自动重试；如果一直这样，请告诉系统管理员。")


class Stopped(Exception):
    """The process is to end; what it was at is done by the next."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How windows are sought. effort: of ``optimising.propose``, its own where None. even_by_day: what may wait for the
    night as well. stopped: asked every second or so; once it says so, what was begun is left to another.
    """

    effort: Effort | None = None
    even_by_day: bool = False
    stopped: Callable[[], bool] = lambda: False


def plan_days(city_id: int, *, at: datetime, of_citizens: Q, limit: int = AT_ONCE) -> int:
    """Place today's calls back anew where something changed, at most so many; how many were tried.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted.
    """

    def plan(turn: PlanTurn, inputs: str) -> None:
        _plan_day(turn, inputs, city_id, at, of_citizens)

    return sum(_tried(turn, inputs, plan) for turn, inputs in _claimed(city_id, Task.DAY, at, limit))


def plan_windows(city_id: int, *, at: datetime, of_citizens: Q, limit: int = AT_ONCE, pace: Pace | None = None) -> int:
    """Propose windows anew where something changed, at most so many officials; how many were tried."""
    pace = pace or Pace()
    belief: Belief | None = None

    def plan(turn: PlanTurn, inputs: str) -> None:
        nonlocal belief
        belief = belief or belief_of(city_id, at, of_citizens)
        found, faults = _windows(turn, at, of_citizens, belief, pace)
        with transaction.atomic():
            if _still_ours(turn, inputs, faults):
                for line_id, proposed in found.items():
                    writing.write_windows(line_id, inputs, proposed, at=at)

    tried = 0
    by_night = pace.even_by_day or local(at).time() < QUIET_UNTIL
    for turn, inputs in _claimed(city_id, Task.WINDOWS, at, limit, by_night=by_night):
        try:
            tried += _tried(turn, inputs, plan)
        except Stopped:
            PlanTurn.objects.filter(pk=turn.pk, claimed_at=turn.claimed_at).update(claimed_at=None)
            break
    return tried


def belief_of(city_id: int, at: datetime, of_citizens: Q) -> Belief:
    """What the city's lines have in common."""
    from minhu.planner.engine.errors import InputUnclear
    from minhu.planner.engine.forecast import Belief
    from minhu.planner.engine.pooling import common
    from minhu.planner.gather import city_inputs

    try:
        city = city_inputs(city_id, at, of_citizens=of_citizens)
        return common([one.history for one in city.lines.values()], city.known)
    except InputUnclear:
        return Belief()


def _tried(turn: PlanTurn, inputs: str, plan: Callable[[PlanTurn, str], None]) -> int:
    try:
        plan(turn, inputs)
    except Stopped:
        raise
    except Exception:
        # one official's plan must not stop the others'; the claim runs out, and it is tried again
        log.exception("plan_failed", official=turn.official_id, task=turn.task)
        PlanTurn.objects.filter(pk=turn.pk, claimed_at=turn.claimed_at).update(fault=kept([FAILED]))
    return 1


def _claimed(
    city_id: int, task: Task, at: datetime, limit: int, *, by_night: bool = True
) -> Iterator[tuple[PlanTurn, str]]:
    wanted = {who: inputs for (who, of), inputs in inputs_now(city_id, at).items() if of is task}
    turns = PlanTurn.objects.filter(official__city=city_id, task=task.value)
    known = {turn.official_id: turn for turn in turns}
    new = [PlanTurn(official_id=who, task=task.value) for who in wanted if who not in known]
    if new:
        PlanTurn.objects.bulk_create(new, ignore_conflicts=True)
        known = {turn.official_id: turn for turn in turns.all()}
    free = Q(claimed_at=None) | Q(claimed_at__lt=at - CLAIM_HOLDS)
    for who, inputs in wanted.items():
        turn = known[who]
        if not limit or turn.inputs == inputs or not (by_night or not may_wait(turn.inputs, inputs)):
            continue
        if PlanTurn.objects.filter(free, pk=turn.pk, inputs=turn.inputs).update(claimed_at=at):
            limit -= 1
            turn.claimed_at = at
            yield turn, inputs


def _plan_day(turn: PlanTurn, inputs: str, city_id: int, at: datetime, of_citizens: Q) -> None:
    from minhu.planner.engine.errors import InputUnclear
    from minhu.planner.gather import city_inputs
    from minhu.planner.placing import place_day

    try:
        city = city_inputs(city_id, at, of_citizens=of_citizens, only=_lines(turn)[:1])
        placed = place_day(next(iter(city.lines.values())), at)
    except InputUnclear as unclear:
        placed = writing.Placed((), (), unclear.cure)
    with transaction.atomic():
        if _still_ours(turn, inputs):
            writing.write_day(turn.official_id, city_id, inputs, placed, at=at)


def _windows(
    turn: PlanTurn, at: datetime, of_citizens: Q, belief: Belief, pace: Pace
) -> tuple[dict[int, writing.Windows | None], tuple[Sentence, ...]]:
    """Of each line, and why there are none of some. Raises: Stopped."""
    from minhu.planner.engine.errors import InputUnclear
    from minhu.planner.proposals import proposal_for

    def going_on(_share: float) -> None:
        if pace.stopped():
            raise Stopped

    found: dict[int, writing.Windows | None] = {}
    faults: list[Sentence] = []
    for line in Line.objects.filter(pk__in=_lines(turn)).select_related("official").order_by("pk"):
        try:
            made = proposal_for(line, at, of_citizens=of_citizens, belief=belief, effort=pace.effort, progress=going_on)
            found[line.pk] = writing.windows(made)
        except InputUnclear as unclear:
            found[line.pk] = None
            if unclear.cure not in faults:
                faults.append(unclear.cure)
    return found, tuple(faults)


def _lines(turn: PlanTurn) -> list[int]:
    mine = Line.objects.filter(official=turn.official_id, withdrawn_at=None).order_by("pk")
    return list(mine.values_list("pk", flat=True))


def _still_ours(turn: PlanTurn, inputs: str, faults: Iterable[Sentence] = ()) -> bool:
    """Whether nobody took the turn over meanwhile; then it is done, and the next change begins another."""
    mine = PlanTurn.objects.filter(pk=turn.pk, claimed_at=turn.claimed_at, inputs=turn.inputs)
    return bool(mine.update(inputs=inputs, claimed_at=None, fault=kept(faults)))
