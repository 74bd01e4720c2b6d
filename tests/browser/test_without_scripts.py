"""Every form works in a browser that runs no scripts: it posts, and the page comes again."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from minhu.cases import pending
from minhu.cases.models import WrapUp
from minhu.directory import queries as directory
from minhu.intake.models import CallOrder, Text, WebMessage
from minhu.rules.words import Presence
from tests.browser.conftest import PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def test_a_citizen_sends_a_matter_and_follows_it_by_its_code(morning: Scene, open_as: Open) -> None:
    page = open_as(scripts=False).new_page()
    page.goto(f"/o/{morning.official.pk}/")
    page.get_by_role("link", name="网上写").click()
    page.get_by_label("求助").check()
    page.get_by_label("什么事").fill("滨河路与人民路口的红绿灯坏了三天，请尽快派人修好。")
    page.get_by_label(re.compile("您的电话")).fill("154 0000 9999")
    page.get_by_label(re.compile("同意为办理")).check()
    page.get_by_role("button", name="提交").click()

    code = page.locator("#code [aria-hidden]").inner_text().replace(" ", "")
    message = WebMessage.objects.get(code=code)
    assert message.line == morning.line
    assert Text.objects.filter(code=code, template="matter_received").count() == 1

    page.goto("/m/")
    page.get_by_label("查询码").fill(f"{code[:4]} {code[4:].lower()}")
    page.get_by_role("button", name="查询").click()
    page.get_by_text("已经登记，会联系您").wait_for()
    assert "9999" not in page.content()


def test_a_form_with_faults_loses_nothing_that_was_typed(morning: Scene, open_as: Open) -> None:
    page = open_as(scripts=False).new_page()
    page.goto("/new/")
    page.get_by_label("什么事").fill("人民路路灯坏了，晚上看不见")
    page.get_by_label(re.compile("您的电话")).fill("12")
    page.get_by_role("button", name="提交").click()

    page.get_by_text("还差一点，没有提交").wait_for()
    assert page.get_by_label("什么事").input_value() == "人民路路灯坏了，晚上看不见"
    assert page.get_by_label(re.compile("您的电话")).input_value() == "12"
    assert page.get_by_label(re.compile("您的电话")).get_attribute("aria-invalid") == "true"
    assert not WebMessage.objects.filter(body__contains="晚上看不见").exists()


def test_an_official_says_he_rests_with_one_tap(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE, scripts=False).new_page()
    page.goto("/console/today/")
    page.get_by_role("button", name="休息").click()

    page.get_by_role("button", name="休息", pressed=True).wait_for()
    now = directory.presence_of(morning.official.pk, morning.official.presence_spans.latest("id").since)
    assert now.state is Presence.RESTING


def test_a_call_is_written_up_in_one_tap_with_a_note(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE, scripts=False).new_page()
    page.goto("/console/today/")
    page.get_by_label("说明").fill("已告知办理地点")
    page.get_by_role("button", name="当场解决").click()

    page.get_by_text("已登记：当场解决").wait_for()
    pending.do_due(at=timezone.now() + pending.WAITS)
    assert WrapUp.objects.get(call=morning.answered).note == "已告知办理地点"


def test_a_callback_is_ordered_once_however_often_it_is_tapped(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE, scripts=False).new_page()
    page.goto("/console/today/")
    key = page.locator(".due-item form input[name=key]").first.get_attribute("value")
    page.get_by_role("button", name="给刘女士回电").click()
    page.get_by_text("您的电话马上会响").wait_for()
    page.goto("/console/today/")
    page.get_by_role("button", name="给刘女士回电").click()
    page.get_by_text("您的电话马上会响").wait_for()

    assert CallOrder.objects.count() == 1
    assert key


def test_a_reply_says_what_was_done_and_by_whom_or_is_refused(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE, scripts=False).new_page()
    page.goto(f"/console/cases/{morning.case.pk}/")
    page.get_by_label("办了什么").fill("已增设临时站点")
    page.get_by_label("谁办的").fill(" ")
    page.get_by_role("button", name="答复").click()
    page.get_by_text("请写明办了什么、由谁办的").wait_for()
    assert page.get_by_label("办了什么").input_value() == "已增设临时站点"

    page.get_by_text("没有日期、地点、依据或数量").wait_for()

    page.get_by_label("谁办的").fill("公交科")
    page.get_by_role("button", name="仍然发送").click()
    page.get_by_text("已答复。").wait_for()
    assert morning.case.replies.get().done_by == "公交科"


def test_the_full_number_is_shown_for_a_reason_only(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE, scripts=False).new_page()
    page.goto(f"/console/cases/{morning.case.pk}/")
    assert "****" in page.locator("dd.number").inner_text()
    page.get_by_text("看完整号码").click()
    page.get_by_label("为什么要看").fill("回电打不通，改用座机联系")
    page.get_by_role("button", name="看号码").click()

    page.locator("dd.number").filter(has_text=re.compile(r"154 \d{4} \d{4}")).wait_for()
    page.reload()
    assert "****" in page.locator("dd.number").inner_text() or page.url.endswith("/number/")
