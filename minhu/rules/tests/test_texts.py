"""What citizens text, and what we text them."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.codes import make_code
from minhu.rules.texts import (
    TEMPLATES,
    Addition,
    AskStatus,
    ComplainAbout,
    Meaning,
    NewMatter,
    OptOut,
    RateByCode,
    RatingDigit,
    Unclear,
    UnknownTemplate,
    Why,
    classify,
    render,
    say_time,
)

CODE = make_code(b"8 bytes.")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MATTER = "南部新城公交站离医院南门太远，老人走不动"


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("1", RatingDigit(1)),
        ("１。", RatingDigit(1)),
        ("回3", RatingDigit(3)),
        (f"查 {CODE}", AskStatus(CODE)),
        (f"查{CODE.lower()}", AskStatus(CODE)),
        ("查", AskStatus("")),
        (f"评 {CODE} 2", RateByCode(CODE, 2)),
        (f"投诉 {CODE} 一直没人理", ComplainAbout(CODE, f"{CODE} 一直没人理")),
        ("退订", OptOut()),
        ("td", OptOut()),
        (f"关于{CODE}，补充一下地点", Addition(CODE)),
        (MATTER, NewMatter()),
        ("你好", Unclear(Why.SHORT)),
        ("  ", Unclear(Why.EMPTY)),
    ],
)
def test_what_a_text_means(body: str, meaning: Meaning) -> None:
    assert classify(body, awaiting_rating=True, has_open_case=False) == meaning


def test_a_digit_without_a_question_is_no_rating() -> None:
    assert classify("1", awaiting_rating=False, has_open_case=True) == Addition()


def test_a_matter_that_begins_with_cha_is_not_a_command() -> None:
    assert (
        classify("查了三天还没有结果，请帮我看看是怎么回事", awaiting_rating=False, has_open_case=False) == NewMatter()
    )


def test_a_report_that_begins_with_tousu_is_a_matter() -> None:
    assert classify("投诉楼下夜间施工噪音太大", awaiting_rating=False, has_open_case=False) == NewMatter()


@given(st.text(max_size=200), st.booleans(), st.booleans())
def test_every_text_means_something(body: str, awaiting: bool, open_case: bool) -> None:
    assert classify(body, awaiting_rating=awaiting, has_open_case=open_case) is not None


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_can_be_filled(template: str) -> None:
    names = {name for _, name, _, _ in Formatter().parse(TEMPLATES[template]) if name}
    values = {name: NOON.isoformat() if name in {"due", "until"} else name for name in names}

    words = render(template, values, at=NOON)

    assert "{" not in words
    assert len(words) <= 134


def test_a_template_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(UnknownTemplate):
        render("nothing", {}, at=NOON)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 23, 3, 30, tzinfo=UTC), "今天11:30"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "明天01:00"),
        (datetime(2026, 11, 25, 1, 0, tzinfo=UTC), "11月25日09:00"),
    ],
)
def test_times_are_said_as_people_say_them(moment: datetime, words: str) -> None:
    assert say_time(moment, NOON) == words
