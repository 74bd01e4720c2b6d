"""Whether a line is answered less than it used to be: a Bernoulli CUSUM on the line's own history.

Each call adds the log-likelihood ratio of "fallen" against "as ever"; below none it starts again. Two limits read the
same chart, because no chart can be both quick and sure (Lorden's bound, see docs/reference/statistics.md):

    WATCH   found soon after a fall; now and then raised by chance. Nobody is told; supervision's page lists it.
    ALARM   raised by chance at most once a year on a hundred lines. Supervision is told, once a fall.

Source: Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115; Lorden, "Procedures for reacting to a
change in distribution", Annals of Mathematical Statistics 42 (1971) 1897-1908; Reynolds and Stoumbos, "A CUSUM chart
for monitoring a proportion when inspecting continuously", Journal of Quality Technology 31 (1999) 87-108.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import log

ODDS_FALL = 6.0
"""The fall that is looked for divides the odds of an answer by this: 90 % becomes 60 %."""

WATCH_LIMIT = 4.0
LINE_YEARS = 100
"""At most one alarm by chance in so many years of one line, or in one year on so many lines."""

FEWEST_CALLS = 30
"""A history of fewer calls is no measure."""

LOWEST, HIGHEST = 0.05, 0.98


class Level(StrEnum):
    """How a chart stands."""

    STEADY = "steady"
    WATCH = "watch"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a line is measured by. usual: its own rate of answers. limit: of the alarm."""

    usual: float
    limit: float

    @property
    def fallen(self) -> float:
        """The rate of answers that is looked for."""
        odds = self.usual / (1 - self.usual) / ODDS_FALL
        return odds / (1 + odds)


@dataclass(frozen=True, slots=True)
class Chart:
    """Where a line stands. since: calls since the score last left none. told: the fall that goes on was told."""

    score: float = 0.0
    since: int = 0
    told: bool = False

    @property
    def level(self) -> Level:
        if self.told:
            return Level.ALARM
        return Level.WATCH if self.score >= WATCH_LIMIT else Level.STEADY


def tuned(usual: float, calls_a_year: float) -> Tuning:
    """The limit at which alarms by chance are as rare as promised.

    Page's chart is a row of sequential tests. One that begins with a miss ends in an alarm by chance with at most
    e^-limit × (1 - fallen), by Wald's change of measure; so e^limit ≥ (1 - fallen) × calls between chance alarms.
    """
    bounded = min(max(usual, LOWEST), HIGHEST)
    fallen = Tuning(bounded, 0.0).fallen
    return Tuning(bounded, max(WATCH_LIMIT, log((1 - fallen) * LINE_YEARS * max(calls_a_year, 1.0))))


def after(chart: Chart, tuning: Tuning, *, answered: bool) -> tuple[Chart, bool]:
    """The chart after one more call, and whether this call raises the alarm. Once told, not again until it recovers.

    The score is held at the limit, so that a long fall does not make recovery take as long.
    """
    usual, fallen = tuning.usual, tuning.fallen
    weight = log(fallen / usual) if answered else log((1 - fallen) / (1 - usual))
    score = min(chart.score + weight, tuning.limit)
    if score <= 0:
        return Chart(), False
    raised = score >= tuning.limit and not chart.told
    return Chart(score, chart.since + 1, chart.told or raised), raised
