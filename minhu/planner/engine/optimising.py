"""Which answer windows an official should offer: the undominated plans, what each half hour buys, and one to recommend.

    half hours with room → spans and pairs by expected calls → few replications, the same callers in each
        → undominated → many replications → frontier → the plan that keeps the promise and disturbs least

Example: docs/reference/planner.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.day import MINUTES_A_WEEK, Window, merged
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.judging import AS_SHOWN, Judged, judged, today, undominated
from minhu.planner.engine.laws import Duration, Law
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.proposal import Aim, Assumption, Effect, Gain, Plan, Point, Proposal, Sensitivity
from minhu.planner.engine.windows import CALLBACK_HALF_HOURS, Halves, Room, offered, rooms, shortlist, slots, without
from minhu.rules.sentences import Sentence, sentence

FACTORS = (0.7, 1.3)
"""How far an assumption may be off."""
USUAL_SLOT = 1
"""Half hours to call back in while windows are compared."""
ROUGHLY, SURELY = 0.05, 0.005
"""What may be missed of the promise without a difference, in few replications and in many."""
SAME_DISTURBANCE = 0.5
"""Interruptions a week that make no difference to an official."""
WORTH_A_CHANGE = 4
"""So many times as many are worth changing windows that he is used to."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Replications to prune, to judge what stands, and for differences; plans of each length that are tried and stand.

    half_hours: of how many it is told what they buy, those with most calls first.
    """

    prune: int = 20
    stand: int = 1_000
    differ: int = 200
    tried: int = 3
    standing: int = 2
    half_hours: int = 16


@dataclass(frozen=True, slots=True)
class _Asked:
    line: LineModel
    city: CityModel
    worked: tuple[int, ...]
    aim: Aim
    effort: Effort
    threads: int

    def judge(self, plan: Plan, replications: int) -> Judged:
        return judged(plan, self.line, replace(self.city, replications=replications), self.worked, self.threads)

    def plan(self, windows: tuple[Window, ...] | None, slots: tuple[Window, ...] = ()) -> Plan:
        """His way of today with these windows, within his minutes; slots: to call back in, besides the windows."""
        budget = self.aim.own_minutes_a_day if self.line.budget_minutes is None else self.line.budget_minutes
        callbacks = slots or None
        return Plan(windows, callbacks, self.line.delegated, min(budget, self.aim.own_minutes_a_day))


def propose(
    line: LineModel,
    city: CityModel,
    aim: Aim | None = None,
    *,
    effort: Effort | None = None,
    threads: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Proposal:
    """The plan for a line as it is now, with staff, habits, weeks and seed of ``city``, whose lines are not looked at.

    progress: told the share done; may raise to end it. The same input gives the same answer on any number of threads.
    Raises: InputUnclear for a calendar without room, no calls, or more than one person can ever answer.
    """
    worked = _worked(city)
    asked = _Asked(line, city, worked, aim or Aim(), effort or Effort(), threads)
    _check_volume(asked)
    tell = progress or (lambda _share: None)
    found = rooms(line, worked)

    standing = _pruned(asked, found, lambda share: tell(0.3 * share))
    finals = []
    for place, plan in enumerate(standing):
        finals.append(asked.judge(plan, asked.effort.stand))
        tell(0.3 + 0.4 * (place + 1) / len(standing))
    best = min(finals, key=lambda one: (bool(one.unmet(asked.aim)), _disturbs(one, asked.aim, SURELY)))
    gains = _gains(asked, best.plan, found, lambda share: tell(0.7 + 0.2 * share))
    sensitivities = _sensitivities(asked, best.plan)
    tell(1.0)

    unmet = tuple(_unmet(asked, best, finals))
    return Proposal(
        plan=best.plan,
        effect=best.effect,
        today=finals[0].effect,
        difference=best.less(finals[0]),
        frontier=_frontier(finals, asked.aim),
        gains=gains,
        sensitivities=sensitivities,
        main=max(sensitivities, key=lambda one: abs(one.in_person) + abs(one.soon)).assumption,
        better=_surely(best, asked.aim) < _surely(finals[0], asked.aim),
        reachable=not unmet,
        unmet=unmet,
        seed=city.seed,
        replications=asked.effort.stand,
    )


def _worked(city: CityModel) -> tuple[int, ...]:
    """Weekdays that are worked; of a week of holidays, the usual ones."""
    days = tuple(day for day in range(7) if city.calendar.assume_working_day(city.monday + timedelta(days=day)))
    return days or tuple(range(5))


def _check_volume(asked: _Asked) -> None:
    calls = asked.line.arrivals.calls_a_week
    if calls <= 0:
        cure = sentence("一周里没有来电，没有可以规划的；请先看来电预测，或等号码公布以后再来。")
        raise InputUnclear("arrivals", cure)
    if calls * asked.city.habits.talk.mean / 60 > MINUTES_A_WEEK:
        raise InputUnclear(
            "arrivals", f"预计每周来电 {calls:,.0f} 个，一个人昼夜不停也接不完：请检查来电率的单位，或先分给几条号码。"
        )


def _pruned(asked: _Asked, found: Sequence[Room], tell: Callable[[float], object]) -> tuple[Plan, ...]:
    """Today's way first, then always, then for each length of windows what stood in a few replications."""
    windows = shortlist(found, asked.effort.tried)
    tried = _tried(asked, found, [(one, USUAL_SLOT) for one in windows], lambda share: tell(share / 2))
    stood = [halves for halves, _judged in _standing(asked, tried)]
    tried = _tried(
        asked,
        found,
        [(one, slot) for one in stood for slot in CALLBACK_HALF_HOURS],
        lambda share: tell(0.5 + share / 2),
    )
    kept = [today(asked.line), asked.plan(None), *(one.plan for _halves, one in _standing(asked, tried))]
    return tuple(dict.fromkeys(kept))


def _tried(
    asked: _Asked, found: Sequence[Room], choices: Sequence[tuple[Halves, int]], tell: Callable[[float], object]
) -> list[tuple[Halves, Judged]]:
    """Windows, each with a callback slot of so many half hours, in few replications."""
    tried = []
    for place, (halves, slot) in enumerate(choices):
        plan = asked.plan(offered(halves, found), offered(slots(halves, slot, found), found))
        tried.append((halves, asked.judge(plan, asked.effort.prune)))
        tell((place + 1) / len(choices))
    return tried


def _standing(asked: _Asked, tried: Sequence[tuple[Halves, Judged]]) -> list[tuple[Halves, Judged]]:
    """Of the undominated of each length, those that disturb least."""
    stood = [tried[place] for place in undominated([one.score for _halves, one in tried])]
    stood.sort(key=lambda one: (len(one[0]), _disturbs(one[1], asked.aim, ROUGHLY)))
    by_length = groupby(stood, key=lambda one: len(one[0]))
    return [one for _length, same in by_length for one in list(same)[: asked.effort.standing]]


def _disturbs(one: Judged, aim: Aim, grain: float) -> tuple[float, ...]:
    """Less is better: what it misses of the promise, then interruptions, then who does not get him in person.

    grain: misses that differ by less are alike.
    """
    missed = sum(by for by, _words in one.unmet(aim))
    steps = round(one.effect.interruptions_a_week.value / SAME_DISTURBANCE)
    return float(round(missed / grain)), float(steps), -_value(one.effect.in_person)


def _surely(one: Judged, aim: Aim) -> tuple[float, ...]:
    """As ``_disturbs``, in steps so coarse that a change of windows is worth it."""
    missed, steps, in_person = _disturbs(one, aim, ROUGHLY)
    return missed, float(round(steps / WORTH_A_CHANGE)), float(round(in_person / ROUGHLY))


def _unmet(asked: _Asked, best: Judged, finals: Sequence[Judged]) -> Iterator[Sentence]:
    """What the recommended plan misses, and why there is none that does not."""
    missed = [words for _by, words in best.unmet(asked.aim)]
    yield from missed
    most = max(finals, key=lambda one: _value(one.effect.in_person))
    if _value(best.effect.in_person) < asked.aim.in_person - AS_SHOWN and most is not best:
        costs = tuple(words for _by, words in most.unmet(asked.aim))
        share = _value(most.effect.in_person)
        yield sentence("比较过的方案里本人接通最多的是 {share:.1%}，但要付出代价：", share=share)
        yield from costs
    if missed and not any(asked.city.staff.on_duty):
        yield sentence("没有值班人员：他不接时只能留言，请先安排值班。")


def _frontier(finals: Sequence[Judged], aim: Aim) -> tuple[Point, ...]:
    """From the least disturbing on."""
    best = [finals[place] for place in undominated([one.score for one in finals])]
    points = [Point(one.plan, one.effect, one.window_minutes_a_week, not one.unmet(aim)) for one in best]
    return tuple(sorted(points, key=lambda one: (one.effect.interruptions_a_week.value, one.window_minutes_a_week)))


def _gains(asked: _Asked, plan: Plan, found: Sequence[Room], tell: Callable[[float], object]) -> tuple[Gain, ...]:
    """Of each half hour with room, by time of day, but the last one left; none for who is rung always."""
    if plan.windows is None:
        return ()
    base, gains = asked.judge(plan, asked.effort.differ), []
    chosen = {room.half for room in found if without(plan.windows, room) != plan.windows}
    busiest = sorted(found, key=lambda room: (room.half not in chosen, -room.calls_a_week))[: asked.effort.half_hours]
    for place, room in enumerate(sorted(busiest, key=lambda room: room.half)):
        taken = room.half in chosen
        other = without(plan.windows, room) if taken else merged((*plan.windows, *room.windows))
        if other:
            changed = asked.judge(replace(plan, windows=other), asked.effort.differ)
            gains.append(_gain(room, base.less(changed) if taken else changed.less(base), chosen=taken))
        tell((place + 1) / len(busiest))
    return tuple(gains)


def _gain(room: Room, apart: Effect, *, chosen: bool) -> Gain:
    return Gain(
        window=room.windows[0],
        calls_a_week=room.calls_a_week,
        busy=room.busy,
        chosen=chosen,
        in_person=apart.in_person,
        soon=apart.soon,
        own_minutes_a_day=apart.own_minutes_a_day,
        interruptions_a_week=apart.interruptions_a_week,
    )


def _sensitivities(asked: _Asked, plan: Plan) -> tuple[Sensitivity, ...]:
    """One assumption at a time, less and more."""
    base, found = asked.judge(plan, asked.effort.differ), []
    for assumption in Assumption:
        for factor in FACTORS:
            apart = _assuming(asked, assumption, factor).judge(plan, asked.effort.differ).less(base)
            minutes = apart.own_minutes_a_day.value
            found.append(Sensitivity(assumption, factor, _value(apart.in_person), _value(apart.soon), minutes))
    return tuple(found)


def _assuming(asked: _Asked, assumption: Assumption, factor: float) -> _Asked:
    line, habits = asked.line, asked.city.habits
    match assumption:
        case Assumption.VOLUME:
            line = replace(line, arrivals=line.arrivals.times(factor))
        case Assumption.TALK:
            habits = replace(habits, talk=_longer(habits.talk, factor))
        case Assumption.PATIENCE:
            habits = replace(habits, patience=_longer(habits.patience, factor))
        case Assumption.ANSWERS:
            line = replace(line, answers=min(1.0, line.answers * factor))
    return replace(asked, line=line, city=replace(asked.city, habits=habits))


def _longer(one: Duration, factor: float) -> Duration:
    second = one.second * factor if one.law is Law.UNIFORM else one.second
    return Duration(one.law, one.first * factor, second)


def _value(estimate: Estimate | None) -> float:
    return 0.0 if estimate is None else estimate.value
