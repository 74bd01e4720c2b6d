"""What happens on the line is on the open page by itself: a real server process, a real browser.

How soon (a second is promised) is measured by `python -m benchmarks.live`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from minhu.directory.models import Account, Line
from minhu.intake.models import CallStep
from tests import make
from tests.browser import scene
from tests.browser.conftest import PHONE
from tests.browser.scene import Scene
from tests.peers.smsc_handle import free_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    list.getEntries().forEach((entry) => { window.shifted += entry.value; });
  }).observe({ type: "layout-shift" });
}"""
"""Adds up what moves on the page by itself (web.dev/cls)."""


def database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}@/{told['NAME']}?host={told['HOST']}"


@pytest.fixture
def site(morning: Scene) -> Iterator[str]:
    """``minhu web`` on the test's own database."""
    port = free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "minhu.settings"}
    environment |= {"MINHU_SECRET_KEY": settings.SECRET_KEY, "MINHU_HOSTS": "127.0.0.1"}
    command = [sys.executable, "-m", "uvicorn", "minhu.asgi:application", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen([*command, "--timeout-graceful-shutdown", "1"], env=environment, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 - our own address
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def cookie_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def watched(browser: Browser, site: str, account: Account, path: str) -> Iterator[Page]:
    """A page on a phone, which hears what happens on the line and adds up what moves on it."""
    context = browser.new_context(viewport=PHONE, base_url=site)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie_of(account), "url": site}])
    page = context.new_page()
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.goto(path, wait_until="domcontentloaded")
    page.wait_for_timeout(1_000)  # the stream is open and has been looked at
    page.evaluate(WATCH_SHIFTS)
    yield page
    context.close()


def rings(line: Line, **who: Any) -> None:
    """Somebody calls; the pages are told by what the switch writes."""
    call = scene.ring(line, timezone.now(), **who)
    CallStep.objects.create(call=call, seq=0, at=call.received_at, kind="received")


def test_a_call_that_rings_is_on_the_open_page_by_itself_and_moves_nothing(
    morning: Scene, site: str, browser: Browser
) -> None:
    with watched(browser, site, morning.official_account, "/console/today/") as page:
        rings(morning.line, again=morning.case.citizen)

        card = page.get_by_role("complementary", name="正在打来的电话")
        expect(card.get_by_text("刘女士")).to_be_visible()
        expect(card.get_by_role("link", name=morning.case.title)).to_be_visible()
        expect(card.get_by_text("来电没接到")).to_be_visible()
        assert page.evaluate("window.shifted") == 0
        card.get_by_role("button", name="请短信说明事由和地点").click()
        expect(page.get_by_text("短信将会发出")).to_be_visible()

    other = make.line(make.official(morning.official.office, "单春梅"))
    with watched(browser, site, morning.staff_account, "/console/switchboard/") as board:
        rings(other, name="丁女士")

        row = board.locator(f"#line-{other.pk}")
        expect(row.get_by_text("正在打来")).to_be_visible()
        expect(row.get_by_text("丁女士")).to_be_visible()
        assert board.evaluate("window.shifted") == 0


def test_whoever_is_not_signed_in_gets_no_stream(site: str) -> None:
    with urllib.request.urlopen(f"{site}/live/", timeout=5) as answer:  # noqa: S310 - our own address
        assert answer.status == 204
