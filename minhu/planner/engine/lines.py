"""Simulate direct lines: one official, or a city whose lines share their staff. Example: docs/reference/planner.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from minhu.planner.engine.confidence import Estimate, mean, ratio
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.line_model import CityModel, Habits, LineModel
from minhu.planner.engine.line_tables import SITUATIONS, Step, stretches
from minhu.planner.engine.quantiles import QUANTILES, Bins, quantile
from minhu.planner.engine.queues import BATCHES, each
from minhu.rules.callbacks import ATTEMPTS

SOON = 60.0
"""A caller counts as answered soon within so many seconds."""
_DURATIONS = ("talk", "wrap_up", "pick_up", "patience", "redial_delay", "text_work", "not_reached")
_SHARES = ("redials", "most_calls", "texts", "urgent", "reached")

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineResult:
    """What a line, or all together, can expect. None where there was nothing to measure.

    first: what became of the first call, shares of callers (texted, official, delegate, staff, duty, promised,
    unfinished). person: how a caller first spoke to somebody (official, delegate, staff, duty, called_back) or did not
    (unreachable, unfinished), shares of those who rang. soon: answered by a person within 60 s, of who rang in opening
    hours. within_day: spoke to somebody within 24 hours. kept: promises kept in time, of those that fell due.
    *_minutes_a_day: of the official, over working days; rings, interruptions and broken a week; broken is rings during
    what is protected. overrun_minutes_a_week: calls that ran on into it.
    """

    callers_a_week: Estimate
    first: dict[str, Estimate | None]
    person: dict[str, Estimate | None]
    soon: Estimate | None
    within_day: Estimate | None
    mean_wait: Estimate | None
    kept: Estimate | None
    talk_minutes_a_day: Estimate
    callback_minutes_a_day: Estimate
    rings_a_week: Estimate
    interruptions_a_week: Estimate
    broken_a_week: Estimate
    overrun_minutes_a_week: Estimate
    longest_day_minutes: Estimate
    staff_minutes_a_week: Estimate


@dataclass(frozen=True, slots=True)
class CityResult:
    """All lines together, each alone, and what they share.

    wait_quantiles: until the first person, seconds. staff_load: calls and texts over time on duty. rows: the sums of
    each replication and line, columns as in kernels.city.
    """

    together: LineResult
    lines: tuple[LineResult, ...]
    wait_quantiles: tuple[tuple[float, Estimate | None], ...]
    staff_load: Estimate | None
    rows: Rows


def simulate_line(line: LineModel, city: CityModel, **options: Any) -> CityResult:
    """One line alone, with the staff and habits of ``city``, whose lines are not looked at."""
    return simulate_city(replace(city, lines=(line,)), **options)


def simulate_city(
    city: CityModel, *, threads: int = 1, progress: Callable[[int, int], object] | None = None
) -> CityResult:
    """Run every replication. The same model and seed give the same answer on any number of threads.

    progress: told how many replications of how many are done. Raises: InputUnclear when more people are under way than
    there is room for.
    """
    rows, bins = replicate(city, threads=threads, progress=progress)
    return _told(city, rows, bins)


def replicate(
    city: CityModel, *, threads: int = 1, progress: Callable[[int, int], object] | None = None
) -> tuple[Rows, Bins]:
    """The sums of each replication and line, and the counts of waits of each batch."""
    from minhu.planner.engine.kernels.city import COLUMNS, Room
    from minhu.planner.engine.kernels.compiling import records
    from minhu.planner.engine.kernels.lines import run_lines
    from minhu.planner.engine.kernels.waits import BINS

    tables = _tables(city)
    batches = min(BATCHES, city.replications)
    edges = [city.replications * at // batches for at in range(batches + 1)]
    rows = np.zeros((city.replications, len(city.lines), COLUMNS))
    bins = np.zeros((batches, BINS), np.int64)

    def work(thread: int) -> bool:
        room = records(Room)
        for at in range(thread, batches, threads):
            room["bins"] = 0
            if not run_lines(tables[0], room[0], np.uint64(city.seed), edges[at], rows[edges[at] : edges[at + 1]]):
                return False
            bins[at] = room["bins"][0]
            if progress is not None:
                progress(edges[at + 1], city.replications)
        return True

    if not all(each(work, threads)):
        raise InputUnclear("lines", "同时未了的来电太多：请检查来电率的单位，或安排回电时段和人手。")
    return rows, bins


def _tables(city: CityModel) -> npt.NDArray[Any]:
    from minhu.planner.engine.kernels.city import City
    from minhu.planner.engine.kernels.compiling import records

    made = records(City)
    one = made[0]
    one["lines"], one["horizon"], one["soon"], one["attempts"] = len(city.lines), city.weeks * 604_800.0, SOON, ATTEMPTS
    one["staff"][:] = city.staff.on_duty
    for name in _DURATIONS:
        one[name][:] = getattr(city.habits, name).coded()
    for name in _SHARES:
        one[name] = getattr(city.habits, name)
    plans: dict[tuple[Step, ...], int] = {(): 0}
    for at, line in enumerate(city.lines):
        _fill(one, at, line, city, plans)
    if len(plans) > one["steps"].shape[0]:
        raise InputUnclear("lines", f"呼叫方案超过 {one['steps'].shape[0]} 种，请减少不同的设置。")
    for steps, number in plans.items():
        for place, step in enumerate(steps[: one["steps"].shape[1] - 1]):
            one["steps"][number, place] = step
    return made


def _fill(one: Any, at: int, line: LineModel, city: CityModel, plans: dict[tuple[Step, ...], int]) -> None:
    habits: Habits = city.habits
    one["rates"][at] = [rate / 3600 for rate in line.arrivals.per_hour]
    one["budget"][at] = np.inf if line.budget_minutes is None else line.budget_minutes * 60.0
    one["answers"][at] = (line.answers, line.delegate_answers, habits.staff_answers, habits.duty_answers)
    found = stretches(line, city)
    if len(found) > one["ends"].shape[1]:
        raise InputUnclear("busy", "一周的日程太碎，请合并相连的安排。")
    for number, stretch in enumerate(found):
        one["stretch_of"][at, stretch.start : stretch.end] = number
        one["ends"][at, number] = stretch.end * 60.0
        one["marks"][at, number] = stretch.marks
        for situation in range(SITUATIONS):
            entry = stretch.entries[situation]
            one["plan_of"][at, number, situation] = plans.setdefault(entry.steps, len(plans))
            one["due"][at, number, situation] = entry.due
            one["absolute"][at, number, situation] = entry.absolute


def _told(city: CityModel, rows: Rows, bins: Bins) -> CityResult:
    from minhu.planner.engine.kernels import city as c

    together = rows.sum(axis=1)
    together[:, c.LONGEST_DAY] = rows[:, :, c.LONGEST_DAY].max(axis=1)
    staffed = np.full(city.replications, sum(city.staff.on_duty) * 1800.0 * city.weeks)
    return CityResult(
        together=_result(city, together),
        lines=tuple(_result(city, rows[:, at]) for at in range(len(city.lines))),
        wait_quantiles=tuple((part, quantile(bins, part, city.confidence)) for part in QUANTILES),
        staff_load=ratio(together[:, c.STAFF_SECONDS] + together[:, c.TEXT_SECONDS], staffed, city.confidence),
        rows=rows,
    )


def _result(city: CityModel, rows: Rows) -> LineResult:
    from minhu.planner.engine.kernels import city as c

    sure, weeks = city.confidence, float(city.weeks)
    callers = rows[:, c.CALLERS]
    rang = callers - rows[:, c.TEXTED]
    firsts = (
        c.TEXTED,
        c.FIRST_OFFICIAL,
        c.FIRST_DELEGATE,
        c.FIRST_STAFF,
        c.FIRST_DUTY,
        c.FIRST_PROMISED,
        c.FIRST_UNFINISHED,
    )
    people = (c.REACHED_OFFICIAL, c.REACHED_DELEGATE, c.REACHED_STAFF, c.REACHED_DUTY, c.CALLED_BACK)
    ends = (*people, c.UNREACHABLE, c.UNFINISHED)
    spoke = rows[:, list(people)].sum(axis=1)
    named = ("texted", "official", "delegate", "staff", "duty", "promised", "unfinished")
    persons = (*named[1:5], "called_back", "unreachable", "unfinished")
    fell_due = rows[:, c.KEPT] + rows[:, c.LATE]
    return LineResult(
        callers_a_week=mean(callers / weeks, sure),
        first={name: ratio(rows[:, at], callers, sure) for name, at in zip(named, firsts, strict=True)},
        person={name: ratio(rows[:, at], rang, sure) for name, at in zip(persons, ends, strict=True)},
        soon=ratio(rows[:, c.IN_HOURS_SOON], rows[:, c.IN_HOURS], sure),
        within_day=ratio(rows[:, c.WITHIN_DAY], rang, sure),
        mean_wait=ratio(rows[:, c.WAIT_SUM], spoke, sure),
        kept=ratio(rows[:, c.KEPT], fell_due, sure),
        talk_minutes_a_day=mean(rows[:, c.TALK_SECONDS] / 60 / weeks / 5, sure),
        callback_minutes_a_day=mean(rows[:, c.CALLBACK_SECONDS] / 60 / weeks / 5, sure),
        rings_a_week=mean(rows[:, c.RINGS] / weeks, sure),
        interruptions_a_week=mean(rows[:, c.INTERRUPTIONS] / weeks, sure),
        broken_a_week=mean(rows[:, c.BROKEN] / weeks, sure),
        overrun_minutes_a_week=mean(rows[:, c.OVERRUN_SECONDS] / 60 / weeks, sure),
        longest_day_minutes=mean(rows[:, c.LONGEST_DAY] / 60, sure),
        staff_minutes_a_week=mean((rows[:, c.STAFF_SECONDS] + rows[:, c.TEXT_SECONDS]) / 60 / weeks, sure),
    )
