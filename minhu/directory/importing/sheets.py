"""A file as rows of plain text cells, whatever wrote it: XLSX, or CSV in UTF-8, UTF-16 or GB18030.

Whoever hands in a file is trusted with the directory, not with our memory: sizes are bounded before anything is read.
"""

from __future__ import annotations

import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from minhu.directory.errors import ImportRefused

if TYPE_CHECKING:  # loaded where a table is read: it takes longer than the rest of the part
    import openpyxl

LARGEST_FILE_BYTES = 10 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_PARTS = 1000
MOST_ROWS = 5000
MOST_COLUMNS = 60
MOST_BLANK_ROWS = 500
"""So many blank rows in a row end a sheet: some programs write a million formatted but empty ones."""
LONGEST_CELL = 5000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENTITIES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_BROKEN = (
    zipfile.BadZipFile, ParseError, zlib.error, struct.error, LookupError, ValueError, TypeError,
    AttributeError, AssertionError, EOFError, OSError, RuntimeError, ArithmeticError,
)  # fmt: skip
"""What openpyxl raises over wrong contents, besides an exception of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as the program shows it, from 1. formulas: places (from 0) of cells that hold a formula."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()

    def at(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that are not blank. name: "" for a CSV file."""

    name: str
    rows: tuple[Row, ...]


def read(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a file, told apart by what is in it and not by its name. Raises: ImportRefused."""
    if not content.strip():
        raise ImportRefused("文件是空的。")
    if len(content) > LARGEST_FILE_BYTES:
        raise ImportRefused("文件超过 10 MB，请只保留名单所在的表格。")
    if content.startswith(_OLE):
        raise ImportRefused("这是旧版 .xls 文件或加了密码的表格，请在 Excel 或 WPS 中去掉密码并另存为 .xlsx。")
    if content.startswith(_ZIP):
        return _read_xlsx(content)
    return (Sheet("", tuple(_limited(_csv_rows(_decode(content))))),)


def _read_xlsx(content: bytes) -> tuple[Sheet, ...]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_package(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl does not keep
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            try:
                return tuple(_sheets(book))
            finally:
                book.close()
    except (*_BROKEN, InvalidFileException) as fault:
        raise ImportRefused("表格已损坏或不完整，请用 Excel 或 WPS 打开后另存为新的 .xlsx 再试。") from fault


def _check_package(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise ImportRefused("这不是 Excel 表格（可能是 Word 文档或压缩包），请另存为 .xlsx 或 CSV。")
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED_BYTES:
            raise ImportRefused("表格解压后过大，请只保留名单所在的工作表再试。")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and any(mark in package.read(part) for mark in _ENTITIES):
                raise ImportRefused("表格里有不允许的内容（DOCTYPE），请用 Excel 或 WPS 另存后再试。")


def _sheets(book: openpyxl.Workbook) -> Iterator[Sheet]:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what the file says of its size is often wrong
            rows = sheet.iter_rows(max_col=MOST_COLUMNS)
            yield Sheet(sheet.title, tuple(_limited(_xlsx_row(number, row) for number, row in enumerate(rows, 1))))


def _xlsx_row(number: int, cells: Iterable[object]) -> Row:
    texts, formulas = [], set()
    for place, cell in enumerate(cells):
        if getattr(cell, "data_type", "") == "f":
            formulas.add(place)
        texts.append(_text(getattr(cell, "value", None)))
    return Row(number, tuple(texts), frozenset(formulas))


def _text(value: object) -> str:
    """A cell in words: a number stored as 1.38E+10 becomes its digits, a time its date."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()[:10]
        case _:
            return str(value).replace("_x000D_", "").strip()[:LONGEST_CELL]


def _decode(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if wide else ["utf-8-sig", "gb18030"]
    if wide or b"\0" not in content:
        for encoding in encodings:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise ImportRefused("看不懂这个文件。请交 .xlsx 表格，或 UTF-8、GB18030 编码的 CSV。")


def _csv_rows(text: str) -> Iterator[Row]:
    head = "\n".join(text.splitlines()[:20])  # the first line alone may be a title
    delimiter = max((",", "\t", ";"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, 1):
            yield Row(number, tuple(cell.strip()[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]))
    except csv.Error as fault:
        raise ImportRefused(f"CSV 第 {reader.line_num} 行读不下去，请检查引号是否成对。") from fault


def _limited(rows: Iterable[Row]) -> Iterator[Row]:
    kept = blank = 0
    for row in rows:
        if any(row.cells):
            kept, blank = kept + 1, 0
            if kept > MOST_ROWS:
                raise ImportRefused(f"超过 {MOST_ROWS} 行。名单不会这么长，请检查是否交错了文件。")
            yield row
        else:
            blank += 1
            if blank > MOST_BLANK_ROWS:
                return
