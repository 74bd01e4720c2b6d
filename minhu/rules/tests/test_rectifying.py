"""Rectification: its life, its times, and that reporters, not the owner, say when it is done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules import rectifying as rule
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.rectifying import Part, RectifyAct, RectifyState, Tally, Verdict

MONDAY = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def test_it_runs_from_begun_to_published_and_back_when_reports_come_back() -> None:
    acts = (RectifyAct.RESEARCH, RectifyAct.START, RectifyAct.CLAIM, RectifyAct.VERIFY, RectifyAct.PUBLISH)
    state = RectifyState.BEGUN
    for act in (*acts, RectifyAct.REOPEN, RectifyAct.START, RectifyAct.CLAIM, RectifyAct.FAIL, RectifyAct.START):
        state = rule.after(state, act)

    assert state is RectifyState.UNDER_WAY


@pytest.mark.parametrize(("state", "act"), list(product(RectifyState, RectifyAct)))
def test_verified_is_reached_from_claimed_alone_and_by_nobody(state: RectifyState, act: RectifyAct) -> None:
    leads = rule.NEXT.get((state, act))

    if leads is RectifyState.VERIFIED:
        assert (state, act) == (RectifyState.CLAIMED, RectifyAct.VERIFY)
        assert not rule.may(set(Part) - {Part.SYSTEM}, state, act)


def test_what_the_state_does_not_allow_is_refused() -> None:
    with pytest.raises(rule.NotPossibleNow):
        rule.after(RectifyState.BEGUN, RectifyAct.CLAIM)


@pytest.mark.parametrize("other", [Part.STAFF, Part.SUPERVISOR, Part.LEADERSHIP])
@pytest.mark.parametrize("own", [Part.OWNER, Part.HELPER])
def test_whoever_puts_it_right_neither_rechecks_nor_publishes_it(own: Part, other: Part) -> None:
    assert not rule.may({own, other}, RectifyState.CLAIMED, RectifyAct.RECHECK)
    assert not rule.may({own, other}, RectifyState.VERIFIED, RectifyAct.PUBLISH)


def test_the_due_day_is_a_working_day_ahead_within_sixty() -> None:
    due = rule.due_at_end_of(date(2026, 3, 20), MONDAY, china())

    assert (legal_day(due), due.astimezone(SHANGHAI).hour) == (date(2026, 3, 20), 18)
    for bad in (MONDAY.date(), date(2026, 3, 21), date(2027, 3, 19)):
        with pytest.raises(rule.DueUnclear):
            rule.due_at_end_of(bad, MONDAY, china())


def test_who_reports_it_late_is_told_a_time_that_is_still_ahead() -> None:
    due = MONDAY + timedelta(days=1)

    assert rule.promised_due(due + timedelta(days=60), MONDAY, china()) == due + timedelta(days=60)
    assert rule.promised_due(due, MONDAY + timedelta(days=9), china()) > MONDAY + timedelta(days=9)


@pytest.mark.parametrize(("reporters", "size"), [(1, 1), (4, 4), (5, 5), (24, 5), (60, 12), (5000, 30)])
def test_one_in_five_is_asked_five_at_least_thirty_at_most(reporters: int, size: int) -> None:
    assert rule.sample_size(reporters) == size


@pytest.mark.parametrize(
    ("tally", "verdict"),
    [
        (Tally(size=5, reached=5, solved=4, left=0), Verdict.PASSED),
        (Tally(size=5, reached=5, solved=3, left=9), Verdict.FAILED),
        (Tally(size=5, reached=4, solved=4, left=3), None),
        (Tally(size=5, reached=3, solved=3, left=0), Verdict.PASSED),
        (Tally(size=5, reached=2, solved=2, left=0), None),
        (Tally(size=1, reached=0, solved=0, left=0), None),
    ],
)
def test_done_is_said_by_four_in_five_of_enough(tally: Tally, verdict: Verdict | None) -> None:
    assert rule.judged(tally) is verdict


@given(st.sets(st.text(alphabet="ACDEFHJK2345679", min_size=8, max_size=8), max_size=20), st.text(min_size=1))
def test_the_order_is_one_anybody_computes_again(codes: set[str], seed: str) -> None:
    again = sorted(codes)[:2]
    found = rule.order(seed, codes, first=again)

    assert list(found) == list(rule.order(seed, sorted(codes, reverse=True), first=again))
    assert set(found) == codes
    assert set(found[: len(again)]) == set(again)


def test_words_are_needed() -> None:
    assert rule.said("  查清了 ") == "查清了"
    for bad in (" ", "长" * (rule.LONGEST + 1)):
        with pytest.raises(rule.SayIt):
            rule.said(bad)
