"""The database goes away, the disk is full: callers are served, told clearly what is, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from minhu.intake.models import Call, CallStep, Text
from tests.telephony.sipp import Phones
from tests.telephony.test_whole_calls import ANSWERS, BUSY, Cities, City, kinds
from tests.telephony.whole import eventually

pytestmark = pytest.mark.django_db(transaction=True)

AWAY_SECONDS = 4.0


@pytest.fixture
def cities(tmp_path: Path, database_url: str, phones: Phones) -> Cities:
    return Cities(tmp_path, database_url, phones)


@contextmanager
def database_away(url: str) -> Iterator[None]:
    """SQLite: held by somebody who does not let go. PostgreSQL: every connection is cut, and none is let in."""
    connection.close()
    if url.startswith("sqlite"):
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            holder.close()
        return
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


def test_while_the_database_is_away_calls_are_answered_and_journaled_later(cities: Cities, database_url: str) -> None:
    with cities.where(official=ANSWERS) as city:
        assert city.ring(caller="13800000001", talk_ms=100).wait().ok
        long_talk = city.ring(caller="13800000002", talk_ms=int(AWAY_SECONDS * 1000))
        time.sleep(1)
        with database_away(database_url):
            time.sleep(1)
            refused = city.ring(caller="13800000003", talk_ms=300)  # the official talks: held, then promised
            assert refused.wait().ok
            assert long_talk.wait().ok
            answered = city.ring(caller="13800000004", talk_ms=200)
            assert answered.wait().ok
        calls = eventually(_all_ended(4), seconds=20)

    by_caller = {call.citizen.masked: call for call in calls if call.citizen}
    assert len(by_caller) == 4
    assert all(bool(call.answered_by_kind) != bool(call.promise_due_at) for call in calls)
    assert by_caller["138****0004"].answered_by_kind == "official"
    assert kinds(by_caller["138****0004"]) == ["received", "planned", "ringing", "answered", "bridged", "ended"]
    promised = by_caller["138****0003"]
    assert Text.objects.filter(call=promised).count() == 1


def test_a_switch_killed_while_the_database_is_away_loses_nothing(cities: Cities, database_url: str) -> None:
    with cities.where(official=BUSY) as city:
        with database_away(database_url):
            assert city.ring(talk_ms=100).wait().ok
            city.ring(caller="13800000002", talk_ms=9000)
            time.sleep(2)
            city.line.kill()
        city.line.start()
        calls = eventually(_all_ended(2), seconds=20)

    assert {call.state for call in calls} <= {"diverted", "interrupted"}
    assert all(call.promise_due_at for call in calls)
    assert Text.objects.count() == 2


@pytest.mark.only_on("sqlite")
def test_a_full_disk_takes_no_message_and_says_so_but_keeps_every_call(
    tmp_path: Path, database_url: str, phones: Phones
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    command = f'mount -t tmpfs -o size=8500k tmpfs {full} && exec "$@"'
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    cities = Cities(
        tmp_path,
        database_url,
        phones,
        around=(str(shutil.which("unshare")), "-rm", "sh", "-c", command, "sh"),
        more={"MINHU_SPOOL": str(full / "spool"), "MINHU_RECORDINGS": str(full / "recordings")},
    )
    with cities.where(official=BUSY) as city:
        with database_away(database_url):
            assert _heard_to_the_end(city, "13800000001")
        assert _heard_to_the_end(city, "13800000002")
        calls = eventually(_all_ended(2), seconds=20)

    assert all(call.promise_due_at for call in calls)
    for call in calls:
        said = [step.detail["prompts"] for step in CallStep.objects.filter(call=call, kind="said").order_by("seq")]
        assert said[0][0] == "callback_by"
        assert said[-2] == ["no_recorder"]
    assert Text.objects.count() == 2


def _heard_to_the_end(city: City, caller: str) -> bool:
    return city.ring("call_until_bye", caller=caller).wait().ok


def _all_ended(count: int) -> Callable[[], list[Call]]:
    def look() -> list[Call]:
        calls = list(Call.objects.select_related("citizen"))
        return calls if len(calls) == count and all(call.ended_at for call in calls) else []

    return look
