"""The trail holds what was done, and shows when somebody meddled with it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from minhu.audit import trail
from minhu.audit.guards import all_guards
from minhu.audit.models import TrailEntry, TrailHead
from minhu.audit.triggers import remove
from minhu.rules.access import Viewer, system
from minhu.rules.words import CaseState

WANG = Viewer(account_id=5, name="王秘书", city_id=3)
SUBJECT = TrailHead(city_id=9)


def _three_acts() -> None:
    with transaction.atomic():
        trail.record(WANG, "hold", SUBJECT, "本人办理", before=CaseState.NEW, due=datetime(2026, 3, 2, tzinfo=UTC))
        trail.record_many(system(3), [trail.entry("take_in", SUBJECT, count=2), trail.entry("close", SUBJECT)])


@pytest.mark.django_db
def test_an_act_is_found_with_who_did_it_and_why() -> None:
    _three_acts()

    first = TrailEntry.objects.get(city_id=3, seq=1)
    assert (first.actor_id, first.actor, first.act, first.reason) == (5, "王秘书", "hold", "本人办理")
    assert first.detail == {"before": "new", "due": "2026-03-02T00:00:00.000000+00:00"}


@pytest.mark.django_db
def test_an_untouched_trail_is_sound() -> None:
    _three_acts()
    assert trail.verify(3) == trail.Verdict(entries=3)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\0", "\ud800", "汉字𠮷", "a" * 900, "\\u0000", '"'])
def test_whatever_people_write_as_a_reason_keeps_the_trail_sound(text: str) -> None:
    with transaction.atomic():
        trail.record(WANG, "hold", SUBJECT, text, words=text, share=0.1, big=2**60)
    assert trail.verify(3).sound


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE audit_trailentry SET reason = 'x' WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM audit_trailentry WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM audit_trailentry WHERE seq = 3", "the trail ends at 2, but 3 entries were written"),
    ],
)
def test_who_gets_round_the_database_is_still_found_out(change: str, fault: str) -> None:
    _three_acts()
    remove(connection, all_guards())
    with connection.cursor() as cursor:
        cursor.execute(change)

    assert trail.verify(3).fault == fault


@pytest.mark.django_db(transaction=True)
def test_an_act_is_not_recorded_outside_its_transaction() -> None:
    with pytest.raises(trail.TrailError):
        trail.record(WANG, "hold", SUBJECT)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_entry() -> None:
    with transaction.atomic():
        trail.record(WANG, "hold", SUBJECT)
        transaction.set_rollback(True)
    assert trail.verify(3) == trail.Verdict(entries=0)


@pytest.mark.django_db(transaction=True)
def test_acts_of_many_at_once_make_one_chain() -> None:
    def act() -> None:
        for _ in range(10):
            with transaction.atomic():
                trail.record(WANG, "hold", SUBJECT)
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert trail.verify(3) == trail.Verdict(entries=40)
