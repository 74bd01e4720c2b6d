"""A chart is a sentence, a drawing and a table that say the same. Drawn here as SVG, so that it is there without
scripts, on paper and in a PDF; ``charts.js`` puts a livelier one in its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, LEFT, FOOT, TOP = 640, 220, 60, 28, 14
MOST_LABELS = 12
INK, RULE, PAINTS = "#566673", "#d5dce2", ("#17507f", "#854f00")
DASHES = ("", "7 6")
"""Colours and dashes by series, as on the screen in its light theme: for a PDF, to which no style sheet is applied."""


@dataclass(frozen=True, slots=True)
class Series:
    """values: None where there is nothing to show. cells: the same as words, for the table."""

    name: str
    values: tuple[float | None, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """finding: what is to be seen, in one sentence. head: what the labels are. percent: values are shares, 0 to 100."""

    name: str
    finding: str
    head: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    percent: bool = False
    lines: bool = False

    @property
    def spec(self) -> str:
        """What charts.js draws, as JSON."""
        series = [{"name": one.name, "values": one.values} for one in self.series]
        told = {"labels": self.labels, "series": series, "percent": self.percent, "lines": self.lines}
        return json.dumps(told, ensure_ascii=False)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table: each label with its cells."""
        return [(label, [one.cells[number] for one in self.series]) for number, label in enumerate(self.labels)]

    @property
    def top(self) -> float:
        """The end of the scale."""
        return 100.0 if self.percent else _round_up(max((v for one in self.series for v in one.values if v), default=0))

    @property
    def svg(self) -> SafeString:
        """The drawing; its words are in the table, so it is hidden from screen readers."""
        draw = self._lines if self.lines else self._bars
        return format_html(
            '<svg class="drawing" viewBox="0 0 {} {}" fill="{}" font-size="13" font-family="sans-serif" '
            'aria-hidden="true" focusable="false">{}{}{}</svg>',
            WIDTH, HEIGHT, INK, self._scale(), draw(), self._labels(),
        )  # fmt: skip

    def _x(self, number: int) -> float:
        return LEFT + (WIDTH - LEFT) * (number + 0.5) / max(len(self.labels), 1)

    def _y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - FOOT) * (1 - value / self.top)

    def _scale(self) -> SafeString:
        steps = (0.0, self.top / 2, self.top)
        unit = "%" if self.percent else ""
        return format_html_join(
            "",
            '<line class="rule" x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>'
            '<text x="{}" y="{}" text-anchor="end">{}{}</text>',
            ((LEFT, WIDTH, self._at(s), self._at(s), RULE, LEFT - 6, self._at(s, 4), f"{s:g}", unit) for s in steps),
        )

    def _at(self, value: float, lower: int = 0) -> str:
        return f"{self._y(value) + lower:.1f}"

    def _labels(self) -> SafeString:
        every = -(-len(self.labels) // MOST_LABELS) or 1
        told = [(n, label) for n, label in enumerate(self.labels) if n % every == 0]
        crowded = len(told) > MOST_LABELS / 2  # a phone shows every second one then
        return format_html_join(
            "",
            '<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>',
            (
                ("between" if crowded and place % 2 else "", f"{self._x(n):.1f}", HEIGHT - 6, label)
                for place, (n, label) in enumerate(told)
            ),
        )

    def _bars(self) -> SafeString:
        broad = (WIDTH - LEFT) / max(len(self.labels), 1) * 0.7 / max(len(self.series), 1)
        bars = []
        for place, one in enumerate(self.series):
            for number, value in enumerate(one.values):
                if value:
                    x = self._x(number) + broad * (place - len(self.series) / 2)
                    high = self._y(0) - self._y(value)
                    size = f"{broad * 0.92:.1f}", f"{high:.1f}"
                    bars.append((place, PAINTS[place], f"{x:.1f}", self._at(value), *size))
        return format_html_join("", '<rect class="s{}" fill="{}" x="{}" y="{}" width="{}" height="{}"/>', bars)

    def _lines(self) -> SafeString:
        drawn = ((n, PAINTS[n], DASHES[n], _path(self, one)) for n, one in enumerate(self.series))
        return format_html_join(
            "", '<path class="s{}" fill="none" stroke-width="3" stroke="{}" stroke-dasharray="{}" d="{}"/>', drawn
        )


def _path(chart: Chart, one: Series) -> str:
    """A line that is broken where there is nothing to show."""
    parts, pen = [], "M"
    for number, value in enumerate(one.values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{chart._x(number):.1f} {chart._y(value):.1f}")
        pen = "L"
    return " ".join(parts)


def _round_up(value: float) -> float:
    """A round number that is not below."""
    size = 1.0
    while size < value:
        for step in (2, 2.5, 2):
            size *= step
            if size >= value:
                return size
    return max(size, 2.0)


def column(name: str, values: Sequence[float | None], cells: Sequence[str]) -> Series:
    """One series of a chart."""
    return Series(name, tuple(values), tuple(cells))
