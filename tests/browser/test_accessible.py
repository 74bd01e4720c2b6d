"""axe finds nothing serious on any page, on a phone and on a desk, in light and in dark. Bar: WCAG 2.2 AA."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, ViewportSize

from minhu.directory.models import Account
from tests.browser.casework import Work, work
from tests.browser.conftest import AXE, DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

RUN = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
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


DOINGS = ("transfer", "extend", "show_door", "withdraw", "avoid", "confide", "join")


def pages_of(scene: Scene, work: Work) -> list[tuple[Account | None, str]]:
    """Every page there is, and who looks at it."""
    public = [
        "/", "/?q=%E5%91%A8", "/?q=nobodyatall", f"/o/{scene.official.pk}/", "/new/", "/m/", "/m/?code=abc",
        f"/m/{scene.replied_code}/", f"/m/{scene.replied_code}/sent/", "/about/", "/display/", "/accounts/login/",
        "/no-such-page/",
    ]  # fmt: skip
    official = [
        "/console/today/", "/console/callbacks/", "/console/calls/", f"/console/calls/{scene.answered.pk}/",
        f"/console/cases/{scene.case.pk}/", "/console/presence/", "/console/me/",
    ]  # fmt: skip
    staff = [
        "/console/queue/", f"/console/calls/{scene.voice.pk}/", f"/console/threads/{scene.doubt.thread_id}/",
        "/console/callbacks/",
    ]  # fmt: skip
    begun = work.begun
    public += [f"/m/{case.code}/" for case in (begun.late, begun.extended, begun.reopened)]
    public += [f"/m/{begun.late.code}/withdraw/"]
    official += [f"/console/cases/{begun.joined.pk}/?do={name}" for name in DOINGS]
    official += [f"/console/cases/{begun.secret.pk}/?do=transfer", f"/console/cases/{begun.late.pk}/print/?notes=1"]
    official += ["/console/ledger/?of=overdue", "/console/ledger/?of=mine", "/console/notices/", "/console/desk/"]
    staff += [f"/console/cases/{begun.joined.pk}/", "/console/ledger/"]
    unit = ["/console/desk/", "/console/ledger/", "/console/notices/", "/console/me/"]
    unit += [f"/console/cases/{begun.handed.pk}/?do={name}" for name in ("reply", "extend", "give_back")]
    supervisor = ["/console/escalated/", "/console/notices/", "/console/ledger/", f"/console/cases/{begun.late.pk}/"]
    pages: list[tuple[Account | None, str]] = [(None, path) for path in public]
    pages += [(work.unit_account, path) for path in unit]
    pages += [(work.supervisor_account, path) for path in supervisor]
    pages += [(scene.official_account, path) for path in official]
    pages += [(scene.staff_account, path) for path in staff]
    operator = ["/console/import/", "/console/gateways/"]
    return [*pages, *((scene.operator_account, path) for path in operator)]


def scrolled(node: dict[str, Any]) -> bool:
    """Only half to be seen because it happens to lie under the tab bar; it scrolls."""
    return any((one.get("data") or {}).get("messageKey") == "partiallyObscured" for one in node["any"])


def faults(context: BrowserContext, path: str) -> list[str]:
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(path, wait_until="load")
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate(RUN)
    for violation in result["violations"]:
        if violation["impact"] in {"serious", "critical"}:
            said += [f"{violation['id']}: {node['html'][:120]}" for node in violation["nodes"] if not scrolled(node)]
    said += page.evaluate(SMALL, SMALLEST_PX)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        said.append("the page is wider than the window")
    page.close()
    return [f"{path}: {fault}" for fault in said]


@pytest.mark.parametrize(
    ("viewport", "cookies"),
    [(PHONE, {"theme": "light"}), (DESK, {"theme": "dark"})],  # size and colours have nothing to do with one another
    ids=["phone, light", "desk, dark"],
)
def test_everybody_can_use_every_page(
    morning: Scene, open_as: Open, viewport: ViewportSize, cookies: dict[str, str]
) -> None:
    windows: dict[Account | None, BrowserContext] = {}
    found: list[str] = []
    for account, path in pages_of(morning, work(morning, timezone.now())):
        if account not in windows:
            windows[account] = open_as(account, viewport, **cookies)
        found += faults(windows[account], path)

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "cookies", [{"theme": "contrast"}, {"elder": "on"}, {"language": "en"}], ids=["contrast", "elder", "english"]
)
def test_other_modes_are_as_usable(morning: Scene, open_as: Open, cookies: dict[str, str]) -> None:
    begun = work(morning, timezone.now())
    public, official = open_as(None, PHONE, **cookies), open_as(morning.official_account, PHONE, **cookies)
    staff, unit = open_as(morning.staff_account, PHONE, **cookies), open_as(begun.unit_account, PHONE, **cookies)

    found = [fault for path in ("/", "/new/", f"/m/{morning.replied_code}/") for fault in faults(public, path)]
    found += faults(public, f"/m/{begun.begun.late.code}/")
    found += faults(official, "/console/today/") + faults(staff, "/console/queue/")
    found += faults(official, f"/console/cases/{begun.begun.joined.pk}/?do=transfer")
    found += faults(official, "/console/ledger/") + faults(unit, "/console/desk/")
    found += faults(unit, f"/console/cases/{begun.begun.handed.pk}/?do=extend")

    assert not found, "\n".join(found)
