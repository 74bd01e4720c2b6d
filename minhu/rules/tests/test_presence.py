"""Manual beats calendar until its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from minhu.rules.plans import PresenceNow
from minhu.rules.presence import Span, presence_now
from minhu.rules.words import Presence, PresenceSource

NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def calendar(state: Presence, start: datetime, hours: float) -> Span:
    return Span(state, PresenceSource.CALENDAR, start, start + hours * HOUR)


def manual(state: Presence, start: datetime, until: datetime | None) -> Span:
    return Span(state, PresenceSource.MANUAL, start, until)


def test_without_a_word_the_official_is_available() -> None:
    assert presence_now([], NINE) == PresenceNow()


def test_a_manual_switch_beats_the_calendar_until_its_end() -> None:
    spans = [calendar(Presence.MEETING, NINE, 3), manual(Presence.AVAILABLE, NINE + HOUR, NINE + 2 * HOUR)]

    assert presence_now(spans, NINE).state is Presence.MEETING
    assert presence_now(spans, NINE + HOUR).state is Presence.AVAILABLE
    assert presence_now(spans, NINE + 2 * HOUR).state is Presence.MEETING


def test_the_latest_manual_switch_counts() -> None:
    spans = [manual(Presence.MEETING, NINE, None), manual(Presence.TRAVELLING, NINE + HOUR, NINE + 3 * HOUR)]

    assert presence_now(spans, NINE + HOUR).state is Presence.TRAVELLING


def test_meetings_back_to_back_are_one_meeting() -> None:
    spans = [calendar(Presence.MEETING, NINE, 1), calendar(Presence.MEETING, NINE + HOUR, 2)]

    assert presence_now(spans, NINE).until == NINE + 3 * HOUR


def test_leave_is_stronger_than_a_meeting_in_it() -> None:
    spans = [calendar(Presence.MEETING, NINE, 1), calendar(Presence.RESTING, NINE - HOUR, 9)]

    assert presence_now(spans, NINE).state is Presence.RESTING
