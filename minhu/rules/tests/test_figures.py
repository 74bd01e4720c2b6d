from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.figures import BY_NAME, FIGURES, MATTERS, Count, value, values


def test_every_count_is_used_by_a_figure_and_no_name_twice() -> None:
    table = (*FIGURES, *MATTERS)
    used = {one for figure in table for one in (*figure.part, *figure.of)}

    assert used == set(Count)
    assert len(BY_NAME) == len(table)
    assert len({figure.words for figure in table}) == len(table)


def test_three_of_nine_are_not_shown_and_three_of_ten_are() -> None:
    few = value(BY_NAME["in_person"], {Count.CALLS: 9, Count.IN_PERSON: 3})
    enough = value(BY_NAME["in_person"], {Count.CALLS: 10, Count.IN_PERSON: 3})

    assert few.hidden
    assert few.share is None
    assert enough.number == 3
    assert enough.share is not None
    assert enough.share.value == 0.3


def test_a_plain_number_below_ten_is_not_shown_but_none_is_a_figure() -> None:
    assert value(BY_NAME["transfers"], {Count.TRANSFERS: 9}).number is None
    assert value(BY_NAME["transfers"], {}).number == 0
    assert value(BY_NAME["transfers"], {Count.TRANSFERS: 10}).number == 10


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_kept_late_and_broken_are_all_that_fell_due(kept: int, late: int, broken: int) -> None:
    found = values({Count.KEPT: kept, Count.LATE: late, Count.BROKEN: broken})
    shares = [one.share for one in found if one.figure.name in {"kept", "late", "broken"} and one.share]

    if kept + late + broken < 10:
        assert not shares
    else:
        assert abs(sum(share.value for share in shares) - 1) < 1e-9
