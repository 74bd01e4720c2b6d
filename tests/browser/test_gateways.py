"""The operator's page of the SMS gateways in a real browser: with and without scripts, on a phone and on a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from minhu.audit import pulse
from minhu.carriers.android import AndroidSettings
from minhu.carriers.kinds import GatewaySettings
from minhu.carriers.smpp import SmppSettings
from minhu.environment.gateways import channel_of
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import GatewayPause
from minhu.rules.access import system
from tests import make
from tests.browser.axe import faults
from tests.browser.conftest import PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@pytest.fixture
def texting(morning: Scene, settings: Settings) -> Scene:
    """Two gateways: one that works and has failures, and an official's phone that is not reached."""
    number = morning.line.number
    smpp = GatewaySettings("aggregator", "smpp", SmppSettings("127.0.0.1", 1, "u", "p"))
    phone = AndroidSettings(number, "k", user="u", password="p")
    settings.GATEWAYS = (smpp, GatewaySettings("zhou", "android", phone, lines=(number,)))
    settings.CHANNELS = tuple(channel_of(one) for one in settings.GATEWAYS)
    at = timezone.now()
    for answer in ("sent", "ESME_RINVDSTADR", "ESME_RTHROTTLED", "sent", "ESME_RINVDSTADR", "waits"):
        to = thread_of(make.citizen(morning.city, at=at), morning.line.pk, at)
        draft = outbox.Draft(body="会后给您回电", urgency=0)
        text = outbox.queue(to, draft, key=f"k{to.pk}", by=system(morning.city.pk), at=at - timedelta(minutes=21))
        if answer == "waits":
            continue
        outbox.claim("w", 100, gateway="aggregator", at=at)
        if answer == "sent":
            outbox.submitted(text.pk, "aggregator", ["1"], billed=3)
        else:
            outbox.rejected(text.pk, "aggregator", answer, retryable=False)
    states = {"aggregator": {"up": True, "trouble": ""}, "zhou": {"up": False, "trouble": "timed out"}}
    pulse.beat("jobs", "n1", at=at, gateways=states)
    return morning


def test_axe_finds_nothing_on_it(texting: Scene, open_as: Open) -> None:
    context = open_as(texting.operator_account)
    assert faults(context, "/console/gateways/") == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_gateway_is_paused_and_let_go_on(texting: Scene, open_as: Open, scripts: bool) -> None:
    page = open_as(texting.operator_account, PHONE, scripts=scripts).new_page()
    page.goto("/console/gateways/")
    section = page.locator("section", has=page.get_by_role("heading", name="aggregator"))
    section.get_by_text("暂停这个通道").click()
    section.get_by_label("暂停的原因").fill("运营商割接")
    section.get_by_role("button", name="暂停发送").click()

    expect(section.get_by_text("已暂停", exact=True)).to_be_visible()
    expect(section.get_by_text("运营商割接")).to_be_visible()
    assert GatewayPause.objects.get().resumed_at is None
    page.goto("/console/gateways/")  # without scripts the word of thanks stays where it is
    section.get_by_role("button", name="恢复发送").click()
    expect(section.get_by_text("正常")).to_be_visible()
    assert GatewayPause.objects.get().resumed_at is not None
