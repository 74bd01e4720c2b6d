"""What is typed into the search field is understood, and is never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.question import LONGEST, MOST_TERMS, Question, read
from minhu.rules.codes import make_code

CODE = make_code(bytes(range(8)))


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("停水", ("停水",)),
        ("桥 停電", ("桥", "停电")),
        ("桃溪路停水三天没人管", ("桃溪路", "停水", "三天", "没人管")),
        ("“路灯，不亮” 三中", ("路灯 不亮", "三中")),
        ("「路灯不亮很久了」", ("路灯不亮很久了",)),
        ("“桃溪路停水三天", ("桃溪路", "停水", "三天")),
        ("停水 停水 停", ("停水",)),
        ("WiFi", ("wifi",)),
        ('NEAR("停水" 断水*) -漏水', ("near", "停水", "断水", "漏水")),
        ("'; DROP TABLE x; --%_", ("drop", "table", "x")),
        ("电话13900000021停机", ("电话", "停机")),
        ("！？…😀", ()),
        ("", ()),
        ("\0 \ud800", ()),
    ],
)
def test_words(typed: str, terms: tuple[str, ...]) -> None:
    found = read(typed)
    assert found.terms == terms
    assert (found.code, found.number) == ("", "")


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), f"{CODE[:4]} {CODE[4:]}", f" {CODE[:4]}-{CODE[4:]} "])
def test_a_tracking_code_however_it_is_written(typed: str) -> None:
    assert read(typed).code == CODE


@pytest.mark.parametrize("typed", ["15400000021", "154 0000 0021", "＋86 154-0000-0021", "008615400000021"])
def test_a_number_is_no_word(typed: str) -> None:
    assert read(typed) == Question(number="+8615400000021")


@pytest.mark.parametrize("typed", ["12345", "2026", "302", "20000000000000000000"])
def test_other_figures_are_none(typed: str) -> None:
    assert read(typed).number == ""


@pytest.mark.parametrize("typed", ["停" * 10_000, "停水 " * 5_000, " ".join("甲乙丙丁戊己庚辛壬癸"), "\u0301" * 10_000])
def test_more_than_is_read_is_said(typed: str) -> None:
    found = read(typed)
    assert found.cut
    assert len(found.terms) <= MOST_TERMS
    assert sum(map(len, found.terms)) <= LONGEST


@given(st.text(max_size=120))
def test_nothing_is_an_error(typed: str) -> None:
    found = read(typed)
    assert all(term == " ".join(term.split()) and term.replace(" ", "").isalnum() for term in found.terms)
