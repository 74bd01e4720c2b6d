"""Fixtures of the tests with the real jobs process and a real SMSC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.smsc_handle import Smsc
from tests.texting.process import START_SECONDS, Jobs
from tests.texting.town import Town, make_town


@pytest.fixture
def jobs(tmp_path: Path, database_url: str, smsc: Smsc) -> Iterator[Jobs]:
    """The jobs process, bound to the SMSC."""
    with Jobs(tmp_path / "jobs", database_url, smsc.port) as running:
        smsc.until("bound", 1, START_SECONDS)
        yield running
        assert running.alive, f"the jobs process died:\n{running.log[-4000:]}"


@pytest.fixture
def town(jobs: Jobs) -> Town:
    """A small city on the clock of the jobs process."""
    return make_town(lambda: jobs.now)
