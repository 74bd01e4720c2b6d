"""What a draw is made from, as it is published: one CSV a day, the same bytes for us and for whoever checks us.

    date,quota,days_left        then one row with the day's
    line,rank,weight,seen,bands then one row a line, by number

Refusal
└── TableUnreadable    it is not such a table
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date

from minhu.rules.errors import Refusal

_DAY = ["date", "quota", "days_left"]
_LINE = ["line", "rank", "weight", "seen", "bands"]


class TableUnreadable(Refusal):
    code = "draw_table_unreadable"
    words = "抽取名单的格式不对，请下载公开页面上的原始文件，不要改动。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be drawn. rank: of its office. seen: drawn in this cycle already. bands: when it is open."""

    line: str
    rank: str
    weight: int
    seen: bool
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A day's candidates. quota: how many are to be drawn. days_left: working days of the cycle, today included."""

    on: date
    quota: int
    days_left: int
    candidates: tuple[Candidate, ...]


def written(table: Table) -> str:
    """As it is published."""
    rows = [_DAY, [table.on.isoformat(), str(table.quota), str(table.days_left)], _LINE]
    for one in sorted(table.candidates, key=lambda one: one.line):
        rows.append([one.line, one.rank, str(one.weight), str(int(one.seen)), " ".join(one.bands)])
    return "".join(",".join(row) + "\n" for row in rows)  # nothing in it has a comma, so nothing is quoted


def read(text: str) -> Table:
    """From what was published. Raises: TableUnreadable."""
    try:
        head, day, columns, *lines = csv.reader(text.splitlines())
        if (head, columns) != (_DAY, _LINE):
            raise TableUnreadable
        table = Table(date.fromisoformat(day[0]), int(day[1]), int(day[2]), tuple(_candidate(row) for row in lines))
    except (ValueError, IndexError, csv.Error):
        raise TableUnreadable from None
    if table.days_left < 1 or table.quota < 0 or any(one.weight < 1 for one in table.candidates):
        raise TableUnreadable
    return table


def _candidate(row: list[str]) -> Candidate:
    line, rank, weight, seen, bands = row
    return Candidate(line, rank, int(weight), seen == "1", tuple(bands.split()))
