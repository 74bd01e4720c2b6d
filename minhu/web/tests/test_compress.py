"""Public pages are small on the wire; a signed-in page never tells by its length what it shows."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

from minhu.rules.words import OfficeKind
from tests import make

pytestmark = pytest.mark.django_db

MOST_BYTES = 15_000
"""Of the directory of eighty officials; the budget of the whole first page is 100 kB (tests/browser/test_budget.py)."""


def test_the_directory_of_a_city_is_small_on_the_wire(client: Client) -> None:
    city = make.city()
    for number in range(80):
        made = make.official(make.office(city, kind=OfficeKind.COUNTY), title=f"第{number}县长")
        made.duties = f"负责第{number}片的交通运输、城市管理、住房保障、供水供电、环境保护方面工作。"
        made.save(update_fields=["duties"])
        make.line(made)

    answer = client.get("/", headers={"accept-encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.content) < MOST_BYTES
    assert "第79县长" in gzip.decompress(answer.content).decode()


def test_a_browser_that_unpacks_nothing_and_whoever_signs_in_get_the_page_as_it_is(client: Client) -> None:
    make.city()

    assert "Content-Encoding" not in client.get("/").headers
    assert "Content-Encoding" not in client.get("/accounts/login/", headers={"accept-encoding": "gzip"}).headers
