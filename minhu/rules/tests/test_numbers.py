"""Numbers as people and networks write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.numbers import NotANumber, is_mobile, mask, normalise, pretty

MOBILES = st.integers(min_value=13000000000, max_value=19999999999).map(str)


@pytest.mark.parametrize(
    "written",
    [
        "13900000021",
        "+8613900000021",
        "8613900000021",
        "008613900000021",
        "+13900000021",
        "139 0000 0021",
        "139-0000-0021",
        "１３９００００００２１",
    ],
)
def test_one_mobile_number_written_in_many_ways_is_one_number(written: str) -> None:
    assert normalise(written) == "+8613900000021"


@pytest.mark.parametrize(
    ("written", "kept"), [("0558-5112345", "+865585112345"), ("12345", "12345"), ("95598", "95598")]
)
def test_landlines_and_short_codes_are_kept_too(written: str, kept: str) -> None:
    assert normalise(written) == kept
    assert not is_mobile(kept)


@pytest.mark.parametrize(
    "written", ["", "1380013800", "abc", "138001380000", "sip:alice@example.org", "\x00", "9" * 400]
)
def test_what_cannot_be_dialled_is_refused(written: str) -> None:
    with pytest.raises(NotANumber):
        normalise(written)


@given(MOBILES)
def test_a_masked_mobile_shows_seven_digits_only(digits: str) -> None:
    number = normalise(digits)

    assert mask(number) == f"{digits[:3]}****{digits[-4:]}"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = normalise(text)
    except NotANumber:
        return
    assert normalise(number) == number
    hidden = mask(number)
    assert "*" in hidden
    assert pretty(number)
    is_mobile(number)


@pytest.mark.parametrize(("kept", "hidden"), [("+865585112345", "0558****45"), ("12345", "1***5"), ("", "")])
def test_masks_of_landlines_and_short_codes(kept: str, hidden: str) -> None:
    assert mask(kept) == hidden
