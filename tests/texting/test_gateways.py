"""Several gateways at once: the real jobs process, an SMSC, an official's phone in its own process, and our site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from minhu.audit.models import Pulse
from minhu.carriers.android import AndroidSettings
from minhu.carriers.kinds import GatewaySettings
from minhu.cases.models import Case
from minhu.intake.models import GatewayPause, RawText, Text
from minhu.rules.words import TextState
from tests.peers.http_handle import HttpFarEnd
from tests.peers.smsc_handle import Smsc
from tests.texting.process import START_SECONDS, Jobs, eventually
from tests.texting.town import Town, make_town, said_by

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "0123456789abcdef0123"
MATTER = "新华路与建设路交叉口的路灯已经三天不亮了，晚上很危险"


@dataclass
class Both:
    """The phone of the town's official beside the SMSC."""

    town: Town
    jobs: Jobs
    phone: HttpFarEnd
    smsc: Smsc

    def by_phone(self) -> list[str]:
        return [said["words"] for said in self.phone.taken()]

    def is_so(self, what: str) -> bool:
        """What the jobs process says of the phone: up, paused."""
        return Pulse.objects.filter(**{f"detail__gateways__zhou__{what}": True}).exists()


@pytest.fixture
def both(tmp_path: Path, database_url: str, smsc: Smsc, live_server: LiveServer, settings: Settings) -> Iterator[Both]:
    folder = tmp_path / "phone"
    folder.mkdir()
    jobs = Jobs(tmp_path / "jobs", database_url, smsc.port)
    town = make_town(lambda: jobs.now)
    with HttpFarEnd(folder, "android", f"{live_server.url}/hooks/zhou/{SECRET}/") as phone:
        phone.manners(retry_seconds=0.05)
        own = AndroidSettings(town.line.number, "k3y", f"{phone.address}/3rdparty/v1", user="phone", password="secret")
        settings.GATEWAYS = (GatewaySettings("zhou", "android", own, hook_secret=SECRET),)
        jobs.more = {
            "SMS_GATEWAYS": "zhou:android",
            "SMS_ZHOU_NUMBER": own.number,
            "SMS_ZHOU_SIGNING_KEY": own.signing_key,
            "SMS_ZHOU_URL": own.url,
            "SMS_ZHOU_USER": own.user,
            "SMS_ZHOU_PASSWORD": own.password,
            "SMS_ZHOU_PROBE_SECONDS": "0.2",
        }
        with jobs:
            smsc.until("bound", 1, START_SECONDS)
            made = Both(town, jobs, phone, smsc)
            eventually(lambda: made.is_so("up"))
            yield made
            assert jobs.alive, jobs.log[-4000:]


def citizen_texts(both: Both, body: str) -> None:
    at = timezone.now().isoformat(timespec="milliseconds")
    both.phone.inject({"sender": "+8613900000021", "body": body, "at": at})


def test_a_text_to_an_officials_own_phone_becomes_a_matter_and_is_answered_from_it(both: Both) -> None:
    both.phone.manners(receipts="after")
    citizen_texts(both, MATTER)

    case = eventually(lambda: Case.objects.first())
    assert (case.body, case.line) == (MATTER, both.town.line)  # type: ignore[union-attr]
    eventually(lambda: Text.objects.filter(state=TextState.DELIVERED, gateway="zhou").first())
    (said,) = both.phone.taken()
    assert said["recipient"] == "+8613900000021"
    assert said_by(both.smsc) == []


def test_while_the_phone_is_off_its_texts_go_by_the_general_gateway_and_none_goes_twice(both: Both) -> None:
    both.town.queue("开机时的一条")
    eventually(lambda: both.by_phone() == ["开机时的一条"])
    both.phone.kill()
    eventually(lambda: not both.is_so("up"))
    both.town.queue("关机时的一条")

    eventually(lambda: said_by(both.smsc) == ["关机时的一条"])
    both.phone.start()
    eventually(lambda: both.is_so("up"))
    assert both.by_phone() == ["开机时的一条"]


def test_a_text_in_doubt_at_the_phone_is_not_sent_by_the_other_gateway(both: Both) -> None:
    both.phone.manners(die_on_submit=True)
    both.town.queue("会后给您回电")

    eventually(lambda: both.town.states() == {"会后给您回电": TextState.UNKNOWN})
    both.phone.has_died()
    both.phone.start()
    eventually(lambda: both.is_so("up"))
    assert both.by_phone() == ["会后给您回电"]
    assert said_by(both.smsc) == []


def test_a_paused_gateway_hands_nothing_over_and_still_brings_what_comes(both: Both) -> None:
    GatewayPause.objects.create(name="zhou", reason="手机送修", paused_at=timezone.now())
    eventually(lambda: both.is_so("paused"))
    citizen_texts(both, MATTER)

    eventually(lambda: RawText.objects.filter(gateway="zhou").exists())
    eventually(lambda: len(said_by(both.smsc)) == 1)
    assert both.by_phone() == []


def test_the_doctor_knows_each_gateway(both: Both) -> None:
    said = both.jobs.run("doctor")
    assert "texting: smpp" in said
    assert "texting: zhou" in said

    both.phone.kill()
    assert "Connection refused" in both.jobs.run("doctor")


def test_a_gateway_for_templates_without_one_of_them_stops_the_start(tmp_path: Path, database_url: str) -> None:
    cloud = {"ACCESS_KEY_ID": "i", "ACCESS_KEY_SECRET": "s", "SIGNATURE": "安澜市", "TEMPLATES": "missed=SMS_1"}
    more = {"SMS_GATEWAYS": "cloud:aliyun", **{f"SMS_CLOUD_{name}": value for name, value in cloud.items()}}
    jobs = Jobs(tmp_path / "jobs", database_url, 9, more)
    jobs.start()

    assert jobs.process is not None
    assert jobs.process.wait(START_SECONDS) == 1
    (line,) = [line for line in jobs.log.splitlines() if "SMS_CLOUD_TEMPLATES" in line]
    assert line.startswith(
        "minhu: SMS_CLOUD_TEMPLATES: lacks the registered template of: missed_brief, matter_received, "
    )
