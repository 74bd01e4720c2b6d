"""Notices as cities write them, for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook

HEAD = ("单位", "姓名", "职务", "分工", "电话")


def xlsx(
    *rows: Sequence[object], head: Sequence[str] = HEAD, title: str = "", **more: Sequence[Sequence[object]]
) -> bytes:
    """A table with its head. title: a row above. more: further sheets by name, with their own rows."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    if title:
        sheet.append([title])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(head))
    sheet.append(list(head))
    for row in rows:
        sheet.append(list(row))
    for name, others in more.items():
        other = book.create_sheet(name)
        for row in others:
            other.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def csv(*rows: Sequence[str], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    """The same as comma-separated text."""
    return "\r\n".join(",".join(row) for row in (head, *rows)).encode(encoding)
