"""Rows of a CSV file in UTF-8 with a header, also compressed (.gz). More columns than asked for do no harm."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.management.base import CommandError

_LONGEST_CELL = 10_000_000


def rows_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by column, with the line it ends on.

    Raises: CommandError naming the file and the line, also for a file without rows.
    """
    csv.field_size_limit(min(_LONGEST_CELL, sys.maxsize))
    reader = csv.DictReader(io.StringIO(text_of(path), newline=""))
    empty = True
    try:
        if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
            raise CommandError(f"{path}：缺少列 {'、'.join(missing)}；需要的列是 {','.join(columns)}")
        for row in reader:
            if any(row[column] is None for column in columns):
                raise CommandError(f"{path} 第 {reader.line_num} 行：列数不足")
            empty = False
            yield reader.line_num, {name: row.get(name) or "" for name in reader.fieldnames or ()}
    except csv.Error as fault:
        raise CommandError(f"{path} 第 {reader.line_num} 行：不是有效的 CSV（{fault}）") from None
    if empty:
        raise CommandError(f"{path}：文件中没有数据行")


def text_of(path: Path) -> str:
    """A file's words, unpacked if need be. Raises: CommandError."""
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
