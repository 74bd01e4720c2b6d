"""Windows on Today, what is said to them, the public page, and the calendar one subscribes to."""

from __future__ import annotations

from datetime import date, timedelta

import icalendar
import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from minhu.audit import privacy
from minhu.cases import actions as cases
from minhu.cases import pending
from minhu.cases.models import PendingAct
from minhu.directory.models import Line, Official
from minhu.planner import learning, planning
from minhu.planner.models import HoldFeed, WindowProposal
from minhu.rules.words import Role
from tests import make
from tests.offers import offer

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
DAYS = ["8:00-8:40 17:30-18:00"] * 5 + ["", ""]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    made = make.line(make.official(make.city(), "王明"), published_from=date(2026, 2, 2))
    offer(made, AT)
    return made


def client_of(official: Official) -> Client:
    client = Client()
    client.force_login(make.account(official.office, Role.OFFICIAL, official=official))
    return client


def address(line: Line) -> str:
    return f"/console/planning/lines/{line.pk}/{WindowProposal.objects.get(line=line).pk}/"


def test_he_accepts_on_today_and_the_public_reads_when_to_call(line: Line) -> None:
    client = client_of(line.official)
    today = client.get("/console/today/").content.decode()
    assert f'action="{address(line)}"' in today
    for told in (
        "45% → <b>28%</b>", "27%–29%", "最要紧的假设是来电数量", "上限 45 分钟",
        "您每天接听和回电至多 45 分钟（现在没有上限）", "约好的回电尽量排在周一至周五 11:30–12:00",
    ):  # fmt: skip
        assert told in today
    assert "这些时候打最好" not in Client().get(reverse("official", args=[line.official_id])).content.decode()

    form = {f"day-{number}": words for number, words in enumerate(DAYS)} | {"minutes": "３０", "slot": "on"}
    answer = client.post(address(line), {"say": "change", **form}, follow=True)

    assert answer.status_code == 200
    public, citizen = reverse("official", args=[line.official_id]), Client()
    page = citizen.get(public).content.decode()
    assert "这些时候打最好：周一至周五 8:00–8:40、17:30–18:00" in page
    citizen.cookies["language"] = "en"
    english = citizen.get(public).content.decode()
    assert "Monday to Friday 8:00–8:40, 17:30–18:00" in english
    official = Official.objects.get()
    assert (official.daily_call_minutes, official.callback_hours) == (30, "mon-fri 11:30-12:00")
    again = client.post(address(line), {"say": "accept", "back": "today"})
    assert again.status_code == 422
    assert "已经处理过" in again.content.decode()


def test_windows_that_he_took_by_mistake_never_came_into_force(line: Line) -> None:
    client, where = client_of(line.official), address(line)
    hours = line.opening_hours
    shown = client.post(where, {"say": "accept", "back": "today"}, follow=True).content.decode()
    assert "采用建议的接听时段" in shown
    assert f'action="{where}"' not in shown
    shown = client.post(f"/console/undo/{PendingAct.objects.get().pk}/", follow=True).content.decode()
    pending.do_due(at=AT + pending.WAITS)

    assert f'action="{where}"' in shown
    assert "最要紧的假设是来电数量：要是比估计多三成，本人接通会降 2.0 个百分点。" in shown
    client.cookies["language"] = "en"
    shown = client.get("/console/today/").content.decode()
    assert "if it is 30% more than estimated, calls answered in person fall by 2.0 points." in shown
    assert "The official&#x27;s own time a day: 50 minutes expected, at most 45." in shown
    line.refresh_from_db()
    assert line.opening_hours == hours
    assert (line.official.daily_call_minutes, line.official.callback_hours) == (None, "")


def test_he_changes_limit_and_slot_later(line: Line) -> None:
    client = client_of(line.official)
    client.post(address(line), {"say": "accept"})
    page = client.get("/console/planning/").content.decode()
    assert 'name="minutes"' in page
    assert 'value="45"' in page
    assert "约好的回电尽量排在 周一至周五 11:30–12:00" in page

    refused = client.post("/console/planning/own-time/", {"minutes": "半小时", "slot": "on"})
    assert refused.status_code == 422
    assert "1 到 1440 分钟之间" in refused.content.decode()
    client.post("/console/planning/own-time/", {"minutes": ""})
    official = Official.objects.get()
    assert (official.daily_call_minutes, official.callback_hours) == (None, "")
    staff = Client()
    staff.force_login(make.account(line.city, Role.STAFF))
    assert staff.post("/console/planning/own-time/", {"minutes": "5"}).status_code == 404


def test_a_bad_form_is_answered_in_words_and_keeps_what_was_typed(line: Line) -> None:
    client = client_of(line.official)
    answer = client.post(address(line), {"say": "change", "day-2": "八点半到九点"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "周三的时段“八点半到九点”看不懂" in page
    assert 'value="八点半到九点"' in page
    assert client.post(address(line), {"say": "whatever"}).status_code == 422
    assert WindowProposal.objects.get().answer == ""


def test_anothers_proposal_is_not_there(line: Line) -> None:
    stranger = client_of(make.official(line.official.office, "李敏"))

    assert stranger.get(f"/console/planning/lines/{line.pk}/").status_code == 404
    assert stranger.post(address(line), {"say": "accept"}).status_code == 404
    assert WindowProposal.objects.get().answer == ""
    assert "王明" not in stranger.get("/console/planning/").content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.LEADERSHIP, 200), (Role.OPERATOR, 200), (Role.UNIT, 404)])
def test_who_sees_the_forecast(line: Line, role: Role, status: int) -> None:
    make.call(line, make.citizen(line.city), at=AT - timedelta(days=12))
    learning.judge_due(line.city_id, at=AT, of_citizens=Q())
    client = Client()
    client.force_login(make.account(line.city, role))
    page = client.get("/console/planning/")

    assert page.status_code == status
    assert ("：上周 0 个，预计" in page.content.decode()) is (status == 200)
    if role is Role.LEADERSHIP:  # sees, and does not answer for him
        assert client.post(address(line), {"say": "accept"}).status_code in {403, 404, 422}
        assert WindowProposal.objects.get().answer == ""


def test_the_calendar_holds_windows_and_calls_but_nothing_of_a_citizen(line: Line) -> None:
    citizen = make.citizen(line.city, "13900001111")
    made = make.call(line, citizen, at=AT)
    cases.take_in(at=AT)
    planning.plan_days(line.city_id, at=AT + timedelta(minutes=1), of_citizens=Q())
    client = client_of(line.official)
    client.post(address(line), {"say": "accept", "back": "today"})
    pending.do_due(at=AT + pending.WAITS)
    client.post("/console/planning/feed/", {"say": "new"})
    token = privacy.unseal(HoldFeed.objects.get().token_sealed)
    where = f"/calendar/{token}.ics"
    assert where in client.get("/console/planning/").content.decode()

    feed = Client().get(where)
    events = icalendar.Calendar.from_ical(feed.content).walk("VEVENT")
    assert {str(one["summary"]) for one in events} == {"民呼：接听时段", "民呼：回电时段", "民呼：回电"}
    assert all(one["transp"] == "TRANSPARENT" for one in events)
    for told in ("13900001111", "1390000", made.code, line.number):
        assert told not in feed.content.decode()

    client.post("/console/planning/feed/", {"say": "revoke"})
    assert [Client().get(one).status_code for one in (where, "/calendar/guessed.ics")] == [404, 404]
    assert Client().post(where).status_code in {404, 405}
