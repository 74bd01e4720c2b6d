"""One small trained reader for all tests of this folder."""

from __future__ import annotations

import pytest

from minhu.insight.engine.tests import made_up
from minhu.insight.engine.triage import Model, train


@pytest.fixture(scope="session")
def model() -> Model:
    return train(*made_up.messages())
