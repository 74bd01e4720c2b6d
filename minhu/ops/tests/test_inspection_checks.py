"""The doctor tells whether inspectors can work, and nothing of what was drawn."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from minhu.ops.inspection_checks import inspection
from minhu.rules.words import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def told() -> list[str]:
    return [f"{one.grade.value} {one.about} {one.found}" for one in inspection()]


def test_it_is_silent_where_nobody_inspects() -> None:
    make.city()

    assert told() == []


def test_it_asks_for_numbers_to_call_from_and_refuses_published_ones(settings: Settings) -> None:
    city = make.city()
    make.account(city, Role.INSPECTOR)
    settings.CHECK_NUMBERS = ()
    assert "no number to call from" in told()[0]

    line = make.line(make.official(city))
    settings.CHECK_NUMBERS = (line.number,)
    assert "1 of the check numbers is a published line" in told()[0]
    settings.CHECK_NUMBERS = (make.number(),)
    assert "1 numbers to call from" in told()[0]
    assert "none for today" in told()[1]


def test_it_says_where_an_appeal_would_find_nobody_to_decide_it() -> None:
    city = make.city()
    make.account(city, Role.INSPECTOR)
    make.account(city, Role.SUPERVISOR)
    make.account(make.office(city), Role.SUPERVISOR)
    assert "1 supervisors of the city, and an appeal takes two" in told()[-1]

    make.account(city, Role.SUPERVISOR)
    assert "appeals" not in " ".join(told())
