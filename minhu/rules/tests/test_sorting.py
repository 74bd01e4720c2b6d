"""Who says of what kind a matter is, and what of it changes a due time: people before citizens before software."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI
from minhu.rules.deadlines import first_contact_due, reply_due
from minhu.rules.sorting import brought_forward, may_say, reader_may_raise
from minhu.rules.words import CaseKind, PromiseKind, SaidBy, Urgency

MADE = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
LATER = MADE + timedelta(hours=3)
NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT


@pytest.mark.parametrize(
    ("before", "who_may"),
    [
        ("", {SaidBy.READER, SaidBy.CITIZEN, SaidBy.PERSON}),
        (SaidBy.READER, {SaidBy.READER, SaidBy.CITIZEN, SaidBy.PERSON}),
        (SaidBy.CITIZEN, {SaidBy.CITIZEN, SaidBy.PERSON}),
        (SaidBy.PERSON, {SaidBy.PERSON}),
    ],
)
def test_what_a_person_said_is_said_anew_by_a_person_alone(before: str, who_may: set[SaidBy]) -> None:
    assert {one for one in SaidBy if may_say(one, before)} == who_may


def test_a_reader_says_that_a_matter_cannot_wait_and_never_that_it_can() -> None:
    assert {one for one in product(Urgency, Urgency) if reader_may_raise(*one)} == {(NORMAL, URGENT)}


def test_an_urgent_matter_is_to_be_rung_within_the_time_for_urgent_ones_from_when_it_was_known() -> None:
    due_at = brought_forward(PromiseKind.CALL_BACK, CaseKind.REQUEST, URGENT, MADE, LATER, china())

    assert due_at == first_contact_due(URGENT, LATER, china())


def test_the_time_of_a_call_back_is_not_moved_for_what_can_wait() -> None:
    assert brought_forward(PromiseKind.CALL_BACK, CaseKind.ENQUIRY, NORMAL, MADE, LATER, china()) is None


@given(kind=st.sampled_from(CaseKind), urgency=st.sampled_from(Urgency), days=st.integers(0, 60))
def test_a_reply_is_due_as_if_the_kind_had_been_known_at_once_if_that_is_not_over(
    kind: CaseKind, urgency: Urgency, days: int
) -> None:
    at = MADE + timedelta(days=days)
    as_known = reply_due(kind, MADE, china(), urgency)

    found = brought_forward(PromiseKind.REPLY, kind, urgency, MADE, at, china())

    assert found == (as_known if as_known > at else None)


def test_other_promises_are_not_moved_by_it() -> None:
    moved = {PromiseKind.CALL_BACK, PromiseKind.REPLY}
    others = set(PromiseKind) - moved

    assert all(brought_forward(one, CaseKind.ENQUIRY, URGENT, MADE, LATER, china()) is None for one in others)
