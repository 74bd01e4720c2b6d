"""How a city calls over the day, and how people behave on the phone. Pure; randomness is passed in.

Source of the shape: reports on the first weeks of published numbers (1-mission, row 12): one or two dozen calls a day
on a line, almost none after midnight, again from six; most in the morning and after lunch.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

CALLS_PER_LINE_AND_DAY = 15.0

HOURLY_WEIGHT = (1, 0, 0, 0, 0, 0, 6, 14, 60, 95, 100, 70, 30, 34, 66, 84, 80, 62, 40, 34, 30, 24, 12, 4)
"""Share of a day's calls that come in each hour, from midnight."""


def calls_per_minute(hour: int, lines: int) -> float:
    """Expected calls a minute to so many lines in an hour of the day."""
    return CALLS_PER_LINE_AND_DAY * lines * HOURLY_WEIGHT[hour] / sum(HOURLY_WEIGHT) / 60


def seconds_to_next(rate_per_minute: float, random: Random) -> float:
    """Time to the next call of a Poisson stream, at most a minute so that a change of hour is noticed."""
    if rate_per_minute <= 0:
        return 60.0
    return min(60.0, random.expovariate(rate_per_minute / 60))


@dataclass(frozen=True, slots=True)
class Answers:
    after_seconds: float
    talks_seconds: float


@dataclass(frozen=True, slots=True)
class Busy:
    """Hears the busy tone at once."""


@dataclass(frozen=True, slots=True)
class Declines:
    after_seconds: float


@dataclass(frozen=True, slots=True)
class Ignores:
    """Rings and rings."""


Reaction = Answers | Busy | Declines | Ignores


def official_reacts(random: Random) -> Reaction:
    """An official's handset between two meetings."""
    chance = random.random()
    if chance < 0.55:
        return Answers(random.uniform(2, 9), random.uniform(8, 40))
    if chance < 0.65:
        return Busy()
    if chance < 0.80:
        return Declines(random.uniform(2, 8))
    return Ignores()


def seat_reacts(random: Random) -> Reaction:
    """A seat of the staff."""
    return Answers(random.uniform(1, 6), random.uniform(8, 30)) if random.random() < 0.7 else Ignores()


def citizen_reacts(random: Random) -> Reaction:
    """A citizen who is called back."""
    chance = random.random()
    if chance < 0.85:
        return Answers(random.uniform(2, 8), random.uniform(8, 40))
    return Busy() if chance < 0.9 else Ignores()


def patience_seconds(random: Random) -> float:
    """How long a caller hears it ring, or a prompt, before he hangs up."""
    return random.uniform(6, 15) if random.random() < 0.12 else 90.0
