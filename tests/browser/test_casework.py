"""A unit, an official and a citizen work on cases in a real browser: with scripts and without them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from minhu.cases.models import Attachment, Case, Extension, Transfer
from minhu.cases.tests.world import photo
from minhu.intake.models import CallOrder, Text
from minhu.ops.city.past import Begun
from tests.browser.casework import Work, work
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

both = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])


@pytest.fixture
def working(morning: Scene) -> Work:
    return work(morning, timezone.now())


@pytest.fixture
def begun(working: Work) -> Begun:
    return working.begun


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "现场.jpg"
    path.write_bytes(photo(size=(60, 40)))
    return path


@both
def test_a_unit_replies_from_its_desk_with_a_photo(
    working: Work, begun: Begun, open_as: Open, picture: Path, *, scripts: bool
) -> None:
    page = open_as(working.unit_account, PHONE, scripts=scripts).new_page()
    page.goto("/console/desk/")
    expect(page.get_by_text("超时 1 件")).to_be_visible()
    row = page.locator(".due-item").filter(has_text="村口到小学")
    row.get_by_role("link", name="答复").click()
    page.get_by_label("办了什么").fill("六盏路灯已全部换好")
    page.get_by_label(re.compile("照片或 PDF")).set_input_files(picture)
    page.get_by_role("button", name="答复").click()

    expect(page.get_by_text("已答复。")).to_be_visible()
    assert begun.handed.replies.get().done_by == "望川县"
    assert Attachment.objects.filter(case=begun.handed, shown=True).count() == 1


@both
def test_a_unit_asks_for_time_once(working: Work, begun: Begun, open_as: Open, *, scripts: bool) -> None:
    page = open_as(working.unit_account, PHONE, scripts=scripts).new_page()
    page.goto("/console/desk/")
    page.locator(".due-item").filter(has_text="村口到小学").get_by_role("link", name="要时间").click()
    expect(page.get_by_text("理由会原样发短信告诉群众")).to_be_visible()
    page.get_by_label("延几个工作日").fill("2")
    page.get_by_label(re.compile("为什么要延期")).fill("灯具周四到货")
    page.get_by_role("button", name="延期并告诉群众").click()

    expect(page.get_by_text("已延期，并把理由告诉了群众。")).to_be_visible()
    expect(page.get_by_text("要时间（延期）")).to_have_count(0)
    assert Extension.objects.get(case=begun.handed).reason == "灯具周四到货"


@both
def test_what_is_not_theirs_goes_back_and_leaves_the_desk(
    working: Work, begun: Begun, open_as: Open, *, scripts: bool
) -> None:
    page = open_as(working.unit_account, PHONE, scripts=scripts).new_page()
    page.goto(f"/console/cases/{begun.handed.pk}/?do=give_back")
    page.get_by_label("为什么不是你们的").fill("路灯由市城管局管")
    page.get_by_role("button", name="退回").click()

    expect(page.get_by_text("这件诉求已经不在您这里")).to_be_visible()
    expect(page.get_by_text("村口到小学")).to_have_count(0)
    page.wait_for_url("**/console/desk/")


@both
def test_an_official_hands_over_once(
    morning: Scene, working: Work, begun: Begun, open_as: Open, *, scripts: bool
) -> None:
    page = open_as(morning.official_account, PHONE, scripts=scripts).new_page()
    page.goto(f"/console/cases/{begun.joined.pk}/")
    page.locator("#transfer > summary").click()
    expect(page.get_by_text("只能转一次")).to_be_visible()
    page.get_by_label("转给谁").select_option(label="望川县")
    page.get_by_label("为什么转给他们").fill("请县水务局处理")
    page.get_by_role("button", name="转办").click()

    expect(page.get_by_text("已转办，对方会收到提醒。")).to_be_visible()
    expect(page.get_by_text("已经转办过，按规定不能再转。")).to_be_visible()
    expect(page.locator("#transfer")).to_have_count(0)
    assert Transfer.objects.filter(case=begun.joined).count() == 1


def test_a_refusal_stands_on_the_page_and_the_form_stays_open(morning: Scene, begun: Begun, open_as: Open) -> None:
    page = open_as(morning.official_account, DESK).new_page()
    page.goto(f"/console/cases/{begun.secret.pk}/?do=transfer")
    expect(page.get_by_text("只能交给已经指名的领导")).to_be_visible()
    page.locator("#avoid > summary").click()
    page.get_by_label("依据是什么").fill("群众说的")
    page.get_by_label("反映的是谁").select_option(index=1)
    page.evaluate("document.querySelector('#avoid-about').selectedOptions[0].value = 'office:0'")
    page.get_by_role("button", name="设回避").click()

    expect(page.get_by_role("alert")).to_contain_text("没有找到被反映的单位")
    expect(page.get_by_label("依据是什么")).to_have_value("群众说的")


def test_a_double_click_on_the_case_page_rings_once(morning: Scene, begun: Begun, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE).new_page()
    page.goto(f"/console/cases/{begun.joined.pk}/")
    page.get_by_role("button", name=re.compile("回电")).first.dblclick()

    expect(page.get_by_text("您的电话马上会响")).to_be_visible()
    assert CallOrder.objects.count() == 1


@both
def test_a_citizen_adds_goes_up_and_withdraws_after_being_asked(begun: Begun, open_as: Open, *, scripts: bool) -> None:
    page = open_as(None, PHONE, scripts=scripts).new_page()
    page.goto(f"/m/{begun.late.code}/")
    page.locator("#add > summary").click()
    page.get_by_label("要补充什么").fill("今天又漫出来了")
    page.get_by_role("button", name="补充", exact=True).click()
    expect(page.get_by_text("补充的内容已经收到。")).to_be_visible()
    expect(page.get_by_text("您补充了内容")).to_be_visible()

    page.get_by_role("button", name="请上一级过问").click()
    expect(page.get_by_text("已经转告上一级领导和督查部门")).to_be_visible()

    page.get_by_role("link", name="不用办了，撤回").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_role("heading", name="已经撤回")).to_be_visible()
    assert Case.objects.get(pk=begun.late.pk).state == "withdrawn"


@both
def test_a_citizen_hands_in_a_photo_and_hears_what_is_not_taken(
    begun: Begun, open_as: Open, picture: Path, *, scripts: bool
) -> None:
    page = open_as(None, PHONE, scripts=scripts).new_page()
    page.goto(f"/m/{begun.extended.code}/")
    wrong = picture.with_name("程序.jpg")
    wrong.write_bytes(b"MZ\x90\x00 no picture")
    page.locator("#attach > summary").click()
    page.get_by_label("选文件").set_input_files(wrong)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("alert")).to_contain_text("只收照片")

    page.get_by_label("选文件").set_input_files(picture)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("link", name="现场.jpg")).to_be_visible()


@both
def test_a_citizen_answers_three_questions_about_the_reply(morning: Scene, open_as: Open, *, scripts: bool) -> None:
    page = open_as(None, PHONE, scripts=scripts).new_page()
    page.goto(f"/m/{morning.replied_code}/")
    page.get_by_label("答复了", exact=True).check()
    page.get_by_label("没有解决", exact=True).check()
    page.get_by_label("不满意").check()
    page.get_by_role("button", name="提交评价").click()

    expect(page.get_by_text("谢谢您的评价。")).to_be_visible()
    expect(page.get_by_role("heading", name="领导本人重新办理")).to_be_visible()


def test_whom_it_is_about_is_asked_only_of_a_complaint(morning: Scene, open_as: Open) -> None:
    page = open_as(None, PHONE).new_page()
    page.goto("/new/")
    expect(page.get_by_label(re.compile("反映的是谁"))).to_be_hidden()
    page.get_by_label("投诉").check()
    expect(page.get_by_label(re.compile("反映的是谁"))).to_be_visible()


@both
def test_staff_put_a_stray_text_aside_from_the_queue(morning: Scene, open_as: Open, *, scripts: bool) -> None:
    page = open_as(morning.staff_account, DESK, scripts=scripts).new_page()
    page.goto("/console/queue/")
    page.get_by_text("认领或搁置").click()
    page.get_by_label("不用办的，写明理由").fill("问路的，已经回电说明")
    page.get_by_role("button", name="搁置").click()

    expect(page.get_by_text("已搁置，不再显示。")).to_be_visible()
    assert Text.objects.filter(thread__line=None, settled_at=None).count() == 0
