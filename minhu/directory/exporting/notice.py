"""The notice as a table, in the layout that the import reads back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from minhu.directory.authority import require
from minhu.directory.importing.layout import Column
from minhu.directory.models import Line, Office, Official
from minhu.directory.naming import hours_in_words
from minhu.directory.queries import offices_in_order, published
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day

if TYPE_CHECKING:  # loaded where a table is written: it takes longer than the rest of the part
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = (Column.OFFICE, Column.NAME, Column.TITLE, Column.DUTIES, Column.NUMBER, Column.HOURS)
_WIDTHS = (26, 10, 26, 60, 22, 36)
_TEXT = "@"


def notice(city_id: int, at: datetime, *, everything_for: Viewer | None = None) -> bytes:
    """An XLSX file of what is public. everything_for: with lines in use that are not public (yet), for an operator.

    Private handsets are never in it. Raises: NotAllowed.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment

    city = Office.objects.get(pk=city_id)
    if everything_for is not None:
        require(everything_for, city)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    _head(sheet, f"{city.name}领导干部公布电话（{legal_day(at):%Y-%m-%d}）")
    for number, cells in enumerate(_rows(city, at, everything=everything_for is not None), 3):
        for place, words in enumerate(cells, 1):
            cell = sheet.cell(number, place)
            cell.value = words
            # words are words: a name that begins with = is never a formula, and 0558 keeps its zero
            cell.data_type, cell.number_format = "s", _TEXT
            cell.alignment = Alignment(vertical="top", wrap_text=place == COLUMNS.index(Column.DUTIES) + 1)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _head(sheet: Worksheet, title: str) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.cell(1, 1, title).font = Font(bold=True, size=14)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    for place, (column, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1):
        sheet.cell(2, place, column.value).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"


def _rows(city: Office, at: datetime, *, everything: bool) -> Iterator[tuple[str, ...]]:
    lines = Line.objects.filter(city=city, withdrawn_at__isnull=True).order_by("id")
    if not everything:
        lines = lines.filter(published(legal_day(at)))
    place = {office.pk: number for number, (office, _) in enumerate(offices_in_order(city.pk))}
    officials = Official.objects.filter(city=city, left_on__isnull=True).select_related("office")
    found = officials.prefetch_related(Prefetch("lines", queryset=lines))
    for one in sorted(found, key=lambda one: (place[one.office_id], one.order, one.pk)):
        shown = [line for line in one.lines.all() if line.official_id == one.pk]
        if shown:
            hours = {line.opening_hours for line in shown}
            yield (
                one.office.name,
                one.name,
                one.title,
                one.duties,
                "、".join(numbers.pretty(line.number).replace(" ", "") for line in shown),
                hours_in_words(hours.pop()) if len(hours) == 1 else "",
            )
