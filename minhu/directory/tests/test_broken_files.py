"""Files that are no notice: a clear message, in little time and memory."""

from __future__ import annotations

import io
import random
import time
import zipfile
from contextlib import suppress

import pytest

from minhu.directory.errors import ImportRefused
from minhu.directory.importing.layout import read_entries
from minhu.directory.importing.sheets import MOST_ROWS, read
from minhu.directory.tests.notices import HEAD, csv, xlsx

ROW = ("市水务局", "王明", "局长", "负责供水。", "15400000001")


def _package(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"   \n", "文件是空的"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧版 .xls"),
        (b"PK\x03\x04 this was a workbook", "损坏"),
        (b"%PDF-1.7 \0\0\xff\xfe\x00", "看不懂这个文件"),
        (_package(word__document_xml=b"<w/>"), "这不是 Excel 表格"),
        (_package(xl__workbook_xml=b"<workbook"), "损坏"),
        (_package(xl__workbook_xml=b"<workbook/>"), "损坏"),
        (_package(xl__workbook_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'), "不允许的内容"),
        (_package(xl__workbook_xml=b" " * 120_000_000), "解压后过大"),
        (b"x" * (10 * 1024 * 1024 + 1), "超过 10 MB"),
    ],
    ids=["nothing", "blank", "xls", "rubbish", "pdf", "word", "cut xml", "no parts", "entities", "bomb", "huge"],
)
def test_a_file_that_is_no_table_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        read(content)


def test_a_hundred_thousand_rows_are_not_read_to_the_end() -> None:
    content = csv(*[ROW] * 100_000)
    before = time.process_time()

    with pytest.raises(ImportRefused, match=str(MOST_ROWS)):
        read(content)

    assert time.process_time() - before < 3


def test_a_table_with_too_many_rows_is_refused() -> None:
    with pytest.raises(ImportRefused, match=str(MOST_ROWS)):
        read(xlsx(*[ROW] * (MOST_ROWS + 1)))


def test_a_table_cut_anywhere_is_refused_or_read_but_never_a_fault_of_ours() -> None:
    whole = xlsx(ROW)
    chance = random.Random(7)

    for _ in range(60):
        damaged = bytearray(whole[: chance.randrange(4, len(whole))] if chance.random() < 0.5 else whole)
        for _ in range(8):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        with suppress(ImportRefused):
            read_entries(read(bytes(damaged)))


def test_blank_rows_and_notes_under_the_table_are_passed_over() -> None:
    content = xlsx(
        ROW, (), ("注：以上号码工作日接听",), (None, None), ("二、县区",), ("清溪县", "李强", "县长", "", "15400000002")
    )

    found = read_entries(read(content))

    assert [(entry.office, entry.name) for entry in found.entries] == [("市水务局", "王明"), ("清溪县", "李强")]
    assert found.faults == []


def test_a_table_without_the_head_says_what_the_head_must_be() -> None:
    found = read_entries(read(xlsx(ROW, head=("甲", "乙", "丙", "丁", "戊"))))

    assert [str(fault) for fault in found.faults] == [
        "《名单》：前 15 行里没有找到表头，请加上一行：单位、姓名、职务、电话。"
    ]


def test_a_head_repeated_on_each_page_is_passed_over() -> None:
    found = read_entries(read(xlsx(ROW, HEAD, ("清溪县", "李强", "县长", "", "15400000002"))))

    assert len(found.entries) == 2
