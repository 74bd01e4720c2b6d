"""What was recorded cannot be quietly changed: the database itself refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from minhu.audit.guards import all_guards
from minhu.audit.models import TrailEntry
from minhu.audit.triggers import missing


def _entry() -> TrailEntry:
    return TrailEntry.objects.create(
        city_id=1, seq=1, at=datetime(2026, 3, 2, tzinfo=UTC), actor="王秘书", act="reply", subject="case",
        subject_id="7", previous=b"\0" * 32, hash=b"\1" * 32,
    )  # fmt: skip


@pytest.mark.django_db
def test_an_entry_of_the_trail_is_not_changed() -> None:
    entry = _entry()

    with pytest.raises(DatabaseError, match="not changed"), transaction.atomic():
        TrailEntry.objects.filter(pk=entry.pk).update(actor="别人")

    entry.refresh_from_db()
    assert entry.actor == "王秘书"


@pytest.mark.django_db
def test_an_entry_of_the_trail_is_not_deleted() -> None:
    entry = _entry()

    with pytest.raises(DatabaseError, match="not changed"), transaction.atomic():
        TrailEntry.objects.filter(pk=entry.pk).delete()

    assert TrailEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_every_guard_is_in_the_database() -> None:
    assert missing(connection, all_guards()) == []


@pytest.mark.django_db(transaction=True)
def test_guards_are_back_after_the_tables_were_emptied() -> None:
    _entry()
    assert missing(connection, all_guards()) == []


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_guards_are_understood_by_the_sqlite_of_the_oldest_machine_we_serve() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%IS DISTINCT FROM%'")
        assert cursor.fetchall() == []  # Ubuntu 22.04 has SQLite 3.37
