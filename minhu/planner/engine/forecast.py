"""How many calls a line will get, by half hour, day and week, with intervals that mean what they say.

    N_d | G_d ~ Poisson(m_d G_d),  G_d ~ Gamma(k, k):  a day's calls are negative binomial        (negbin)
    log m_d = x_d'b:  weekday, day off, holiday, make-up day, days since publication, events      (daykinds)
    the half hours of a day: Multinomial(N_d, p) with a Dirichlet prior                           (profile)

A half hour and a week follow from the same model: G_d is shared by a day's half hours, b by all days, p by all days of
a kind; so a busy day is busy throughout, and a week is less sure than its days taken by themselves. Every prediction
is a distribution (spread), with what is not known of b and p included; where it must be matched, mean and variance are
those of the whole mixture (law of total variance). The prior makes it work from no call at all; older days count less.
Formula, priors and back-test: docs/reference/forecast.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from minhu.planner.engine.day import Rates
from minhu.planner.engine.daykinds import REPORTED, Event, features
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.history import History
from minhu.planner.engine.negbin import Before, Fit, Numbers, Rows, fit
from minhu.planner.engine.profile import REPORTED_SHAPE, Shape
from minhu.planner.engine.spread import Spread
from minhu.rules.calendar import WorkingCalendar

HALF_LIFE_DAYS = 56.0
"""A day so old counts half."""
UNFORESEEN = 0.1
"""Standard deviation, on the log scale, of what moves all days of a forecast and no feature tells."""
MOST_DAYS_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the days, past and to come."""

    calendar: WorkingCalendar
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a line before its own calls: the report, or what the city's other lines have shown."""

    volume: Before = REPORTED
    shape: Shape = REPORTED_SHAPE


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is believed of a line after its own calls."""

    volume: Fit
    shape: Shape
    published_on: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The days to come. log_cov: of the days' log means with one another; share, sureness: of the half hours."""

    days: tuple[date, ...]
    log_mean: Numbers
    log_cov: Numbers
    size: float
    share: Numbers
    sureness: Numbers
    published_on: date | None = None

    @property
    def daily(self) -> Spread:
        """Calls of each day."""
        unsure = np.diag(self.log_cov)
        return Spread(self._day_means(), unsure, np.full(len(self.days), self.size))

    @property
    def half_hours(self) -> Spread:
        """Calls of each half hour, a row a day."""
        of_share = 1 + (1 - self.share) / (self.share * (self.sureness[:, None] + 1))
        unsure = np.broadcast_to(np.diag(self.log_cov)[:, None], self.share.shape)
        return Spread(self._day_means()[:, None] * self.share, unsure, 1 / ((1 + 1 / self.size) * of_share - 1))

    @property
    def total(self) -> Spread:
        """All calls of these days together."""
        mean = self._day_means()
        shared = 1 + mean @ (np.exp(self.log_cov) - 1) @ mean / mean.sum() ** 2
        of_days = np.sum(mean**2 * np.exp(np.diag(self.log_cov))) / self.size / mean.sum() ** 2
        return Spread(np.array(mean.sum()), np.log(shared), np.array(shared / of_days))

    def rates(self) -> Rates:
        """Mean calls an hour for each half hour of a week from Monday on. Raises: InputUnclear for other days."""
        if len(self.days) != 7 or self.days[0].weekday():
            raise InputUnclear("days", "一周的来电预测要从星期一起，共七天。")
        return Rates(tuple(float(rate) for rate in (2 * self.half_hours.mean).ravel()))

    def draw(self, random: np.random.Generator, times: int) -> NDArray[np.int64]:
        """So many possible courses: an array of course, day and half hour."""
        # the mixture itself, not the negative binomials that match it
        logs = random.multivariate_normal(self.log_mean, self.log_cov, size=times, method="eigh")
        busy = random.gamma(self.size, 1 / self.size, size=logs.shape)
        weights = np.maximum(self.share * self.sureness[:, None], 1e-12)
        drawn = np.empty((times, *self.share.shape), np.int64)
        kinds, kind_of = np.unique(weights, axis=0, return_inverse=True)
        for course in range(times):
            shares = np.array([random.dirichlet(kind) for kind in kinds])[kind_of.ravel()]
            drawn[course] = random.poisson(np.exp(logs[course])[:, None] * busy[course][:, None] * shares)
        return drawn

    def _day_means(self) -> Numbers:
        return np.asarray(np.exp(self.log_mean + np.diag(self.log_cov) / 2), np.float64)


def learn(history: History, known: Known, belief: Belief | None = None) -> Learnt:
    """What a line's own calls add to what is believed; an empty history adds nothing."""
    belief = belief or Belief()
    days, weight = history.days, faded(len(history.counts))
    rows = Rows(
        x=features(days, history.published_on, known.events, known.calendar),
        y=history.daily.astype(np.float64),
        weight=weight,
        offset=np.zeros(len(days)),
    )
    worked = np.array([known.calendar.assume_working_day(day) for day in days], np.float64)
    shape = belief.shape.learnt(history.counts * weight[:, None], worked)
    return Learnt(fit(rows, belief.volume), shape, history.published_on)


def predict(learnt: Learnt, first: date, days: int, known: Known) -> Forecast:
    """The calls of so many days from ``first`` on. Raises: InputUnclear."""
    if not 0 < days <= MOST_DAYS_AHEAD:
        raise InputUnclear("days", f"预测的天数应在 1 到 {MOST_DAYS_AHEAD} 之间，现为 {days}。")
    dates = tuple(first + timedelta(days=ahead) for ahead in range(days))
    x = features(dates, learnt.published_on, known.events, known.calendar)
    weights = np.array([learnt.shape.of(worked=known.calendar.assume_working_day(day)) for day in dates])
    sureness = weights.sum(axis=1)
    return Forecast(
        days=dates,
        log_mean=x @ learnt.volume.coef,
        log_cov=x @ learnt.volume.cov @ x.T + UNFORESEEN**2,
        size=learnt.volume.size,
        share=weights / sureness[:, None],
        sureness=sureness,
        published_on=learnt.published_on,
    )


def scaled(forecast: Forecast, factor: float) -> Forecast:
    """The same days with so many times the calls, as a what-if. Raises: InputUnclear."""
    if not 0 < factor <= 1000:
        raise InputUnclear("factor", f"来电量的倍数应大于 0、不超过 1000，现为 {factor}。")
    return replace(forecast, log_mean=forecast.log_mean + np.log(factor))


def together(forecasts: Sequence[Forecast]) -> Spread:
    """All calls of several lines over their days, taken as independent but for what nobody foresees."""
    totals = [one.total for one in forecasts]
    mean = np.array([float(one.mean) for one in totals])
    own = np.array([max(0.0, float(np.exp(one.unsure)) - np.exp(UNFORESEEN**2)) for one in totals])
    of_days = np.array([float(np.exp(one.unsure) / one.size) for one in totals])
    shared = np.exp(UNFORESEEN**2) + mean**2 @ own / mean.sum() ** 2
    return Spread(np.array(mean.sum()), np.log(shared), shared * mean.sum() ** 2 / (mean**2 @ of_days))


def faded(days: int) -> Numbers:
    """The weight of each of so many days, the oldest first."""
    ages = np.arange(days - 1, -1, -1, dtype=np.float64)
    return np.asarray(0.5 ** (ages / HALF_LIFE_DAYS), np.float64)
