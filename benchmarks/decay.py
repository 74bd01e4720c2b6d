"""The decay alarm by simulation: how soon a fall from 90 % to 60 % is found, and how rarely chance alone raises it.

Redraws docs/images/decay.svg; with the same seed it is the same picture. Nothing of this machine is in it.

    python -m benchmarks.decay --seed 20260302
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

from minhu.rules.decay import LINE_YEARS, WATCH_LIMIT, Chart, Tuning, after, tuned

BEFORE, FALLEN = 0.9, 0.6
VOLUMES = (10, 50, 200, 1_000, 7_000)
FALLS, MOST_CALLS, WITHIN = 4_000, 80, 15
MOST_STEADY = 1_500_000
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "decay.svg"


def found_after(tuning: Tuning, limit: float, chance: Random) -> int:
    """Calls after the fall until the score reaches the limit; before it, sixty calls as usual."""
    chart = Chart()
    for _ in range(60):
        chart, _raised = after(chart, tuning, answered=chance.random() < BEFORE)
    for number in range(1, 2_000):
        chart, _raised = after(chart, tuning, answered=chance.random() < FALLEN)
        if chart.score >= limit:
            return number
    return 2_000


def raised_by_chance(tuning: Tuning, limit: float, calls: int, chance: Random) -> int:
    """How often a steady line's score reaches the limit, coming from none."""
    chart, count, up = Chart(), 0, False
    for _ in range(calls):
        chart, _raised = after(chart, tuning, answered=chance.random() < BEFORE)
        reached = chart.score >= limit
        count += reached and not up
        up = reached or (up and chart.score > 0)
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20260302)
    chance = Random(parser.parse_args(arguments).seed)
    watch = sorted(found_after(tuned(BEFORE, 200), WATCH_LIMIT, chance) for _ in range(FALLS))
    by_chance = raised_by_chance(tuned(BEFORE, 7_000), WATCH_LIMIT, 300_000, chance)
    within = sum(calls <= WITHIN for calls in watch) / FALLS
    print(f"watch: median {median(watch):.0f} calls, {within:.0%} within {WITHIN}; "
          f"by chance once in {300_000 / by_chance:,.0f} calls")  # fmt: skip
    curves, good = [("watch", watch)], median(watch) <= WITHIN
    for volume in VOLUMES:
        tuning = tuned(BEFORE, volume)
        found = sorted(found_after(tuning, tuning.limit, chance) for _ in range(FALLS))
        calls = min(volume * LINE_YEARS * 20, MOST_STEADY)
        false = raised_by_chance(tuning, tuning.limit, calls, chance) / calls * volume * LINE_YEARS
        within = sum(one <= WITHIN for one in found) / FALLS
        print(f"alarm, {volume:5,} calls a year a line: limit {tuning.limit:5.2f}, median {median(found):3.0f} calls, "
              f"{within:4.0%} within {WITHIN}; {false:4.2f} by chance a year on {LINE_YEARS} lines")  # fmt: skip
        curves.append((f"alarm, {volume:,} calls a year", found))
        good = good and false <= 1
    PICTURE.write_text(picture(curves), encoding="utf-8")
    return 0 if good else 1


COLOURS = ("#854f00", "#9fc3e0", "#6ea3cc", "#3f80b3", "#17507f", "#0b2d4b")


def picture(curves: Sequence[tuple[str, Sequence[int]]]) -> str:
    """The share of falls that are found after so many calls, one curve for each limit."""
    left, top, wide, high = 56, 20, 620, 300
    drawn = []
    for place, (name, found) in enumerate(curves):
        shares = [sum(one <= calls for one in found) / FALLS for calls in range(MOST_CALLS + 1)]
        points = " ".join(
            f"{left + wide * calls / MOST_CALLS:.1f},{top + high * (1 - share):.1f}"
            for calls, share in enumerate(shares)
        )
        colour, y = COLOURS[place], top + high + 62 + 20 * (place // 2)
        x = left + (place % 2) * 320
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        drawn.append(f'<rect x="{x}" y="{y - 10}" width="18" height="5" fill="{colour}"/>')
        drawn.append(f'<text x="{x + 26}" y="{y - 3}">{name}</text>')
    for percent in (0, 25, 50, 75, 100):
        level = top + high * (1 - percent / 100)
        drawn.append(f'<line x1="{left}" x2="{left + wide}" y1="{level}" y2="{level}" stroke="#d5dce2"/>')
        drawn.append(f'<text x="{left - 8}" y="{level + 4}" text-anchor="end">{percent} %</text>')
    for calls in (0, WITHIN, 30, 45, 60, 75):
        at = left + wide * calls / MOST_CALLS
        drawn.append(f'<text x="{at}" y="{top + high + 18}" text-anchor="middle">{calls}</text>')
    at = left + wide * WITHIN / MOST_CALLS
    drawn.append(f'<line x1="{at}" x2="{at}" y1="{top}" y2="{top + high}" stroke="#ad231d" stroke-dasharray="5 4"/>')
    drawn.append(f'<text x="{left + wide / 2}" y="{top + high + 38}" text-anchor="middle">calls after the fall</text>')
    body = "\n".join(drawn)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 440" role="img" font-family="sans-serif" '
        'font-size="13" fill="#15212b">\n<title>Share of falls from 90 % to 60 % found after so many calls</title>\n'
        f'<rect width="700" height="440" fill="#fff"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    sys.exit(main())
