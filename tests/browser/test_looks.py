"""Key pages look as somebody last agreed they shall: looks.py says how, docs/how-to/change-a-look.md what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, ViewportSize

from minhu.audit import pulse
from minhu.directory.models import Account
from tests.browser import blocks, looks, scene
from tests.browser.casework import Work, work
from tests.browser.conftest import Open
from tests.browser.counted import a_quarter_of_calls
from tests.browser.looks import Look
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

NOW = datetime(2026, 3, 3, 2, 50, tzinfo=UTC)
PHONE: ViewportSize = {"width": 390, "height": 1600}
DESK: ViewportSize = {"width": 1280, "height": 1200}
MODES = {"home": "elder", "today": "elder", "queue": "dark", "tracked": "dark", "figures": "dark"}
"""The pages that are looked at in another mode too, on the phone."""
_TURN = """(mode) => mode === "elder" ? document.documentElement.setAttribute("data-elder", "")
  : document.documentElement.setAttribute("data-theme", mode)"""
NO_CHARTS = ';Object.defineProperty(window, "echarts", {set() {}})'
"""The drawing stays that is there without scripts: on a canvas words would be in the machine's own fonts."""
RENEW = "If they shall look so: .venv/bin/pytest tests/browser/test_looks.py --renew-looks"
FOUND = (
    ("database", "well", "answers in 2 ms", ""),
    ("jobs", "well", "a pulse 3 s ago", ""),
    ("disk", "care", "81 % of 40 GB used", "make room"),
    ("trunk", "ill", "no answer to OPTIONS for 4 minutes", "see whether the carrier's address answers"),
)

Looks = Iterator[tuple[str, Look]]
"""Name of the page, size and mode; and its look."""


@pytest.fixture
def city(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Scene, Work]:
    """A morning whose clock stands still."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    made = scene.morning(NOW)
    a_quarter_of_calls(made.line)
    rows = [dict(zip(("about", "grade", "found", "cure"), row, strict=True)) for row in FOUND]
    pulse.beat("doctor", "here", at=NOW, findings=rows)
    return made, work(made, NOW)


def pages_of(made: Scene, begun: Work) -> list[tuple[Account | None, dict[str, str]]]:
    """The pages most people meet most often."""
    return [
        (None, {
            "home": "/", "official": f"/o/{made.official.pk}/", "tracked": f"/m/{made.replied_code}/", "new": "/new/",
            "sign-in": "/accounts/login/", "figures": "/figures/",
        }),
        (made.official_account, {"today": "/console/today/", "case": f"/console/cases/{begun.begun.joined.pk}/"}),
        (made.staff_account, {
            "queue": "/console/queue/", "switchboard": "/console/switchboard/", "ledger": "/console/ledger/",
        }),
        (made.operator_account, {"health": "/console/health/"}),
    ]  # fmt: skip


def in_blocks(context: BrowserContext) -> Page:
    context.add_init_script(blocks.script() + NO_CHARTS)
    return context.new_page()


def seen(made: Scene, begun: Work, open_as: Open) -> Looks:
    for account, pages in pages_of(made, begun):
        page = in_blocks(open_as(account, PHONE, theme="light"))
        for name, path in pages.items():
            page.set_viewport_size(PHONE)
            page.goto(path, wait_until="load")
            yield f"{name}-phone", looks.look_at(page)
            page.set_viewport_size(DESK)
            yield f"{name}-desk", looks.look_at(page)
            if name in MODES:
                page.set_viewport_size(PHONE)
                page.evaluate(_TURN, MODES[name])
                yield f"{name}-{MODES[name]}", looks.look_at(page)


def test_key_pages_look_as_agreed(city: tuple[Scene, Work], open_as: Open, request: pytest.FixtureRequest) -> None:
    every = dict(seen(*city, open_as))
    if request.config.option.renew_looks:
        looks.renew(every)
    folder = request.config.cache.mkdir("looks")
    found = [f"{name} has not been agreed to" for name in every.keys() - looks.names_kept()]
    found += [f"nobody looks at {name} any more" for name in looks.names_kept() - every.keys()]
    for name in every.keys() & looks.names_kept():
        agreed, look = looks.kept(name), every[name]
        if faults := list(looks.differences(agreed, look)):
            faults.append(f"see {looks.show(name, agreed, look, folder)}")
            found += [f"{name}: {fault}" for fault in faults]

    assert not found, "\n".join([*sorted(found), RENEW])


def test_a_moved_button_and_a_changed_colour_are_found(open_as: Open, transactional_db: None, tmp_path: Path) -> None:
    page = in_blocks(open_as(None, PHONE, theme="light"))
    page.goto("/accounts/login/", wait_until="load")
    agreed = looks.look_at(page)
    again = looks.look_at(page)
    page.evaluate("document.querySelector('.button.whole').style.transform = 'translateX(5px)'")
    moved = list(looks.differences(agreed, looks.look_at(page)))
    page.evaluate("document.querySelector('.button.whole').style.transform = 'none'")
    page.evaluate("document.documentElement.style.setProperty('--brand', '#1c6a45')")
    coloured = list(looks.differences(agreed, looks.look_at(page)))

    assert not list(looks.differences(agreed, again))
    assert [words for words in moved if words.startswith("button.button.primary")]
    assert coloured
    assert all("another colour" in words for words in coloured)
    assert looks.show("sign-in", agreed, again, tmp_path).exists()
