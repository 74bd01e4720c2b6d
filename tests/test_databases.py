"""The promise the test run itself makes: every test of data runs on both engines, each alone with its database."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import connection


@pytest.mark.django_db
def test_a_test_of_data_runs_on_the_engine_it_says(database: str) -> None:
    assert connection.vendor == database


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_another_does_not_see(turn: int) -> None:
    Group.objects.create(name="督查室")

    assert Group.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_the_test_sees_the_same_database(database: str) -> None:
    Group.objects.create(name="督查室")
    seen: list[tuple[str, int]] = []

    def look() -> None:
        seen.append((connection.vendor, Group.objects.count()))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [(database, 1)]


@pytest.mark.django_db
@pytest.mark.only_on("postgresql")
def test_a_test_about_one_engine_runs_there_only(database: str) -> None:
    assert database == "postgresql"


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
def test_sqlite_keeps_what_it_was_told_when_the_machine_dies(database: str) -> None:
    from minhu.environment import database as described

    options = described("DATABASE_URL", "sqlite:///x", pool_size=0)["OPTIONS"]

    assert isinstance(options, dict)
    assert "synchronous=FULL" in options["init_command"]
    assert options["transaction_mode"] == "IMMEDIATE"
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
