"""Every contact becomes a matter or joins one; nobody who was not answered is without a promise."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from minhu.audit import trail
from minhu.cases import actions
from minhu.cases.models import Case, Contact, Promise
from minhu.directory.models import Line
from minhu.intake import actions as intake_actions
from minhu.intake.actions import WebForm
from minhu.intake.models import Call, Citizen, Text
from minhu.rules.words import CaseKind, CaseState, Direction, PartyKind, PromiseKind, Role, TextState
from tests import make

AT = make.MONDAY_10
HOUR = timedelta(hours=1)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()))


@pytest.fixture
def citizen(line: Line) -> Citizen:
    return make.citizen(line.city)


def said(line: Line) -> list[str]:
    """What was queued to citizens of the line, by template."""
    texts = Text.objects.filter(direction=Direction.OUTBOUND, thread__line=line).order_by("id")
    return list(texts.values_list("template", flat=True))


def test_a_call_nobody_answered_is_a_case_with_the_promise_the_caller_was_told(line: Line, citizen: Citizen) -> None:
    call = make.call(line, citizen)

    assert actions.take_in(at=AT) == 1

    promise = Promise.objects.get()
    assert (promise.kind, promise.due_at, promise.owner_official) == ("call_back", call.promise_due_at, line.official)
    assert (promise.case.code, promise.case.holder, promise.case.state) == (call.code, line.official, CaseState.NEW)
    assert promise.made_by_call == call


def test_taking_in_twice_changes_nothing(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    actions.take_in(at=AT)
    assert actions.take_in(at=AT) == 0
    assert Case.objects.count() == 1


def test_a_second_call_of_the_same_citizen_joins_without_a_second_promise(line: Line, citizen: Citizen) -> None:
    first = make.call(line, citizen)
    actions.take_in(at=AT)
    second = make.call(line, citizen, at=AT + HOUR)
    actions.take_in(at=AT + HOUR)

    assert Promise.objects.get().due_at == first.promise_due_at
    assert Contact.objects.get(call=second).case.code == first.code


def test_two_calls_in_one_batch_make_one_case(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    make.call(line, citizen, at=AT + timedelta(minutes=1))
    actions.take_in(at=AT + HOUR)
    assert (Case.objects.count(), Promise.objects.count(), Contact.objects.count()) == (1, 1, 2)


def test_calls_of_others_and_to_other_lines_are_matters_of_their_own(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    make.call(line, make.citizen(line.city))
    make.call(make.line(line.official), citizen)
    actions.take_in(at=AT)
    assert Case.objects.count() == 3


def test_a_withheld_number_has_a_case_too(line: Line) -> None:
    make.call(line, None)
    make.call(line, None)
    actions.take_in(at=AT)
    assert Promise.objects.count() == 2


def test_an_answered_call_waits_for_its_wrap_up(line: Line, citizen: Citizen) -> None:
    call = make.call(line, citizen, answered_by=PartyKind.OFFICIAL)
    actions.take_in(at=AT)

    call.refresh_from_db()
    assert call.taken_in_at == AT
    assert not Case.objects.exists()


def test_who_rings_again_and_reaches_the_official_needs_no_callback(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    actions.take_in(at=AT)
    again = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT + HOUR)
    actions.take_in(at=AT + HOUR)

    promise = Promise.objects.get()
    assert promise.evidence_call == again


def test_a_connected_callback_keeps_the_promise_and_leaves_an_answer_owed(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    actions.take_in(at=AT)
    back = make.call(line, citizen, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=AT + HOUR)
    actions.take_in(at=AT + HOUR)

    kept = Promise.objects.get(kind=PromiseKind.CALL_BACK)
    assert (kept.evidence_call, kept.attempts) == (back, 1)
    assert Promise.objects.get(kind=PromiseKind.REPLY).kept_at is None
    assert kept.case.state == CaseState.HELD


@pytest.mark.parametrize(("answered", "seconds"), [(None, 0.0), (PartyKind.CITIZEN, 2.0)])
def test_a_callback_without_a_conversation_is_an_attempt(
    line: Line, citizen: Citizen, answered: PartyKind | None, seconds: float
) -> None:
    make.call(line, citizen)
    actions.take_in(at=AT)
    make.call(line, citizen, answered_by=answered, talk_seconds=seconds, direction=Direction.OUTBOUND, at=AT + HOUR)
    actions.take_in(at=AT + HOUR)

    promise = Promise.objects.get()
    assert (promise.kept_at, promise.attempts, promise.last_attempt_at) == (None, 1, AT + HOUR)


def test_a_new_matter_by_text_gets_one_receipt_with_its_code(line: Line, citizen: Citizen) -> None:
    make.text(line, citizen, "建设路12号门口的路灯三天不亮了")
    actions.take_in(at=AT)

    case = Case.objects.get()
    told = Text.objects.get(direction=Direction.OUTBOUND)
    assert case.code in told.body
    assert told.state == TextState.QUEUED
    assert Promise.objects.get().made_by_text == told


def test_more_words_join_the_open_matter_and_are_confirmed_once(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    actions.take_in(at=AT)
    for body in ("建设路12号门口的路灯不亮", "已经三天了", "晚上很危险"):
        make.text(line, citizen, body)
        actions.take_in(at=AT)

    case = Case.objects.get()
    assert case.body == "建设路12号门口的路灯不亮\n已经三天了\n晚上很危险"
    assert said(line) == ["added"]


def test_an_unclear_text_is_asked_about_and_the_answer_makes_it_a_matter(line: Line, citizen: Citizen) -> None:
    make.text(line, citizen, "在吗")
    actions.take_in(at=AT)
    assert Promise.objects.get().kind == PromiseKind.CLARIFY

    answer = make.text(line, citizen, "建设路12号路灯不亮", at=AT + HOUR)
    actions.take_in(at=AT + HOUR)

    assert Promise.objects.get(kind=PromiseKind.CLARIFY).evidence_text == answer
    assert Promise.objects.get(kind=PromiseKind.CALL_BACK).kept_at is None
    assert Case.objects.get().state == CaseState.NEW
    assert said(line) == ["clarify", "matter_received"]


@pytest.mark.parametrize("body", ["", "\ufffd\ufffd", "汉" * 10_000])
def test_strange_texts_become_matters_too(line: Line, citizen: Citizen, body: str) -> None:
    make.text(line, citizen, body)
    actions.take_in(at=AT)
    assert Promise.objects.count() == 1


def test_a_text_to_no_line_is_left_to_staff(line: Line, citizen: Citizen) -> None:
    text = make.text(None, citizen, "你好请问这是市政府吗")
    actions.take_in(at=AT)
    assert not Case.objects.exists()

    staff = make.viewer(line.city, Role.STAFF)
    case = actions.take_up_text(text.pk, line.pk, by=staff, at=AT)
    again = actions.take_up_text(text.pk, line.pk, by=staff, at=AT)

    assert case == again
    assert Promise.objects.get().owner_official == line.official


def test_opting_out_is_confirmed_and_kept(line: Line, citizen: Citizen) -> None:
    make.text(line, citizen, "退订")
    actions.take_in(at=AT)
    citizen.refresh_from_db()
    assert citizen.opted_out_at == AT
    assert said(line) == ["opted_out"]
    assert not Case.objects.exists()


def test_asking_for_the_state_is_answered_a_few_times_a_day(line: Line, citizen: Citizen) -> None:
    call = make.call(line, citizen)
    actions.take_in(at=AT)
    for _ in range(9):
        make.text(line, citizen, f"查 {call.code}")
        actions.take_in(at=AT)
    assert said(line) == ["status"] * 5


def test_a_matter_of_the_form_keeps_its_code_and_its_time(line: Line) -> None:
    form = WebForm("key-1", "建设路12号路灯不亮", CaseKind.COMPLAINT, line.pk, "13900000021", "张三")
    received = intake_actions.receive_web_message(form, city_id=line.city_id, at=AT)
    actions.take_in(at=AT)

    case = Case.objects.get()
    assert (case.code, case.kind, case.body) == (received.code, "complaint", "建设路12号路灯不亮")
    assert Promise.objects.get().due_at == received.due_at
    assert said(line) == ["matter_received"]


def test_a_matter_to_nobody_and_from_nobody_waits_with_the_citys_staff(line: Line) -> None:
    form = WebForm("key-1", "不知道该找谁，桥头的路灯不亮", CaseKind.REQUEST)
    intake_actions.receive_web_message(form, city_id=line.city_id, at=AT)
    actions.take_in(at=AT)

    promise = Promise.objects.get()
    assert (promise.kind, promise.owner_office) == (PromiseKind.REPLY, line.city)

    staff = make.viewer(line.city, Role.STAFF)
    actions.assign(promise.case_id, line.official_id, by=staff, at=AT)
    promise.refresh_from_db()
    assert (promise.owner_official, promise.case.line) == (line.official, line)


def test_what_was_taken_in_is_in_the_trail(line: Line, citizen: Citizen) -> None:
    make.call(line, citizen)
    make.text(line, make.citizen(line.city), "建设路12号门口的路灯三天不亮了")
    actions.take_in(at=AT)
    assert trail.verify(line.city_id) == trail.Verdict(entries=2)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_take_in_each_contact_once() -> None:
    line = make.line(make.official(make.city()))
    people = [make.citizen(line.city) for _ in range(10)]
    for n in range(60):
        make.call(line, people[n % 10], at=AT + timedelta(seconds=n))
    for n in range(20):
        make.text(line, people[n % 10], f"第{n}件事：建设路12号路灯不亮")

    def work() -> None:
        while actions.take_in(20, at=AT):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert not Call.objects.filter(taken_in_at=None).exists()
    assert Contact.objects.count() == 80
    assert (Case.objects.count(), Promise.objects.count()) == (10, 10)
    assert trail.verify(line.city_id).sound
