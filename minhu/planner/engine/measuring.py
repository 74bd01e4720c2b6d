"""How people behave on the phone, measured from calls of the past; with few calls, what is usual of such lines.

talk, wrap-up   log-normal: mean and deviation of the logs, with the usual ones worth PRIOR_CALLS calls
patience        exponential: seconds waited by all ÷ callers who gave up, for who was answered had not yet given up
redials         share of the callers nobody answered who call again within REDIAL_WITHIN, and after how long

Source: Brown and others, "Statistical analysis of a telephone call center", JASA 100 (2005) 36-50 (log-normal talks,
waits censored by answers); the priors are ours and say so in docs/reference/forecast.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, sqrt

from minhu.rules.words import PartyKind

PRIOR_CALLS = 10.0
REDIAL_WITHIN = timedelta(hours=2)
LONGEST_WRAP_UP = timedelta(minutes=15)
"""What is written up later was not written up at once, and says nothing of how long it takes."""

USUAL_TALK, USUAL_WRAP_UP = (log(120.0), 0.8), (log(45.0), 0.6)
"""Mean and deviation of the log of the seconds."""
USUAL_PATIENCE_SECONDS, PRIOR_GAVE_UP = 90.0, 3.0
USUAL_REDIALS, USUAL_REDIAL_SECONDS = 0.4, 900.0
_SHORTEST = 1.0


@dataclass(frozen=True, slots=True)
class PastCall:
    """One citizen's call to a line. caller: None where he withheld his number. answered_by: None for nobody.

    gave_up: he hung up before anybody answered or the recorder began. wrap_up_seconds: None where not written up.
    """

    at: datetime
    caller: int | None
    waited_seconds: float
    answered_by: PartyKind | None = None
    talk_seconds: float | None = None
    gave_up: bool = False
    wrap_up_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Lengths:
    """Log-normal seconds. seen: how many were measured."""

    log_mean: float
    log_sd: float
    seen: int

    @property
    def mean_seconds(self) -> float:
        return exp(self.log_mean + self.log_sd**2 / 2)


@dataclass(frozen=True, slots=True)
class Patience:
    """Exponential seconds until a caller gives up. seen: how many did."""

    mean_seconds: float
    seen: int


@dataclass(frozen=True, slots=True)
class Redials:
    """Callers whom nobody answered: the share that calls again, and after how many seconds. seen: unanswered calls."""

    share: float
    after_seconds: float
    seen: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a simulation needs of people."""

    official_talk: Lengths
    staff_talk: Lengths
    wrap_up: Lengths
    patience: Patience
    redials: Redials


def behaviour(lines: Iterable[Sequence[PastCall]]) -> Behaviour:
    """From the calls of one line or many, each line's in the order they came."""
    lines = list(lines)
    calls = [call for line in lines for call in line]
    official: list[float] = []
    staff: list[float] = []
    for call in calls:
        if call.answered_by is not None and call.talk_seconds:
            (official if call.answered_by is PartyKind.OFFICIAL else staff).append(call.talk_seconds)
    longest = LONGEST_WRAP_UP.total_seconds()
    wrapped = [one.wrap_up_seconds for one in calls if one.wrap_up_seconds is not None]
    return Behaviour(
        official_talk=_lengths(official, USUAL_TALK),
        staff_talk=_lengths(staff, USUAL_TALK),
        wrap_up=_lengths([one for one in wrapped if one <= longest], USUAL_WRAP_UP),
        patience=_patience(calls),
        redials=_redials(lines),
    )


def first_attempts(calls: Sequence[PastCall]) -> list[PastCall]:
    """The calls of a line, in the order they came, without those of who was not answered and called again."""
    again = _again(calls)
    return [call for place, call in enumerate(calls) if place not in again]


def _lengths(seconds: Sequence[float], usual: tuple[float, float]) -> Lengths:
    logs = [log(max(one, _SHORTEST)) for one in seconds]
    worth = PRIOR_CALLS + len(logs)
    mean = (PRIOR_CALLS * usual[0] + sum(logs)) / worth
    squares = PRIOR_CALLS * (usual[1] ** 2 + (usual[0] - mean) ** 2) + sum((one - mean) ** 2 for one in logs)
    return Lengths(mean, sqrt(squares / worth), len(logs))


def _patience(calls: Sequence[PastCall]) -> Patience:
    gave_up = sum(call.gave_up for call in calls)
    waited = sum(max(call.waited_seconds, 0.0) for call in calls)
    return Patience((PRIOR_GAVE_UP * USUAL_PATIENCE_SECONDS + waited) / (PRIOR_GAVE_UP + gave_up), gave_up)


def _redials(lines: Sequence[Sequence[PastCall]]) -> Redials:
    missed = sum(call.answered_by is None and call.caller is not None for line in lines for call in line)
    delays = [delay for line in lines for delay in _again(line).values()]
    share = (PRIOR_CALLS * USUAL_REDIALS + len(delays)) / (PRIOR_CALLS + missed)
    after = (PRIOR_CALLS * USUAL_REDIAL_SECONDS + sum(delays)) / (PRIOR_CALLS + len(delays))
    return Redials(share, after, missed)


def _again(calls: Sequence[PastCall]) -> dict[int, float]:
    """Which calls are redials, by their place, and after how many seconds."""
    unanswered: dict[int, datetime] = {}
    found = {}
    for place, call in enumerate(calls):
        if call.caller is None:
            continue
        before = unanswered.pop(call.caller, None)
        if before is not None and call.at - before <= REDIAL_WITHIN:
            found[place] = (call.at - before).total_seconds()
        if call.answered_by is None:
            unanswered[call.caller] = call.at
    return found
