"""Fixtures of the tests with real telephones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telephony.sipp import SIPP, Phones, phones_in


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    if not SIPP:
        pytest.skip("SIPp is not installed (Debian: apt-get install sip-tester)")
    yield from phones_in(tmp_path)
