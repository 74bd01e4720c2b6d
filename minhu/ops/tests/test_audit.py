"""An auditor asks whether what was recorded is still what was written."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from minhu.audit import trail
from minhu.audit.guards import all_guards
from minhu.audit.triggers import install, remove
from minhu.directory.models import Office
from minhu.intake import seal
from minhu.intake.models import Text
from minhu.rules.access import system
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Office:
    """A city with three recorded acts, a text, and a seal over it."""
    city = make.city()
    citizen = make.citizen(city)
    make.text(make.line(make.official(city)), citizen, "路灯不亮")
    seal.seal_journal(city.pk)
    seal.seal_journal(city.pk)
    with transaction.atomic():
        trail.record(system(city.pk), "hold", city, "本人办理")
    return city


def verified(**options: object) -> tuple[int, str]:
    words = StringIO()
    try:
        call_command("audit", "verify", stdout=words, **options)
    except CommandError as fault:
        return fault.returncode, str(fault)
    return 0, words.getvalue()


def meddle(statement: str, *values: int) -> None:
    """As somebody with the password of the database would, who puts the guards back afterwards."""
    remove(connection, all_guards())
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    install(connection, all_guards())


def test_what_nobody_touched_is_well(city: Office) -> None:
    code, words = verified()

    assert code == 0
    assert f"city {city.pk} (安澜市): trail sound (3 entries)" in words
    assert "journal sound (2 seals)" in words


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_trailentry SET reason = '改' WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM audit_trailentry WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM audit_trailentry WHERE seq = 3", "the trail ends at 2, but 3 entries were written"),
    ],
)
def test_a_meddled_trail_is_told_with_the_first_entry(city: Office, statement: str, fault: str) -> None:
    meddle(statement)

    code, words = verified()

    assert code == 1
    assert fault in words
    assert "→" in words


def test_a_meddled_text_is_told(city: Office) -> None:
    meddle("UPDATE intake_text SET body = '路灯亮着' WHERE id = %s", Text.objects.get().pk)

    code, words = verified()

    assert code == 1
    assert "journal: the texts were changed" in words


def test_guards_that_were_taken_away_are_told(city: Office) -> None:
    remove(connection, all_guards()[:1])

    code, words = verified()

    assert code == 1
    assert all_guards()[0].name in words


def test_one_city_may_be_asked_for(city: Office) -> None:
    other = make.city("邻市")

    assert f"city {city.pk} " not in verified(city=other.pk)[1]
    assert "there is no city 0" in verified(city=0)[1]


def test_without_a_city_nothing_was_recorded() -> None:
    assert verified() == (0, "There is no city yet, so nothing was recorded.\n")
