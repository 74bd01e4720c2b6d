"""The figures' pages in a real browser: usable by everybody, alive with scripts, complete without them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from minhu.directory.models import Account
from minhu.rules.words import Role
from minhu.supervision.models import AnswerWatch, DecayAlarm
from tests import make
from tests.browser.axe import faults
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.counted import a_quarter_of_calls
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]
CONSOLE = (
    "/console/figures/",
    "/console/figures/report/",
    "/console/figures/alarms/",
    "/console/what-if/?windows=chosen",
)


@pytest.fixture
def supervisor(morning: Scene) -> Account:
    """A quarter of a year of calls to two offices; one line that is answered less; and who looks after it."""
    other = make.line(make.official(make.office(morning.city, "市水务局"), "单春梅"))
    a_quarter_of_calls(morning.line, other)
    watch = AnswerWatch.objects.create(
        city=morning.city, line=other, read_to=timezone.now(), usual=0.9, limit=9.0, score=9.0, told=True
    )
    DecayAlarm.objects.create(watch=watch, usual=0.9, calls=23, at=timezone.now())
    AnswerWatch.objects.create(
        city=morning.city, line=morning.line, read_to=timezone.now(), usual=0.85, limit=9.0, score=5.0, since=7
    )
    return make.account(morning.city, Role.SUPERVISOR)


@pytest.mark.parametrize("cookies", [{}, {"language": "en"}], ids=["chinese", "english"])
def test_everybody_can_use_the_figures(supervisor: Account, open_as: Open, cookies: dict[str, str]) -> None:
    anybody, signed_in = open_as(None, **cookies), open_as(supervisor, **cookies)
    found = faults(anybody, "/figures/")
    found += faults(signed_in, *CONSOLE)

    assert not found, "\n".join(found)


def test_charts_come_alive_and_break_no_policy(supervisor: Account, open_as: Open) -> None:
    page = open_as(None, DESK).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/figures/", wait_until="load")
    page.wait_for_selector("[data-drawn] canvas")
    page.locator("[data-drawn] canvas").first.hover()

    assert page.locator("[data-drawn] canvas").count() == 4
    assert not said


def test_without_scripts_each_chart_is_drawn_and_its_numbers_can_be_read(supervisor: Account, open_as: Open) -> None:
    page = open_as(None, PHONE, scripts=False).new_page()
    page.goto("/figures/")
    page.locator(".chart-table summary").first.click()

    assert page.locator("svg.drawing").count() == 4
    assert page.locator(".chart-table tbody tr").first.is_visible()


def test_a_slider_moved_by_a_key_says_its_value_and_shows_at_once_what_it_does(
    supervisor: Account, morning: Scene, open_as: Open
) -> None:
    page = open_as(supervisor, DESK).new_page()
    page.goto(f"/console/what-if/?line={morning.line.pk}")
    page.wait_for_selector("[data-finding]", timeout=60_000)
    page.focus("#volume")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**volume=1.5**")
    page.wait_for_function("document.querySelector('#whatif-said').textContent")

    assert page.inner_text("output[for=volume]") == "1.5 倍"
    assert page.get_attribute("#volume", "aria-valuetext") == "1.5 倍"
    assert page.evaluate("document.activeElement.id") == "volume"
    assert page.locator("#whatif-result .before .tag").count() == 6
    assert page.locator("#whatif-chart rect.s1").count()
