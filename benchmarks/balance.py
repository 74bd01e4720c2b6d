"""The study of docs/balance.md: a city of lines, ringing always against proposed windows, on a rush day and settled.

    python -m benchmarks.balance [--lines 81] [--replications 100] > docs/balance.md

It redraws docs/images/balance.svg too. Windows are proposed for each shape of calendar alone, then all lines are
simulated together with the staff they share.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from minhu.ops.plan.span_words import spans
from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.day import Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.judging import planned
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.lines import CityResult, simulate_city
from minhu.planner.engine.optimising import propose
from minhu.planner.engine.profile import REPORTED_SHAPE
from minhu.planner.engine.proposal import Proposal
from minhu.rules.calendar import china

WEEK = range(5)
OFFICE = [Window.of(day, "08:00", "18:00") for day in WEEK]
SHAPES = 4
MONDAY = date(2026, 3, 2)
KINDS = {"rush": 24.0, "settled": 4.0}
"""Calls a line on a working day: the first days after publication, and some weeks later."""
WEEKEND = 0.5
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "balance.svg"
COLOURS = ("#9fc3e0", "#17507f")
INTRO = """# How to balance work and answering calls

What the planner's windows do to a city, measured by simulation; no real city's journal is behind it yet. Written by one
command, `python -m benchmarks.balance > docs/balance.md`, which prints the same again: the seed is fixed.

- **The city.** {lines} lines that share {staff} members of staff, 8:00 to 18:00 on working days. Each official has two
  meetings of 75 minutes a day that nobody interrupts and one that may be, at four different hours. The rest from 7:30
  to 19:00 is desk work; before and after is his own time.
- **Calls** follow the [reported profile](reference/forecast.md): {rush:g} a line on a working day in the rush,
  {settled:g} settled, half of that at weekends. Talks, patience and pick-up are the defaults of
  [the simulator](reference/planner.md).
- **Ring always** is today's way: he is rung whenever he is not in a protected meeting.
- **Windows** are proposed for each shape of calendar with two of the staff to itself, then simulated for all lines
  together. The aim is the usual one: 95 % within 60 s in opening hours, first contact within a working day,
  45 minutes, a quarter in person.

## What it shows

The aim asks that the official himself answers the first call of a quarter of the callers
([ADR 16](adr/0016-a-quarter-in-person.md)), and counts "within 60 s" only in opening hours. Settled, windows over most
of his desk hours keep that promise: he answers fewer than when he is rung always, but at his desk alone, and more
callers reach a person within a minute while it is open. A ring in a window at his desk does not count as an
interruption, for he offered it. The price is paid by who calls outside: he is promised a callback and waits longer, so
fewer speak to somebody within 24 hours. In the rush no plan found keeps the promise: with so few of the staff the
callbacks take most of the 45 minutes. Below it says for each calendar how many he would answer at most, and at what
price.

![Shares of callers, ringing always and in windows](images/balance.svg)
"""


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of week."""

    proposals: tuple[Proposal, ...]
    always: CityResult
    windows: CityResult


def a_line(shape: int, a_day: float) -> LineModel:
    """With a calendar of one of the shapes."""
    weights = [REPORTED_SHAPE.of(worked=day < 5) for day in range(7)]
    rates = Rates(
        tuple(
            float(one) / float(of_day.sum()) * a_day * (1 if day < 5 else WEEKEND) * 2
            for day, of_day in enumerate(weights)
            for one in of_day
        )
    )
    meetings = {hour * 60 + shape * 30: how for hour, how in ((9, "never"), (13, "never"), (15, "may"))}
    busy: list[Busy] = []
    for day in WEEK:
        at = 450
        for start, how in meetings.items():
            busy.append(Busy(day * 1440 + at, day * 1440 + start, Interruptible.CAN))
            busy.append(Busy(day * 1440 + start, day * 1440 + start + 75, Interruptible(how)))
            at = start + 75
        busy.append(Busy(day * 1440 + at, day * 1440 + 1140, Interruptible.CAN))
        busy.extend(Busy(day * 1440 + a, day * 1440 + b, Interruptible.MAY) for a, b in ((360, 450), (1140, 1320)))
    return LineModel(rates, busy=tuple(busy))


def study(lines: int, replications: int, a_day: float) -> Study:
    """Propose for each shape, then simulate both ways with the same callers."""
    shapes = [a_line(shape, a_day) for shape in range(SHAPES)]
    alone = CityModel((shapes[0],), Staffing.during(OFFICE, 2), china(), MONDAY)
    found = tuple(propose(line, alone) for line in shapes)
    city = replace(
        alone,
        lines=tuple(islice(cycle(shapes), lines)),
        staff=Staffing.during(OFFICE, _staff(lines)),
        weeks=1,
        replications=replications,
    )
    offered = [planned(line, one.plan, tuple(WEEK)) for line, one in zip(shapes, found, strict=True)]
    with_windows = replace(city, lines=tuple(islice(cycle(offered), lines)))
    return Study(found, simulate_city(city), simulate_city(with_windows))


def told(kind: str, made: Study, lines: int) -> Iterator[str]:
    """A section."""
    yield f"\n## {kind.capitalize()}: {KINDS[kind]:g} calls a line on a working day\n"
    yield "| | ring always | windows |\n|---|---|---|"
    one, other = made.always.together, made.windows.together
    for words, now, then in (
        ("first call answered by the official", one.first["official"], other.first["official"]),
        ("first call answered by staff", one.first["staff"], other.first["staff"]),
        ("first call promised a callback", one.first["promised"], other.first["promised"]),
        ("a person within 60 s, of who called in opening hours", one.soon, other.soon),
        ("spoke to somebody within 24 hours", one.within_day, other.within_day),
    ):
        yield f"| {words} | {_share(now)} | {_share(then)} |"
    waits = (_number(one.mean_wait, 3600), _number(other.mean_wait, 3600))
    yield f"| mean wait for the first person, hours | {waits[0]} | {waits[1]} |"
    for (part, now), (_part, then) in zip(made.always.wait_quantiles, made.windows.wait_quantiles, strict=True):
        yield f"| {part:.0%} of who spoke to a person did within, minutes | {_number(now, 60)} | {_number(then, 60)} |"
    for words, now, then in (
        ("interruptions of an official a week", one.interruptions_a_week, other.interruptions_a_week),
        ("minutes of an official a day, calls taken", one.talk_minutes_a_day, other.talk_minutes_a_day),
        ("minutes of an official a day, callbacks", one.callback_minutes_a_day, other.callback_minutes_a_day),
        ("rings in protected meetings a week", one.broken_a_week, other.broken_a_week),
    ):
        yield f"| {words} | {_number(now, lines)} | {_number(then, lines)} |"
    yield f"| load of the staff | {_share(made.always.staff_load)} | {_share(made.windows.staff_load)} |"
    yield "\nProposed, by shape of calendar:\n"
    for shape, found in enumerate(made.proposals):
        slots = spans(found.plan.callbacks) if found.plan.callbacks else "—"
        yield f"{shape + 1}. windows {spans(found.plan.windows)}; callback slot {slots}; rests most on {found.main}."
        yield from (f"   Alone: {words}" for words in found.unmet)


def picture(made: dict[str, Study]) -> str:
    """A bar for each share, beside each other for both ways."""
    rows = [
        (f"{kind}: {words}", (now, then))
        for kind, one in made.items()
        for words, now, then in _shares(one.always, one.windows)
    ]
    drawn = []
    for place, (words, shares) in enumerate(rows):
        top = 34 + place * 46
        drawn.append(f'<text x="8" y="{top}">{words}</text>')
        for at, (share, colour) in enumerate(zip(shares, COLOURS, strict=True)):
            y = top + 5 + at * 13
            drawn.append(f'<rect x="8" y="{y}" width="{540 * share:.1f}" height="11" fill="{colour}"/>')
            drawn.append(f'<text x="{14 + 540 * share:.1f}" y="{y + 10}" font-size="11">{share:.0%}</text>')
    legend = "".join(
        f'<rect x="{8 + 130 * at}" y="6" width="12" height="10" fill="{colour}"/>'
        f'<text x="{26 + 130 * at}" y="15">{name}</text>'
        for at, (name, colour) in enumerate(zip(("ring always", "windows"), COLOURS, strict=True))
    )
    high = 34 + len(rows) * 46
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {high}" role="img" font-family="sans-serif" '
        'font-size="13" fill="#15212b">\n<title>Shares of callers, ringing always and in windows</title>\n'
        f'<rect width="620" height="{high}" fill="#fff"/>\n{legend}\n{body}\n</svg>\n'
    )


def _shares(always: CityResult, windows: CityResult) -> Iterator[tuple[str, float, float]]:
    one, other = always.together, windows.together
    for words, now, then in (
        ("first call answered by the official", one.first["official"], other.first["official"]),
        ("a person within 60 s, in opening hours", one.soon, other.soon),
        ("spoke to somebody within 24 hours", one.within_day, other.within_day),
    ):
        yield words, now.value if now else 0.0, then.value if then else 0.0


def _staff(lines: int) -> int:
    return max(1, lines // 8)


def _share(one: Estimate | None) -> str:
    return "—" if one is None else f"{one.value:.1%}{_half(one, 0.01)}"


def _number(one: Estimate | None, unit: float) -> str:
    return "—" if one is None else f"{one.value / unit:.1f}{_half(one, unit)}"


def _half(one: Estimate, unit: float) -> str:
    return "" if one.low is None or one.high is None else f" ± {(one.high - one.low) / 2 / unit:.1f}"


def main() -> int:
    """Print the page; the seconds go to standard error."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--lines", type=int, default=81)
    given.add_argument("--replications", type=int, default=100)
    options = given.parse_args()
    print(INTRO.format(lines=options.lines, staff=_staff(options.lines), **KINDS))
    print(f"{options.replications} weeks each; ± is half of the 95 % interval.")
    made: dict[str, Study] = {}
    for kind, a_day in KINDS.items():
        began = time.process_time()
        made[kind] = study(options.lines, options.replications, a_day)
        print("\n".join(told(kind, made[kind], options.lines)))
        print(f"{kind}: {time.process_time() - began:.1f} s of the processor", file=sys.stderr)
    PICTURE.write_text(picture(made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
