"""Makes plans anew whose inputs have changed: the windows of a week, the calls back of a day.

    claim (committed) → reckon, with no transaction open → write, if the claim is still ours (one transaction)

A plan that two jobs reckon at once is written once. Whatever a calendar holds, the job goes on: what cannot be planned
is kept as a plan that says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner import writing
from minhu.planner.inputs import inputs_now
from minhu.planner.models import PlanTurn
from minhu.rules.planning import Task

if TYPE_CHECKING:
    from minhu.planner.engine.forecast import Belief

log = structlog.get_logger(__name__)

CLAIM_HOLDS = timedelta(minutes=10)
"""So long after a claim its job is taken for dead."""
AT_ONCE = 20


def plan_due(city_id: int, *, at: datetime, of_citizens: Q, limit: int = AT_ONCE) -> int:
    """Make plans anew, at most so many; how many were tried.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted.
    """
    belief: Belief | None = None
    tried = 0
    for turn, inputs in _claimed(city_id, at, limit):
        tried += 1
        try:
            if turn.task == Task.DAY.value:
                _plan_day(turn, inputs, city_id, at, of_citizens)
            else:
                belief = belief or _belief(city_id, at, of_citizens)
                _plan_windows(turn, inputs, city_id, at, of_citizens, belief)
        except Exception:
            # one official's plan must not stop the others'; the claim runs out, and it is tried again
            log.exception("plan_failed", official=turn.official_id, task=turn.task)
    return tried


def _claimed(city_id: int, at: datetime, limit: int) -> Iterator[tuple[PlanTurn, str]]:
    wanted = inputs_now(city_id, at)
    known = {(turn.official_id, turn.task): turn for turn in PlanTurn.objects.filter(official__city=city_id)}
    new = [PlanTurn(official_id=who, task=task.value) for who, task in wanted if (who, task.value) not in known]
    if new:
        PlanTurn.objects.bulk_create(new, ignore_conflicts=True)
        known = {(turn.official_id, turn.task): turn for turn in PlanTurn.objects.filter(official__city=city_id)}
    free = Q(claimed_at=None) | Q(claimed_at__lt=at - CLAIM_HOLDS)
    for (who, task), inputs in wanted.items():
        turn = known[who, task.value]
        if limit and turn.inputs != inputs:
            mine = PlanTurn.objects.filter(free, pk=turn.pk, inputs=turn.inputs).update(claimed_at=at)
            if mine:
                limit -= 1
                turn.claimed_at = at
                yield turn, inputs


def _belief(city_id: int, at: datetime, of_citizens: Q) -> Belief:
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


def _plan_windows(turn: PlanTurn, inputs: str, city_id: int, at: datetime, of_citizens: Q, belief: Belief) -> None:
    from minhu.planner.engine.errors import InputUnclear
    from minhu.planner.gather import city_inputs
    from minhu.planner.proposing import propose

    try:
        city = city_inputs(city_id, at, of_citizens=of_citizens, only=_lines(turn))
        found = {pk: (propose(one, city.known, belief), one.notes) for pk, one in city.lines.items()}
    except InputUnclear as unclear:
        log.warning("windows_not_planned", official=turn.official_id, cure=unclear.cure)
        found = {}
    with transaction.atomic():
        if _still_ours(turn, inputs):
            for line_id, (proposed, notes) in found.items():
                writing.write_windows(line_id, inputs, proposed, notes, at=at)


def _lines(turn: PlanTurn) -> list[int]:
    mine = Line.objects.filter(official=turn.official_id, withdrawn_at=None).order_by("pk")
    return list(mine.values_list("pk", flat=True))


def _still_ours(turn: PlanTurn, inputs: str) -> bool:
    """Whether nobody took the turn over meanwhile; then it is done, and the next change begins another."""
    mine = PlanTurn.objects.filter(pk=turn.pk, claimed_at=turn.claimed_at, inputs=turn.inputs)
    return bool(mine.update(inputs=inputs, claimed_at=None))
