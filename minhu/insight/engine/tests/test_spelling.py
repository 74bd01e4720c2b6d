"""However a text is written, each of its words is found in it, and nothing that is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.spelling import (
    Bar,
    barred,
    folded,
    initials,
    month_mark,
    needle,
    occurrences,
    runs,
    without_numbers,
)

CHARACTERS = st.text(st.sampled_from("停電水路灯IitTxX3３ 　，。“（😀é\0ｗ①"), max_size=40)


def test_one_two_and_more_characters_are_found() -> None:
    written = barred("停电了，请来", Bar.TEXT)
    assert written == "I停I电I了I I请I来I"
    for there in ("停", "停电", "电了", "停电了", "来"):
        assert needle(there, Bar.TEXT) in written
    for not_there in ("电停", "了请", "停了", "水"):
        assert needle(not_there, Bar.TEXT) not in written


def test_a_phrase_goes_over_punctuation() -> None:
    assert needle("电了 请", Bar.TEXT) in barred("停电了，请来", Bar.TEXT)
    assert needle("电了请", Bar.TEXT) not in barred("停电了，请来", Bar.TEXT)


def test_a_title_is_told_from_the_text() -> None:
    written = f"{barred('路灯', Bar.TITLE)} {barred('路灯坏了', Bar.TEXT)}"
    assert needle("路灯", Bar.TITLE) in written
    assert needle("坏了", Bar.TITLE) not in written


@given(CHARACTERS, st.integers(0, 40), st.integers(1, 8))
def test_every_part_of_every_run_is_found(text: str, begin: int, length: int) -> None:
    written = barred(text, Bar.TEXT)
    for run in runs(text):
        if part := run[begin : begin + length]:
            assert needle(part, Bar.TEXT) in written


@given(CHARACTERS, CHARACTERS)
def test_what_is_found_is_there(text: str, looked_for: str) -> None:
    wanted = " ".join(runs(looked_for))
    if wanted and needle(wanted, Bar.TEXT) in barred(text, Bar.TEXT):
        assert wanted in " ".join(runs(text))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("停電", "停电"),
        ("ＷｉＦｉ", "wifi"),
        ("①号线", "1号线"),
        ("a\u200bb", "ab"),
        ("停😀水", "停 水"),
        ("…%_*", "     "),
    ],
)
def test_all_spellings_become_one(written: str, plain: str) -> None:
    assert folded(written).split() == plain.split()


@pytest.mark.parametrize(
    "number",
    ["13900000021", "139 0000 0021", "139-0000-0021", "+86 139 0000 0021", "0558-5112345", "１３９００００００２１",
     "11010119900307123X", "(0558) 511 2345"],
)  # fmt: skip
def test_no_telephone_number_is_left(number: str) -> None:
    left = without_numbers(f"桥头{number}找我")
    assert not any(character.isdigit() for character in left)
    assert left.startswith("桥头")
    assert left.endswith("找我")


def test_house_numbers_years_and_amounts_stay() -> None:
    said = "2026年3月 15栋302室、12345、20000元"
    assert without_numbers(said) == said


def test_first_letters_are_one_for_each_character() -> None:
    assert initials("桃溪路3号，银行 wifi") == "txl3h yh"
    assert initials("重庆路") == "cql"
    assert initials("abc") == ""


def test_what_is_marked_stands_where_it_was_written() -> None:
    text = "反映桃溪路停電，又停电"
    assert [text[begin:end] for begin, end in occurrences(text, ["停电"])] == ["停電", "停电"]
    assert [text[begin:end] for begin, end in occurrences(text, ["txl"], by_letters=True)] == ["桃溪路"]
    assert occurrences("①栋１楼", ["1栋1"]) == [(0, 3)]
    assert occurrences("aaa", ["aa", "a"]) == [(0, 3)]


def test_months_differ() -> None:
    marks = {month_mark(year, month) for year in (1970, 2025, 2026) for month in range(1, 13)}
    assert len(marks) == 36
    assert all(len(mark) == len("M月M") for mark in marks)
