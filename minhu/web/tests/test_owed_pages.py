"""The promise ledger, the unit's desk, what was escalated, and the staff queue's new forms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases import actions
from minhu.cases.actions import Receiver
from minhu.cases.models import Case, Promise
from minhu.cases.owing import due_today
from minhu.cases.tests.world import AT, World, world
from minhu.intake.models import Text
from minhu.rules.access import system
from minhu.rules.words import Role
from minhu.web.tests.people import client_of
from tests import make

pytestmark = pytest.mark.django_db

DAY = AT + timedelta(minutes=90)
WEEKS_LATER = AT + timedelta(days=30)


@pytest.fixture
def w(monkeypatch: pytest.MonkeyPatch) -> World:
    at(monkeypatch)
    return world()


def at(monkeypatch: pytest.MonkeyPatch, now: object = DAY) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def handed(w: World) -> None:
    by = system(w.line.city_id)
    actions.transfer(w.case.pk, Receiver.unit(w.bureau.pk), by=by, reason="请查看路面", at=DAY)


def missed(w: World, count: int) -> None:
    for _ in range(count):
        make.call(w.line, make.citizen(w.line.city), at=AT)
    actions.take_in(at=AT + timedelta(minutes=1))


# ---- the ledger


def test_the_first_number_of_today_is_what_falls_due_today_and_leads_to_just_that(w: World) -> None:
    missed(w, 2)
    holder = client_of(w, "holder")
    today = shown(holder, "/console/today/")
    first = today.split('class="tallies"')[1].split("</a>")[0]

    assert "今天到期的承诺" in first
    assert "<b>3</b>" in first
    assert 'href="/console/ledger/?of=today"' in first
    assert shown(holder, "/console/ledger/?of=today").count("<tr") == 1 + 3


def test_a_promise_stands_there_with_maker_owner_due_time_and_what_alone_clears_it(w: World) -> None:
    handed(w)
    page = shown(client_of(w, "holder"), "/console/ledger/")

    assert "答复：" in page
    for words in ("谁答应的", "谁来办", "期限", "待送达的答复", w.line.official.name, w.bureau.name):
        assert words in page


def test_what_is_mine_my_units_and_overdue_are_three_views(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handed(w)
    unit = client_of(w, "unit of the bureau")
    assert w.case.code[:4] in shown(unit, "/console/ledger/?of=unit")
    assert "这里没有欠着的承诺" in shown(unit, "/console/ledger/?of=overdue")
    assert 'of=mine" aria-current' not in shown(unit, "/console/ledger/?of=mine")

    at(monkeypatch, WEEKS_LATER)
    unit = client_of(w, "unit of the bureau")
    assert "已超" in shown(unit, "/console/ledger/?of=overdue")


def test_a_stranger_finds_an_empty_ledger(w: World) -> None:
    assert w.case.code[:4] not in shown(client_of(w, "other"), "/console/ledger/?of=overdue")
    assert w.case.code[:4] not in shown(client_of(w, "operator of the city"), "/console/ledger/")


# ---- the desk


def test_the_unit_sees_what_is_on_its_desk_from_whom_why_and_until_when(w: World) -> None:
    assert "手上没有要答复的" in shown(client_of(w, "unit of the bureau"), "/console/desk/")

    handed(w)

    page = shown(client_of(w, "unit of the bureau"), "/console/desk/")
    assert "王明" in page
    assert "请查看路面" in page
    assert "前</span>" in page
    for act in ("reply", "extend", "give_back"):
        assert f"/console/cases/{w.case.pk}/?do={act}#{act}" in page


def test_the_overdue_is_red_and_can_get_no_more_time(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handed(w)
    at(monkeypatch, WEEKS_LATER)
    page = shown(client_of(w, "unit of the bureau"), "/console/desk/")

    assert 'class="due-item over"' in page
    assert "超时 1 件" in page
    assert "?do=extend" not in page
    assert "?do=give_back" in page


def test_signing_in_leads_each_role_to_its_own_first_page(w: World) -> None:
    for name, first in {
        "unit of the bureau": "/console/desk/",
        "staff of the city": "/console/queue/",
        "supervisor of the city": "/console/escalated/",
        "leadership of the city": "/console/escalated/",
        "holder": "/console/today/",
    }.items():
        assert client_of(w, name).get("/console/").headers["Location"] == first


def test_a_deputy_finds_what_was_handed_to_him_on_his_today(w: World) -> None:
    w.officials["holder"].deputies.add(w.officials["other"])
    by = system(w.line.city_id)
    actions.transfer(w.case.pk, Receiver.deputy(w.officials["other"].pk), by=by, reason="x", at=DAY)

    assert "转给您办的 1 件" in shown(client_of(w, "other"), "/console/today/")
    assert "转给您办的" not in shown(client_of(w, "holder"), "/console/today/")


# ---- what was escalated


def test_supervision_sees_what_ran_over_by_how_far(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handed(w)
    assert "没有快到期或超时的承诺" in shown(client_of(w, "supervisor of the city"), "/console/escalated/")

    at(monkeypatch, WEEKS_LATER)
    actions.sweep(at=WEEKS_LATER)

    for name in ("supervisor of the city", "leadership of the city"):
        page = shown(client_of(w, name), "/console/escalated/")
        assert "超时两成以上" in page
        assert f"/console/cases/{w.case.pk}/" in page
    assert w.case.code not in shown(client_of(w, "unit of the bureau"), "/console/escalated/")
    assert "上报给您" in shown(client_of(w, "supervisor of the city"), "/console/notices/")


# ---- the queue


def test_the_queue_begins_with_how_many_promises_are_due_today(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    due_at = Promise.objects.filter(case=w.case).order_by("due_at")[0].due_at
    at(monkeypatch, due_at - timedelta(minutes=1))
    due = due_today(w.viewers["staff of the city"], timezone.now())

    page = shown(client_of(w, "staff of the city"), "/console/queue/")

    assert due > 0
    assert page.index(f'<div class="leading"><dd>{due}</dd>') < page.index("<dt>", page.index("<dl"))


def test_an_unclear_matter_stands_in_the_queue_with_its_question_and_due_time(w: World) -> None:
    make.text(w.line, make.citizen(w.line.city), "又坏了", at=AT)
    actions.take_in(at=AT)

    page = shown(client_of(w, "staff of the city"), "/console/queue/")
    assert "已发短信问：您好，为了尽快办理，请补充" in page


def test_a_text_to_no_line_is_taken_up_for_an_official_or_put_aside_with_a_reason(w: World) -> None:
    staff = client_of(w, "staff of the city")
    mine, spam = (make.text(None, make.citizen(w.line.city), words, at=AT) for words in ("路灯坏了没人修", "贷款广告"))
    assert "认领或搁置" in shown(staff, "/console/queue/")

    refused = staff.post(f"/console/texts/{mine.pk}/take-up/", {"line": ""})
    assert refused.status_code == 422
    assert '<details class="decide" open>' in refused.content.decode()
    assert staff.post(f"/console/texts/{mine.pk}/take-up/", {"line": w.line.pk}).status_code == 303
    assert Case.objects.filter(contacts__text=mine, line=w.line).count() == 1

    assert staff.post(f"/console/texts/{spam.pk}/put-aside/", {"reason": " "}).status_code == 422
    assert staff.post(f"/console/texts/{spam.pk}/put-aside/", {"reason": "广告"}).status_code == 303
    assert Text.objects.get(pk=spam.pk).settled_at is not None
    assert "认领或搁置" not in shown(staff, "/console/queue/")


def test_only_the_citys_staff_decide_about_stray_texts(w: World) -> None:
    text = make.text(None, make.citizen(w.line.city), "路灯坏了没人修", at=AT)
    for name in ("holder", "unit of the bureau", "staff of another city", "operator of the city"):
        answer = client_of(w, name).post(f"/console/texts/{text.pk}/put-aside/", {"reason": "x"})
        assert answer.status_code == 422
    assert Text.objects.get(pk=text.pk).settled_at is None


# ---- what it costs


@pytest.mark.parametrize(
    ("name", "path", "most"),
    [
        ("holder", "/console/today/", 42),
        ("holder", "/console/ledger/?of=mine", 26),
        ("unit of the bureau", "/console/desk/", 24),
        ("supervisor of the city", "/console/escalated/", 16),
        ("supervisor of the city", "/console/notices/", 20),
        ("staff of the city", "/console/queue/", 36),
    ],
)
def test_a_page_costs_the_same_few_questions_however_much_is_owed(
    w: World, name: str, path: str, most: int, django_assert_max_num_queries: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed(w, 15)
    for case in Case.objects.all():
        actions.transfer(case.pk, Receiver.unit(w.bureau.pk), by=system(w.line.city_id), reason="x", at=DAY)
    missed(w, 10)
    at(monkeypatch, WEEKS_LATER)
    actions.sweep(at=WEEKS_LATER)
    client = client_of(w, name)
    with django_assert_max_num_queries(most):  # type: ignore[operator]
        assert client.get(path).status_code == 200


def test_a_viewer_of_two_roles_has_the_tabs_of_both(w: World) -> None:
    client = Client()
    client.force_login(make.account(w.line.city, Role.STAFF, Role.SUPERVISOR))
    page = shown(client, "/console/queue/")

    assert 'href="/console/escalated/"' in page
    assert 'href="/console/ledger/"' in page
