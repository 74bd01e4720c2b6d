"""What a first visit costs: on a 2G-like link a page must be small, ask nobody else, and show its words early."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.conftest import PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

MOST_BYTES = 100_000
MOST_REQUESTS = 14
LATEST_PAINT_MS = 10_000
"""Of the largest words or picture: four times what Web Vitals call good, for a machine that has other tests to run.
What waits for a script or a font to come shows itself all the same.
"""

PAINT = """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
  .observe({type: "largest-contentful-paint", buffered: true}))"""


def test_a_first_visit_is_small_asks_nobody_else_and_shows_early(morning: Scene, open_as: Open) -> None:
    context = open_as(viewport=PHONE)
    context.new_page().goto("/about/")  # the site has begun to answer
    context.clear_cookies()
    for path in ("/", f"/o/{morning.official.pk}/"):
        page = context.new_page()
        answers = _answers_to(page)
        page.goto(path, wait_until="load")
        paint = page.evaluate(PAINT)

        cost = sum(len(gzip.compress(one.body())) for one in answers)  # as they are collected for a real site
        assert cost < MOST_BYTES, f"{path}: {cost} bytes"
        assert len(answers) <= MOST_REQUESTS, [one.url for one in answers]
        assert {urlsplit(one.url).netloc for one in answers} == {urlsplit(page.url).netloc}
        assert paint < LATEST_PAINT_MS, f"{path}: {paint} ms"


def _answers_to(page: Page) -> list[Response]:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    return answers
