"""The demo city sleeps at night and rings by day."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from minhu.ops.demo.clock import shift_seconds
from minhu.ops.demo.profile import calls_per_minute, seconds_to_next
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_day_of_81_lines_has_fifteen_calls_a_line() -> None:
    assert sum(calls_per_minute(hour, 81) * 60 for hour in range(24)) == pytest.approx(15 * 81)


def test_nobody_calls_between_one_and_six() -> None:
    assert not any(calls_per_minute(hour, 81) for hour in range(1, 6))
    assert seconds_to_next(0, Random(1)) == 60


def test_calls_come_at_the_rate_of_the_hour() -> None:
    random = Random(7)

    waits = [seconds_to_next(30, random) for _ in range(5000)]

    assert sum(waits) / len(waits) == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),
        ("2026-11-23T02:00", "2026-11-23T09:30"),
        ("2026-11-23T22:00", "2026-11-24T09:30"),
        ("2026-11-28T11:00", "2026-11-30T09:30"),
        ("2026-10-03T11:00", "2026-10-08T09:30"),
        ("2026-10-10T11:00", "2026-10-10T11:00"),
    ],
)
def test_the_demo_plays_a_working_morning_when_the_city_is_asleep(moment: str, shown: str) -> None:
    seconds = shift_seconds(at(moment), china())

    assert (at(shown) - at(moment)).total_seconds() == seconds
