"""With scripts the same pages answer without loading anew, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from minhu.cases import pending
from minhu.cases.models import Alert, Notice, WrapUp
from minhu.intake import peaks
from minhu.intake.models import CallOrder
from tests.browser import scene
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

KEPT = """async () => {
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().map((request) => new URL(request.url).pathname);
}"""
"""Paths of all that the worker has kept on the device."""


SHOWN = """async (words) => {
  const shown = await (await navigator.serviceWorker.ready).getNotifications();
  return shown.length === 1 && shown[0].body === words;
}"""
"""Whether the device shows this alert, and no other."""

HEARD_AT = "document.querySelector('audio').currentTime"

HEARS = """
window.SpeechRecognition = class extends EventTarget {
  static async available(asked) { return asked.processLocally ? "available" : "unavailable"; }
  start() {
    const heard = new Event("result");
    heard.results = [[{ transcript: "已告知办理地点" }]];
    this.dispatchEvent(heard);
    this.dispatchEvent(new Event("end"));
  }
};
"""
"""A telephone that turns speech into text by itself, as this browser cannot."""


def test_the_directory_narrows_while_one_types_pinyin(morning: Scene, open_as: Open) -> None:
    page = open_as(viewport=DESK).new_page()
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("zmy", delay=30)

    expect(page.get_by_text("“zmy”找到 1 位")).to_be_visible()
    expect(page.get_by_role("heading", name="周明远")).to_be_visible()


def test_a_wrap_up_takes_two_taps_and_the_card_is_gone(morning: Scene, open_as: Open) -> None:
    context = open_as(morning.official_account, PHONE)
    context.add_init_script(HEARS)
    page = context.new_page()
    page.goto("/console/today/")
    page.get_by_role("button", name="口述").click()
    expect(page.get_by_label("说明")).to_have_value("已告知办理地点")
    page.get_by_role("button", name="咨询答复").click()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    page.get_by_role("button", name="咨询答复").click()

    expect(page.get_by_text("已登记：咨询答复")).to_be_visible()
    expect(page.get_by_role("button", name="咨询答复")).to_have_count(0)
    pending.do_due(at=timezone.now() + pending.WAITS)
    assert WrapUp.objects.filter(call=morning.answered, outcome="enquiry").count() == 1


def test_a_double_click_rings_once(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.official_account, PHONE).new_page()
    page.goto("/console/today/")
    page.get_by_role("button", name="给刘女士回电").dblclick()

    expect(page.get_by_text("您的电话马上会响")).to_be_visible()
    assert CallOrder.objects.count() == 1


def test_the_queue_is_walked_by_j_and_k_and_opened_by_enter(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.staff_account, DESK).new_page()
    page.goto("/console/queue/")
    links = page.locator("[data-row-link]")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    opened = page.get_by_role("region", name="打开的诉求")
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    expect(links.nth(1)).to_have_attribute("aria-current", "true")

    page.set_viewport_size(PHONE)
    links.nth(1).click()
    page.wait_for_url("**/console/cases/*/")


def test_single_keys_can_be_switched_off(morning: Scene, open_as: Open) -> None:
    page = open_as(morning.staff_account, DESK, keys="off").new_page()
    page.goto("/console/queue/")
    page.keyboard.press("j")

    assert page.evaluate("document.activeElement === document.body")


def test_the_first_stop_of_the_tab_key_leads_past_the_menu(morning: Scene, open_as: Open) -> None:
    page = open_as(viewport=DESK).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_large_type_is_one_tap_away_on_every_page_and_stays(morning: Scene, open_as: Open) -> None:
    page = open_as().new_page()
    page.goto("/about/")
    page.get_by_role("button", name="长辈版").click()
    expect(page.get_by_role("button", name="长辈版", pressed=True)).to_be_visible()
    page.goto("/")

    assert page.evaluate("getComputedStyle(document.querySelector('.person .duties')).fontSize") == "18px"
    assert page.evaluate("document.querySelector('.person .button').getBoundingClientRect().height") >= 60


def test_what_was_typed_is_there_again_after_the_page_was_closed_by_mistake(morning: Scene, open_as: Open) -> None:
    page = open_as().new_page()
    page.goto("/new/")
    page.get_by_label("什么事").fill("写了一半的事情")
    page.goto("/")
    page.goto("/new/")

    assert page.get_by_label("什么事").input_value() == "写了一半的事情"


def test_without_a_net_the_installed_console_says_so_and_shows_nobody(morning: Scene, open_as: Open) -> None:
    context = open_as(morning.official_account, PHONE)
    page = context.new_page()
    page.goto("/console/today/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = page.evaluate(KEPT)
    context.set_offline(True)
    page.goto("/console/today/")

    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    assert "/console/offline/" in kept
    assert [one for one in kept if not one.startswith("/static/")] == ["/console/offline/"]


def test_an_alert_is_shown_by_the_phone_says_nothing_of_the_matter_and_tells_that_it_arrived(
    morning: Scene, open_as: Open
) -> None:
    account, at = morning.official_account, timezone.now()
    notice = Notice.objects.create(
        city=morning.city, case=morning.case, kind="remind", to_official=morning.official, at=at
    )  # fmt: skip
    alert = Alert.objects.create(notice=notice, account=account, token="t-1", at=at, next_at=at)
    context = open_as(account, PHONE)
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.goto("/console/today/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone, known = context.new_cdp_session(page), list[str]()
    phone.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(one["registrationId"] for one in told["registrations"]),
    )
    phone.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(20)
    push = {"origin": page.evaluate("location.origin"), "registrationId": known[0], "data": '{"token": "t-1"}'}
    with context.expect_event("response", lambda answer: "/alerts/arrived/t-1/" in answer.url):
        phone.send("ServiceWorker.deliverPushMessage", push)

    page.wait_for_function(SHOWN, arg="有一件事等您处理，请打开看。")
    alert.refresh_from_db()
    assert alert.arrived_at is not None


def test_a_recording_is_heard_faster_with_one_tap_and_from_where_one_taps(morning: Scene, open_as: Open) -> None:
    peaks.draw_missing()
    page = open_as(morning.official_account, PHONE).new_page()
    page.goto(f"/console/calls/{morning.voice.pk}/")
    page.get_by_role("button", name="1.5×").click()
    drawing = page.get_by_role("slider", name="拖动到录音的位置（秒）")
    box = drawing.bounding_box()
    assert box is not None
    drawing.click(position={"x": box["width"] * 3 / 4, "y": box["height"] / 2})
    tapped = page.evaluate(HEARD_AT)
    page.keyboard.press("ArrowRight")
    later = page.evaluate(HEARD_AT)
    page.keyboard.press("Home")

    expect(page.get_by_role("button", name="1.5×", pressed=True)).to_be_visible()
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5
    assert tapped == pytest.approx(scene.SPOKEN_SECONDS * 3 / 4, abs=1)
    assert later == tapped + 1
    assert page.evaluate(HEARD_AT) == 0
