from __future__ import annotations

import pytest

from minhu.insight.engine.agreement import b_cubed, halves, judged_apart

TRUTH = {"a": "1", "b": "1", "c": "2", "d": "3"}


def test_right_groups_score_one_and_their_names_do_not_matter() -> None:
    score = b_cubed({"a": "x", "b": "x", "c": "y", "d": "z"}, TRUTH, list(TRUTH))

    assert (score.precision, score.recall, score.f1) == (1, 1, 1)


def test_all_in_one_costs_precision_and_all_apart_recall() -> None:
    lumped = b_cubed(dict.fromkeys(TRUTH, "x"), TRUTH, list(TRUTH))
    single = b_cubed({}, TRUTH, list(TRUTH))

    assert [lumped.precision, lumped.recall] == pytest.approx([(2 / 4 + 2 / 4 + 1 / 4 + 1 / 4) / 4, 1])
    assert [single.precision, single.recall] == pytest.approx([1, (0.5 + 0.5 + 1 + 1) / 4])


def test_halves_share_no_event_and_are_the_same_each_time() -> None:
    one, other = halves(TRUTH, 7)

    assert {TRUTH[key] for key in one}.isdisjoint({TRUTH[key] for key in other})
    assert sorted(one + other) == sorted(TRUTH)
    assert halves(TRUTH, 7) == (one, other)


def test_each_half_is_judged_by_what_the_other_chose() -> None:
    truth = {f"{event}{turn}": event for event in "abcdefgh" for turn in range(2)}
    good, bad = truth, dict.fromkeys(truth, "x")

    assert [(score.f1, which) for score, which in judged_apart([bad, good], truth, [1, 2])] == [(1, 1)] * 4
