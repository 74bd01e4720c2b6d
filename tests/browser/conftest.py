"""A Chromium, a site filled with a believable morning, and people signed in to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from minhu.directory.models import Account
from tests.browser import scene
from tests.browser.scene import Scene

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's loop runs on this thread, where the tests make their rows all the same; and only while tests of this
    # folder run, because no other loop can run on the thread meanwhile. They come one behind another (conftest.py of
    # the whole), so that a worker starts one browser.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def morning(transactional_db: None, daytime: None) -> Scene:
    return scene.morning(timezone.now())


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """A window of the browser: open_as(account or None, viewport, theme=..., scripts=False)."""
    contexts: list[BrowserContext] = []

    def open_window(
        account: Account | None = None, viewport: ViewportSize = PHONE, *, scripts: bool = True, **cookies: str
    ) -> BrowserContext:
        context = browser.new_context(
            viewport=viewport,
            base_url=live_server.url,
            java_script_enabled=scripts,
            locale="zh-CN",
        )
        context.set_default_timeout(15_000)
        given: list[Any] = [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        if account is not None:
            client = Client()
            client.force_login(account)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            given.append({"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url})
        if given:
            context.add_cookies(given)
        contexts.append(context)
        return context

    yield open_window
    for context in contexts:
        context.close()
