from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.intervals import comparable, prior_of, shown, shrunk, wilson

shares = st.integers(1, 5_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (10, 10, 0.7225, 1.0)],
)
def test_the_intervals_are_those_of_published_tables(part: int, whole: int, low: float, high: float) -> None:
    """81 of 263 and 15 of 148: Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    share = wilson(part, whole)

    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


@given(shares)
def test_the_share_lies_in_its_interval_and_the_interval_between_none_and_all(sample: tuple[int, int]) -> None:
    share = wilson(*sample)

    assert 0 <= share.low <= share.value <= share.high <= 1


@given(shares)
def test_a_share_and_its_complement_have_mirrored_intervals(sample: tuple[int, int]) -> None:
    part, whole = sample
    share, other = wilson(part, whole), wilson(whole - part, whole)

    assert share.low == pytest.approx(1 - other.high)


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(part, whole)


def test_nothing_is_shown_from_nine_cases_and_something_from_ten() -> None:
    assert shown(9, 9) is None
    assert shown(9, 10) is not None


def test_overlapping_intervals_make_no_order() -> None:
    near, far = wilson(80, 100), wilson(50, 100)

    assert comparable(near, far)
    assert comparable(far, near)
    assert not comparable(near, wilson(75, 100))


@given(shares, shares)
def test_comparing_is_symmetric_and_nothing_compares_with_itself(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert comparable(wilson(*one), wilson(*other)) == comparable(wilson(*other), wilson(*one))
    assert not comparable(wilson(*one), wilson(*one))


def test_offices_that_differ_by_chance_alone_are_drawn_all_the_way() -> None:
    prior = prior_of([(9, 10), (90, 100), (45, 50)])

    assert prior.strength == inf
    assert shrunk(3, 10, prior) == pytest.approx(0.9, abs=0.01)


def test_the_strength_of_a_known_beta_is_found() -> None:
    """Shares laid out at the 200 middles of Beta(8, 2)'s quantiles, each from 400 cases: strength 10, mean 0.8."""
    samples = [(round(400 * middle), 400) for middle in _beta_8_2()]
    prior = prior_of(samples)

    assert prior.mean == pytest.approx(0.8, abs=0.005)
    assert prior.strength == pytest.approx(10, rel=0.1)


@given(st.lists(shares, min_size=2, max_size=12))
def test_shrinking_moves_towards_the_mean_and_never_past_it(samples: list[tuple[int, int]]) -> None:
    prior = prior_of(samples)
    for part, whole in samples:
        low, high = sorted((part / whole, prior.mean))
        assert low - 1e-9 <= shrunk(part, whole, prior) <= high + 1e-9


def test_no_case_is_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="no case"):
        prior_of([(0, 0)])


def _beta_8_2() -> list[float]:
    """Quantiles of Beta(8, 2), whose distribution is 9 x^8 - 8 x^9, by halving."""
    found = []
    for number in range(200):
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            below = 9 * middle**8 - 8 * middle**9 < (number + 0.5) / 200
            low, high = (middle, high) if below else (low, middle)
        found.append(low)
    return found
