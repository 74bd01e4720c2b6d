"""How hot a matter is, by a formula that anybody can check.

    heat = log2(max(1, R)) · (1 + growth) · (1 + severity) · (1 + spread / 2)

    R         the reporters, each counted once and fading by half every 14 days since he last wrote
    growth    n / (n + b + 2): n reporters first heard in the last 7 days, b a week's share of the 28 days before
    severity  mean over the reporters of the gravest each reported, 0 to 1
    spread    1 − 1 / d, d the districts named; 0 for one or none

One sender has R ≤ 1 and so no heat, however often and however gravely he writes. Growth counts more than number, so
that a matter shows while it is still small. Likes and votes do not count: they cost nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

from minhu.insight.engine.groups import Voice
from minhu.rules.words import Stage

HALVES_IN = timedelta(days=14)
FRESH, BEFORE = timedelta(days=7), timedelta(days=28)
HOT, EMERGING, COOL = 3.0, 1.5, 0.75
GROWS = 0.5


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat and what it is made of, so that a page can show why."""

    heat: float
    reporters: int
    recent: float
    growth: float
    severity: float
    spread: float


def measure(voices: Collection[Voice], *, at: datetime) -> Heat:
    """The heat of a group by its senders.

    at:  the moment for which it is asked; what was heard later is left out.
    """
    heard = [voice for voice in voices if voice.first <= at]
    if not heard:
        return Heat(0.0, 0, 0.0, 0.0, 0.0, 0.0)
    recent = sum(0.5 ** (max(at - voice.last, timedelta()) / HALVES_IN) for voice in heard)
    fresh = sum(at - voice.first < FRESH for voice in heard)
    earlier = sum(FRESH <= at - voice.first < FRESH + BEFORE for voice in heard) * (FRESH / BEFORE)
    growth = fresh / (fresh + earlier + 2)
    severity = sum(voice.severity for voice in heard) / len(heard)
    places = frozenset[str]().union(*(voice.places for voice in heard))
    spread = 1 - 1 / max(1, len(places))
    heat = log2(max(1.0, recent)) * (1 + growth) * (1 + severity) * (1 + spread / 2)
    return Heat(heat, len(heard), recent, growth, severity, spread)


def stage(before: Stage, heat: Heat) -> Stage:
    """The next stage. It cools only well below the limit it rose by, so that it does not flicker."""
    if heat.heat >= HOT:
        return Stage.HOT
    if before in (Stage.HOT, Stage.COOLING):
        return Stage.QUIET if heat.heat < COOL else Stage.COOLING
    if heat.heat >= EMERGING and heat.growth >= GROWS:
        return Stage.EMERGING
    return Stage.EMERGING if before is Stage.EMERGING and heat.heat >= COOL else Stage.QUIET
