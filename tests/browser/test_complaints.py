"""Complaints in a real browser: the citizen's form, the official's phone, the supervisor's desk, nothing for axe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize, expect

from minhu.cases.models import Case
from minhu.directory.models import Account
from minhu.rules.access import Grant, Viewer
from minhu.rules.complaints import Excuse, Ground, Verdict
from minhu.rules.words import Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.complaining import Said
from minhu.supervision.judging import Found
from minhu.supervision.models import Complaint
from tests import make
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene
from tests.browser.test_accessible import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]
HOME = "203.0.113.7"


@dataclass
class Complaints:
    """One of each: just come in, asked and answered for, found and appealed against."""

    supervisor: Account
    received: Complaint
    asked: Complaint
    stated: Complaint
    appealed: Complaint


@pytest.fixture
def complaints(morning: Scene) -> Complaints:
    at = timezone.now() - timedelta(hours=3)
    supervisor, first = (make.account(morning.city, Role.SUPERVISOR) for _ in range(2))
    by = Viewer(first.pk, "秦督查", morning.city.pk, (Grant(Role.SUPERVISOR, morning.city.pk),))
    him = Viewer(morning.official_account.pk, morning.official.name, morning.city.pk, (), morning.official.pk)
    cases = list(Case.objects.filter(holder=morning.official).exclude(pk=morning.case.pk).order_by("pk")[:3])
    received, asked, stated, appealed = (
        complaining.file_by_code(case.code, HOME, Said(Ground.NOT_CALLED_BACK, "说好回电，等了一天没有回"), at=at)
        for case in (morning.case, *cases)
    )
    for one in (asked, stated, appealed):
        complaining.ask(one.pk, "这通来电承诺的回电为什么没有按时回？", by=by, official_id=morning.official.pk, at=at)
    for one in (stated, appealed):
        stating.state(one.pk, "当天在防汛一线。", by=him, excuse=Excuse.DISASTER_DUTY, at=at)
    said = Found(Verdict.TRUE, "到期没有回电，也没有安排代接。", "核对了通话记录，确实没有按时回电。")
    judging.find(appealed.pk, said, by=by, at=at)
    judging.appeal(appealed.pk, "当天的值班表可以证明。", by=him, at=at + timedelta(minutes=5))
    return Complaints(supervisor, received, asked, stated, appealed)


@pytest.mark.parametrize(("viewport", "theme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone", "desk"])
def test_axe_finds_nothing_on_them(
    complaints: Complaints, morning: Scene, open_as: Open, viewport: ViewportSize, theme: str
) -> None:
    every = (complaints.received, complaints.asked, complaints.appealed)
    desk = open_as(complaints.supervisor, viewport, theme=theme)
    paths = ["/console/complaints/", *(f"/console/complaints/{one.pk}/" for one in every)]
    found = [fault for path in paths for fault in faults(desk, path)]
    his = open_as(morning.official_account, viewport, theme=theme)
    paths = ["/console/today/", *(f"/console/complaints/{one.pk}/" for one in every[1:])]
    found += [fault for path in paths for fault in faults(his, path)]
    found += faults(
        open_as(morning.staff_account, viewport, theme=theme), f"/console/cases/{morning.case.pk}/?do=complain"
    )
    found += faults(open_as(None, viewport, theme=theme), f"/m/{complaints.appealed.case.code}/")

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
    expect(phone.get_by_role("heading", name="您的说明")).to_be_visible()

    desk.reload()
    desk.get_by_role("radio", name="不属实").check()
    desk.get_by_label("认定的依据").fill("站点已启用，有照片。")
    desk.get_by_label("告诉群众的话").fill("临时站点周四已经启用。")
    desk.get_by_role("button", name="作出认定，告诉群众").click()
    expect(desk.get_by_role("heading", name="认定", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("临时站点周四已经启用。")).to_be_visible()
