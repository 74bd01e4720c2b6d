"""The operator makes the index of words anew, and the doctor tells how far it is."""

from __future__ import annotations

import os
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from minhu.cases import actions
from minhu.insight import fulltext, indexing
from minhu.insight.models import SearchEntry
from minhu.ops.findings import Grade
from minhu.ops.search_checks import search
from tests import make

pytestmark = pytest.mark.django_db


def test_everything_is_read_again_and_said_so() -> None:
    line = make.line(make.official(make.office(make.city("安澜市"))))
    make.text(line, make.citizen(line.city), "文昌街窨井盖不见了，很危险")
    actions.take_in(at=make.MONDAY_10)
    assert [one.grade for one in search()] == [Grade.CARE]

    told = StringIO()
    call_command("insight", "reindex", stdout=told)

    assert "安澜市: 1 cases in the index" in told.getvalue()
    assert SearchEntry.objects.filter(case__line=line).exists()
    assert [one.grade for one in search()] == [Grade.WELL]
    assert indexing.state(line.city_id).behind == 0


@pytest.mark.only_on("postgresql")
def test_a_locale_that_knows_no_chinese_is_told(spare_database: str) -> None:
    name = f"minhu_in_c_{os.getpid()}"
    with psycopg.connect(spare_database, autocommit=True) as one:
        one.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'".encode())
    with psycopg.connect(spare_database, dbname=name, autocommit=True) as one:
        one.execute("CREATE EXTENSION pg_trgm")
        row = one.execute("SELECT show_trgm('I停I')").fetchone()
    assert row is not None
    assert len(row[0]) <= fulltext.BARS_ONLY
    assert fulltext.fault(connection) is None
