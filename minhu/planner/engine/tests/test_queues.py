"""The queue simulator: conservation, the same answer on any number of threads, and clear words for bad models."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.queue_json import model_of, read_model
from minhu.planner.engine.queues import replicate, simulate

SERVICE = {"distribution": "exponential", "mean": 1}
BASE: dict[str, Any] = {"arrivals": 2, "service": SERVICE, "servers": 3, "horizon": 50, "replications": 8}
DURATIONS = st.sampled_from(
    [
        SERVICE,
        {"distribution": "deterministic", "mean": 0.5},
        {"distribution": "lognormal", "mean": 1.2, "cv": 1.5},
        {"distribution": "gamma", "mean": 0.8, "cv": 0.4},
        {"distribution": "gamma", "mean": 0.8, "cv": 2},
        {"distribution": "weibull", "mean": 1, "shape": 1.6},
        {"distribution": "uniform", "low": 0, "high": 2},
    ]
)
MODELS = st.fixed_dictionaries(
    {
        "arrivals": st.one_of(
            st.floats(0.1, 8),
            st.fixed_dictionaries(
                {"rates": st.lists(st.floats(0, 6), max_size=4).map(lambda r: [1, *r]), "every": st.floats(0.5, 9)}
            ),
        ),
        "service": DURATIONS,
        "servers": st.one_of(
            st.integers(1, 5),
            st.fixed_dictionaries(
                {"counts": st.lists(st.integers(0, 4), max_size=4).map(lambda c: [2, *c]), "every": st.floats(0.5, 9)}
            ),
        ),
        "patience": st.none() | DURATIONS,
        "retrial": st.none() | st.fixed_dictionaries({"probability": st.floats(0, 1), "delay": DURATIONS}),
        "queue_limit": st.none() | st.integers(0, 4),
        "warm_up": st.sampled_from([0, 7.5]),
        "horizon": st.just(30),
        "replications": st.integers(1, 3),
        "seed": st.integers(0, 2**63 - 1),
    }
)


@settings(max_examples=60, deadline=None)
@given(MODELS)
def test_every_caller_ends_in_exactly_one_outcome_and_littles_law_holds(given_model: dict[str, Any]) -> None:
    from minhu.planner.engine.kernels import queue as q

    rows, bins = replicate(model_of(given_model))

    ends = rows[:, [q.ANSWERED, q.ABANDONED, q.BLOCKED, q.UNFINISHED]].sum(axis=1)
    assert np.array_equal(ends, rows[:, q.CALLERS])
    assert np.allclose(rows[:, q.QUEUE_AREA], rows[:, q.WAITED], rtol=1e-9, atol=1e-9)
    assert bins.sum() == rows[:, q.ANSWERED].sum()
    assert (rows[:, q.ATTEMPTS] >= rows[:, q.CALLERS]).all()


@pytest.mark.parametrize("threads", [2, 4])
def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads(threads: int) -> None:
    model = model_of(
        {**BASE, "patience": SERVICE, "retrial": {"probability": 0.5, "delay": SERVICE}, "replications": 90}
    )
    alone, alone_bins = replicate(model)
    together, together_bins = replicate(model, threads=threads)

    assert np.array_equal(alone, together)
    assert np.array_equal(alone_bins, together_bins)
    assert not np.array_equal(alone, replicate(model_of({**BASE, "replications": 90, "seed": 2}))[0])


@pytest.mark.parametrize(
    ("service", "mean", "cv"),
    [
        (SERVICE, 1.0, 1.0),
        ({"distribution": "lognormal", "mean": 3, "cv": 0.8}, 3.0, 0.8),
        ({"distribution": "gamma", "mean": 2, "cv": 1.7}, 2.0, 1.7),
        ({"distribution": "weibull", "mean": 2, "shape": 2}, 2.0, 0.5227),
        ({"distribution": "uniform", "low": 1, "high": 3}, 2.0, 0.2887),
    ],
)
def test_durations_have_the_mean_and_spread_they_say(service: dict[str, Any], mean: float, cv: float) -> None:
    from minhu.planner.engine.kernels.chance import draw, seed_streams

    streams = np.zeros(1, np.uint64)
    seed_streams(streams, np.uint64(5), 0)
    law = np.array(model_of({**BASE, "service": service}).service.coded(), float)
    drawn = np.array([draw(streams, 0, law) for _ in range(20_000)])

    assert drawn.mean() == pytest.approx(mean, abs=4 * mean * cv / 20_000**0.5)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.08)


def test_a_fixed_rhythm_is_followed_to_the_letter() -> None:
    """Nobody on duty in the second half of each hour: whoever comes then waits for the next hour, no longer."""
    told = simulate(
        model_of(
            {
                "arrivals": {"rates": [0, 10], "every": 0.5},
                "servers": {"counts": [500, 0], "every": 0.5},
                "service": {"distribution": "deterministic", "mean": 0.001},
                "horizon": 100,
                "within": [0.25, 0.5],
            }
        )
    )

    (_, quarter), (_, half) = told.within
    assert told.mean_wait is not None
    assert told.mean_wait.covers(0.25)
    assert quarter is not None
    assert quarter.value == pytest.approx(0.5, abs=0.02)
    assert half is not None
    assert half.value > 0.98  # the last hour's callers see no next one
    assert told.answered_at_once is not None
    assert told.answered_at_once.value == 0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"arrivals": -1}, "arrivals"),
    ({"arrivals": 1e12}, "arrivals"),
    ({"arrivals": 0}, "arrivals"),
    ({"arrivals": float("nan")}, "arrivals"),
    ({"arrivals": True}, "arrivals"),
    ({"arrivals": {"rates": [1, float("inf")], "every": 1}}, r"arrivals\[1\]"),
    ({"arrivals": {"rates": [1, "x"], "every": 1}}, r"arrivals\.rates\[1\]"),
    ({"arrivals": {"rates": []}}, "arrivals"),
    ({"arrivals": {"rates": [], "every": 1}}, "arrivals"),
    ({"arrivals": {"rates": [1], "every": 0}}, r"arrivals\.every"),
    ({"arrivals": 1e8, "horizon": 1e6}, "arrivals"),
    ({"service": {"distribution": "exponential", "mean": 0}}, r"service\.mean"),
    ({"service": {"distribution": "normal", "mean": 1}}, r"service\.distribution"),
    ({"service": {"distribution": "gamma", "mean": 1}}, r"service\.cv"),
    ({"service": {"distribution": "exponential", "mean": 1, "cv": 2}}, r"service\.cv"),
    ({"service": {"distribution": "lognormal", "mean": 1, "cv": float("nan")}}, r"service\.cv"),
    ({"service": {"distribution": "uniform", "low": 2, "high": 2}}, r"service\.high"),
    ({"service": 3}, "service"),
    ({"servers": 0}, "servers"),
    ({"servers": -1}, "servers"),
    ({"servers": 1.5}, "servers"),
    ({"servers": {"counts": [], "every": 1}}, "servers"),
    ({"servers": {"counts": [0, 0], "every": 1}}, "servers"),
    ({"horizon": 0}, "horizon"),
    ({"horizon": "long"}, "horizon"),
    ({"warm_up": 50}, "warm_up"),
    ({"patience": {"distribution": "exponential", "mean": -3}}, r"patience\.mean"),
    ({"retrial": {"probability": 2, "delay": SERVICE}}, r"retrial\.probability"),
    ({"retrial": {"probability": 1, "delay": {"distribution": "deterministic", "mean": 0}}}, r"retrial\.delay\.mean"),
    ({"retrial": {"probability": 1}}, r"retrial\.delay"),
    ({"retrial": {"probability": 1, "delay": SERVICE, "most_attempts": 1e9}}, r"retrial\.most_attempts"),
    ({"queue_limit": -1}, "queue_limit"),
    ({"queue_limit": True}, "queue_limit"),
    ({"replications": 0}, "replications"),
    ({"seed": "one"}, "seed"),
    ({"confidence": 1}, "confidence"),
    ({"within": [-1]}, "within"),
    ({"within": 3}, "within"),
    ({"patiense": SERVICE}, "patiense：没有这一项，是不是 patience"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_model_is_refused_with_the_name_of_what_is_wrong(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputUnclear, match=f"^{field}"):
        read_model(json.dumps({**BASE, **change}))


@pytest.mark.parametrize("text", ["", "[", "[1]", '"x"', "[" * 100_000, '{"arrivals": 1}'])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(InputUnclear):
        read_model(text)


def test_a_queue_that_grows_without_end_is_refused() -> None:
    with pytest.raises(InputUnclear, match="servers：同时等待的人超过"):
        simulate(model_of({**BASE, "arrivals": 10_000, "replications": 1}))
