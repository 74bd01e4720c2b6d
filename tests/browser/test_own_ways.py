"""Whoever spaces text as he can read it, or moves by keys alone, loses nothing. Bar: WCAG 2.2 AA, 1.4.12 and 2.4."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize

from tests.browser import scene
from tests.browser.casework import work
from tests.browser.conftest import Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

NARROW: ViewportSize = {"width": 320, "height": 844}
LOW: ViewportSize = {"width": 390, "height": 568}
SPACE = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet]; }"""
BEYOND = """() => [...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".chips, .wrap-table, .unseen"))
  .map((one) => one.outerHTML.slice(0, 90))"""
"""What stands beyond the right edge and cannot be moved into view."""
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const under = (bar) => !one.closest(".tabs, .ringing-now") && box.bottom > bar.getBoundingClientRect().top + 1;
  const hidden = box.top < 0 || [...document.querySelectorAll(".tabs, .ringing-now")].some(under);
  const ringed = [one, one.nextElementSibling].some((it) => it && getComputedStyle(it).outlineStyle !== "none");
  return [one === document.body, (hidden ? "lies under something: " : ringed || one.matches("audio") ? "" : "no ring: ")
    && one.outerHTML.slice(0, 90)]; }"""


def test_spaced_text_stays_within_the_narrowest_window(morning: Scene, open_as: Open) -> None:
    working, found = work(morning, timezone.now()), []
    for account, names in (
        (morning.official_account, ("presence", "today", "ledger")),
        (working.supervisor_account, ("escalated",)),
        (morning.staff_account, ("queue", "switchboard")),
    ):
        page = open_as(account, NARROW).new_page()
        for name in names:
            page.goto(f"/console/{name}/")
            page.evaluate(SPACE)
            found += [f"{name}: {one}" for one in page.evaluate(BEYOND)]

    assert not found, "\n".join(found)


def test_what_the_tab_key_reaches_has_a_ring_and_lies_under_no_bar_and_no_card(morning: Scene, open_as: Open) -> None:
    scene.ring(morning.line, timezone.now())
    found, reached = [], 0
    official = morning.official_account
    for account, name in ((morning.staff_account, "queue"), (official, "presence"), (official, "today")):
        page = open_as(account, LOW).new_page()
        page.goto(f"/console/{name}/")
        over = False
        while not over:
            page.keyboard.press("Tab")
            over, fault = page.evaluate(FOCUS)
            reached += not over
            found += [f"{name}: {fault}"] if fault and not over else []

    assert not found, "\n".join(found)
    assert reached > 100
