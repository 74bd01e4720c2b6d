"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

GAP = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned, a Chinese character being two columns wide; the first column to the left, the others to the right."""
    widths = [max(_width(row[at]) for row in (head, *rows)) for at in range(len(head))]
    rule = GAP.join("─" * width for width in widths)
    return [_row(head, widths), rule, *(_row(row, widths) for row in rows)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    blanks = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return GAP.join(
        blank + cell if at else cell + blank for at, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
