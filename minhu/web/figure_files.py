"""The figures as a file: one row for each office, week and figure, the same values as on the pages."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

from django.http import HttpResponse

from minhu.rules.figures import Counts, Value, values
from minhu.supervision.published import Period, Tally, Unit, compared

HEAD = ("单位", "周（周一）", "指标", "代号", "件数", "总数", "比例", "区间下限", "区间上限", "口径")
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Cell = str | int | float | None


def rows(read: Tally, name: str, among: Iterable[Unit]) -> Iterator[tuple[Cell, ...]]:
    """The whole, week by week, and each office over the whole period. Fewer than ten: empty cells."""
    for monday, counts in read.by_week():
        yield from _of(name, monday.isoformat(), counts)
    yield from _of(name, "", read.counts())
    for row in compared(read, tuple(among), "answered"):
        yield from _of(row.unit.name, "", row.counts)


def file(kind: str, name: str, period: Period, table: Iterable[tuple[Cell, ...]]) -> HttpResponse:
    """An answer that is saved. kind: of KINDS."""
    content = _csv(table) if kind == "csv" else _xlsx(table)
    answer = HttpResponse(content, content_type=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{period.first}-{period.last}.{kind}"'
    return answer


def _of(name: str, week: str, counts: Counts) -> Iterator[tuple[Cell, ...]]:
    for one in values(counts):
        yield (_safe(name), week, one.figure.words, one.figure.name, *_numbers(one), one.figure.formula)


def _numbers(one: Value) -> tuple[Cell, ...]:
    if one.share is None:
        return one.number, None, None, None, None
    share = one.share
    return share.part, share.whole, round(share.value, 4), round(share.low, 4), round(share.high, 4)


def _safe(name: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{name}" if name[:1] in {"=", "+", "-", "@"} else name


def _csv(table: Iterable[tuple[Cell, ...]]) -> bytes:
    target = StringIO()
    writer = csv.writer(target)
    writer.writerows([HEAD, *table])
    return b"\xef\xbb\xbf" + target.getvalue().encode()  # so that Excel reads it as UTF-8


def _xlsx(table: Iterable[tuple[Cell, ...]]) -> bytes:
    from openpyxl import Workbook  # slow to load, and few pages are a table

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for row in (HEAD, *table):
        sheet.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()
