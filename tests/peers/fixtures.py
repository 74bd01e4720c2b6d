"""Fixtures for counterparts; a conftest takes them in by importing their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.smsc_handle import Smsc


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[Smsc]:
    """A running SMSC with an empty journal."""
    folder = tmp_path / "smsc"
    folder.mkdir()
    with Smsc(folder) as running:
        yield running
