"""A text is read the same however it was typed, and no text is too strange to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.words import LONGEST, clean, cut, folded, spelled


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("  路灯\t不亮\r\n", "路灯 不亮"),
        ("ＡＢＣ１２３，。", "abc123,。"),
        ("我們小區停電三天了", "我们小区停电三天了"),
        ("投\u200b诉\ufeff", "投诉"),
        ("停水😡😡谁管", "停水 谁管"),
        ("\x00坏\ud800字", "坏 字"),
        ("Nước bẩn", "nước bẩn"),
    ],
)
def test_one_spelling(typed: str, read: str) -> None:
    assert clean(typed) == read


def test_a_very_long_text_is_read_to_its_limit() -> None:
    assert len(clean("水" * 100_000)) == LONGEST


def test_words_are_cut_without_punctuation() -> None:
    assert cut(clean("路灯坏了，小区停水！")) == ["路灯", "坏", "了", "小区", "停水"]


@given(st.lists(st.text(st.characters(exclude_categories=[]), max_size=30), max_size=5))
def test_many_texts_fold_as_each_alone(texts: list[str]) -> None:
    assert spelled(folded(texts)) == [spelled(folded([text]))[0] for text in texts]


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
