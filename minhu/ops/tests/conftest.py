"""Shared by the tests of running it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture
def in_english() -> Iterator[None]:
    """What the doctor finds, as a terminal says it."""
    with override("en"):
        yield
