"""The operator reads each light in a sentence; nobody else reads them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from minhu.audit import pulse
from minhu.rules.words import Role
from minhu.web.console.health import MEANS
from tests import make

pytestmark = pytest.mark.django_db
OPS = Path(__file__).resolve().parents[2] / "ops"


def looked(*found: tuple[str, str], minutes_ago: int = 0) -> None:
    rows = [{"about": about, "grade": grade, "found": f"{about} found", "cure": "do it"} for about, grade in found]
    pulse.beat("doctor", "here", at=timezone.now() - timedelta(minutes=minutes_ago), findings=rows)


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(make.account(make.city(), role))
    return client


def test_what_is_ill_comes_first_and_says_what_it_means_and_what_to_do() -> None:
    looked(("database", "well"), ("search", "care"), ("trunk", "ill"))

    page = signed_in(Role.OPERATOR).get("/console/health/").content.decode()

    assert "有 2 处要看" in page
    assert "电话可能打不进来" in page
    assert "do it" in page
    assert page.index("电话线路") < page.index("索引没有跟上") < page.index("数据库")
    assert "电话照接" not in page


def test_when_nobody_looked_lately_nothing_is_called_well() -> None:
    looked(("database", "well"), minutes_ago=9)

    page = signed_in(Role.OPERATOR).get("/console/health/").content.decode()

    assert "现在说不出好不好" in page


def test_each_reader_gets_the_words_of_the_doctor_in_his_language() -> None:
    row = {"about": "clock", "grade": "care", "found": "is not synchronised", "cure": "run chrony"}
    spoken = {"zh-hans": {"found": "没有对时", "cure": "运行 chrony"}}
    pulse.beat("doctor", "here", at=timezone.now(), findings=[row | {"spoken": spoken}])
    client = signed_in(Role.OPERATOR)

    chinese = client.get("/console/health/").content.decode()
    client.cookies["language"] = "en"
    english = client.get("/console/health/").content.decode()

    assert ("没有对时" in chinese, "运行 chrony" in chinese, "synchronised" in chinese) == (True, True, False)
    assert ("is not synchronised" in english, "run chrony" in english, "对时" in english) == (True, True, False)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_nobody_else_reads_it(role: Role) -> None:
    assert signed_in(role).get("/console/health/").status_code in {302, 403}


def test_each_thing_the_doctor_looks_at_has_its_sentence() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in OPS.glob("*.py"))
    abouts = {one.split(":")[0] for one in re.findall(r'Finding\(\s*f?"([^"]+)"', code)}

    assert abouts - {"calendar"} <= MEANS.keys()


def test_what_the_doctor_says_is_english_too() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in OPS.glob("*.py"))
    spoken = re.findall(r'said\(\s*"([^"]+)"', code)

    with override("en"):
        assert [words for words in spoken if gettext(words) == words] == []
    assert len(spoken) > 50
