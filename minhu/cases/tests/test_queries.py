"""Everybody sees what he may see, and no more; the overdue first; no number in the clear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from minhu.cases import actions, queries
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.intake import actions as intake_actions
from minhu.intake.actions import WebForm
from minhu.intake.models import Call, Citizen, Thread
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, CaseState, PartyKind, Role
from tests import make

AT = make.MONDAY_10
LATER = AT + timedelta(hours=1)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def citizen(line: Line) -> Citizen:
    return make.citizen(line.city)


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


@pytest.fixture
def case(line: Line, citizen: Citizen) -> Case:
    make.call(line, citizen)
    actions.take_in(at=AT)
    return Case.objects.get()


def test_today_counts_what_was_answered_and_what_is_owed(line: Line, him: Viewer) -> None:
    for n in range(3):
        make.call(line, make.citizen(line.city), at=AT + timedelta(minutes=n))
    make.call(line, make.citizen(line.city), answered_by=PartyKind.OFFICIAL)
    actions.take_in(at=AT)

    today = queries.today(him, AT + timedelta(hours=2, seconds=90))

    assert today.tallies == queries.Tallies(calls=4, answered=1, owed=3, overdue=2)
    assert [promise.overdue for promise in today.promises] == [True, True, False]
    assert len(today.to_wrap_up) == 1
    assert "*" in today.promises[0].who


def test_today_shows_who_rings_and_whom_a_quick_reply_reaches(line: Line, citizen: Citizen, him: Viewer) -> None:
    call = make.call(line, citizen, at=LATER)
    Call.objects.filter(pk=call.pk).update(ended_at=None, state="ringing")
    today = queries.today(him, LATER)
    assert [one.id for one in today.ringing] == [call.pk]
    assert today.quick_reply_to is not None
    assert today.quick_reply_to.call_id == call.pk


def test_today_costs_the_same_however_many_calls_there_are(
    line: Line, him: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(12):
        make.call(line, make.citizen(line.city), at=AT + timedelta(seconds=n))
    actions.take_in(at=AT)
    with django_assert_max_num_queries(13):
        queries.today(him, AT)


def test_an_official_sees_his_own_and_no_other_line(case: Case, line: Line, him: Viewer) -> None:
    other = make.official(line.official.office, "李强")
    stranger = make.viewer(other.office, Role.OFFICIAL, official=other)
    assert queries.case_page(him, case.pk, AT).code == case.code
    assert queries.today(stranger, AT).calls == ()
    for page in (queries.case_page, queries.citizen_of):
        with pytest.raises(NotYours):
            page(stranger, case.pk)
    with pytest.raises(NotYours):
        queries.call_page(stranger, Call.objects.get().pk)


@pytest.mark.parametrize(
    ("role", "above", "sees"),
    [
        (Role.STAFF, True, True),
        (Role.STAFF, False, False),
        (Role.SUPERVISOR, True, True),
        (Role.LEADERSHIP, True, True),
        (Role.OPERATOR, True, False),
        (Role.AUDITOR, True, False),
        (Role.INSPECTOR, True, False),
    ],
)
def test_a_role_sees_its_offices_and_those_below(case: Case, line: Line, role: Role, above: bool, sees: bool) -> None:
    viewer = make.viewer(line.city if above else make.office(line.city), role)
    queue = queries.staff_queue(viewer, AT)
    assert [promise.code for promise in queue.callbacks] == ([case.code] if sees else [])
    if not sees:
        with pytest.raises(NotYours):
            queries.case_page(viewer, case.pk, AT)


def test_a_confidential_matter_is_for_the_holder_and_supervisors_only(line: Line, him: Viewer) -> None:
    form = WebForm("k", "反映某局长的问题，请保密处理", CaseKind.REPORT, line.pk, "13900000021", confidential=True)
    intake_actions.receive_web_message(form, city_id=line.city_id, at=AT)
    actions.take_in(at=AT)
    case, thread = Case.objects.get(), Thread.objects.get()
    staff, boss = make.viewer(line.city, Role.STAFF), make.viewer(line.city, Role.SUPERVISOR)

    assert queries.case_page(him, case.pk, AT).confidential
    assert queries.case_page(boss, case.pk, AT).confidential
    with pytest.raises(NotYours):
        queries.case_page(staff, case.pk, AT)
    assert queries.staff_queue(staff, AT).callbacks == ()
    with pytest.raises(NotYours):
        queries.thread_page(staff, thread.pk)


def test_staff_find_everything_that_waits(line: Line, citizen: Citizen) -> None:
    staff = make.viewer(line.city, Role.STAFF)
    make.call(line, citizen, answered_by=PartyKind.OFFICIAL)
    make.text(line, make.citizen(line.city), "在吗")
    make.text(None, make.citizen(line.city), "你好")
    intake_actions.receive_web_message(WebForm("k", "桥头路灯不亮了", CaseKind.REQUEST), city_id=line.city_id, at=AT)
    actions.take_in(at=AT)

    queue = queries.staff_queue(staff, AT + timedelta(days=1))

    assert [len(rows) for rows in (queue.clarifications, queue.unknown_texts, queue.unassigned, queue.to_wrap_up)] == [
        1, 1, 1, 1,
    ]  # fmt: skip
    assert queries.staff_queue(staff, AT + timedelta(minutes=9)).to_wrap_up == ()


def test_a_case_page_tells_the_whole_story(case: Case, line: Line, him: Viewer) -> None:
    make.text(line, case.citizen, "建设路12号路灯不亮")
    actions.take_in(at=AT)
    actions.reply(case.pk, "修好了", "路灯所", by=him, at=LATER)
    page = queries.case_page(him, case.pk, LATER)
    assert (len(page.calls), len(page.texts), len(page.replies), len(page.promises)) == (1, 3, 1, 1)
    assert page.state == CaseState.REPLIED


def test_a_citizen_follows_his_matter_without_name_or_number(case: Case, him: Viewer) -> None:
    actions.reply(case.pk, "修好了", "路灯所", by=him, at=LATER)
    tracked = queries.by_code(case.code, "1.2.3.4", at=LATER)
    assert (tracked.state, tracked.official, tracked.replies[0].done) == (CaseState.REPLIED, "王明", "修好了")
    assert case.citizen.masked not in str(tracked)


def test_every_code_a_citizen_was_told_leads_to_the_matter(case: Case, line: Line) -> None:
    second = make.call(line, case.citizen, at=LATER)
    actions.take_in(at=LATER)
    assert second.code != case.code
    assert queries.by_code(second.code, "1.2.3.4", at=LATER).code == case.code


def test_a_matter_can_be_followed_before_any_job_has_run(line: Line, citizen: Citizen) -> None:
    call = make.call(line, citizen)
    sent = intake_actions.receive_web_message(
        WebForm("k", "桥头路灯不亮了", CaseKind.REQUEST, line.pk), city_id=line.city_id, at=AT
    )
    for code in (call.code, sent.code):
        assert queries.by_code(code, "1.2.3.4", at=AT).promises[0].by == "王明"


def test_guessing_codes_is_stopped_and_others_are_not(case: Case) -> None:
    for _ in range(20):
        with pytest.raises(queries.NoSuchCode):
            queries.by_code("22222222", "6.6.6.6", at=AT)
    with pytest.raises(queries.TooManyLookups):
        queries.by_code(case.code, "6.6.6.6", at=AT)
    assert queries.by_code(case.code, "1.2.3.4", at=AT).code == case.code
    assert queries.by_code(case.code, "6.6.6.6", at=AT + timedelta(hours=2)).code == case.code


def test_what_a_citizen_texts_of_the_handling_is_read_by_supervision_alone(
    line: Line, citizen: Citizen, him: Viewer
) -> None:
    staff, supervisor = make.viewer(line.city, Role.STAFF), make.viewer(line.city, Role.SUPERVISOR)
    make.text(line, citizen, "建设路12号路灯不亮三天了", at=AT)
    actions.take_in(at=AT)
    case = Case.objects.get()
    make.text(line, citizen, f"投诉{case.code}没有人管", at=AT + timedelta(minutes=6))
    actions.take_in(at=AT + timedelta(minutes=6))

    def said(viewer: Viewer) -> list[str]:
        page = queries.case_page(viewer, case.pk)
        assert page.thread_id is not None
        thread = queries.thread_page(viewer, page.thread_id)
        return [one.body for one in (*page.texts, *thread.texts) if "没有人管" in one.body or "督查" in one.body]

    assert said(him) == []
    assert said(staff) == []
    assert len(said(supervisor)) == 4
