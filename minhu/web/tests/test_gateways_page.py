"""What an operator sees and does about the SMS gateways, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from minhu.audit import pulse
from minhu.audit.models import TrailEntry
from minhu.carriers.android import AndroidSettings
from minhu.carriers.kinds import GatewaySettings
from minhu.carriers.smpp import SmppSettings
from minhu.directory.models import Line, Office
from minhu.environment.gateways import channel_of
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import GatewayPause, Text
from minhu.rules.access import system
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
PHONE = "+8613700000009"
PATH = "/console/gateways/"


@pytest.fixture
def city() -> Office:
    return make.city()


@pytest.fixture
def line(city: Office) -> Line:
    return make.line(make.official(make.office(city)))


@pytest.fixture(autouse=True)
def gateways(settings: Settings) -> None:
    smpp = GatewaySettings("agg", "smpp", SmppSettings("127.0.0.1", 1, "u", "p"))
    phone = GatewaySettings("wang", "android", AndroidSettings(PHONE, "k", user="u", password="p"), lines=(PHONE,))
    settings.GATEWAYS = (smpp, phone)
    settings.CHANNELS = tuple(channel_of(one) for one in settings.GATEWAYS)


@pytest.fixture
def operator(city: Office) -> Client:
    client = Client()
    client.force_login(make.account(city, Role.OPERATOR))
    return client


def say(line: Line, body: str = "会后给您回电") -> Text:
    at = timezone.now() - timedelta(minutes=20)
    to = thread_of(make.citizen(line.city, at=at), line.pk, at)
    return outbox.queue(to, outbox.Draft(body=body, urgency=0), key=f"k{to.pk}", by=system(line.city_id), at=at)


def beat(**states: dict[str, object]) -> None:
    pulse.beat("jobs", "n1", at=timezone.now(), gateways=states)


def test_an_operator_sees_what_waits_since_when_and_what_it_cost(operator: Client, line: Line) -> None:
    say(line)
    sent = say(line)
    outbox.claim("w", 1, gateway="agg", at=timezone.now())
    sent = Text.objects.get(state="sending")
    outbox.submitted(sent.pk, "agg", ["1", "2"], billed=2)
    beat(agg={"up": True, "trouble": "", "ailing": False}, wang={"up": False, "trouble": "Connection refused"})

    page = operator.get(PATH)

    seen = {row.name: row for row in page.context["gateways"]}
    assert (seen["agg"].figures.waiting, seen["agg"].waits_too_long) == (1, True)
    assert (seen["agg"].figures.segments_today, page.context["month"]) == (2, 2)
    words = page.content.decode()
    assert "正常" in words
    assert "Connection refused" in words
    assert "超过 15 分钟" in words


def test_neither_words_nor_numbers_are_on_it(operator: Client, line: Line) -> None:
    text = say(line, "张三的病历在第三人民医院")
    outbox.claim("w", 1, gateway="agg", at=timezone.now())
    outbox.rejected(text.pk, "agg", "bad number 13912345678", retryable=False)
    number = line.number

    words = operator.get(PATH).content.decode()

    assert "bad number …" in words
    for secret in ("张三", "13912345678", number, PHONE):
        assert secret not in words


def test_pausing_is_an_act_with_a_reason_and_resuming_ends_it(operator: Client, line: Line) -> None:
    beat(agg={"up": True, "trouble": "", "ailing": False})
    answer = operator.post(f"{PATH}agg/pause/", {"reason": "运营商割接"})
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    page = operator.get(PATH).content.decode()
    assert "已暂停" in page
    assert "运营商割接" in page

    operator.post(f"{PATH}agg/resume/")
    assert not GatewayPause.objects.filter(resumed_at=None).exists()
    assert list(TrailEntry.objects.order_by("seq").values_list("act", flat=True)) == ["pause_gateway", "resume_gateway"]


def test_a_pause_without_a_reason_is_refused_and_says_so(operator: Client, line: Line) -> None:
    answer = operator.post(f"{PATH}agg/pause/", {"reason": "  "})

    assert answer.status_code == 422
    assert "请写明暂停的原因" in answer.content.decode()
    assert not GatewayPause.objects.exists()


def test_a_gateway_that_is_not_there_is_refused(operator: Client, line: Line) -> None:
    assert operator.post(f"{PATH}other/pause/", {"reason": "割接"}).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_nobody_else_sees_or_pauses_a_gateway(city: Office, line: Line, role: Role) -> None:
    client = Client()
    client.force_login(make.account(city, role))

    assert client.get(PATH).status_code == 403
    assert client.post(f"{PATH}agg/pause/", {"reason": "割接"}).status_code == 403
    assert client.post(f"{PATH}agg/resume/").status_code == 403
    assert not GatewayPause.objects.exists()


def test_with_the_jobs_process_down_the_page_says_that_nothing_goes_out(operator: Client, line: Line) -> None:
    assert "后台进程没有运行" in operator.get(PATH).content.decode()


def test_without_any_gateway_the_page_says_what_becomes_of_texts(
    operator: Client, line: Line, settings: Settings
) -> None:
    settings.GATEWAYS = settings.CHANNELS = ()
    assert "还没有短信通道" in operator.get(PATH).content.decode()


def test_htmx_gets_the_panel_alone(operator: Client, line: Line) -> None:
    answer = operator.post(f"{PATH}agg/pause/", {"reason": "割接"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert "已暂停" in answer.content.decode()


def test_staff_see_what_a_citizen_really_got_where_the_gateway_takes_short_words_only(city: Office, line: Line) -> None:
    at = timezone.now()
    to = thread_of(make.citizen(city), line.pk, at)
    variables = {"code": "K7Q2M4XA", "done": "已更换三盏路灯，恢复照明。", "by": "市政处"}
    draft = outbox.Draft(template="reply", variables=variables, urgency=0)
    text = outbox.queue(to, draft, key="k", by=system(city.pk), at=at)
    outbox.claim("w", gateway="agg", at=at)
    outbox.submitted(text.pk, "agg", ["1"], sent_as="reply_brief", at=at)
    staff = Client()
    staff.force_login(make.account(city, Role.STAFF))

    page = staff.get(f"/console/threads/{to.pk}/").content.decode()

    assert "已更换三盏路灯" in page
    assert "群众收到的是：编号K7Q2M4XA已答复，请凭编号查看或来电询问。" in page
