"""However many people in however many processes hand over a case at once, exactly one of them does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from minhu.audit import trail
from minhu.cases import actions
from minhu.cases.models import Case, Promise, Transfer
from minhu.directory.models import Office
from minhu.rules.access import Viewer
from minhu.rules.words import OfficeKind, Role
from tests import make

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS, ROUNDS = 3, 8, 3

pytestmark = pytest.mark.django_db(transaction=True)


def case_of(him_office: Office) -> tuple[Case, Viewer]:
    line = make.line(make.official(him_office))
    him = make.viewer(him_office, Role.OFFICIAL, official=line.official)
    make.call(line, make.citizen(line.city))
    actions.take_in()
    return Case.objects.get(line=line), him


def race(case: Case, him: Viewer, offices: list[Office], database_url: str) -> Counter[str]:
    """Every process hands the case to every office, all at the same moment; what came of it, counted."""
    words = [case.pk, him.official_id, him.account_id, case.city_id, *(office.pk for office in offices)]
    command = [sys.executable, "-m", "tests.races.racer", *map(str, words)]
    environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "minhu.settings"}
    racers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    try:
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        results: Counter[str] = Counter()
        for racer in racers:
            said, _ = racer.communicate(timeout=120)
            assert racer.returncode == 0
            for line in said.splitlines():
                came, count = line.split()
                results[came] += int(count)
        return results
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()


def test_threads_and_processes_race_and_exactly_one_wins(database_url: str) -> None:
    city = make.city()
    counties = [make.office(city, kind=OfficeKind.COUNTY) for _ in range(THREADS)]
    cases = [case_of(make.office(city)) for _ in range(ROUNDS)]
    connection.close()

    for case, him in cases:
        results = race(case, him, counties, database_url)

        assert results == {"handed_over": 1, "transfer_used_up": PROCESSES * THREADS - 1}
        transfer = Transfer.objects.get(case=case)
        assert Promise.objects.get(case=case, kind="reply").owner_office == transfer.office
    assert trail.verify(city.pk).sound


def test_the_database_alone_lets_one_of_many_through(database_url: str) -> None:
    """The rule left out: rows are written past it, from connections of their own."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    city = make.city()
    county = make.office(city, kind=OfficeKind.COUNTY)
    case, _ = case_of(make.office(city))
    start = Barrier(THREADS)

    def write(hop: int) -> bool:
        connection.ensure_connection()
        start.wait(30)
        try:
            with transaction.atomic():
                Transfer.objects.create(
                    city_id=city.pk, case=case, hop=hop, kind="county", office=county, reason="直接写库",
                    due_at=case.opened_at, handed_at=case.opened_at,
                )  # fmt: skip
        except DatabaseError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        written = list(pool.map(write, [1, 2] * (THREADS // 2)))

    assert sum(written) == 1
    assert Transfer.objects.count() == 1
