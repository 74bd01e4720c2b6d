"""Where a check stands, when it may be placed, and what it found."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from minhu.rules.calendar import china
from minhu.rules.checking import (
    NEXT,
    REVEAL_WITHIN,
    CheckAct,
    CheckState,
    Finding,
    Judgement,
    NothingToJudge,
    NotNow,
    OverAlready,
    TriedEnough,
    after,
    finding,
    may_place,
    may_reveal,
    number_for,
)
from minhu.rules.liveness import correction_due

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FINE, RUDE, BESIDE = Judgement(True, True, True), Judgement(polite=False), Judgement(to_the_point=False)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(CheckState, CheckAct)))
def test_only_what_the_table_allows_happens(state: CheckState, act: CheckAct) -> None:
    if (state, act) in NEXT:
        assert after(state, act) is NEXT[state, act]
        return
    with pytest.raises(NothingToJudge if state is CheckState.DRAWN else OverAlready):
        after(state, act)


def test_it_is_placed_within_its_window_and_three_times_at_most() -> None:
    until = AT + timedelta(minutes=40)
    may_place(CheckState.DRAWN, 2, AT, until, at=AT)
    for state, tries, at, refusal in (
        (CheckState.DRAWN, 0, AT - timedelta(seconds=1), NotNow),
        (CheckState.DRAWN, 0, until, NotNow),
        (CheckState.DRAWN, 3, AT, TriedEnough),
        (CheckState.PLACED, 0, AT, OverAlready),
    ):
        with pytest.raises(refusal):
            may_place(state, tries, AT, until, at=at)


def test_the_number_is_the_one_the_line_knows_least() -> None:
    assert number_for((), {}) == ""
    assert number_for(("1", "2"), {"1": AT}) == "2"
    assert number_for(("1", "2"), {"1": AT, "2": AT - timedelta(days=9)}) == "2"


@pytest.mark.parametrize(
    ("answered", "kept", "said", "found"),
    [
        (True, None, FINE, Finding.PASSED),
        (True, None, Judgement(), Finding.PASSED),
        (True, None, RUDE, Finding.FAILED),
        (True, None, BESIDE, Finding.FAILED),
        (False, True, FINE, Finding.PASSED),
        (False, True, RUDE, Finding.FAILED),
        (False, False, FINE, Finding.FAILED),
        (False, None, FINE, Finding.FAILED),
        (True, False, FINE, Finding.FAILED),
        (False, False, None, Finding.UNJUDGED),
    ],
)
def test_a_check_fails_when_nobody_answers_and_nobody_calls_back_or_he_is_dealt_with_badly(
    answered: bool, kept: bool | None, said: Judgement | None, found: Finding
) -> None:
    assert finding(answered=answered, promise_kept=kept, judgement=said) is found


def test_the_seed_is_shown_after_the_day_when_no_check_is_open_or_after_a_week() -> None:
    assert not may_reveal(AT, 0, at=AT - timedelta(seconds=1))
    assert may_reveal(AT, 0, at=AT)
    assert not may_reveal(AT, 1, at=AT)
    assert may_reveal(AT, 1, at=AT + REVEAL_WITHIN)


def test_ten_working_days_pass_over_a_holiday() -> None:
    before_the_festival = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)

    assert correction_due(before_the_festival, china()).date() > date(2026, 10, 12)
