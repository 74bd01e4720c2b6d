"""Streams and labels as files: what ``minhu insight evaluate-groups`` reads. Plain or ``.gz``, UTF-8, with a header."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TextIO, cast

from minhu.insight.engine.groups import Report
from minhu.ops.insight.errors import InsightCommandError

CHINA = timezone(timedelta(hours=8))
_NAMES = {
    "id": ("id", "msg_id"),
    "user": ("user", "sender"),
    "title": ("title",),
    "time": ("time", "at"),
    "detail": ("detail", "text"),
    "event": ("event",),
    "kind": ("kind",),
}
_TIME = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LONGEST_CELL = 1_000_000


def stream(path: Path) -> list[Report]:
    """The texts of a stream file.

    Raises: InsightCommandError.
    """
    reports: dict[str, Report] = {}
    for line, (key, user, title, time, detail) in _rows(path, ("id", "user", "title", "time", "detail")):
        if not key or key in reports:
            raise InsightCommandError(
                f"{path} 第 {line} 行：id {'重复：' + key if key else '为空'}；每条诉求须有唯一的 id"
            )
        reports[key] = Report(key, user or f"?{key}", _time(path, line, time), title, detail)
    if not reports:
        raise InsightCommandError(f"{path}：没有任何诉求；表头之下至少须有一行")
    return list(reports.values())


def labels(path: Path) -> dict[str, str]:
    """The event of each labelled text; every hard negative is an event of its own.

    Raises: InsightCommandError.
    """
    truth: dict[str, str] = {}
    for line, (key, event, kind) in _rows(path, ("id", "event", "kind")):
        if kind not in ("event", "hard_negative"):
            raise InsightCommandError(f"{path} 第 {line} 行：kind 为“{kind}”；只能是 event 或 hard_negative")
        if not key or (kind == "event" and not event):
            raise InsightCommandError(f"{path} 第 {line} 行：{'event' if key else 'id'} 为空")
        if key in truth:
            raise InsightCommandError(f"{path} 第 {line} 行：id {key} 重复标注")
        truth[key] = event if kind == "event" else f"\0{key}"
    if len(set(truth.values())) < 2:
        raise InsightCommandError(f"{path}：至少须有两个不同的事件，才能分成两半评判")
    return truth


def _time(path: Path, line: int, text: str) -> datetime:
    found = _TIME.match(text.strip())
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        pass
    raise InsightCommandError(f"{path} 第 {line} 行：时间“{text[:40]}”无法识别；请写作 2026-03-02 10:00:00")


def _rows(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and the wanted cells of each row."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with _opened(path) as lines:
            reader = csv.reader(lines)
            at = _columns(path, next(reader, []), wanted)
            for row in reader:
                if len(row) <= max(at):
                    if any(cell.strip() for cell in row):
                        raise InsightCommandError(f"{path} 第 {reader.line_num} 行：只有 {len(row)} 列，缺少所需的列")
                    continue
                yield reader.line_num, tuple(row[one].replace("\0", "") for one in at)
    except UnicodeDecodeError as fault:
        raise InsightCommandError(f"{path}：不是 UTF-8 文本；请另存为 UTF-8 编码的 CSV") from fault
    except csv.Error as fault:
        raise InsightCommandError(f"{path}：不是正确的 CSV（{fault}）") from fault
    except (OSError, EOFError) as fault:
        raise InsightCommandError(f"{path}：无法读取（{getattr(fault, 'strerror', None) or fault}）") from fault


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _columns(path: Path, header: Sequence[str], wanted: Sequence[str]) -> list[int]:
    names = [name.strip().lower() for name in header]
    at = []
    for want in wanted:
        found = [names.index(name) for name in _NAMES[want] if name in names]
        if not found:
            raise InsightCommandError(f"{path}：缺少列 {want}；现有列：{'、'.join(names) or '无'}")
        at.append(found[0])
    return at
