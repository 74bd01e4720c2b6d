"""Labelled messages from a CSV file with the columns id, label, title, detail; also compressed (.gz)."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from minhu.insight.engine.vectors import Message
from minhu.ops.insight.errors import InsightCommandError

COLUMNS = ("id", "label", "title", "detail")
_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """Messages and the label of each, in the order of the file."""

    messages: tuple[Message, ...]
    labels: tuple[str, ...]


def read_labelled(path: Path) -> Labelled:
    """All rows of the file.

    Raises: InsightCommandError naming the file and the line.
    """
    reader = csv.DictReader(io.StringIO(text_of(path), newline=""))
    csv.field_size_limit(min(_LONGEST_FIELD, sys.maxsize))
    messages, labels = [], []
    try:
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
            raise InsightCommandError(f"{path}:缺少列 {'、'.join(missing)};需要的列是 {','.join(COLUMNS)}")
        for row in reader:
            label = (row["label"] or "").strip()
            if not label or row["detail"] is None:
                raise InsightCommandError(f"{path} 第 {reader.line_num} 行:标签为空或列数不足")
            messages.append(Message(row["title"], row["detail"]))
            labels.append(label)
    except csv.Error as fault:
        raise InsightCommandError(f"{path} 第 {reader.line_num} 行:不是有效的 CSV({fault})") from None
    if not messages:
        raise InsightCommandError(f"{path}:文件中没有数据行")
    return Labelled(tuple(messages), tuple(labels))


def text_of(path: Path) -> str:
    """A file's words, unpacked if need be. Raises: InsightCommandError."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InsightCommandError(f"{path}:不是 UTF-8 编码,请另存为 UTF-8 的 CSV") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise InsightCommandError(f"{path}:压缩文件已损坏或不是 gzip 格式") from None
    except OSError as fault:
        raise InsightCommandError(f"{path}:无法读取文件({fault.strerror})") from None
