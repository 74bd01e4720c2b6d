"""The doctor tells when new cases are not grouped, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from minhu.insight.tests.burst import BURST, cases, citizens, read, restarted
from minhu.ops.insight_checks import insight
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def told() -> list[str]:
    return [f"{one.grade.value} {one.found}" for one in insight()]


def test_it_tells_of_cases_that_wait_until_they_are_read() -> None:
    restarted()
    line, now = make.line(make.official(make.office(make.city()))), timezone.now()
    cases(line, BURST[:2], citizens(line.city, 2), at=now - timedelta(days=1), hours=1)
    assert told() == ["care 2 cases wait to be grouped for over half an hour"]

    read(line.city, at=now)

    assert told() == ["well new cases are grouped; vectors: none"]


def test_it_names_the_package_that_is_missing(settings: Settings) -> None:
    settings.INSIGHT_EMBEDDINGS = "no_such_embedder"

    assert told() == ["ill the package no_such_embedder is missing, so nothing is grouped"]
