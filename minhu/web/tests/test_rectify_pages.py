"""Pages of rectifications: from the issue to the public page, each reader finding what is his to do and no more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases.models import Conflict, Notice
from minhu.directory.models import Account
from minhu.insight import rectify_clock, reporters
from minhu.insight.models import HotIssue, Recheck, Rectification
from minhu.insight.tests.rectified import AT, NEXT_MONDAY, TITLE, TUESDAY, Street, report, speak
from minhu.rules.access import Viewer
from minhu.rules.words import Stage
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "一条路停水三天。换了三百米主管，三月九日恢复供水。"


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Street:
    at(monkeypatch, AT)
    return Street.of()


def at(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: when)


def client_of(viewer: Viewer) -> Client:
    client = Client()
    assert viewer.account_id is not None
    client.force_login(Account.objects.get(pk=viewer.account_id))
    return client


def test_from_a_hot_issue_to_the_public_page_by_pages_alone(
    street: Street, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    HotIssue.objects.update(stage=Stage.HOT.value)
    judge, staff = client_of(street.judge), client_of(street.staff)
    assert TITLE in judge.get("/console/rectifications/").content.decode()
    assert TITLE not in staff.get("/console/rectifications/").content.decode()
    begun = judge.post(f"/console/rectifications/new/{street.issue.pk}/begin/", {"official": street.owner.pk})
    one = Rectification.objects.get()
    page = f"/console/rectifications/{one.pk}/"
    assert begun.headers["Location"] == page

    at(monkeypatch, TUESDAY)
    him = client_of(street.him)
    assert him.post(f"{page}research/", {"note": "主管老化"}).status_code == 303
    refused = him.post(f"{page}plan/", {"what": "换主管", "who": "供水公司", "due_on": "哪天"})
    assert (refused.status_code, "换主管" in refused.content.decode()) == (422, True)
    him.post(f"{page}plan/", {"what": "换主管", "who": "供水公司", "due_on": "2026-03-13"})
    assert him.post(f"{page}start/", {"due_on": "2026-03-20"}).status_code == 303
    reporters.promise_due(TUESDAY)
    matter = client.get(f"/m/{street.cases[0].code}/").content.decode()
    assert "您反映的问题已列入整改，由市水务局负责" in matter

    at(monkeypatch, NEXT_MONDAY)
    judge, him, staff = (client_of(one) for one in (street.judge, street.him, street.staff))
    him.post(f"{page}measures/{one.measures.get().pk}/", {"done": "换好了"})
    assert him.post(f"{page}claim/").status_code == 303
    masked = street.cases[0].citizen.masked
    assert masked not in him.get(page).content.decode()
    assert masked in staff.get(page).content.decode()
    for recheck in Recheck.objects.order_by("rank"):
        asked = f"{page}asked/{recheck.pk}/"
        if recheck.rank == 1:
            refused = staff.post(asked, {"solved": "yes"})
            assert (refused.status_code, "还没有和这位群众通过话" in refused.content.decode()) == (422, True)
            assert staff.post(f"{asked}call/", {"key": "a"}).status_code == 303
            assert staff.post(f"{asked}ask/").status_code == 303
        speak(recheck.reporter.case, at=NEXT_MONDAY)
        assert "他怎么说" in staff.get(page).content.decode()
        assert staff.post(asked, {"solved": "yes", "words": ""}).status_code == 303

    refused = judge.post(f"{page}publish/", {"title": "城西路", "words": "问 13900001111"})
    assert (refused.status_code, "不能写电话号码" in refused.content.decode()) == (422, True)
    assert judge.post(f"{page}publish/", {"title": "城西路供水", "words": WORDS}).status_code == 303
    assert "城西路供水" in client.get("/rectifications/").content.decode()
    public = client.get(f"/rectifications/{one.pk}/").content.decode()
    assert WORDS in public
    assert "回访到 3 人，3 人说解决了" in public
    assert "不足 10 人" in public
    assert TITLE not in public
    assert "看公布的整改情况" in client.get(f"/m/{street.cases[0].code}/").content.decode()


def test_nothing_is_public_before_it_is_published(street: Street, client: Client) -> None:
    one = street.verified()

    assert client.get(f"/rectifications/{one.pk}/").status_code == 404
    assert "还没有公布的整改" in client.get("/rectifications/").content.decode()


def test_what_came_back_says_so_to_everybody(street: Street, client: Client) -> None:
    one = street.published()
    later = NEXT_MONDAY + timedelta(days=2)
    report(street.issue, street.line, make.citizen(street.city), at=later)
    rectify_clock.reopen(later)

    assert "公布以后又有群众反映" in client.get(f"/rectifications/{one.pk}/").content.decode()
    assert "正在重新整改" in client.get(f"/m/{street.cases[0].code}/").content.decode()


def test_called_off_by_its_page_the_reporter_reads_why(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    one = street.under_way()
    at(monkeypatch, TUESDAY + timedelta(hours=1))
    judge, page = client_of(street.judge), f"/console/rectifications/{one.pk}/"
    assert "call-off/" not in client_of(street.him).get(page).content.decode()
    assert judge.post(f"{page}call-off/", {"reason": ""}).status_code == 422

    assert judge.post(f"{page}call-off/", {"reason": "整条街下月改造。"}).status_code == 303
    reporters.promise_due(TUESDAY + timedelta(hours=1))

    assert "已叫停" in judge.get("/console/rectifications/").content.decode()
    assert "整条街下月改造。" in Client().get(f"/m/{street.cases[0].code}/").content.decode()


def test_a_notice_leads_to_what_is_to_be_done(street: Street) -> None:
    one = street.begun()
    him = client_of(street.him)
    step = Notice.objects.get(to_official=street.owner).about_id

    assert f"/console/rectifications/steps/{step}/" in him.get("/console/notices/").content.decode()
    answer = him.get(f"/console/rectifications/steps/{step}/")
    assert answer.headers["Location"] == f"/console/rectifications/{one.pk}/"


def test_whom_a_case_must_never_reach_finds_neither_list_nor_page(street: Street) -> None:
    one = street.under_way()
    Conflict.objects.create(
        city=street.city, case=street.cases[0], official=street.owner, reason="被反映对象", at=TUESDAY
    )
    him = client_of(street.him)

    assert him.get(f"/console/rectifications/{one.pk}/").status_code == 404
    assert TITLE not in him.get("/console/rectifications/").content.decode()
