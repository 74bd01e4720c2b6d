"""The life of a complaint, and the matrix of who may do and see what in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from minhu.rules import complaints
from minhu.rules.calendar import china
from minhu.rules.complaints import ComplaintAct, ComplaintState, Part, Shown, Verdict
from minhu.rules.excuses import Excuse

FRIDAY = datetime(2026, 3, 6, 2, tzinfo=UTC)
R, A, F, P, S = ComplaintState
ALL, ASKED, RESULT, NOTHING = Shown
SEEN = {  # received, asked, found, appealed, settled
    Part.SUPERVISOR: (ALL, ALL, ALL, ALL, ALL),
    Part.LEADERSHIP: (NOTHING, NOTHING, RESULT, RESULT, RESULT),
    Part.ACCUSED: (NOTHING, ASKED, ASKED, ASKED, ASKED),
    Part.SUPERIOR: (NOTHING, NOTHING, RESULT, RESULT, RESULT),
    Part.CITIZEN: (RESULT, RESULT, RESULT, RESULT, RESULT),
}
DONE = {
    (Part.SUPERVISOR, R): {ComplaintAct.ASK},
    (Part.SUPERVISOR, A): {ComplaintAct.FIND},
    (Part.SUPERVISOR, P): {ComplaintAct.DECIDE},
    (Part.ACCUSED, A): {ComplaintAct.STATE},
    (Part.ACCUSED, F): {ComplaintAct.APPEAL},
    (Part.ACCUSED, P): {ComplaintAct.APPEAL},
    (Part.CITIZEN, F): {ComplaintAct.APPEAL},
    (Part.CITIZEN, P): {ComplaintAct.APPEAL},
}


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("state", ComplaintState)
def test_who_sees_and_does_what_in_which_state(part: Part, state: ComplaintState) -> None:
    assert complaints.sees({part}, state) is SEEN[part][list(ComplaintState).index(state)]
    assert {act for act in ComplaintAct if complaints.may({part}, state, act)} == DONE.get((part, state), set())


@pytest.mark.parametrize("state", ComplaintState)
def test_who_is_complained_of_gains_nothing_from_what_else_he_is(state: ComplaintState) -> None:
    everything = set(Part) - {Part.CITIZEN}

    assert complaints.sees(everything, state) is complaints.sees({Part.ACCUSED}, state)
    for act in (ComplaintAct.ASK, ComplaintAct.FIND, ComplaintAct.DECIDE):
        assert not complaints.may(everything, state, act)


def test_a_stranger_sees_nothing_and_may_do_nothing() -> None:
    for state in ComplaintState:
        assert complaints.sees((), state) is NOTHING
        assert not any(complaints.may((), state, act) for act in ComplaintAct)


def test_nothing_leads_back_and_what_is_settled_stays_so() -> None:
    order = list(ComplaintState)
    assert all(order.index(there) >= order.index(state) for (state, _), there in complaints.NEXT.items())
    for act in ComplaintAct:
        with pytest.raises(complaints.NotPossibleNow):
            complaints.after(S, act)


def test_times_run_in_working_days_over_a_weekend() -> None:
    calendar = china()

    assert complaints.statement_due(FRIDAY, calendar) == datetime(2026, 3, 11, 10, tzinfo=UTC)  # Wednesday at six
    assert complaints.ask_due(FRIDAY, calendar) == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert complaints.appeal_until(FRIDAY, calendar) == datetime(2026, 3, 20, 10, tzinfo=UTC)
    assert complaints.decide_due(FRIDAY, calendar) == datetime(2026, 3, 27, 10, tzinfo=UTC)


def test_nobody_is_judged_unheard_and_silence_stops_nothing() -> None:
    due_at = FRIDAY + timedelta(days=3)
    with pytest.raises(complaints.NotYetHeard):
        complaints.require_heard(due_at, stated=False, at=due_at - timedelta(seconds=1))

    complaints.require_heard(due_at, stated=True, at=FRIDAY)
    complaints.require_heard(due_at, stated=False, at=due_at)


@pytest.mark.parametrize("verdict", Verdict)
def test_an_excuse_goes_with_what_is_excused_and_with_nothing_else(verdict: Verdict) -> None:
    fits, does_not = (Excuse.EMERGENCY_DUTY, None) if verdict is Verdict.EXCUSED else (None, Excuse.EMERGENCY_DUTY)
    complaints.require_excuse(verdict, fits)
    with pytest.raises(complaints.ExcuseNeeded):
        complaints.require_excuse(verdict, does_not)


@pytest.mark.parametrize("words", ["", "  ", "字" * 1001])
def test_a_finding_without_words_is_none(words: str) -> None:
    with pytest.raises(complaints.SayWhy):
        complaints.said(words)
