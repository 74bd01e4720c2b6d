"""Calls from a CSV file with the columns line, at; also compressed (.gz). More columns do no harm."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import CommandError

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
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    found: dict[str, list[datetime]] = defaultdict(list)
    try:
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
            raise CommandError(f"{path}：缺少列 {'、'.join(missing)}；需要的列是 {','.join(COLUMNS)}")
        for row in reader:
            line = (row["line"] or "").strip()
            if not line:
                raise CommandError(f"{path} 第 {reader.line_num} 行：line 为空，应是号码或编号")
            found[line].append(_instant(row["at"] or "", f"{path} 第 {reader.line_num} 行"))
    except csv.Error as fault:
        raise CommandError(f"{path} 第 {reader.line_num} 行：不是有效的 CSV（{fault}）") from None
    if not found:
        raise CommandError(f"{path}：文件中没有数据行")
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


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{path}：不是 UTF-8 编码，请另存为 UTF-8 的 CSV") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise CommandError(f"{path}：压缩文件已损坏或不是 gzip 格式") from None
    except OSError as fault:
        raise CommandError(f"{path}：无法读取文件（{fault.strerror}）") from None
