"""The regression: against what can be worked out by hand, and against the exact density."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from minhu.planner.engine.negbin import Before, Numbers, Rows, fit

VAGUE = 1e3


def rows(x: object, y: object, **more: object) -> Rows:
    columns, counts = np.array(x, np.float64), np.array(y, np.float64)
    weight = np.array(more.get("weight", np.ones(len(counts))), np.float64)
    return Rows(columns, counts, weight, np.array(more.get("offset", np.zeros(len(counts))), np.float64))


def vague(columns: int) -> Before:
    return Before(np.zeros(columns), np.full(columns, VAGUE), log(5.0), 1.0)


def test_without_a_prior_each_groups_mean_is_the_mean_of_its_counts() -> None:
    seen = rows([[1, 0]] * 4 + [[0, 1]] * 3, [3, 5, 0, 4, 10, 14, 9])

    assert np.exp(fit(seen, vague(2)).coef) == pytest.approx([3, 11], rel=1e-4)


def test_an_offset_is_taken_off() -> None:
    twice = rows([[1.0]] * 3, [4, 6, 8], offset=[log(2)] * 3)

    assert np.exp(fit(twice, vague(1)).coef) == pytest.approx([3], rel=1e-4)


def test_a_row_of_half_weight_counts_half() -> None:
    seen = rows([[1.0]] * 3, [2, 2, 8], weight=[1, 1, 0.5])
    same = rows([[1.0]] * 5, [2, 2, 2, 2, 8])

    assert fit(seen, vague(1)).coef == pytest.approx(fit(same, vague(1)).coef, rel=1e-5)


def test_the_mode_is_where_the_exact_log_posterior_is_flat() -> None:
    random = np.random.default_rng(5)
    x = np.column_stack([np.ones(60), random.normal(size=60)])
    seen = rows(x, random.poisson(np.exp(1 + 0.5 * x[:, 1]) * random.gamma(3, 1 / 3, 60)))
    before = Before(np.array([0.8, 0.0]), np.array([0.5, 0.2]), log(8), 0.8)
    found = fit(seen, before)

    def exact(coef: Numbers) -> float:
        mean = np.exp(seen.x @ coef)
        likely = nbinom.logpmf(seen.y, found.size, found.size / (found.size + mean)).sum()
        return float(likely + norm.logpdf(coef, before.mean, before.sd).sum())

    for step in np.eye(2) * 1e-4:
        slope = (exact(found.coef + step) - exact(found.coef - step)) / 2e-4
        assert slope == pytest.approx(0, abs=1e-3)


def test_it_finds_the_size_the_counts_were_made_with() -> None:
    random = np.random.default_rng(11)
    made = rows(np.ones((3000, 1)), random.poisson(20 * random.gamma(4, 1 / 4, 3000)))

    assert fit(made, vague(1)).size == pytest.approx(4, rel=0.1)


def test_no_row_gives_the_prior_back() -> None:
    before = Before(np.array([1.0]), np.array([0.5]), log(8), 0.8)
    found = fit(rows(np.zeros((0, 1)), []), before)

    assert [*found.coef, *found.cov.ravel(), found.size] == pytest.approx([1.0, 0.25, 8.0])


def test_absurd_counts_do_not_break_it() -> None:
    seen = rows(np.ones((5, 1)), [0, 0, 10**7, 0, 0])
    found = fit(seen, Before(np.array([1.0]), np.array([0.5]), log(8), 0.8))

    assert np.isfinite(found.coef).all()
    assert np.isfinite(found.cov).all()
