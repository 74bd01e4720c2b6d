"""Names are found as people type them."""

from __future__ import annotations

import pytest

from minhu.directory.naming import full_title, hours_from_words, hours_in_words, search_key, surname_and_given
from minhu.rules.hours import Hours


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("单春梅", "shanchunmei"),
        ("仇海涛", "qiuhaitao"),
        ("解立新", "xielixin"),
        ("查文彬", "zhawenbin"),
        ("曾国栋", "zengguodong"),
        ("任静怡", "renjingyi"),
        ("乐松年", "yuesongnian"),
        ("覃晓燕", "qinxiaoyan"),
        ("欧阳敏", "ouyangmin"),
        ("尉迟恭", "yuchigong"),
        ("万俟雪", "moqixue"),
        ("吕秋实", "lvqiushi"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, found_by: str) -> None:
    assert search_key(name).split()[0] == found_by


def test_initials_find_a_name_and_so_does_the_second_reading() -> None:
    assert search_key("覃晓燕") == "qinxiaoyan qxy tanxiaoyan txy"


def test_a_title_is_told_with_its_office_once() -> None:
    assert full_title("市水务局", "department", "局长") == "市水务局局长"
    assert full_title("市水务局", "department", "市水务局局长") == "市水务局局长"
    assert full_title("安澜市", "city", "副市长") == "副市长"


@pytest.mark.parametrize(
    ("name", "parts"), [("王明", ("王", "明")), ("欧阳敏", ("欧阳", "敏")), ("John", ("", "John")), ("", ("", ""))]
)
def test_a_surname_of_two_characters_stays_together(name: str, parts: tuple[str, str]) -> None:
    assert surname_and_given(name) == parts


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("周一至周五 8:30-12:00 14:30-18:00；周六 9:00-11:30", "mon-fri 8:30-12:00 14:30-18:00; sat 9:00-11:30"),
        ("工作日8:30—12:00，14:30—18:00", "mon-fri 8:30-12:00 14:30-18:00"),
        ("星期一到星期日 08:00~20:00", "mon-sun 08:00-20:00"),
        ("每天 7:00-22:00", "mon-sun 7:00-22:00"),
        ("全天", ""),
        ("mon-fri 08:30-12:00", "mon-fri 08:30-12:00"),
    ],
)
def test_hours_are_understood_as_people_write_them(written: str, kept: str) -> None:
    assert hours_from_words(written) == kept
    Hours.parse(kept)


@pytest.mark.parametrize("kept", ["", "mon-fri 08:30-12:00 14:30-18:00; sat 09:00-12:00", "mon-sun 00:00-24:00"])
def test_hours_shown_to_people_are_read_back_the_same(kept: str) -> None:
    assert hours_from_words(hours_in_words(kept)) == kept
