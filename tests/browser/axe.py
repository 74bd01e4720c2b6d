"""What is wrong with a page: axe and a ruler read it in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
  rules: {region: {enabled: false}}})"""
SMALLEST_PX = 44
SMALL = """(smallest) => [...document.querySelectorAll(
    "a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => !one.closest(".skip, .trap, p, dd, li > p, h3, h4, audio"))
  .map((one) => [one, one.closest("label") ?? one])
  .map(([one, whole]) => [one.outerHTML.slice(0, 90), whole.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && box.height < smallest - 0.5)
  .map(([html, box]) => `${Math.round(box.height)} px: ${html}`)"""


def faults(context: BrowserContext, *paths: str) -> list[str]:
    """What axe calls serious, what is too small to touch, too wide or refused by the CSP; each with its path."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    context.add_init_script(AXE)
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.on("console", hear)
    found = []
    for path in paths:
        said.clear()
        page.goto(path, wait_until="load")
        found += [f"{path}: {fault}" for fault in [*_read(page), *said]]
    page.close()
    return found


def _read(page: Page) -> list[str]:
    result: dict[str, Any] = page.evaluate(RUN)
    grave = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
    said = [f"{one['id']}: {node['html'][:120]}" for one in grave for node in one["nodes"] if not _scrolled(node)]
    said += page.evaluate(SMALL, SMALLEST_PX)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        said.append("the page is wider than the window")
    return said


def _scrolled(node: dict[str, Any]) -> bool:
    """Only half to be seen because it happens to lie under the tab bar; it scrolls."""
    return any((one.get("data") or {}).get("messageKey") == "partiallyObscured" for one in node["any"])
