"""Complaints in a real browser: the citizen's form, the official's phone, the supervisor's desk, nothing for axe."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from minhu.supervision.models import Complaint
from tests.browser.axe import faults
from tests.browser.complained import Complaints, complain
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def complaints(morning: Scene) -> Complaints:
    return complain(morning, timezone.now())


def test_axe_finds_nothing_on_them(complaints: Complaints, morning: Scene, open_as: Open) -> None:
    every = (complaints.received, complaints.asked, complaints.appealed)
    pages = [f"/console/complaints/{one.pk}/" for one in every]
    found = faults(open_as(complaints.supervisor), "/console/complaints/", *pages)
    found += faults(open_as(morning.official_account), "/console/today/", *pages[1:])
    found += faults(open_as(morning.staff_account), f"/console/cases/{morning.case.pk}/?do=complain")
    found += faults(open_as(None), f"/m/{complaints.appealed.case.code}/")

    assert found == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_the_citizens_form_to_the_finding(
    complaints: Complaints, morning: Scene, open_as: Open, scripts: bool
) -> None:
    page = open_as(None, PHONE, scripts=scripts).new_page()
    page.goto(f"/m/{morning.replied_code}/")
    page.get_by_text("反映办得不好").click()
    page.get_by_role("radio", name="敷衍推诿").check()
    page.get_by_label("发生了什么").fill("只说在研究，没有下文")
    page.get_by_role("button", name="提交反映").click()
    expect(page.get_by_text("督查人员会核实，结果会告诉您。")).to_be_visible()

    desk = open_as(complaints.supervisor, DESK, scripts=scripts).new_page()
    one = Complaint.objects.latest("id")
    desk.goto(f"/console/complaints/{one.pk}/")
    desk.get_by_label("要他说明什么").fill("答复以后有没有跟进？")
    desk.get_by_role("button", name="固定证据，请他说明").click()
    expect(desk.get_by_text("与留痕一致")).to_be_visible()

    phone = open_as(morning.official_account, PHONE, scripts=scripts).new_page()
    phone.goto("/console/today/")
    phone.get_by_role("link", name="群众反映").click()
    phone.goto(f"/console/complaints/{one.pk}/")
    phone.get_by_label("当时的情况").fill("临时站点周四启用。")
    phone.get_by_role("button", name="提交说明").click()
    expect(phone.get_by_role("heading", name="您的说明", exact=True)).to_be_visible()

    desk.reload()
    desk.get_by_role("radio", name="不属实").check()
    desk.get_by_label("认定的依据").fill("站点已启用，有照片。")
    desk.get_by_label("告诉群众的话").fill("临时站点周四已经启用。")
    desk.get_by_role("button", name="作出认定，告诉群众").click()
    expect(desk.get_by_text("告诉群众的：临时站点周四已经启用。")).to_be_visible()
    page.reload()
    expect(page.get_by_text("临时站点周四已经启用。")).to_be_visible()
