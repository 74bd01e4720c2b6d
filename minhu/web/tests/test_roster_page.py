"""The roster in the console: asked for, looked at while it is made, published, and one's own shifts."""

from __future__ import annotations

from datetime import date

import icalendar
import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from minhu.directory.models import Account, Office
from minhu.planner import roster_making
from minhu.planner.models import Roster, StaffTerms
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
WEEK = {"week": "2026-03-09"}


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    return make.city()


@pytest.fixture
def staff(city: Office) -> Account:
    return make.account(city, Role.STAFF)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def ask(client: Client, city: Office, **form: str) -> int:
    form = {"office": str(city.pk), **WEEK, "weekdays": "8:00-16:00", "weekend": "", **form}
    return client.post("/console/roster/ask/", form).status_code


def test_a_week_is_asked_for_made_published_and_seen_by_who_works(city: Office, staff: Account) -> None:
    client = client_of(staff)
    assert "这一周还没有值班表" in client.get("/console/roster/").content.decode()
    assert ask(client, city) == 303
    underway = client.get("/console/roster/", WEEK).content.decode()
    assert "<progress" in underway
    assert 'http-equiv="refresh"' in underway
    roster_making.make_due(city.pk, at=AT, of_citizens=Q())

    shown = client.get("/console/roster/", WEEK).content.decode()
    assert "08:00–17:00（休 " in shown or "07:00–16:00（休 " in shown
    assert "缺 1 人：有人能来，但班次长短" in shown
    assert "我的班" not in shown
    roster = Roster.objects.get()
    answer = client.post(f"/console/roster/{roster.pk}/", {"say": "publish", "office": city.pk, **WEEK}, follow=True)
    assert "已公布" in answer.content.decode()
    assert "我的班" in answer.content.decode()

    file = client.get("/console/roster/shifts.ics")
    events = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert len(events) == 5
    assert {str(one["summary"]) for one in events} == {"民呼：值班"}
    other = client_of(make.account(city, Role.STAFF)).get("/console/roster/", WEEK).content.decode()
    assert "已公布的班" in other
    assert "我的班" not in other


def test_a_bad_form_is_answered_in_words_and_keeps_what_was_typed(city: Office, staff: Account) -> None:
    client = client_of(staff)
    form = {"office": city.pk, **WEEK, "weekdays": "八点到六点", "weekend": ""}
    answer = client.post("/console/roster/ask/", form)
    assert answer.status_code == 422
    assert "看不懂" in answer.content.decode()
    assert 'value="八点到六点"' in answer.content.decode()

    for bad in ({"hours": "99"}, {"hours": "x"}, {"hours": "40", "from": "2026-03-09"}, {"hours": "40", "off": "9"}):
        said = {"office": str(city.pk), **WEEK, "from": "", "until": "", **bad}
        refused = client.post(f"/console/roster/staff/{staff.pk}/", said)
        assert refused.status_code == 422
        assert "0 到 60 小时" in refused.content.decode()
    assert not StaffTerms.objects.exists()
    assert client.post("/console/roster/999/", {"say": "publish", "office": city.pk, **WEEK}).status_code in {404, 422}


def test_who_works_how_is_written_down(city: Office, staff: Account) -> None:
    client = client_of(staff)
    said = {"office": city.pk, **WEEK, "hours": "20", "off": ["5", "6"], "from": "2026-03-09", "until": "2026-03-10"}
    page = client.post(f"/console/roster/staff/{staff.pk}/", said, follow=True).content.decode()

    assert "每周 20 小时；周六、周日休息；2026-03-09 至 2026-03-10 请假" in page
    kept = StaffTerms.objects.get()
    assert (kept.hours_a_week, kept.days_off, kept.away_until) == (20, "56", date(2026, 3, 10))


@pytest.mark.parametrize(
    ("role", "sees", "asks"),
    [(Role.LEADERSHIP, 200, 303), (Role.SUPERVISOR, 200, 422), (Role.UNIT, 404, 404), (Role.AUDITOR, 404, 404)],
)
def test_who_sees_and_who_keeps_the_roster(city: Office, staff: Account, role: Role, sees: int, asks: int) -> None:
    client = client_of(make.account(city, role))

    assert client.get("/console/roster/").status_code == sees
    assert ask(client, city) == asks
    assert Roster.objects.exists() is (asks == 303)


def test_anothers_office_is_not_there(city: Office, staff: Account) -> None:
    other = make.city("邻市")
    make.account(other, Role.STAFF)

    assert client_of(staff).get("/console/roster/", {"office": other.pk}).status_code == 404
    assert ask(client_of(staff), other) == 404


def test_without_staff_there_is_no_roster_to_see(city: Office) -> None:
    assert client_of(make.account(city, Role.LEADERSHIP)).get("/console/roster/").status_code == 404
