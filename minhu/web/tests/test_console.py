"""What officials, staff and operators get from the console, and what they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.audit import pulse
from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.cases.models import Case, PendingAct, WrapUp
from minhu.directory.models import Line, Office, Official, PresenceSpan
from minhu.intake.models import CallOrder
from minhu.rules.words import PartyKind, Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Office:
    return make.city()


@pytest.fixture
def official(city: Office) -> Official:
    return make.official(make.office(city))


@pytest.fixture
def line(official: Official) -> Line:
    return make.line(official)


def signed_in(*args: object, **kwargs: object) -> Client:
    client = Client()
    client.force_login(make.account(*args, **kwargs))  # type: ignore[arg-type]
    return client


def missed(line: Line) -> Case:
    make.call(line, make.citizen(line.city), at=timezone.now() - timedelta(minutes=30))
    cases.take_in()
    return Case.objects.latest("id")


def test_nobody_sees_the_console_without_signing_in(client: Client, line: Line) -> None:
    case = missed(line)
    for path in ("/console/", "/console/today/", "/console/queue/", f"/console/cases/{case.pk}/", "/console/import/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_somebody_elses_matter_is_answered_as_if_it_were_not_there(city: Office, line: Line) -> None:
    case = missed(line)
    other = make.official(make.office(city))
    client = signed_in(city, official=other)

    assert client.get(f"/console/cases/{case.pk}/").status_code == 404
    assert client.get(f"/console/cases/{case.pk + 99}/").status_code == 404
    assert client.post(f"/console/cases/{case.pk}/number/", {"reason": "看看"}).status_code == 404
    assert not TrailEntry.objects.filter(act="reveal_number").exists()


def test_an_operator_runs_the_system_and_reads_no_matter(city: Office, line: Line) -> None:
    case = missed(line)
    client = signed_in(city, Role.OPERATOR)

    assert client.get("/console/").headers["Location"] == "/console/health/"
    assert client.get(f"/console/cases/{case.pk}/").status_code == 404
    assert client.get("/console/import/").status_code == 200


def test_an_account_without_a_role_is_told_so(city: Office) -> None:
    answer = signed_in(city).get("/console/today/")

    assert answer.status_code == 403
    assert "不对您开放" in answer.content.decode()


def test_what_is_owed_stands_first_with_the_number_masked(official: Official, line: Line) -> None:
    case = missed(line)
    page = signed_in(official.office, official=official).get("/console/today/").content.decode()

    assert case.citizen.masked in page
    assert "给" + case.citizen.masked + "回电" in page


def test_htmx_gets_the_panel_and_a_browser_the_page(official: Official, line: Line) -> None:
    client = signed_in(official.office, official=official)

    assert "<html" in client.get("/console/today/").content.decode()
    assert "<html" not in client.get("/console/today/", headers={"HX-Request": "true"}).content.decode()


def test_the_same_tap_twice_rings_once(official: Official, line: Line, daytime: None) -> None:
    promise = missed(line).promises.get()
    client = signed_in(official.office, official=official)
    for _ in range(2):
        answer = client.post(f"/console/callbacks/{promise.pk}/call/", {"key": "k1", "back": "today"})
        assert answer.status_code == 303

    assert CallOrder.objects.count() == 1


def test_a_refused_wrap_up_comes_back_with_the_words_and_what_was_typed(official: Official, line: Line) -> None:
    call = make.call(line, make.citizen(line.city), at=timezone.now() - timedelta(minutes=30))
    client = signed_in(official.office, official=official)
    answer = client.post(f"/console/calls/{call.pk}/wrap-up/", {"outcome": "solved", "back": "today"})

    assert answer.status_code == 422
    assert "没有接通" in answer.content.decode()


def test_an_outcome_that_is_not_offered_is_refused(official: Official, line: Line) -> None:
    call = make.call(line, make.citizen(line.city), answered_by=PartyKind.OFFICIAL)
    client = signed_in(official.office, official=official)

    assert client.post(f"/console/calls/{call.pk}/wrap-up/", {"outcome": "bribed"}).status_code == 422


def test_what_he_decided_can_be_taken_back_on_the_page(official: Official, line: Line) -> None:
    call = make.call(line, make.citizen(line.city), answered_by=PartyKind.OFFICIAL, at=timezone.now())
    client = signed_in(official.office, official=official)
    wrap_up = f"/console/calls/{call.pk}/wrap-up/"

    assert wrap_up in client.get("/console/today/").content.decode()
    shown = client.post(wrap_up, {"outcome": "solved", "back": "today"}, follow=True).content.decode()
    assert "已登记：当场解决" in shown
    assert wrap_up not in shown
    row = PendingAct.objects.get()
    assert signed_in(official.office, Role.STAFF).post(f"/console/undo/{row.pk}/").status_code == 422
    shown = client.post(f"/console/undo/{row.pk}/", {"back": f"call:{call.pk}"}, follow=True).content.decode()
    assert "已撤销" in shown
    assert wrap_up in shown
    assert not WrapUp.objects.exists()


def test_one_tap_says_he_is_in_a_meeting_with_an_end(official: Official, line: Line) -> None:
    client = signed_in(official.office, official=official)
    client.post("/console/presence/switch/", {"state": "meeting"})

    span = PresenceSpan.objects.get(official=official)
    assert span.state == "meeting"
    assert span.until is not None
    assert span.until - span.since <= timedelta(hours=2, minutes=5)
    assert client.post("/console/presence/switch/", {"state": "on_call"}).status_code == 422


def test_an_end_in_the_past_is_refused_on_the_page(official: Official, line: Line) -> None:
    client = signed_in(official.office, official=official)
    answer = client.post("/console/presence/", {"state": "meeting", "until": "2020-01-01T08:00"})

    assert answer.status_code == 422
    assert "结束时间" in answer.content.decode()


def test_the_full_number_is_an_act_with_a_reason(official: Official, line: Line) -> None:
    case = missed(line)
    client = signed_in(official.office, official=official)

    assert client.post(f"/console/cases/{case.pk}/number/", {"reason": " "}).status_code == 422
    shown = client.post(f"/console/cases/{case.pk}/number/", {"reason": "换座机回电"})

    assert case.citizen.masked not in shown.content.decode().split('class="number"')[1][:80]
    assert TrailEntry.objects.get(act="reveal_number").reason == "换座机回电"


def test_a_notice_is_tried_first_and_then_imported_as_it_was_tried(city: Office) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(city, Role.OPERATOR)
    notice = "单位,姓名,职务,分工,电话\n市水务局,单春梅,局长,供水,15400007777\n".encode()
    tried = client.post("/console/import/", {"file": SimpleUploadedFile("名单.csv", notice)})
    assert "新增 1 人" in tried.content.decode()
    assert not Official.objects.exists()

    report, packed = tried.context["report"], tried.context["packed"]
    assert client.post("/console/import/", {"packed": packed, "digest": report.digest}).status_code == 303
    assert Official.objects.get().name == "单春梅"


def test_a_broken_workbook_is_explained(city: Office) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(city, Role.OPERATOR)
    answer = client.post("/console/import/", {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")})

    assert answer.status_code == 422
    assert not Official.objects.exists()


def test_a_balancer_hears_that_the_site_is_well_and_who_is_silent(client: Client, city: Office) -> None:
    pulse.beat("switch", "node:1", at=timezone.now())
    said = client.get("/healthz").json()

    assert said["status"] == "ok"
    assert said["checks"]["switch"] == "ok"
    assert said["checks"]["jobs"] == "never heard of"


def test_figures_are_for_whoever_shows_the_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    shown = client.get("/metrics", headers={"Authorization": "Bearer local"})
    assert b"minhu_" in shown.content


def test_the_way_back_never_leaves_the_site(client: Client, city: Office) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = client.post("/display/", {"theme": "dark", "next": elsewhere})
        assert answer.headers["Location"] == "/"
        assert answer.cookies["theme"].value == "dark"


@pytest.mark.parametrize("path", ["/", "/new/", "/m/", "/accounts/login/", "/no-such-page/"])
def test_no_page_carries_a_script_or_style_of_its_own(client: Client, city: Office, path: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()

    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
