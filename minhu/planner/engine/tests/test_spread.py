"""Counts to come: the quantiles are those of the whole mixture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.spread import Spread, poisson


def one(mean: float, unsure: float = 0.0, size: float = 8.0) -> Spread:
    return Spread(np.array(mean), np.array(unsure), np.array(size))


@pytest.mark.parametrize("mean", [0.01, 0.3, 4, 50, 3000])
@pytest.mark.parametrize("size", [0.1, 1, 8, 1e3])
def test_with_a_mean_that_is_known_it_is_the_negative_binomial(mean: float, size: float) -> None:
    for share in (0.025, 0.1, 0.5, 0.9, 0.999):
        assert one(mean, size=size).quantile(share) == nbinom.ppf(share, size, size / (size + mean))


def test_a_mean_that_is_not_known_is_summed_over() -> None:
    random = np.random.default_rng(3)
    logs = random.normal(-0.25, np.sqrt(0.5), 400_000)
    drawn = random.poisson(20 * np.exp(logs) * random.gamma(8, 1 / 8, len(logs)))
    spread = one(20, 0.5)

    for count in (3, 8, 15, 25, 40, 80):
        assert spread.at_most(count) == pytest.approx(np.mean(drawn <= count), abs=0.004)
    assert drawn.mean() == pytest.approx(20, rel=0.01)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0.001, 5000), st.floats(0, 1), st.floats(0.05, 1e6), st.floats(0.01, 0.99)
)  # fmt: skip
def test_a_quantile_is_the_first_count_that_is_enough(mean: float, unsure: float, size: float, share: float) -> None:
    spread = one(mean, unsure, size)
    at = spread.quantile(share)

    assert spread.at_most(at) >= share > spread.at_most(at - 1)


def test_probabilities_sum_to_one() -> None:
    assert one(6, 0.2).probability(np.arange(400)).sum() == pytest.approx(1, abs=1e-6)


def test_a_poisson_spread_is_one() -> None:
    assert poisson(3.0).probability(0) == pytest.approx(np.exp(-3), rel=1e-6)


def test_an_impossible_level_says_what_to_do() -> None:
    with pytest.raises(InputUnclear, match=r"例如 0\.8"):
        one(3).interval(80)
