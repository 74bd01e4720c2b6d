"""Tracking codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.codes import ALPHABET, is_code, make_code, read_code

CODES = st.binary(min_size=8, max_size=8).map(make_code)


@given(CODES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(code: str, place: int, letter: str) -> None:
    wrong = code[:place] + letter + code[place + 1 :]

    assert is_code(wrong) is (wrong == code)


@given(CODES, st.integers(0, 6))
def test_any_swap_of_neighbours_is_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert is_code(swapped) is (swapped == code)


@given(CODES)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    spaced = f"{code[:4]} {code[4:]}".lower()
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

    assert read_code(f"编号{spaced}，谢谢") == code
    assert read_code(full_width) == code


@pytest.mark.parametrize("text", ["", "查", "13900000021", "AAAAAAAA", "\x00" * 8, "请问我家的水什么时候来"])
def test_what_is_not_a_code_is_not_read_as_one(text: str) -> None:
    assert read_code(text) is None


def test_too_little_entropy_is_a_fault() -> None:
    with pytest.raises(ValueError, match="random bytes"):
        make_code(b"abc")
