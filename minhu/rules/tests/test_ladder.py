"""The ladder: the examples of the written policy line by line, and what holds whatever happens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.calendar import china
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import (
    RUNGS,
    Event,
    EventKind,
    Outcome,
    Past,
    Proposal,
    Reason,
    Standing,
    Step,
    Thresholds,
    appeal_until,
    propose,
    rests_still,
    standing_of,
    statement_until,
)

POLICY = Path(__file__).resolve().parents[3] / "docs" / "reference" / "ladder.md"
DAY_0 = datetime(2026, 3, 1, 16, tzinfo=UTC)
USUAL = Thresholds()
KINDS = {
    "check": EventKind.FAILED_CHECK,
    "complaint": EventKind.COMPLAINT,
    "perfunctory": EventKind.PERFUNCTORY,
    "missed": EventKind.MISSED_INTERVIEW,
}


def day(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading of the policy."""
    section = POLICY.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def an_event(words: str) -> Event:
    """``A check 0 disputed``."""
    key, kind, when, *standing = words.split()
    return Event(key, KINDS[kind], day(int(when)), Standing(standing[0]) if standing else Standing.STANDS)


def a_past(words: str) -> Past:
    """``referral on C (A B): taken``."""
    found = re.fullmatch(r"(\w+) on ([A-Z ]+?)(?: \(([A-Z ]+)\))?: (\w+)", words)
    assert found, words
    new = frozenset(found[2].split())
    return Past(Step(found[1]), Outcome(found[4]), new, new | frozenset((found[3] or "").split()))


def said(made: Proposal | None) -> tuple[str, str]:
    """As the last two columns of the table say it."""
    if made is None:
        return "nothing", ""
    return f"{made.step.value} on {' '.join(one.key for one in made.rests_on)}", made.reason.value


@pytest.mark.parametrize("row", table("Examples"), ids=lambda row: f"{row[0]} | {row[1]} | {row[2]}")
def test_the_policy_is_followed_line_by_line(row: list[str]) -> None:
    events, before, today, proposed, why = row
    found = propose(
        [an_event(words) for words in events.split(", ") if words != "none"],
        [a_past(words) for words in before.split("; ") if words],
        USUAL,
        at=day(int(today)),
    )

    assert said(found) == (proposed, why)


def test_the_examples_show_every_kind_outcome_standing_and_reason() -> None:
    words = " ".join(" ".join(row) for row in table("Examples"))

    assert all(kind in words for kind in KINDS)
    assert all(outcome.value in words for outcome in Outcome)
    assert all(reason.value in words for reason in Reason)
    assert {row[0].strip("`") for row in table("What counts")} == {kind.value for kind in EventKind}


def test_the_policys_thresholds_are_the_usual_ones() -> None:
    written = {Step(row[1].strip("`")): int(row[0]) for row in table("The steps")}

    assert written == dict(zip(RUNGS, (USUAL.reminder, USUAL.interview, USUAL.referral), strict=True))
    assert USUAL.window == timedelta(days=90)


def test_a_city_may_be_milder_and_then_a_second_event_is_reminded_of_again() -> None:
    milder = Thresholds(timedelta(days=30), reminder=1, interview=3, referral=5)
    events = [an_event("A check 0"), an_event("B check 10")]
    past = [a_past("reminder on A: taken")]

    assert said(propose(events, past, milder, at=day(15))) == ("reminder on A B", "count")
    assert propose(events, past, milder, at=day(40)) is None
    assert propose(events, [], Thresholds(reminder=3, interview=4, referral=5), at=day(15)) is None


def test_a_step_rests_only_on_what_still_stands_when_it_is_decided() -> None:
    events = [an_event("A check 0"), an_event("B check 30")]
    others = [a_past("reminder on A: taken")]
    made = Past(Step.INTERVIEW, Outcome.OPEN, frozenset("B"), frozenset("AB"))

    assert rests_still(made, events, others, USUAL, day(35))
    assert rests_still(made, [*events, an_event("C check 31")], others, USUAL, day(35))
    assert not rests_still(made, [replace(events[0], standing=Standing.EXCUSED), events[1]], others, USUAL, day(35))
    assert not rests_still(made, [events[0], replace(events[1], standing=Standing.DISPUTED)], others, USUAL, day(35))
    assert not rests_still(made, events, others, USUAL, day(91))


@pytest.mark.parametrize(
    ("stated", "weighed", "excuse", "after_time", "standing"),
    [
        (False, False, None, False, Standing.DISPUTED),
        (False, False, None, True, Standing.STANDS),
        (True, False, None, False, Standing.DISPUTED),
        (True, False, None, True, Standing.DISPUTED),
        (True, True, None, False, Standing.STANDS),
        (False, True, None, False, Standing.STANDS),
        (False, True, Excuse.OUTAGE, True, Standing.EXCUSED),
        (True, True, Excuse.HONEST_ERROR, False, Standing.EXCUSED),
    ],
)
def test_an_event_stands_when_he_was_heard_or_let_the_time_pass(
    stated: bool, weighed: bool, excuse: Excuse | None, after_time: bool, standing: Standing
) -> None:
    at = day(3) if after_time else day(3) - timedelta(seconds=1)
    assert standing_of(until=day(3), stated=stated, weighed=weighed, excuse=excuse, at=at) is standing


def test_he_has_three_working_days_for_his_word_and_ten_to_appeal() -> None:
    friday = datetime(2026, 3, 6, 2, tzinfo=UTC)

    assert statement_until(friday, china()).date() == datetime(2026, 3, 11, tzinfo=UTC).date()
    assert appeal_until(friday, china()).date() == datetime(2026, 3, 20, tzinfo=UTC).date()


kinds = st.sampled_from(EventKind)
events_of_weeks = st.lists(
    st.builds(
        lambda number, kind, when, standing: Event(f"e{number}", kind, day(when), standing),
        st.integers(0, 30), kinds, st.integers(0, 120), st.sampled_from(Standing),
    ),
    max_size=9, unique_by=lambda one: one.key,
)  # fmt: skip
policies = st.builds(
    lambda days, first, more, most: Thresholds(timedelta(days=days), first, first + more, first + more + most),
    st.integers(1, 120), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3),
)  # fmt: skip
todays = st.integers(0, 160)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], list[Past]]:
    """Events, and what was decided on some of them as the rule itself proposed it."""
    events = draw(events_of_weeks)
    past: list[Past] = []
    for when in sorted(draw(st.lists(todays, max_size=4))):
        made = propose(events, past, draw(policies), at=day(when))
        if made is not None:
            outcome = draw(st.sampled_from([one for one in Outcome if one is not Outcome.OPEN]))
            past.append(Past(made.step, outcome, made.new, frozenset(one.key for one in made.rests_on)))
    return events, past


def rung(made: Proposal | None) -> int:
    return 0 if made is None else RUNGS.index(made.step) + 1


@given(histories(), policies, todays, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_does_not_matter(
    history: tuple[list[Event], list[Past]], policy: Thresholds, today: int, chance: object
) -> None:
    events, past = history
    same_time = [replace(one, at=day(today)) for one in events]
    for given_events in (events, same_time):
        shuffled, other_past = list(given_events), list(past)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        chance.shuffle(other_past)  # type: ignore[attr-defined]
        assert propose(shuffled, other_past, policy, at=day(today)) == propose(
            given_events, past, policy, at=day(today)
        )


@given(histories(), policies, todays, st.sets(st.integers(0, 30)), st.sampled_from(["excused", "disputed"]))
def test_more_excuses_or_disputes_never_raise_the_step(
    history: tuple[list[Event], list[Past]], policy: Thresholds, today: int, which: set[int], how: str
) -> None:
    events, past = history
    milder = [replace(one, standing=Standing(how)) if int(one.key[1:]) in which else one for one in events]

    assert rung(propose(milder, past, policy, at=day(today))) <= rung(propose(events, past, policy, at=day(today)))


@given(events_of_weeks, policies, st.lists(st.tuples(todays, st.sampled_from(Outcome)), max_size=8))
def test_no_event_ever_occasions_two_proposals(
    events: list[Event], policy: Thresholds, turns: list[tuple[int, Outcome]]
) -> None:
    past: list[Past] = []
    seen: set[str] = set()
    for today, outcome in sorted(turns):
        made = propose(events, past, policy, at=day(today))
        if made is None:
            continue
        assert made.new
        assert not made.new & seen
        assert all(one.standing is Standing.STANDS for one in made.rests_on)
        seen |= made.new
        past.append(Past(made.step, outcome, made.new, frozenset(one.key for one in made.rests_on)))
        if outcome is Outcome.OPEN:
            assert propose(events, past, policy, at=day(200)) is None


@given(histories(), policies, todays)
def test_no_rung_is_skipped_but_where_the_policy_says_so(
    history: tuple[list[Event], list[Past]], policy: Thresholds, today: int
) -> None:
    events, past = history
    made = propose(events, past, policy, at=day(today))
    if made is None:
        return
    counts = {one.key for one in made.rests_on}
    taken = (RUNGS.index(one.step) + 1 for one in past if one.outcome is Outcome.TAKEN and one.new & counts)
    highest = max(taken, default=0)
    new = kinds_of(one for one in made.rests_on if one.key in made.new)
    if EventKind.MISSED_INTERVIEW in new:
        assert made.step is Step.REFERRAL
    elif EventKind.PERFUNCTORY in new and rung(made) > highest + 1:
        assert made.step is Step.INTERVIEW
    else:
        assert rung(made) <= highest + 1


def kinds_of(events: Iterable[Event]) -> set[EventKind]:
    return {one.kind for one in events}
