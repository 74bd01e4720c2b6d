"""Plans for one official judged by simulation: what each does, whether it keeps the promise, which are undominated.

All are simulated with one seed, so the same people call in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.day import merged
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.lines import replicate
from minhu.planner.engine.proposal import Aim, Effect, Plan
from minhu.planner.engine.whatif import rearranged
from minhu.planner.engine.whatif_told import Ran, difference
from minhu.rules.sentences import Sentence, sentence

AS_SHOWN = 0.0005
"""Shares are shown to a tenth of a percent: what shows as the aim meets it."""
_NOTHING = Estimate(0.0, None, None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan and what came of it. worked: days a week on which it is followed."""

    plan: Plan
    ran: Ran
    worked: int

    @property
    def effect(self) -> Effect:
        """In a week."""
        told = self.ran.told
        return Effect(
            in_person=told("official"),
            soon=told("soon"),
            kept=told("contacted"),
            wait_seconds=told("wait"),
            own_minutes_a_day=told("own") or _NOTHING,
            interruptions_a_week=told("interruptions") or _NOTHING,
            broken_a_week=told("broken") or _NOTHING,
        )

    @property
    def window_minutes_a_week(self) -> int:
        """Set aside by answer windows and callback slots; none are when he is rung always."""
        return sum(one.end - one.start for one in merged((*(self.plan.windows or ()), *(self.plan.callbacks or ()))))

    def less(self, other: Judged) -> Effect:
        """The difference, with the interval of the difference."""
        apart = {name: difference(self.ran, other.ran, name) for name in ("official", "soon", "contacted", "wait")}
        costs = [difference(self.ran, other.ran, name) or _NOTHING for name in ("own", "interruptions", "broken")]
        return Effect(apart["official"], apart["soon"], apart["contacted"], apart["wait"], *costs)

    @property
    def score(self) -> tuple[float, ...]:
        """More is better in each: interruptions and minutes he gives, and what callers get for them."""
        effect = self.effect
        return (
            -effect.interruptions_a_week.value,
            -float(self.window_minutes_a_week),
            -effect.own_minutes_a_day.value,
            _value(effect.in_person),
            _value(effect.soon),
            _value(effect.kept),
        )

    def unmet(self, aim: Aim) -> tuple[tuple[float, Sentence], ...]:
        """What it misses: by how much, as a share of the aim, and in words."""
        effect, found = self.effect, []
        for got, wanted, words in (
            (effect.soon, aim.soon, sentence("开放时段内 60 秒接通真人")),
            (effect.kept, aim.kept, sentence("一个工作日内首次回应")),
            (effect.in_person, aim.in_person, sentence("首次来电由本人接通")),
        ):
            if got is not None and got.value < wanted - AS_SHOWN:
                said = sentence("{what}：预计 {got:.1%}，目标 {aim:.0%}。", what=words, got=got.value, aim=wanted)
                found.append((wanted - got.value, said))
        windows = self.window_minutes_a_week / max(self.worked, 1)
        for minutes, most, words in (
            (effect.own_minutes_a_day.value, aim.own_minutes_a_day, sentence("本人每天用时")),
            (windows, aim.window_minutes_a_day, sentence("每天留出的接听和回电时段")),
        ):
            if minutes > most:
                said = sentence("{what}：预计 {got:.0f} 分钟，上限 {most} 分钟。", what=words, got=minutes, most=most)
                found.append((minutes / most - 1, said))
        broken = effect.broken_a_week.value
        if broken > 0:
            found.append((broken, sentence("不可打扰的会议会被打断：预计每周 {times:.2f} 次。", times=broken)))
        return tuple(found)


def judged(plan: Plan, line: LineModel, city: CityModel, worked: Sequence[int], threads: int = 1) -> Judged:
    """The plan on this line, in as many replications as the city's. Raises: InputUnclear."""
    own = line if plan == today(line) else planned(line, plan, worked)
    rows, bins = replicate(replace(city, lines=(own,)), threads=threads)
    return Judged(plan, Ran(rows.sum(axis=1), bins, 1, city.weeks), len(worked))


def today(line: LineModel) -> Plan:
    """What he does now."""
    return Plan(line.windows, line.callbacks, line.delegated, line.budget_minutes)


def planned(line: LineModel, plan: Plan, worked: Sequence[int]) -> LineModel:
    """The line as it would be; desk work makes room for the windows."""
    return replace(
        line,
        windows=plan.windows,
        callbacks=plan.callbacks,
        delegated=plan.delegated,
        budget_minutes=plan.budget_minutes,
        busy=rearranged(line, plan.windows, worked),
    )


def undominated(scores: Sequence[tuple[float, ...]]) -> tuple[int, ...]:
    """The places of those that no other is at least as good as in every respect and better in one; more is better."""
    return tuple(
        place
        for place, one in enumerate(scores)
        if not any(other != one and all(a >= b for a, b in zip(other, one, strict=True)) for other in scores)
    )


def _value(estimate: Estimate | None) -> float:
    return float("-inf") if estimate is None else estimate.value
