"""Reporting a call in three taps, a photo with the form, and what a city owes in writing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from minhu.cases import actions as cases
from minhu.cases.models import Attachment, Case
from minhu.directory.models import Office
from minhu.rules.codes import make_code
from minhu.supervision.models import Complaint
from minhu.web.public.forms import fresh_key
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Office:
    return make.city()


def sent(client: Client, **more: object) -> str:
    typed = {"key": fresh_key(), "kind": "request", "body": "荷花苑停水一天了", "consent": "on"}
    return client.post("/new/", typed | more).headers["Location"].split("/")[2]


def photo() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    return SimpleUploadedFile("水管.jpg", file.getvalue(), "image/jpeg")


def test_a_call_nobody_answered_is_reported_with_its_code_and_one_button(client: Client, city: Office) -> None:
    code = sent(client)
    cases.take_in()

    answer = client.post("/report/", {"code": f"{code[:4]} {code[4:].lower()}", "ground": "unanswered"}, follow=True)

    complaint = Complaint.objects.get()
    assert (complaint.ground, complaint.case.code) == ("unanswered", code)
    assert "您的反映已经收到" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"code": "abc", "ground": "unanswered"}, 422, "不像查询码"),
        ({"code": make_code(b"12345678"), "ground": "unanswered"}, 422, "没有查到"),
        ({"code": make_code(b"12345678")}, 422, "请选一项"),
    ],
)
def test_a_report_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    client: Client, city: Office, typed: dict[str, str], status: int, says: str
) -> None:
    answer = client.post("/report/", typed | {"body": "响了很久"})

    page = answer.content.decode()
    assert answer.status_code == status
    assert says in page
    assert typed["code"] in page
    assert "响了很久" in page
    assert not Complaint.objects.exists()


def test_a_photo_comes_with_the_form_and_sent_twice_it_is_kept_once(client: Client, city: Office) -> None:
    key = fresh_key()
    code = sent(client, key=key, file_key=key, file=photo())
    sent(client, key=key, file_key=key, file=photo())

    assert Attachment.objects.get().case.code == code


def test_a_file_that_is_no_photo_stops_no_matter(client: Client, city: Office) -> None:
    code = sent(client, file=SimpleUploadedFile("x.jpg", b"MZ not a photo", "image/jpeg"))

    assert Case.objects.get().code == code
    assert not Attachment.objects.exists()
    assert "照片没有收下" in client.get(f"/m/{code}/sent/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["/privacy/", "/recording/", "/accessibility/", "/report/"])
def test_notices_are_public_in_both_languages_and_cost_no_questions_but_the_citys_name(
    client: Client, city: Office, path: str, language: str, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client.cookies["language"] = language
    with django_assert_max_num_queries(1):  # type: ignore[attr-defined]
        page = client.get(path).content.decode()

    main = page.split("<main")[1].split("</main>")[0]
    sentences = re.findall("[\u4e00-\u9fff]{4,}", main)  # shorter: the city, and words to text back
    assert bool(sentences) == (language != "en")
