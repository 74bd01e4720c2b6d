"""What is wrong with a page: axe and a ruler read it in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.conftest import DESK, PHONE

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_RUN = """(only) => axe.run(document, {
  runOnly: only, resultTypes: ["violations"], rules: {region: {enabled: false}}})"""
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES_OF_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""What colours and sizes of type may change of a page that says the same."""
SMALLEST_PX = 44
SMALL = """(smallest) => [...document.querySelectorAll(
    "a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => !one.closest(".skip, .trap, p, dd, li > p, h3, h4, audio"))
  .map((one) => [one, one.closest("label") ?? one])
  .map(([one, whole]) => [one.outerHTML.slice(0, 90), whole.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && box.height < smallest - 0.5)
  .map(([html, box]) => `${Math.round(box.height)} px: ${html}`)"""


MODES: tuple[tuple[str, ViewportSize, dict[str, str], list[str]], ...] = (
    ("phone, light", PHONE, {"data-theme": "light"}, EVERY_RULE),
    ("phone, contrast", PHONE, {"data-theme": "contrast"}, RULES_OF_LOOKS),
    ("phone, elder", PHONE, {"data-theme": "light", "data-elder": ""}, RULES_OF_LOOKS),
    ("desk, dark", DESK, {"data-theme": "dark"}, EVERY_RULE),
)
"""How every page is looked at: its size, what the root says of it (web/templates/base.html), and by which rules.

Size and colours have nothing to do with one another.
"""
_TURN = """(said) => { for (const name of ["data-theme", "data-elder"])
  document.documentElement.toggleAttribute(name, name in said)
    && document.documentElement.setAttribute(name, said[name]); }"""


def faults(context: BrowserContext, *paths: str) -> list[str]:
    """What axe calls serious, what is too small to touch, too wide or refused by the CSP; each with path and mode.

    A page is opened once and turned from mode to mode; the same fault in several modes is told once.
    """
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    context.add_init_script(AXE)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")  # a colour under way to another has the contrast of neither
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.on("console", hear)
    found = []
    for path in paths:
        said.clear()
        page.set_viewport_size(PHONE)
        page.goto(path, wait_until="load")
        found += [f"{path}: {fault}" for fault in [*_read_in_each_mode(page), *said]]
    page.close()
    return found


def _read_in_each_mode(page: Page) -> list[str]:
    told: dict[str, str] = {}
    for name, size, root, rules in MODES:
        page.set_viewport_size(size)
        page.evaluate(_TURN, root)
        for fault in _read(page, rules):
            told.setdefault(fault, name)
    return [f"{name}: {fault}" for fault, name in told.items()]


def _read(page: Page, rules: list[str]) -> list[str]:
    result: dict[str, Any] = page.evaluate(_RUN, rules)
    grave = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
    said = [f"{one['id']}: {node['html'][:120]}" for one in grave for node in one["nodes"] if not _scrolled(node)]
    said += page.evaluate(SMALL, SMALLEST_PX)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        said.append("the page is wider than the window")
    return said


def _scrolled(node: dict[str, Any]) -> bool:
    """Only half to be seen because it happens to lie under the tab bar; it scrolls."""
    return any((one.get("data") or {}).get("messageKey") == "partiallyObscured" for one in node["any"])
