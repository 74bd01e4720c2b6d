"""The desk of staff: filters they keep, several matters at once, their phrases, all lines live."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.cases.models import Assignment, Case, Note, Phrase, Promise, SavedFilter
from minhu.directory.models import Account, Line, Office, Official
from minhu.intake.models import Call, Text
from minhu.rules.words import CallState, Direction, Role
from tests import make

pytestmark = pytest.mark.django_db

QUEUE = "/console/queue/"


@pytest.fixture
def city() -> Office:
    return make.city()


@pytest.fixture
def official(city: Office) -> Official:
    return make.official(make.office(city))


@pytest.fixture
def line(official: Official) -> Line:
    return make.line(official)


@pytest.fixture
def staff(city: Office) -> Account:
    return make.account(city, Role.STAFF)


@pytest.fixture
def desk(staff: Account) -> Client:
    return client_of(staff)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def missed(line: Line, ago: int = 30) -> Case:
    make.call(line, make.citizen(line.city), at=timezone.now() - timedelta(minutes=ago))
    cases.take_in()
    return Case.objects.latest("id")


def stray(line: Line, ago: int = 30) -> Case:
    """A matter that nobody holds."""
    case = missed(line, ago)
    Case.objects.filter(pk=case.pk).update(holder=None, line=None)
    Promise.objects.filter(case=case).update(owner_official=None, owner_office=line.city_id)
    return case


def bulk(desk: Client, act: str, several: list[Case], **data: object) -> str:
    answer = desk.post(f"{QUEUE}bulk/", {"act": act, "case": [one.pk for one in several], **data})
    return str(answer.content.decode())


def test_the_oldest_promise_stands_on_top_filtered_or_not(desk: Client, line: Line) -> None:
    newer, older = missed(line, 20), missed(line, 50)
    for address in (QUEUE, f"{QUEUE}?part=callbacks"):
        page = desk.get(address).content.decode()
        assert page.index(f"/console/cases/{older.pk}/") < page.index(f"/console/cases/{newer.pk}/")


def test_a_filter_is_an_address_kept_under_a_name_by_whoever_named_it(city: Office, desk: Client, line: Line) -> None:
    ours, other = missed(line), missed(line)
    query = f"part=callbacks&words={ours.code}"
    assert desk.post(f"{QUEUE}filters/", {"name": "早上先看", "query": query}).status_code == 303
    page = desk.get(f"{QUEUE}?{query}").content.decode()

    assert f"/console/cases/{ours.pk}/" in page
    assert f"/console/cases/{other.pk}/" not in page
    assert "早上先看" in desk.get(QUEUE).content.decode()
    neighbour = client_of(make.account(city, Role.STAFF))
    assert "早上先看" not in neighbour.get(QUEUE).content.decode()
    kept = SavedFilter.objects.get()
    assert neighbour.post(f"{QUEUE}filters/{kept.pk}/forget/").status_code == 422
    assert desk.post(f"{QUEUE}filters/{kept.pk}/forget/").status_code == 303
    assert not SavedFilter.objects.exists()


def test_a_filter_without_conditions_is_not_kept(desk: Client) -> None:
    answer = desk.post(f"{QUEUE}filters/", {"name": "空的", "query": "nonsense=1"})

    assert answer.status_code == 422
    assert "请先选好条件" in answer.content.decode()


def test_what_one_rule_refuses_does_not_hold_up_the_others(desk: Client, line: Line, official: Official) -> None:
    held, free = missed(line), stray(line)
    page = bulk(desk, "assign", [held, free], official=official.pk)

    free.refresh_from_db()
    assert free.holder == official
    assert "1 件没有办成" in page
    assert "没有找到，或者不在您的范围内。" in page
    assert TrailEntry.objects.filter(act="assign").count() == 1


def test_an_assignment_of_several_is_taken_back_with_all_that_was_owed(
    desk: Client, line: Line, official: Official
) -> None:
    several = [stray(line), stray(line)]
    owed = set(Promise.objects.values_list("pk", "due_at", "owner_office", "owner_official"))
    bulk(desk, "assign", several, official=official.pk)
    answer = desk.post(f"{QUEUE}bulk/undo/", {"case": [one.pk for one in several]})

    assert answer.status_code == 200
    assert Case.objects.filter(holder=None, line=None).count() == 2
    assert set(Promise.objects.values_list("pk", "due_at", "owner_office", "owner_official")) == owed
    assert TrailEntry.objects.filter(act="unassign").count() == 2
    assert desk.post(f"{QUEUE}bulk/undo/", {"case": [several[0].pk]}).status_code == 422


def test_what_has_begun_is_not_taken_back(city: Office, staff: Account, line: Line, official: Official) -> None:
    begun, old, others = stray(line), stray(line), stray(line)
    desk = client_of(staff)
    bulk(desk, "assign", [begun, old], official=official.pk)
    bulk(client_of(make.account(city, Role.STAFF)), "assign", [others], official=official.pk)
    cases.hold(begun.pk, by=make.viewer(official.office, official=official))
    Assignment.objects.filter(case=old).update(at=timezone.now() - timedelta(minutes=11))
    page = desk.post(f"{QUEUE}bulk/undo/", {"case": [begun.pk, old.pk, others.pk]}).content.decode()

    assert "3 件没有办成" in page
    assert "已经开始办理" in page
    assert "超过十分钟" in page
    assert Case.objects.filter(holder=official).count() == 3


def test_one_note_on_several_matters_and_none_on_what_is_not_ones_own(desk: Client, line: Line) -> None:
    far = make.official(make.office(make.city("远方市")))
    ours, theirs = missed(line), missed(make.line(far))
    page = bulk(desk, "note", [ours, theirs], body="请今天回")

    assert Note.objects.get().case == ours
    assert theirs.code not in page
    assert Text.objects.filter(body__contains="请今天回").count() == 0


@pytest.mark.parametrize("data", [{"act": "assign"}, {"act": "burn", "case": ["1"]}, {"act": "note", "case": ["x"]}])
def test_a_bulk_form_that_makes_no_sense_is_refused_clearly(desk: Client, data: dict[str, object]) -> None:
    answer = desk.post(f"{QUEUE}bulk/", data)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_phrase_fills_itself_in_and_is_sent_by_nobody(desk: Client, line: Line, city: Office) -> None:
    case = missed(line)
    texts = Text.objects.count()
    words = {"office": city.pk, "label": "已派人", "body": "编号{code}已派人去看，{due}前告诉您。"}
    assert desk.post("/console/phrases/", words).status_code == 303
    page = desk.get(f"/console/cases/{case.pk}/?canned=p{Phrase.objects.get().pk}").content.decode()

    assert f"编号{case.code}已派人去看，" in page
    assert "{due}" not in page
    assert Text.objects.count() == texts


@pytest.mark.parametrize("body", ["{name_of_god}您好", "您好{", "}您好{code}", "{}"])
def test_a_placeholder_that_nobody_knows_is_said_when_it_is_saved(desk: Client, city: Office, body: str) -> None:
    answer = desk.post("/console/phrases/", {"office": city.pk, "label": "不行", "body": body})

    assert answer.status_code == 422
    assert "花括号" in answer.content.decode() or "能用的是" in answer.content.decode()
    assert not Phrase.objects.exists()


def test_phrases_are_of_an_office_and_only_its_staff_write_them(desk: Client, city: Office, official: Official) -> None:
    words = {"office": official.office_id, "label": "别家的", "body": "您好"}
    assert desk.post("/console/phrases/", words).status_code == 422
    phrase = Phrase.objects.create(office=official.office, label="别家的", body="您好")
    assert "别家的" not in desk.get("/console/phrases/").content.decode()
    assert desk.post(f"/console/phrases/{phrase.pk}/drop/").status_code == 422
    mine = client_of(make.account(official.office, official=official))
    assert mine.get("/console/phrases/").status_code == 403


def ring(line: Line, *, talks: bool = False) -> Call:
    at = timezone.now()
    return Call.objects.create(
        city_id=line.city_id, line=line, citizen=make.citizen(line.city), direction=Direction.INBOUND.value,
        state=(CallState.ANSWERED if talks else CallState.RINGING).value, dialled=line.number, received_at=at,
        ringing_at=at, answered_at=at if talks else None, answered_by_kind="official" if talks else "",
    )  # fmt: skip


def test_all_lines_are_live_on_one_page_for_the_cost_of_one(
    city: Office, desk: Client, line: Line, django_assert_max_num_queries: object
) -> None:
    talking, waiting = ring(line, talks=True), ring(line)
    for _number in range(4):
        ring(make.line(make.official(make.office(city))))
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page = desk.get("/console/switchboard/").content.decode()

    assert page.count("正在打来</b>") == 4
    assert str(talking.citizen and talking.citizen.masked) in page
    assert str(waiting.citizen and waiting.citizen.masked) not in page
    assert "还有 1 个在等" in page


def test_the_switchboard_names_the_busy_lines_before_all_lines(desk: Client, line: Line) -> None:
    quiet = make.line(make.official(make.office(line.city)))
    assert "现在没有电话" in desk.get("/console/switchboard/").content.decode()
    ring(line)
    page = desk.get("/console/switchboard/").content.decode()

    assert page.index(f'href="#line-{line.pk}"') < page.index(f'id="line-{line.pk}"')
    assert f'href="#line-{quiet.pk}"' not in page


def test_calls_that_ring_leave_the_queue_in_sight(desk: Client, city: Office) -> None:
    for _number in range(5):
        ring(make.line(make.official(make.office(city))))
    page = desk.get(QUEUE).content.decode()

    assert page.count('<article class="ringing"') == 2
    assert "还有 3 个正在打来" in page


def test_the_switchboard_is_of_ones_own_offices_and_no_operators(city: Office, line: Line) -> None:
    call = ring(line)
    assert call.citizen
    elsewhere = client_of(make.account(make.office(city), Role.STAFF))
    assert call.citizen.masked not in elsewhere.get("/console/switchboard/").content.decode()
    assert client_of(make.account(city, Role.OPERATOR)).get("/console/switchboard/").status_code == 404
    whole = client_of(make.account(city, Role.SUPERVISOR)).get("/console/switchboard/").content.decode()
    assert call.citizen.masked in whole


def test_the_queue_costs_the_same_few_questions(
    desk: Client, line: Line, django_assert_max_num_queries: object
) -> None:
    for _number in range(6):
        missed(line)
        stray(line)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        desk.get(f"{QUEUE}?part=unassigned")
