"""Staff for each half hour, until the simulation of all lines together bears the promise out.

What is reckoned half hour by half hour (``needed``) leaves out that callers ring again, hang up, wait on the line and
are called back. The lines are simulated with the staff that was reckoned; what is short of the promise is aimed higher.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from minhu.planner.engine.confidence import Estimate, ratio
from minhu.planner.engine.day import Rates, Staffing
from minhu.planner.engine.line_model import CityModel
from minhu.planner.engine.lines import replicate
from minhu.planner.engine.needed import load_of, staff_needed

ROUNDS = 4
_NEAR = 0.0005
"""Shows as nothing."""
_WORTH = 0.005
"""A round of more staff that gains less is not worth them."""
_BELOW = 0.002
"""Of the share that any number of staff would reach: the last of it would take them all."""


@dataclass(frozen=True, slots=True)
class Settled:
    """staffing: people in each half hour. soon: of first calls in these hours, the share that a person answers."""

    staffing: Staffing
    soon: Estimate | None


def settled(
    city: CityModel, within: Sequence[bool], soon: float, progress: Callable[[float], object] | None = None
) -> Settled:
    """within: the half hours in which staff are on duty. The nearest where no number of staff would do.

    progress: told the share done; may raise to end it. Raises: InputUnclear.
    """
    tell = progress or (lambda _share: None)
    load = load_of(city, lambda share: tell(share / 2))
    most = load.most(within) - _BELOW
    aim = min(soon, most)
    best: Settled | None = None
    for number in range(ROUNDS):
        found = staff_needed(load, within, aim).staffing
        share = reached(city, found, within)
        tell(0.5 + (number + 1) / ROUNDS / 2)
        if best is not None and _value(share) < _value(best.soon) + _WORTH:
            break  # who is not reached hangs up, or rings where nobody picks up: more staff would sit idle
        best = Settled(found, share)
        if share is None or share.value >= soon - _NEAR or aim >= most:
            break
        aim = min(aim + soon - share.value, most)
    assert best is not None  # noqa: S101 - the first round keeps what it found
    return best


def _value(share: Estimate | None) -> float:
    return 0.0 if share is None else share.value


def reached(city: CityModel, staffing: Staffing, within: Sequence[bool]) -> Estimate | None:
    """Of first calls within these half hours, the share that a person answers. None where nobody calls."""
    from minhu.planner.engine.kernels import city as c

    lines = tuple(replace(line, arrivals=_only(line.arrivals, within)) for line in city.lines)
    if not any(line.arrivals.calls_a_week for line in lines):
        return None
    rows = replicate(replace(city, lines=lines, staff=staffing))[0].sum(axis=1)
    answered = rows[:, [c.FIRST_OFFICIAL, c.FIRST_DELEGATE, c.FIRST_STAFF]].sum(axis=1)
    return ratio(answered, rows[:, c.CALLERS] - rows[:, c.TEXTED], city.confidence)


def _only(rates: Rates, within: Sequence[bool]) -> Rates:
    return Rates(tuple(rate if inside else 0.0 for rate, inside in zip(rates.per_hour, within, strict=True)))
