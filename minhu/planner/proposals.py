"""The proposal for one line, from the database: as it is this week, with the calls that are expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner.engine.proposal import Aim, Proposal
from minhu.planner.engine.whatif import Setting
from minhu.planner.whatif import basis

if TYPE_CHECKING:
    from minhu.planner.engine.optimising import Effort

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Proposed:
    """notes: what was unclear of what it rests on, for people."""

    proposal: Proposal
    calls_a_week: float
    notes: tuple[str, ...]


def proposal_for(
    line: Line,
    at: datetime,
    *,
    of_citizens: Q,
    aim: Aim | None = None,
    effort: Effort | None = None,
    threads: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Proposed:
    """For the week that ``at`` lies in. Some seconds of computing. Raises: InputUnclear.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted.
    """
    from minhu.planner.engine.optimising import propose

    read = basis(line.city_id, at, of_citizens=of_citizens, only=[line.pk])
    city = replace(read.model(Setting(), weeks=WEEKS), replications=1)
    own = city.lines[0]
    found = propose(own, city, aim, effort=effort, threads=threads, progress=progress)
    return Proposed(found, own.arrivals.calls_a_week, read.notes)
