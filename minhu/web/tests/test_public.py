"""What a citizen gets from the public pages."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from minhu.cases import actions as cases
from minhu.directory.models import Line, Office, Official
from minhu.intake.models import Text, WebMessage
from minhu.rules.codes import is_code, make_code
from minhu.rules.words import OfficeKind
from minhu.web.public.forms import fresh_key
from tests import make

pytestmark = pytest.mark.django_db

WRONG_CODES = 100


@pytest.fixture
def city() -> Office:
    return make.city()


@pytest.fixture
def official(city: Office) -> Official:
    found = make.official(make.office(city, "市水务局"), "单春梅", "局长")
    make.line(found, number="+8615400007777")
    return found


def matter(**typed: str) -> dict[str, str]:
    filled = {
        "key": fresh_key(),
        "kind": "request",
        "body": "荷花苑停水一天了",
        "phone": "15400005678",
        "consent": "on",
    }
    return filled | typed


@pytest.mark.parametrize("search", ["单春梅", "scm", "shanchun", "水务", "局长", "7777"])
def test_an_official_is_found_by_whatever_people_remember(client: Client, official: Official, search: str) -> None:
    page = client.get("/", {"q": search}).content.decode()

    assert "154 0000 7777" in page


def test_a_private_handset_is_on_no_page(client: Client, city: Office) -> None:
    official = make.official(make.office(city), handset="+8615400008888")
    make.line(official)

    for path in ("/", f"/o/{official.pk}/", f"/o/{official.pk}/card.vcf"):
        page = client.get(path).content.decode()
        assert "8888" not in page


def test_why_an_official_cannot_be_reached_is_nobodys_business(client: Client, official: Official) -> None:
    make.busy(official, since=timezone.now() - timedelta(minutes=5))

    page = client.get(f"/o/{official.pk}/").content.decode()

    assert "请短信或留言" in page
    assert "会议中" not in page


def test_a_contact_card_and_a_code_to_scan_carry_the_public_number(client: Client, official: Official) -> None:
    line = official.lines.get()
    card = client.get(f"/o/{official.pk}/card.vcf")
    code = client.get(f"/o/{official.pk}/{line.pk}.svg")

    assert "TEL;TYPE=WORK,VOICE:+8615400007777" in card.content.decode()
    assert code.headers["Content-Type"] == "image/svg+xml"
    assert client.get(f"/o/{official.pk + 1}/{line.pk}.svg").status_code == 404


def test_a_matter_is_stored_with_its_receipt_and_followed_from_the_first_second(client: Client, city: Office) -> None:
    answer = client.post("/new/", matter())

    code = answer.headers["Location"].split("/")[2]
    assert answer.status_code == 303
    assert is_code(code)
    assert Text.objects.filter(code=code).count() == 1
    assert "5678" not in client.get(f"/m/{code}/").content.decode()
    assert code[:4] in client.get(answer.headers["Location"]).content.decode()


def test_sent_twice_it_is_one_matter(client: Client, city: Office) -> None:
    twice = matter()

    assert client.post("/new/", twice).headers["Location"] == client.post("/new/", twice).headers["Location"]
    assert WebMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("body", "", "请写明是什么事"),
        ("body", "坏了", "请多写几个字"),
        ("body", "长" * 10_000, "最多 2000 字，现在有 10000 字"),
        ("phone", "1234", "请检查位数和区号"),
        ("kind", "", "请选一个类别"),
        ("consent", "", "需要您同意"),
        ("place", "巷" * 200, "地点最多 120 字"),
        ("key", "", ""),
    ],
)
def test_every_fault_is_named_and_nothing_typed_is_lost(
    client: Client, city: Office, field: str, typed: str, says: str
) -> None:
    answer = client.post("/new/", matter(place="荷花苑 3 栋") | {field: typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert field == "place" or "荷花苑 3 栋" in page
    assert not WebMessage.objects.exists()


def test_a_machine_that_fills_in_everything_is_thanked_and_not_stored(client: Client, city: Office) -> None:
    assert client.post("/new/", matter(website="https://spam.example")).status_code == 303
    assert not WebMessage.objects.exists()


def test_a_line_that_is_not_published_is_refused_in_words(client: Client, official: Official) -> None:
    hidden = make.line(official, published_from=None)

    answer = client.post("/new/", matter(line=str(hidden.pk)))

    assert answer.status_code == 422
    assert "没有这个公布号码" in answer.content.decode()


def test_binary_junk_is_answered_and_not_stored(client: Client, city: Office) -> None:
    answer = client.post("/new/", b"\x00\xff\xfe" * 500, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in {400, 422}


def test_a_matters_page_shows_the_reply_but_neither_name_nor_number(client: Client, official: Official) -> None:
    line = official.lines.get()
    code = client.post("/new/", matter(line=str(line.pk), name="许慧兰")).headers["Location"].split("/")[2]
    cases.take_in()
    page = client.get(f"/m/{code}/").content.decode()

    assert "市水务局局长" in page
    assert not re.search("许慧兰|单春梅|5678", page)


def test_whoever_tries_a_hundred_codes_is_stopped_with_a_clear_page(client: Client, city: Office) -> None:
    answers = [client.get(f"/m/{make_code(number.to_bytes(8, 'big'))}/") for number in range(WRONG_CODES)]

    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert statuses.count(404) <= 20
    assert "查得太频繁了" in answers[-1].content.decode()


def test_a_mistyped_code_costs_nothing_and_is_explained(client: Client, city: Office) -> None:
    answer = [client.get("/m/", {"code": "abc 123"}) for _ in range(WRONG_CODES)][-1]

    assert answer.status_code == 422
    assert "不像查询码" in answer.content.decode()


def test_the_directory_costs_the_same_few_questions_however_many_officials(
    client: Client, city: Office, django_assert_max_num_queries: object
) -> None:
    for number in range(40):
        make.line(make.official(make.office(city, kind=OfficeKind.COUNTY), title=f"第{number}县长"))

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get("/")


def test_before_anything_is_loaded_the_site_says_so(client: Client) -> None:
    answer = client.get("/")

    assert answer.status_code == 503
    assert "还没有建立城市名录" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_matters_that_arrive_together_are_all_stored_and_a_bad_one_harms_no_other(city: Office) -> None:
    line = make.line(make.official(make.office(city)))
    hidden = Line.objects.create(city=city, official=line.official, number=make.number())
    start = threading.Barrier(12)

    def citizen(number: int) -> int:
        start.wait()
        try:
            wanted = hidden if number == 7 else line
            return Client().post("/new/", matter(line=str(wanted.pk), phone=f"1540000{number:04d}")).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as citizens:
        statuses = list(citizens.map(citizen, range(12)))

    assert statuses.count(303) == 11
    assert statuses[7] == 422
    assert WebMessage.objects.count() == Text.objects.count() == 11
