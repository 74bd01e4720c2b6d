"""Processes of one site write in turn on SQLite, and at once on PostgreSQL."""

from __future__ import annotations

import fcntl

import pytest
from django.conf import settings

from minhu.web import turn


def taken() -> bool:
    """Whether another process would have to wait: each opening of the file counts as one."""
    with (settings.DATA_DIR / turn.FILE).open("w") as another:
        try:
            fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_one_writes_while_the_others_wait() -> None:
    with turn.to_write():
        assert taken()


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_postgresql_needs_no_turns() -> None:
    with turn.to_write():
        assert not taken()
