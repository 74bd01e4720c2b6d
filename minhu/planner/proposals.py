"""The proposal for one line, from the database: as it is this week, with the calls that are expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner.engine.proposal import Aim, Proposal
from minhu.planner.engine.whatif import Setting
from minhu.planner.whatif import basis

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Proposed:
    """notes: what was unclear of what it rests on, for people."""

    proposal: Proposal
    calls_a_week: float
    notes: tuple[str, ...]


def proposal_for(line: Line, at: datetime, *, of_citizens: Q, aim: Aim | None = None, **options: Any) -> Proposed:
    """For the week that ``at`` lies in. Some seconds of computing. Raises: InputUnclear.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted. options: of
    ``optimising.propose``.
    """
    from minhu.planner.engine.optimising import propose

    read = basis(line.city_id, at, of_citizens=of_citizens, only=[line.pk])
    city = replace(read.model(Setting(), weeks=WEEKS), replications=1)
    own = city.lines[0]
    found = propose(own, city, aim, **options)
    return Proposed(found, own.arrivals.calls_a_week, read.notes)
