"""A question is asked once while a page is drawn, and anew for the next."""

from __future__ import annotations

import pytest

from minhu.directory.once import once, one_page


def test_what_is_asked_twice_of_one_page_is_answered_once() -> None:
    asked: list[int] = []

    @once
    def double(number: int) -> int:
        asked.append(number)
        if number < 0:
            raise ValueError("below zero")
        return 2 * number

    assert (double(1), double(1)) == (2, 2)
    with one_page():
        assert (double(1), double(1), double(2)) == (2, 2, 4)
        for _ in range(2):
            with pytest.raises(ValueError, match="below zero"):
                double(-1)
    with one_page():
        double(2)

    assert asked == [1, 1, 1, 2, -1, -1, 2]
