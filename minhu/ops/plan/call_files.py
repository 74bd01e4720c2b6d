"""Calls from a CSV file with the columns line, at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import CommandError

from minhu.ops.tables import rows_of
from minhu.planner.engine.history import MOST_DAYS, History, counted
from minhu.rules.clock import SHANGHAI, legal_day

COLUMNS = ("line", "at")


def read_calls(path: Path, published_on: date | None = None) -> tuple[History, ...]:
    """A history for each line, all from the day of the file's first call to that of its last.

    Times without a zone are those of Shanghai. Raises: CommandError naming the file and the line.
    """
    calls = _by_line(path)
    days = [legal_day(at) for line in calls.values() for at in line]
    first, last = max(min(days), published_on or min(days)), max(days)
    length = (last - first).days + 1
    if length < 1:
        raise CommandError(f"{path}：所有来电都早于公布日期 {published_on}，请检查 --published")
    if length > MOST_DAYS:
        raise CommandError(f"{path}：来电从 {first} 到 {last}，超过十年：请检查日期，或只留近几年的数据")
    return tuple(counted(at, first, length, published_on) for at in calls.values())


def _by_line(path: Path) -> Mapping[str, Sequence[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for number, row in rows_of(path, COLUMNS):
        line = row["line"].strip()
        if not line:
            raise CommandError(f"{path} 第 {number} 行：line 为空，应是号码或编号")
        found[line].append(_instant(row["at"], f"{path} 第 {number} 行"))
    return found


def _instant(text: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        at.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise CommandError(
            f"{where}：看不懂时间 {text!r}，请写成 2026-03-02 09:30 或 2026-03-02T09:30:00+08:00"
        ) from None
    return at
