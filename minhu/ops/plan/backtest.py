"""``minhu plan backtest``: how well the calls of a file would have been forecast, week by week."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError

from minhu.ops.plan.call_files import read_calls
from minhu.planner.engine.backtest import FIRST_WEEKS, LEVEL, Judged, Over, Score, Way, judge
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.forecast import Known
from minhu.rules.calendar import china

HELP = "forecast each week of past calls (line,at) from what was known before, and print how good that was"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--calls", type=Path, required=True, help="CSV with line,at: a call a row (.gz too)")
    parser.add_argument("--published", type=date.fromisoformat, help="day on which the numbers were published")
    parser.add_argument("--alone", action="store_true", help="learn nothing about a line from the others")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Judge and print. Raises: CommandError."""
    path, published_on = options["calls"], options.get("published")
    if not isinstance(path, Path) or not (published_on is None or isinstance(published_on, date)):
        raise TypeError(options)
    try:
        judged = judge(read_calls(path, published_on), Known(china()), pool=not options.get("alone"))
    except InputUnclear as fault:
        raise CommandError(f"{path}：{fault.shown}") from None
    for line in told(judged):
        write(line)


def told(judged: Judged) -> Iterator[str]:
    """The figures, a line for each way and each thing predicted."""
    yield f"lines {judged.lines}, whole weeks {judged.weeks}"
    yield f"intervals of {LEVEL:.0%}; promised: what the distribution gave them, for no interval of counts fits exactly"
    yield f"{'':36}{'predicted':>10}{'coverage':>10}{'promised':>10}{'pinball':>10}{'absolute':>10}"
    for over in Over:
        if over in judged.early:
            yield _row(f"{over}, weeks 1-{FIRST_WEEKS}", judged.early[over])
    for over in Over:
        for way in Way:
            if (way, over) in judged.late:
                yield _row(f"{over}, {way}", judged.late[way, over])


def _row(name: str, score: Score) -> str:
    return (
        f"{name:36}{score.predicted:>10,}{score.coverage:>10.3f}{score.promised:>10.3f}"
        f"{score.pinball:>10.4f}{score.absolute:>10.3f}"
    )
