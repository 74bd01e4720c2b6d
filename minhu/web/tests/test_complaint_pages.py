"""Pages of complaints: each reader finds what is his, and the official nothing of the citizen's words."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.directory.models import Account
from minhu.rules.access import Viewer
from minhu.rules.complaints import Verdict
from minhu.rules.words import NoticeKind, Role
from minhu.supervision import complaint_clocks, judging
from minhu.supervision.models import Complaint
from minhu.supervision.tests.complained import FRIDAY_NIGHT, TUESDAY, WEDNESDAY, WORDS, Affair, found
from minhu.web.console.notice_words import NOTICES
from tests import make

pytestmark = pytest.mark.django_db
JUDGED = {"verdict": "true", "reason": "到期没有回电", "told": "核对了通话记录，确实没有回电"}


@pytest.fixture
def affair(monkeypatch: pytest.MonkeyPatch) -> Affair:
    at(monkeypatch, TUESDAY)
    return Affair.begin()


def at(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: when)


def client_of(viewer: Viewer) -> Client:
    client = Client()
    assert viewer.account_id is not None
    client.force_login(Account.objects.get(pk=viewer.account_id))
    return client


def test_from_the_citizens_form_to_the_appeal_by_pages_alone(
    affair: Affair, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    matter = f"/m/{affair.case.code}/"
    refused = client.post(f"{matter}complain/", {"body": WORDS, "key": "a"})
    assert (refused.status_code, WORDS in refused.content.decode()) == (422, True)
    assert client.post(f"{matter}complain/", {"ground": "unanswered", "body": WORDS, "key": "a"}).status_code == 303
    assert "督查人员会核实" in client.get(matter).content.decode()

    one = Complaint.objects.get()
    page = f"/console/complaints/{one.pk}/"
    judge, him = client_of(affair.judge), client_of(affair.him)
    assert WORDS in judge.get(page).content.decode()
    assert him.get(page).status_code == 404
    asked = {"official": str(affair.official.pk), "asked": "3月2日的来电为什么没有回？"}
    assert judge.post(f"{page}ask/", asked).status_code == 303

    assert "群众反映 1 件，等您说明" in him.get("/console/today/").content.decode()
    his = him.get(page).content.decode()
    assert "为什么没有回" in his
    assert "没有人接" in his
    assert WORDS not in his
    assert affair.citizen.masked not in his
    assert judge.post(f"{page}find/", JUDGED).status_code == 422  # nobody is judged unheard
    assert him.post(f"{page}state/", {"excuse": "emergency_duty", "body": "在防汛一线"}).status_code == 303

    at(monkeypatch, WEDNESDAY)
    judge, him = client_of(affair.judge), client_of(affair.him)  # who signed in yesterday signs in again
    kept = judge.post(f"{page}find/", JUDGED | {"excuse": "emergency_duty"})
    assert (kept.status_code, JUDGED["reason"] in kept.content.decode()) == (422, True)
    assert judge.post(f"{page}find/", JUDGED).status_code == 303
    told = client.get(matter).content.decode()
    assert JUDGED["told"] in told
    assert JUDGED["reason"] not in told
    assert him.post(f"{page}appeal/", {"reason": "日程可以证明"}).status_code == 303
    assert "正在复核" in client.get(matter).content.decode()

    assert "另一位督查人员办理" in judge.get(page).content.decode()
    assert judge.post(f"{page}decide/", JUDGED).status_code == 422
    decided = JUDGED | {"verdict": "excused", "excuse": "emergency_duty", "told": "确在抢险一线"}
    assert client_of(affair.other).post(f"{page}decide/", decided).status_code == 303
    assert "确在抢险一线" in client.get(matter).content.decode()


def test_the_bell_leads_each_to_the_page_where_he_acts(affair: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    leader = make.viewer(affair.line.city, Role.LEADERSHIP)
    boss = make.viewer(affair.line.city, Role.OFFICIAL, official=affair.boss)
    one = affair.asked()
    page = f'href="/console/complaints/{one.pk}/"'
    his = client_of(affair.him).get("/console/notices/").content.decode()
    assert ("一件群众反映请您说明" in his, page in his, WORDS in his) == (True, True, False)

    late = TUESDAY + timedelta(days=9)
    complaint_clocks.sweep(late)
    at(monkeypatch, late)
    told = client_of(boss).get("/console/notices/").content.decode()
    assert ("群众反映超时没有说明，上报给您" in told, "王明" in told, page in told) == (True, True, False)
    assert 'href="/console/complaints/"' in told  # he reads the complaint itself when something was found
    judging.find(one.pk, found(Verdict.TRUE), by=affair.judge, at=late)
    judging.appeal(one.pk, "日程可以证明。", by=affair.him, at=late)
    assert "关于您的群众反映已有认定" in client_of(affair.him).get("/console/notices/").content.decode()

    much_later = late + timedelta(days=40)
    complaint_clocks.sweep(much_later)
    at(monkeypatch, much_later)
    told = client_of(leader).get("/console/notices/").content.decode()
    assert ("督查超时没有复核，上报给您" in told, page in told, "王明" in told) == (True, True, False)
    assert client_of(leader).get(f"/console/complaints/{one.pk}/").status_code == 200


def test_every_kind_of_notice_has_its_words() -> None:
    assert NOTICES.keys() == set(NoticeKind)


def test_the_citizen_appeals_on_his_page_and_is_told_when_he_may_not(
    affair: Affair, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    one = affair.found(Verdict.NOT_TRUE)
    at(monkeypatch, WEDNESDAY + timedelta(hours=1))
    appeal = f"/m/{affair.case.code}/appeal/{one.pk}/"
    assert "可以申请复核" in client.get(f"/m/{affair.case.code}/").content.decode()
    assert client.post(appeal, {"reason": " "}).status_code == 422
    assert client.post(appeal, {"reason": "我有录音"}).status_code == 303
    assert client.post(appeal, {"reason": "我有录音"}).status_code == 422

    assert one.appeals.get().side == "citizen"
    assert client.post(f"/m/{affair.case.code}/appeal/{one.pk + 1}/", {"reason": "x"}).status_code == 404


def test_staff_write_it_down_on_the_page_of_the_matter(affair: Affair) -> None:
    staff = client_of(affair.staff)
    case = f"/console/cases/{affair.case.pk}/"
    assert "群众反映办理问题" in staff.get(case).content.decode()
    assert "群众反映办理问题" not in client_of(affair.him).get(case).content.decode()
    assert staff.post(f"{case}complain/", {"ground": "nonsense", "reason": WORDS}).status_code == 422
    assert staff.post(f"{case}complain/", {"ground": "rude", "reason": WORDS}).status_code == 303

    one = Complaint.objects.get()
    assert one.ground == "rude"
    assert staff.get(f"/console/complaints/{one.pk}/").status_code == 404
    assert WORDS not in client_of(affair.him).get(case).content.decode()


def test_the_evidence_is_handed_out_as_it_was_hashed_and_that_is_in_the_trail(affair: Affair) -> None:
    one = affair.asked()
    judge = client_of(affair.judge)
    page = f"/console/complaints/{one.pk}/"
    shown = judge.get(page).content.decode()
    file = judge.get(f"{page}evidence.json")
    document = judge.get(f"{page}evidence.pdf")

    assert hashlib.sha256(file.content).hexdigest() == one.pack.sha256
    assert one.pack.sha256 in shown
    assert "与留痕一致" in shown
    assert document.content.startswith(b"%PDF-")
    assert TrailEntry.objects.filter(act="read_evidence").count() == 2
    assert judge.get(f"{page}evidence.xml").status_code == 404
    for viewer in (affair.him, affair.staff, make.viewer(affair.line.city, Role.LEADERSHIP)):
        for kind in ("json", "pdf"):
            assert client_of(viewer).get(f"{page}evidence.{kind}").status_code == 404


def test_everybody_else_finds_no_complaint_on_any_page_of_them(affair: Affair) -> None:
    one = affair.found()
    page = f"/console/complaints/{one.pk}/"
    for role in (Role.STAFF, Role.UNIT, Role.INSPECTOR, Role.OPERATOR, Role.AUDITOR):
        client = client_of(make.viewer(affair.line.city, role))
        assert "王明" not in client.get("/console/complaints/").content.decode(), role
        assert client.get(page).status_code == 404
        for act in ("ask", "state", "find", "decide", "appeal"):
            assert client.post(f"{page}{act}/", JUDGED | {"body": "x", "asked": "x"}).status_code == 404, (role, act)
    for viewer in (make.viewer(affair.line.city, Role.LEADERSHIP), make.viewer(affair.line.city, official=affair.boss)):
        said = client_of(viewer).get(page).content.decode()
        assert "属实" in said
        assert "防汛一线" not in said
        assert affair.case.code[:4] not in said or viewer.official_id is None
        assert WORDS not in said


def test_the_list_puts_first_what_waits(affair: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    affair.found(Verdict.NOT_PROVABLE)
    at(monkeypatch, FRIDAY_NIGHT)
    said = client_of(affair.judge).get("/console/complaints/").content.decode()
    assert "没有要办的" in said
    assert "无法查实" in said

    judging.appeal(Complaint.objects.get().pk, "不认可", by=affair.him, at=FRIDAY_NIGHT)
    said = client_of(affair.judge).get("/console/complaints/").content.decode()
    assert "等复核" in said
