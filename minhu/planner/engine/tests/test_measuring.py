"""How people behave on the phone, from calls of the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import log

import numpy as np
import pytest

from minhu.planner.engine.measuring import (
    USUAL_PATIENCE_SECONDS,
    USUAL_REDIALS,
    PastCall,
    behaviour,
    first_attempts,
)
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import PartyKind

TEN = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def missed(minutes: int, caller: int | None = 1, *, gave_up: bool = False) -> PastCall:
    return PastCall(TEN + timedelta(minutes=minutes), caller, 40.0, gave_up=gave_up)


def answered(minutes: int, caller: int = 1, talk: float = 100.0, by: PartyKind = PartyKind.OFFICIAL) -> PastCall:
    return PastCall(TEN + timedelta(minutes=minutes), caller, 8.0, by, talk)


def test_without_a_call_people_behave_as_usual() -> None:
    usual = behaviour([])

    assert usual.patience.mean_seconds == USUAL_PATIENCE_SECONDS
    assert usual.redials.share == USUAL_REDIALS
    assert 120 < usual.official_talk.mean_seconds < 240


def test_many_talks_are_measured_apart_by_who_spoke() -> None:
    random = np.random.default_rng(2)
    calls = [answered(n, n, float(talk)) for n, talk in enumerate(random.lognormal(log(60), 0.5, 2000))]
    calls += [answered(n, n, 300.0, PartyKind.STAFF) for n in range(500)]
    measured = behaviour([calls])

    assert measured.official_talk.mean_seconds == pytest.approx(60 * np.exp(0.125), rel=0.05)
    assert measured.staff_talk.mean_seconds == pytest.approx(300, rel=0.05)
    assert (measured.official_talk.seen, measured.staff_talk.seen) == (2000, 500)


def test_who_was_answered_had_not_yet_given_up() -> None:
    # true patience 60 s; answered after 20 s or so, if still there
    random = np.random.default_rng(3)
    patience, answer = random.exponential(60, 20_000), random.exponential(20, 20_000)
    calls = [
        PastCall(TEN, None, float(min(mine, theirs)), None if mine < theirs else PartyKind.STAFF, gave_up=mine < theirs)
        for mine, theirs in zip(patience, answer, strict=True)
    ]

    assert behaviour([calls]).patience.mean_seconds == pytest.approx(60, rel=0.05)


def test_a_redial_is_a_call_of_the_same_caller_whom_nobody_answered_soon_after() -> None:
    calls = [missed(0), missed(2, caller=2), answered(5), missed(6, None), missed(7, None), missed(300, caller=2)]

    assert first_attempts(calls) == [calls[0], calls[1], calls[3], calls[4], calls[5]]
    redials = behaviour([calls]).redials
    assert redials.seen == 3
    assert redials.share == pytest.approx((4 + 1) / (10 + 3))


def test_after_an_answer_a_call_is_a_new_one() -> None:
    calls = [answered(0), answered(5)]

    assert first_attempts(calls) == calls


def test_a_wrap_up_the_next_day_says_nothing_of_its_length() -> None:
    late = PastCall(TEN, 1, 5.0, PartyKind.OFFICIAL, 60.0, wrap_up_seconds=80_000.0)
    soon = PastCall(TEN, 1, 5.0, PartyKind.OFFICIAL, 60.0, wrap_up_seconds=30.0)

    assert behaviour([[late, soon]]).wrap_up.seen == 1
