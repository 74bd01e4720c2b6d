"""The proposal for one line, from the database: as it is this week, with the calls that are expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner.engine.day import HALF_HOURS_A_DAY, MINUTES_A_HALF_HOUR, Window
from minhu.planner.engine.proposal import Aim, Proposal
from minhu.planner.engine.whatif import Setting
from minhu.planner.whatif import Basis, basis
from minhu.rules.sentences import Sentence

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.engine.forecast import Belief, Forecast

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Expected:
    """Calls of the week that was reckoned with, eight weeks in ten from low to high; inside: within the windows."""

    calls: float
    low: int
    high: int
    inside: float


@dataclass(frozen=True, slots=True)
class Proposed:
    """notes: what was unclear of what it rests on, for people."""

    proposal: Proposal
    calls_a_week: float
    expected: Expected
    notes: tuple[Sentence, ...]


def proposal_for(
    line: Line, at: datetime, *, of_citizens: Q, aim: Aim | None = None, belief: Belief | None = None, **options: Any
) -> Proposed:
    """For the week that ``at`` lies in. Some seconds of computing. Raises: InputUnclear.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted. belief: what the city's
    lines have in common. options: of ``optimising.propose``.
    """
    from minhu.planner.engine.optimising import propose

    read = basis(line.city_id, at, of_citizens=of_citizens, only=[line.pk], belief=belief)
    city = replace(read.model(Setting(), weeks=WEEKS), replications=1)
    own = city.lines[0]
    found = propose(own, city, aim, **options)
    return Proposed(found, own.arrivals.calls_a_week, _expected(read, found.plan.windows), read.notes)


def _expected(read: Basis, windows: tuple[Window, ...] | None) -> Expected:
    from minhu.planner.engine.forecast import Known, predict
    from minhu.rules.calendar import china

    forecast: Forecast = predict(read.learnt[0], read.monday, 7, Known(china()))
    low, high = (int(edge) for edge in forecast.total.interval())
    calls = float(forecast.total.mean)
    return Expected(calls, low, high, calls if windows is None else min(_inside(windows, forecast), calls))


def _inside(windows: tuple[Window, ...], forecast: Forecast) -> float:
    mean = forecast.half_hours.mean
    cells = (cell for one in windows for cell in range(one.start // MINUTES_A_HALF_HOUR, _ceiling(one.end)))
    return sum(float(mean[divmod(cell, HALF_HOURS_A_DAY)]) for cell in cells)


def _ceiling(minute: int) -> int:
    return -(-minute // MINUTES_A_HALF_HOUR)
