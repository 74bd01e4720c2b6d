"""A proposal in words and tables for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from shutil import get_terminal_size

from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

from minhu.ops.plan.span_words import clock, spans
from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.day import Interruptible
from minhu.planner.engine.proposal import Effect, Gain, Plan, Proposal, Sensitivity
from minhu.planner.proposals import Proposed
from minhu.planner.proposed_words import NAMES

BUSY = {
    None: "空闲",
    Interruptible.CAN: "办公",
    Interruptible.MAY: "个人时间或在途",
    Interruptible.NEVER: "不可打扰",
}
MARK = "✓"
WIDE = 120
"""Columns where nobody looks at a terminal."""
SHARES = (("本人首次接通", "in_person"), ("开放时段 60 秒内接通真人", "soon"), ("一个工作日内首次回应", "kept"))
COSTS = (
    ("本人用时（分钟/天）", "own_minutes_a_day"),
    ("打扰（次/周）", "interruptions_a_week"),
    ("打断不可打扰的会议（次/周）", "broken_a_week"),
)


def told(proposed: Proposed) -> Iterator[str | Table]:
    """The plan, its effect, what each half hour buys, what else is possible, what it rests on."""
    found = proposed.proposal
    yield from map(str, proposed.notes)
    yield f"预计每周来电 {proposed.calls_a_week:.0f} 个；每个方案模拟 {found.replications:,} 次，括号里是 95% 区间。"
    yield ""
    yield "建议方案"
    yield from _plan(found.plan)
    yield "能兑现对群众的承诺。" if found.reachable else "没有找到能完全兑现承诺的方案，这是最接近的："
    yield from (f"  · {words}" for words in found.unmet)
    yield table_of("采用前后", ("", "现在", "建议", "相差"), _effects(found))
    if found.gains:
        head = ("半小时", "日程", "来电/周", "已选", "本人首次接通", "60 秒内接通", "打扰/周")
        yield table_of("每天多开（已选的：保留）半小时，换来什么", head, map(_gain, found.gains))
    yield table_of(
        "不相上下的方案（没有别的方案处处更好）",
        (
            "接听时段",
            "回电时段",
            "打扰/周",
            "留出分钟/天",
            "用时分钟/天",
            "本人首次接通",
            "60 秒内接通",
            "首次回应",
            "兑现",
        ),
        _frontier(found),
    )
    rests_on = ("假设", "倍数", "本人首次接通", "60 秒内接通", "分钟/天")
    yield table_of(f"最要紧的假设：{NAMES[found.main]}", rests_on, map(_assumed, found.sensitivities))


def printed(parts: Iterable[str | Table]) -> str:
    """As wide as the terminal, in colour where it is one."""
    width = get_terminal_size((WIDE, 0)).columns
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=sys.stdout.isatty(), highlight=False, markup=False)
    for part in parts:
        console.print(part)
    return out.getvalue()


def table_of(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """The first column to the left, the others to the right; whoever is marked stands out."""
    made = Table(title=title, title_justify="left", title_style="bold", box=ROUNDED, header_style="bold", expand=False)
    for number, name in enumerate(head):
        made.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        made.add_row(*row, style="green" if MARK in row else None)
    return made


def _plan(plan: Plan) -> Iterator[str]:
    yield f"  接听时段  {spans(plan.windows)}"
    yield f"  回电时段  {_callbacks(plan)}"
    if plan.budget_minutes is not None:
        yield f"  每天接听  至多 {plan.budget_minutes} 分钟"


def _callbacks(plan: Plan) -> str:
    return "同接听时段" if plan.callbacks is None else spans(plan.callbacks)


def _effects(found: Proposal) -> Iterator[tuple[str, ...]]:
    three = (found.today, found.effect, found.difference)
    for words, name in SHARES:
        now, then, apart = (_of(effect, name) for effect in three)
        yield words, _share(now), _share(then), _share(apart, sign="+")
    hours = [_of(effect, "wait_seconds") for effect in three]
    yield (
        "首次接通真人平均等待（小时）",
        *(_number(one, 3600, sign) for one, sign in zip(hours, ("", "", "+"), strict=True)),
    )
    for words, name in COSTS:
        now, then, apart = (_of(effect, name) for effect in three)
        yield words, _number(now), _number(then), _number(apart, sign="+")


def _gain(one: Gain) -> tuple[str, ...]:
    how = BUSY[one.busy.interruptible if one.busy else None]
    shares = (_share(one.in_person, sign="+"), _share(one.soon, sign="+"))
    chosen = MARK if one.chosen else ""
    return (
        clock(one.window.start),
        how,
        f"{one.calls_a_week:.1f}",
        chosen,
        *shares,
        _number(one.interruptions_a_week, sign="+"),
    )


def _frontier(found: Proposal) -> Iterator[tuple[str, ...]]:
    for point in found.frontier:
        effect = point.effect
        yield (
            spans(point.plan.windows),
            _callbacks(point.plan),
            f"{effect.interruptions_a_week.value:.1f}",
            f"{point.window_minutes_a_week / 5:.0f}",
            f"{effect.own_minutes_a_day.value:.0f}",
            *(_plain(_of(effect, name)) for _words, name in SHARES),
            MARK if point.met else "",
        )


def _assumed(one: Sensitivity) -> tuple[str, ...]:
    shares = (f"{one.in_person * 100:+.1f}%", f"{one.soon * 100:+.1f}%")
    return str(NAMES[one.assumption]), f"×{one.factor:g}", *shares, f"{one.own_minutes_a_day:+.1f}"


def _of(effect: Effect, name: str) -> Estimate | None:
    found: Estimate | None = getattr(effect, name)
    return found


def _plain(one: Estimate | None) -> str:
    return "—" if one is None else f"{one.value:.1%}"


def _share(one: Estimate | None, sign: str = "") -> str:
    if one is None:
        return "—"
    value = f"{one.value * 100:{sign}.1f}%"
    return (
        value
        if one.low is None or one.high is None
        else f"{value} [{one.low * 100:{sign}.1f}, {one.high * 100:{sign}.1f}]"
    )


def _number(one: Estimate | None, unit: float = 1, sign: str = "") -> str:
    if one is None:
        return "—"
    value = f"{one.value / unit:{sign}.1f}"
    return (
        value
        if one.low is None or one.high is None
        else f"{value} [{one.low / unit:{sign}.1f}, {one.high / unit:{sign}.1f}]"
    )
