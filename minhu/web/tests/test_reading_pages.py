"""What staff see of how a case was read and what they say instead; what the citizen sees of the hotline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases import actions, offering
from minhu.cases.models import Case, Transfer
from minhu.cases.tests.world import SECRET, World, world
from minhu.directory import versions
from minhu.directory.models import Official
from minhu.insight.models import Correction
from minhu.insight.reading import CLAIM_LASTS, read_some
from minhu.web.tests.people import client_of
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
DAY = AT + timedelta(minutes=30)
STAFF = "staff of the department"


@pytest.fixture
def w(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(timezone, "now", lambda: DAY)
    made = world()
    Official.objects.filter(name="周局长").update(duties="负责供水、自来水管网、停水抢修。")
    versions.bump()
    return made


def reads(w: World, body: str, **changes: object) -> None:
    Case.objects.filter(pk=w.case.pk).update(body=body, read_at=None, **changes)
    read_some(at=AT + CLAIM_LASTS)


def page(client: Client, w: World) -> str:
    return client.get(f"/console/cases/{w.case.pk}/").content.decode()


def test_staff_see_the_reading_with_the_words_it_rests_on(w: World) -> None:
    reads(w, "我要投诉自来水停水抢修没有人管，供水公司态度恶劣")

    shown = page(client_of(w, STAFF), w)

    assert "机器读出的" in shown
    assert "态度恶劣" in shown
    assert "可能是第" in shown or "的事（" in shown


def test_whoever_must_not_see_the_case_sees_nothing_of_its_reading(w: World) -> None:
    reads(w, SECRET, confidential=True)

    answer = client_of(w, STAFF).get(f"/console/cases/{w.case.pk}/")

    assert answer.status_code == 404


def test_a_matter_without_a_line_goes_to_a_proposed_official_with_one_tap(w: World) -> None:
    other = Official.objects.get(name="周局长")
    reads(w, "自来水停水两天，供水什么时候恢复", holder=None, line=None)
    staff = client_of(w, "staff of the city")
    assert "交给" in page(staff, w)
    assert "周局长" in page(staff, w)

    staff.post(f"/console/cases/{w.case.pk}/assign/", {"official": other.pk})

    w.case.refresh_from_db()
    assert w.case.holder_id == other.pk


def test_kind_urgency_and_subject_are_said_in_one_form(w: World) -> None:
    reads(w, "我要投诉停水")
    staff = client_of(w, STAFF)

    typed = {"kind": "report", "urgency": "urgent", "subject": "城乡建设"}
    assert staff.post(f"/console/cases/{w.case.pk}/sort/", typed).status_code == 303

    w.case.refresh_from_db()
    assert (w.case.kind, w.case.urgency, w.case.kind_by) == ("report", "urgent", "person")
    assert Correction.objects.get().said == "城乡建设"
    assert "人工认定" in page(staff, w)


@pytest.mark.parametrize(
    "typed", [{"kind": "x", "urgency": "normal"}, {"kind": "report", "urgency": "urgent", "subject": "x"}]
)
def test_a_form_that_says_something_else_changes_nothing(w: World, typed: dict[str, str]) -> None:
    answer = client_of(w, STAFF).post(f"/console/cases/{w.case.pk}/sort/", typed)

    assert answer.status_code == 422
    w.case.refresh_from_db()
    assert (w.case.urgency, w.case.kind_by) == ("normal", "")


def test_the_citizen_takes_the_hotline_and_comes_back_on_his_page(w: World, client: Client) -> None:
    text = make.text(w.line, make.citizen(w.line.city), "请问人民路居住证需要什么材料", at=DAY)
    actions.take_in(at=DAY)
    read_some(at=DAY)
    code = Case.objects.get(contacts__text=text).code
    assert "转 12345 热线" in client.get(f"/m/{code}/").content.decode()

    assert client.post(f"/m/{code}/hotline/").status_code == 303
    offering.hand_over_chosen(at=DAY)
    shown = client.get(f"/m/{code}/").content.decode()
    assert 'href="tel:12345"' in shown
    assert "已按您的选择转 12345 热线" in shown

    assert client.post(f"/m/{code}/return/").status_code == 303
    assert Transfer.objects.get(case__code=code).ended == "came_back"
    assert client.post(f"/m/{code}/hotline/").status_code == 422


def test_a_matter_that_was_offered_nothing_says_nothing_of_it(w: World, client: Client) -> None:
    assert 'id="hotline"' not in client.get(f"/m/{w.case.code}/").content.decode()
