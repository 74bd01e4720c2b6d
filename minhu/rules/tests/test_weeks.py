from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from minhu.rules.weeks import Week, last_week

SUNDAY_NIGHT = datetime(2026, 3, 8, 15, 59, tzinfo=UTC)
"""One minute to Monday in Shanghai."""


def test_the_last_week_is_over_when_sunday_is_in_shanghai() -> None:
    assert last_week(SUNDAY_NIGHT) == Week(date(2026, 2, 23))
    assert last_week(SUNDAY_NIGHT + timedelta(minutes=1)) == Week(date(2026, 3, 2))


def test_it_is_told_of_on_monday_at_eight() -> None:
    week = Week(date(2026, 3, 2))

    assert week.sunday == date(2026, 3, 8)
    assert week.until == SUNDAY_NIGHT + timedelta(minutes=1)
    assert week.told_at == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
    assert week.before.after == week


def test_a_week_begins_on_a_monday() -> None:
    with pytest.raises(ValueError, match="no Monday"):
        Week(date(2026, 3, 3))
