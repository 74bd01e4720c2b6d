"""The columns of a city's public notice (单位, 姓名, 职务, 分工, 电话); every fault with its place and its cure.

The head of the table may stand under a title. A blank 单位 is that of the row above (merged cells). One cell may hold
several numbers, and there may be several columns of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from minhu.directory.importing.sheets import Row, Sheet
from minhu.directory.naming import hours_from_words
from minhu.rules import numbers
from minhu.rules.hours import Hours, HoursUnreadable

HEAD_WITHIN_ROWS = 15


class Column(StrEnum):
    """What a column holds; the value is how we call it."""

    OFFICE = "单位"
    NAME = "姓名"
    TITLE = "职务"
    DUTIES = "分工"
    NUMBER = "电话"
    HANDSET = "接听手机"
    HOURS = "接听时段"


NEEDED = (Column.OFFICE, Column.NAME, Column.TITLE, Column.NUMBER)
LONGEST = {Column.OFFICE: 80, Column.NAME: 40, Column.TITLE: 80, Column.HOURS: 200}

_CALLED = {
    Column.OFFICE: "单位 单位名称 所在单位 工作单位 部门 县区 地区 责任单位",
    Column.NAME: "姓名 领导姓名 名字 领导干部",
    Column.TITLE: "职务 职位 现任职务 职务名称",
    Column.DUTIES: "分工 工作分工 职责分工 分管工作 职责 分管领域 主要职责",
    Column.NUMBER: "电话 电话号码 联系电话 公布电话 公开电话 公布号码 手机 手机号 手机号码 联系方式 办公电话 座机",
    Column.HANDSET: "接听手机 接听号码 本人手机 转接号码",
    Column.HOURS: "接听时段 开放时段 接听时间 开放时间",
}
_MEANS = {name: column for column, names in _CALLED.items() for name in names.split()}
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_BETWEEN_NUMBERS = re.compile(r"[、/;；,，\n]|或|(?<=\d)\s+(?=1[3-9]\d)")
_ENUMERATION = re.compile(r"^(?:[一二三四五六七八九十]+|\d+)[、.．]\s*")
_HAN = re.compile(r"[\u3400-\u9fff·]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. row 0: the whole sheet; column "": the whole row."""

    sheet: str
    row: int
    column: str
    words: str

    def __str__(self) -> str:
        place = f"《{self.sheet}》" if self.sheet else ""
        place += f"第 {self.row} 行" if self.row else ""
        place += f"“{self.column}”列" if self.column else ""
        return f"{place}：{self.words}" if place else self.words


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the notice, in order. numbers: E.164. handset, hours: None when the file does not say."""

    sheet: str
    row: int
    office: str
    name: str
    title: str
    duties: str | None
    numbers: tuple[str, ...]
    handset: str | None = None
    hours: str | None = None


@dataclass(slots=True)
class Read:
    """What was read of all sheets. notes: what was left out, for people to know."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_entries(sheets: Iterable[Sheet]) -> Read:
    """The entries of every sheet that has the head of the notice."""
    read = Read()
    without_head = []
    for sheet in sheets:
        if not sheet.rows:
            continue
        head = _find_head(sheet)
        if head is None:
            without_head.append(sheet)
        else:
            _read_sheet(sheet, head, read)
    if len(without_head) and not read.entries and not read.faults:
        names = "、".join(column.value for column in NEEDED)
        read.faults.append(
            Fault(without_head[0].name, 0, "", f"前 {HEAD_WITHIN_ROWS} 行里没有找到表头，请加上一行：{names}。")
        )
    elif without_head:
        read.notes += [f"《{sheet.name}》没有名单表头，未读取。" for sheet in without_head]
    return read


@dataclass(frozen=True, slots=True)
class _Head:
    row: int
    columns: dict[Column, tuple[int, ...]]


def _find_head(sheet: Sheet) -> _Head | None:
    for row in sheet.rows[:HEAD_WITHIN_ROWS]:
        columns: dict[Column, tuple[int, ...]] = {}
        for place, cell in enumerate(row.cells):
            if column := _column_called(cell):
                columns[column] = (*columns.get(column, ()), place)
        if Column.NAME in columns and len(columns) >= 2:
            return _Head(row.number, columns)
    return None


def _column_called(cell: str) -> Column | None:
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell))
    return _MEANS.get(name) or _MEANS.get(_BRACKETS.sub("", name))


def _read_sheet(sheet: Sheet, head: _Head, read: Read) -> None:
    missing = [column for column in NEEDED if column not in head.columns]
    doubled = [column for column, places in head.columns.items() if len(places) > 1 and column is not Column.NUMBER]
    for column in missing:
        read.faults.append(Fault(sheet.name, head.row, column.value, "表头里没有这一列，请加上。"))
    for column in doubled:
        read.faults.append(Fault(sheet.name, head.row, column.value, "这一列出现了不止一次，请只保留一列。"))
    if missing or doubled:
        return
    above = ""
    for row in sheet.rows:
        if row.number <= head.row or _is_head_again(row, head):
            continue
        reader = _RowReader(sheet.name, row, head)
        above = reader.office() or above
        if reader.is_entry():
            entry = reader.entry(above)
            read.faults += reader.faults
            if entry is not None:
                read.entries.append(entry)


def _is_head_again(row: Row, head: _Head) -> bool:
    return _column_called(row.at(head.columns[Column.NAME][0])) is Column.NAME


class _RowReader:
    """One row, cell by cell."""

    def __init__(self, sheet: str, row: Row, head: _Head) -> None:
        self._sheet, self._row, self._head = sheet, row, head
        self.faults: list[Fault] = []

    def is_entry(self) -> bool:
        """Headings between the rows and notes under the table have nothing but one cell."""
        told = (Column.NAME, Column.TITLE, Column.NUMBER)
        return any(self._cell(column) for column in told) and sum(map(bool, self._row.cells)) > 1

    def office(self) -> str:
        return _ENUMERATION.sub("", _close_up(self._cell(Column.OFFICE)))

    def entry(self, above: str) -> Entry | None:
        """The entry, or None with the faults told. above: the office of the row above."""
        office = self.office() or above
        name, title = _close_up(self._cell(Column.NAME)), _close_up(self._cell(Column.TITLE))
        for column, value in ((Column.OFFICE, office), (Column.NAME, name), (Column.TITLE, title)):
            self._check_words(column, value)
        if name and any(letter.isdigit() for letter in name):
            self._fault(Column.NAME, f"“{name}”里有数字，请检查是否错了列。")
        found = self._numbers()
        handset, hours = self._handset(), self._hours()
        duties = self._cell(Column.DUTIES) if Column.DUTIES in self._head.columns else None
        if self.faults:
            return None
        return Entry(self._sheet, self._row.number, office, name, title, duties, found, handset, hours)

    def _cell(self, column: Column) -> str:
        places = self._head.columns.get(column, ())
        return self._row.at(places[0]) if places else ""

    def _fault(self, column: Column, words: str) -> None:
        self.faults.append(Fault(self._sheet, self._row.number, column.value, words))

    def _check_words(self, column: Column, value: str) -> None:
        if self._row.formulas.intersection(self._head.columns.get(column, ())):
            self._fault(column, "这里是公式，请复制后“选择性粘贴”为数值。")
        elif not value:
            self._fault(column, "没有填写，请补上。")
        elif len(value) > LONGEST[column]:
            self._fault(column, f"超过 {LONGEST[column]} 个字，请缩短。")
        elif value[0] in "=+-@":
            self._fault(column, f"“{value[:20]}”像是公式，请改为文字。")

    def _numbers(self) -> tuple[str, ...]:
        found: list[str] = []
        places = self._head.columns[Column.NUMBER]
        if self._row.formulas.intersection(places):
            self._fault(Column.NUMBER, "这里是公式，请复制后“选择性粘贴”为数值。")
            return ()
        told = [part for place in places for part in _split_numbers(self._row.at(place))]
        for written in told:
            number = self._number(Column.NUMBER, written)
            if number and number not in found:
                found.append(number)
        if not told:
            self._fault(Column.NUMBER, "没有填写，请补上要公布的号码。")
        return tuple(found)

    def _handset(self) -> str | None:
        written = self._cell(Column.HANDSET)
        return self._number(Column.HANDSET, written) if written else None

    def _number(self, column: Column, written: str) -> str:
        try:
            number = numbers.normalise(_whole(written))
        except numbers.NotANumber:
            self._fault(column, number_fault(written))
            return ""
        if not number.startswith("+"):
            self._fault(column, f"{number} 是服务号码，不能作为领导干部的号码，请核对。")
            return ""
        return number

    def _hours(self) -> str | None:
        written = self._cell(Column.HOURS)
        if not written:
            return None
        hours = hours_from_words(written)
        try:
            Hours.parse(hours)
        except HoursUnreadable:
            self._fault(Column.HOURS, f"“{written[:30]}”看不懂，请写成：周一至周五 8:30-12:00 14:30-18:00。")
        return hours


def number_fault(written: str) -> str:
    """What is wrong with a number, and what to do."""
    plain = unicodedata.normalize("NFKC", written).strip()
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", plain, re.IGNORECASE):
        return f"{plain} 是科学计数法，末几位已经丢失，请把该列设为“文本”后重新填写。"
    digits = re.sub(r"\D", "", plain)
    if strange := re.sub(r"[\d\s+\-()._—–·]", "", plain):
        return f"“{plain[:30]}”里有不是号码的字（{strange[:10]}），请只留号码。"
    if digits.startswith("1") and len(digits) != 11:
        short = 11 - len(digits)
        wrong = f"少{_count(short)}位" if short > 0 else f"多{_count(-short)}位"
        return f"{plain} {wrong}，手机号码应为 11 位，请核对。"
    if 7 <= len(digits) <= 8:
        return f"{plain} 没有区号，请写成“区号-{digits}”。"
    return f"{plain or '空'} 不是有效的电话号码，请核对。"


def _count(number: int) -> str:
    return "一二三四五六七八九"[number - 1] if 1 <= number <= 9 else f" {number} "


def _split_numbers(cell: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(unicodedata.normalize("NFKC", cell))]
    parts = [part for part in parts if part]
    if len(parts) > 1 and any(len(re.sub(r"\D", "", part)) < 7 for part in parts):
        return [cell]
    return parts


def _whole(written: str) -> str:
    """1.3800001111E+10 with all its digits is a number; 1.38E+10 has lost them."""
    plain = unicodedata.normalize("NFKC", written).strip()
    if re.fullmatch(r"\d\.\d{9,10}E\+?10", plain, re.IGNORECASE):
        try:
            return str(int(Decimal(plain)))
        except (InvalidOperation, ValueError):
            return written
    return plain.removesuffix(".0")


def _close_up(words: str) -> str:
    """Names are often spaced to fill a column: 王　明."""
    plain = words.strip()
    joined = re.sub(r"\s+", "", plain)
    return joined if _HAN.fullmatch(joined) else re.sub(r"\s+", " ", plain)
