"""Whether a process is running is seen by its signs of life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from minhu.audit import pulse

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_process_that_fell_silent_counts_as_dead_after_twenty_seconds() -> None:
    pulse.beat("switch", "m:1", at=NOON, calls=3)

    assert pulse.running("switch", NOON + timedelta(seconds=20))
    assert not pulse.running("switch", NOON + timedelta(seconds=21))
    assert not pulse.running("jobs", NOON)


def test_one_process_has_one_row_and_old_ones_are_forgotten() -> None:
    pulse.beat("jobs", "m:1", at=NOON)
    pulse.beat("switch", "m:2", at=NOON + timedelta(days=2), calls=1)
    pulse.beat("switch", "m:2", at=NOON + timedelta(days=2, seconds=5), calls=2)

    (only,) = pulse.beats(NOON + timedelta(days=2, seconds=6))
    assert (only.node, only.alive, only.detail) == ("m:2", True, {"calls": 2})
