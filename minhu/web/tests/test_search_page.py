"""The search page and the field in every masthead: for whom there is something to find, and safe whatever is typed."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from minhu.cases.models import Case
from minhu.cases.tests.world import SECRET, World, world
from minhu.insight.indexing import bring_up_to_date
from minhu.web.tests.people import client_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture
def w() -> World:
    made = world()
    while bring_up_to_date(made.line.city_id):
        pass
    return made


@pytest.fixture
def staff(w: World) -> Client:
    return client_of(w, "staff of the city")


def test_a_question_gets_an_address_and_what_was_found_is_marked(w: World, staff: Client) -> None:
    answer = staff.post("/console/search/", {"q": "收回扣", "state": "new", "office": "nonsense", "days": "9"})
    assert answer.status_code == 303
    assert "days" not in answer.headers["Location"]
    assert "office" not in answer.headers["Location"]
    page = staff.get(answer.headers["Location"]).content.decode()
    assert "<mark>收回扣</mark>" in page
    assert f"/console/cases/{w.case.pk}/" in page
    assert '<option value="new" selected>' in page
    assert "<mark>" not in staff.get("/console/search/", {"q": "收回扣", "days": "7"}).content.decode(), "of long ago"


def test_words_are_escaped(w: World, staff: Client) -> None:
    Case.objects.filter(pk=w.case.pk).update(title="<img src=x onerror=y>停水")
    page = staff.get("/console/search/", {"q": SECRET}).content.decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=y&gt;" in page
    typed = staff.get("/console/search/", {"q": '"><script>'}).content.decode()
    assert "<script>" not in re.sub(r"<script src=[^>]*></script>", "", typed)


@pytest.mark.parametrize("who", ["operator of the city", "auditor of the city", "inspector of the city"])
def test_who_reads_no_case_has_no_search(w: World, who: str) -> None:
    client = client_of(w, who)
    assert client.get("/console/search/", {"q": SECRET}).status_code == 403
    assert client.post("/console/search/", {"q": SECRET}).status_code == 403
    assert 'id="find"' not in client.get("/console/me/").content.decode()


def test_the_field_is_in_every_masthead_of_who_may(w: World, staff: Client) -> None:
    for client, path in ((staff, "/console/queue/"), (client_of(w, "holder"), "/console/today/")):
        assert 'id="find"' in client.get(path).content.decode()
    assert 'id="find"' not in staff.get("/console/search/").content.decode(), "the page has its own"


def test_a_number_never_stands_in_an_address(w: World, staff: Client) -> None:
    number = "15400000021"
    answer = staff.post("/console/search/", {"q": number})
    assert answer.status_code == 200
    assert number not in answer.content.decode()
    assert "不写进网址" in staff.get("/console/search/", {"q": number}).content.decode()
    mixed = staff.post("/console/search/", {"q": f"停水 {number}"})
    assert number not in mixed.headers["Location"]


def test_anything_is_answered_with_a_page(w: World, staff: Client) -> None:
    for typed in ("", "！？", "“", "NEAR(", "*", "停" * 10_000, "😀", "\0", "a b c d e f g h i j"):
        answer = staff.post("/console/search/", {"q": typed}, follow=True)
        assert answer.status_code == 200, typed[:9]
    page = staff.get("/console/search/", {"q": "停水", "page": "9" * 40, "days": "-1", "kind": "x"})
    assert page.status_code == 200


def test_the_queries_are_bounded(w: World, staff: Client) -> None:
    staff.get("/console/search/", {"q": SECRET})
    with CaptureQueriesContext(connection) as captured:
        staff.get("/console/search/", {"q": SECRET})
    assert len(captured) <= MOST_QUERIES
