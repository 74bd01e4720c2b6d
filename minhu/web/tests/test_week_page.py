"""The official's week: opening hours, protected times, promised calls and what falls due, on one page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases import actions as cases
from minhu.cases.models import Promise
from minhu.directory.models import Line, Official, PresenceSpan
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
WEDNESDAY_10 = datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Official:
    monkeypatch.setattr(timezone, "now", lambda: WEDNESDAY_10)
    return make.official(make.office(make.city()))


@pytest.fixture
def client(official: Official) -> Client:
    client = Client()
    client.force_login(make.account(official.office, official=official))
    return client


def text(client: Client, query: str = "") -> str:
    return client.get(f"/console/week/{query}").content.decode()


def test_hours_meetings_and_dues_stand_on_their_days(official: Official, client: Client) -> None:
    line = make.line(official)
    Line.objects.filter(pk=line.pk).update(opening_hours="mon-fri 09:00-11:30")
    PresenceSpan.objects.create(
        official=official, state="meeting", source="calendar", note="市政府常务会议",
        since=WEDNESDAY_10 + timedelta(days=1, hours=-1), until=WEDNESDAY_10 + timedelta(days=1, hours=1),
    )  # fmt: skip
    citizen = make.citizen(line.city)
    make.call(line, citizen, at=WEDNESDAY_10 - timedelta(minutes=30))
    cases.take_in(at=WEDNESDAY_10)

    shown = text(client)
    assert shown.count("9:00–11:30") == 5
    assert "09:00–11:00</b> 市政府常务会议" in shown
    assert citizen.masked in shown
    later = text(client, "?of=next")
    assert "市政府常务会议" not in later
    assert citizen.masked not in later


def test_a_day_of_rest_is_not_told_by_its_hours(official: Official, client: Client) -> None:
    midnight = WEDNESDAY_10 + timedelta(days=1, hours=-10)
    PresenceSpan.objects.create(
        official=official, state="resting", source="calendar", since=midnight, until=midnight + timedelta(days=1)
    )

    assert "全天</b> 休息" in text(client)
    assert "全天 休息" in client.get("/console/presence/").content.decode()


def test_what_is_late_stands_under_today(official: Official, client: Client) -> None:
    line = make.line(official)
    make.call(line, make.citizen(line.city), at=WEDNESDAY_10 - timedelta(days=1))
    cases.take_in(at=WEDNESDAY_10 - timedelta(days=1))

    assert Promise.objects.get().due_at < WEDNESDAY_10
    _before, _mark, today = text(client).partition("today-is")
    assert "已超时" in today.partition("</li></ul>")[0]


def test_it_is_the_week_of_an_official(official: Official) -> None:
    staff = Client()
    staff.force_login(make.account(official.office, Role.STAFF))

    assert staff.get("/console/week/").status_code == 403
