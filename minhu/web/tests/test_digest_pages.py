"""The digest and the quality of replies as leadership reads them, and what a stranger gets."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.directory.models import Account, Office
from minhu.insight.models import DigestReader
from minhu.insight.tests.replied import AT, case, many
from minhu.rules.access import Viewer
from minhu.rules.weeks import Week
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
WEEK = Week(date(2026, 3, 2))
HOME = "/console/insight/"
PAGES = (f"{HOME}digest/", f"{HOME}digest/cases/", f"{HOME}digest/digest.pdf", f"{HOME}replies/")
MOST_QUERIES = 60


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Twelve replies of one office, three with signs; and a complaint."""
    monkeypatch.setattr(timezone, "now", lambda: WEEK.told_at)
    made = make.city()
    line = make.line(make.official(make.office(made, "市水务局"), "赵不应出现"))
    many(line, 3, "AA", empty=True)
    many(line, 9, "BB")
    case(line, "CCCC0001", kind="complaint", title="荷花苑停水")
    return made


def client_of(viewer: Viewer) -> Client:
    assert viewer.account_id is not None
    client = Client()
    client.force_login(Account.objects.get(pk=viewer.account_id))
    return client


def test_each_number_of_the_digest_leads_to_its_cases(city: Office) -> None:
    leader = client_of(make.viewer(city, Role.LEADERSHIP))

    page = leader.get(f"{HOME}digest/").content.decode()

    links = set(re.findall(r'<a href="(/console/insight/digest/cases/[^"]+)">(\d+)</a>', page))
    assert len(links) > 6
    for address, number in links:
        shown = leader.get(address.replace("&amp;", "&")).content.decode()
        assert shown.count('class="due-item"') == int(number), address
    assert "这一周反映最多的是求助（未归类），12 件。" in page
    assert "赵不应出现" not in page
    assert "荷花苑停水" in leader.get(f"{HOME}digest/cases/?subject=complaint").content.decode()


def test_the_digest_is_a_document_too(city: Office) -> None:
    answer = client_of(make.viewer(city, Role.LEADERSHIP)).get(f"{HOME}digest/digest.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert 'filename="minhu-digest-2026-03-02.pdf"' in answer.headers["Content-Disposition"]


def test_shares_of_an_office_stand_beside_the_replies_themselves(city: Office) -> None:
    days = f"?first={AT:%Y-%m-%d}&last={AT:%Y-%m-%d}"

    page = client_of(make.viewer(city, Role.SUPERVISOR)).get(f"{HOME}replies/{days}&sign=empty").content.decode()

    assert "25%（9–53）" in page
    assert page.count('class="due-item"') == 3
    assert "“已收悉”" in page
    assert "赵不应出现" not in page


def test_leadership_asks_for_the_mail_and_stops_it(city: Office) -> None:
    leader = client_of(make.viewer(city, Role.LEADERSHIP))
    address = f"{HOME}digest/mail/"

    refused = leader.post(address, {"do": "ask", "address": "kein"})
    assert (refused.status_code, 'value="kein"' in refused.content.decode()) == (422, True)
    assert leader.post(address, {"do": "ask", "address": "a@example.gov.cn"}).status_code == 303
    assert DigestReader.objects.get().address == "a@example.gov.cn"
    assert "不再发邮件" in leader.get(f"{HOME}digest/").content.decode()
    assert leader.post(address, {"do": "stop"}).status_code == 303
    assert not DigestReader.objects.exists()
    supervisor = client_of(make.viewer(city, Role.SUPERVISOR))
    assert supervisor.post(address, {"do": "ask", "address": "a@example.gov.cn"}).status_code == 422


@pytest.mark.parametrize("role", [Role.STAFF, Role.UNIT, Role.OPERATOR, Role.INSPECTOR])
def test_nobody_else_gets_a_page(city: Office, role: Role) -> None:
    stranger = client_of(make.viewer(city, role))

    assert {stranger.get(page).status_code for page in PAGES} == {403}


@pytest.mark.parametrize(
    "query", ["week=2026-03-03", "week=x", "week=2026-03-09", "week=1999-01-04", "number=x", "office=x", "issue=-1"]
)
def test_what_is_no_week_or_number_is_not_there(city: Office, query: str) -> None:
    leader = client_of(make.viewer(city, Role.LEADERSHIP))

    assert leader.get(f"{HOME}digest/cases/?{query}").status_code == 404


def test_wrong_days_are_said_and_the_page_stays(city: Office) -> None:
    last = AT - timedelta(days=1)
    answer = client_of(make.viewer(city, Role.SUPERVISOR)).get(
        f"{HOME}replies/?first={AT:%Y-%m-%d}&last={last:%Y-%m-%d}"
    )

    assert answer.status_code == 422


def test_the_pages_ask_the_database_a_bounded_number_of_times(
    city: Office, django_assert_max_num_queries: object
) -> None:
    leader = client_of(make.viewer(city, Role.LEADERSHIP))

    for page in (PAGES[0], PAGES[1], PAGES[3]):
        with django_assert_max_num_queries(MOST_QUERIES):  # type: ignore[operator]
            leader.get(page)
