"""What officials, staff and citizens do with a matter, and what then happens."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from minhu.audit import trail
from minhu.audit.models import TrailEntry
from minhu.cases import actions, queries
from minhu.cases.models import Case, Promise, Rating, Reply, WrapUp
from minhu.cases.wrapping_up import CallStillOn, NotAnswered, WrittenUpAlready
from minhu.directory.models import Line, QuickReply
from minhu.intake import actions as intake_actions
from minhu.intake.gateways import NoFreeText
from minhu.intake.models import Call, CallOrder, Citizen, Text
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.casework import NotPossibleNow
from minhu.rules.gateways import Channel
from minhu.rules.words import CaseState, Direction, Outcome, PartyKind, PromiseKind, Role, TextState
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
def staff(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.STAFF)


@pytest.fixture
def case(line: Line, citizen: Citizen) -> Case:
    make.call(line, citizen)
    actions.take_in(at=AT)
    return Case.objects.get()


def answered(line: Line, citizen: Citizen | None) -> Call:
    return make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=LATER)


def open_kinds(case: Case) -> set[str]:
    return set(case.promises.filter(kept_at=None, released_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize("outcome", [Outcome.SOLVED, Outcome.ENQUIRY])
def test_solved_on_the_spot_is_a_reply_and_asks_for_a_rating(
    line: Line, citizen: Citizen, him: Viewer, outcome: Outcome
) -> None:
    call = answered(line, citizen)

    actions.wrap_up(call.pk, outcome, "已告知办理流程", by=him, at=LATER)

    case = Case.objects.get()
    assert (case.state, open_kinds(case)) == (CaseState.REPLIED, set())
    assert Reply.objects.get().call == call
    assert "请评价" in Text.objects.get().body
    call.refresh_from_db()
    assert call.state == "wrapped_up"


@pytest.mark.parametrize("outcome", [Outcome.FOLLOW_UP, Outcome.TO_DEPUTY, Outcome.TO_COUNTY, Outcome.TO_HOTLINE])
def test_what_is_to_be_seen_to_leaves_an_answer_owed(
    line: Line, citizen: Citizen, him: Viewer, outcome: Outcome
) -> None:
    actions.wrap_up(answered(line, citizen).pk, outcome, "查一下", by=him, at=LATER)

    case = Case.objects.get()
    owed = {"reply"} if outcome is Outcome.FOLLOW_UP else {"reply", "forward"}
    assert (case.state, case.holder, open_kinds(case)) == (CaseState.HELD, line.official, owed)
    assert case.notes.count() == 1


def test_a_nuisance_call_is_no_matter(line: Line, citizen: Citizen, him: Viewer) -> None:
    actions.wrap_up(answered(line, citizen).pk, Outcome.NUISANCE, by=him, at=LATER)
    actions.take_in(at=LATER)
    assert not Case.objects.exists()


def test_wrapping_up_joins_the_open_matter_and_keeps_what_was_owed(case: Case, line: Line, him: Viewer) -> None:
    call = answered(line, case.citizen)
    actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=LATER)
    assert Case.objects.count() == 1
    assert Promise.objects.get().evidence_call == call


def test_wrapping_up_a_callback_closes_the_circle(case: Case, line: Line, him: Viewer) -> None:
    back = make.call(line, case.citizen, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=LATER)
    actions.take_in(at=LATER + timedelta(minutes=5))
    assert open_kinds(case) == {"reply"}
    actions.wrap_up(back.pk, Outcome.SOLVED, "路灯已修好", by=him, at=LATER + timedelta(minutes=9))
    case.refresh_from_db()
    assert (case.state, open_kinds(case)) == (CaseState.REPLIED, set())


def test_a_withheld_caller_is_written_up_too(line: Line, him: Viewer) -> None:
    actions.wrap_up(answered(line, None).pk, Outcome.FOLLOW_UP, "井盖丢了", by=him, at=LATER)
    assert Case.objects.get().body == "井盖丢了"


def test_the_same_wrap_up_again_changes_nothing_and_another_is_refused(
    line: Line, citizen: Citizen, him: Viewer
) -> None:
    call = answered(line, citizen)
    first = actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=LATER)
    assert actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=LATER) == first
    with pytest.raises(WrittenUpAlready):
        actions.wrap_up(call.pk, Outcome.NUISANCE, by=him, at=LATER)
    assert (WrapUp.objects.count(), Text.objects.count()) == (1, 1)


def test_only_an_ended_conversation_is_written_up(line: Line, citizen: Citizen, him: Viewer) -> None:
    with pytest.raises(NotAnswered):
        actions.wrap_up(make.call(line, citizen).pk, Outcome.SOLVED, by=him, at=LATER)
    call = answered(line, citizen)
    Call.objects.filter(pk=call.pk).update(ended_at=None, talk_seconds=None)
    with pytest.raises(CallStillOn):
        actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=LATER)


def test_nobody_writes_up_the_calls_of_others(line: Line, citizen: Citizen) -> None:
    call = answered(line, citizen)
    other = make.official(make.office(line.city))
    for viewer in (
        make.viewer(other.office, Role.OFFICIAL, official=other),
        make.viewer(other.office, Role.STAFF),
        make.viewer(line.city, Role.OPERATOR),
        make.viewer(make.city("邻市"), Role.STAFF),
    ):
        with pytest.raises(NotYours):
            actions.wrap_up(call.pk, Outcome.SOLVED, by=viewer, at=LATER)


def test_from_missed_call_to_rating(case: Case, line: Line, him: Viewer) -> None:
    actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER)
    text = Text.objects.get(template="reply")
    assert "路灯已修好" in text.body
    Text.objects.filter(pk=text.pk).update(state=TextState.DELIVERED, attempt_at=LATER)
    actions.settle_evidence(at=LATER)

    make.text(line, case.citizen, "1", at=LATER + timedelta(hours=1))
    actions.take_in(at=LATER + timedelta(hours=1))

    case.refresh_from_db()
    assert (case.state, open_kinds(case)) == (CaseState.CLOSED, set())
    assert Rating.objects.get().score == 1


@pytest.mark.parametrize("digit", ["2", "３", "3。"])
def test_who_is_not_satisfied_gets_a_new_promise(case: Case, line: Line, him: Viewer, digit: str) -> None:
    actions.reply(case.pk, "已转有关部门", "办公室", by=him, at=LATER)
    make.text(line, case.citizen, digit, at=LATER)
    actions.take_in(at=LATER)

    case.refresh_from_db()
    assert (case.state, case.reopened, case.holder) == (CaseState.HELD, 1, line.official)
    assert "reply" in open_kinds(case)


def test_the_second_time_it_goes_to_the_superior(case: Case, line: Line, him: Viewer) -> None:
    boss = make.official(line.city, "李书记")
    line.official.superior = boss
    line.official.save()
    for _ in range(2):
        actions.reply(case.pk, "已办", "办公室", by=him, at=LATER)
        actions.rate(case.pk, 3, at=LATER)
    case.refresh_from_db()
    assert case.holder == boss


def test_thanks_after_a_reply_is_no_new_matter(case: Case, line: Line, him: Viewer) -> None:
    actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER)
    make.text(line, case.citizen, "谢谢", at=LATER)
    actions.take_in(at=LATER)
    assert Case.objects.count() == 1


def test_after_seven_days_without_rating_it_is_closed_unless_something_is_owed(case: Case, him: Viewer) -> None:
    week = LATER + timedelta(days=7)
    actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER)
    assert actions.close_due(week) == 0

    Text.objects.filter(template="reply").update(state=TextState.DELIVERED, attempt_at=LATER)
    actions.settle_evidence(at=LATER)

    assert actions.close_due(week - timedelta(seconds=1)) == 0
    assert actions.close_due(week) == 1


def test_a_reply_needs_a_call_where_no_text_can_reach(line: Line, him: Viewer) -> None:
    landline = make.citizen(line.city, "+8655812345678")
    make.call(line, landline)
    actions.take_in(at=AT)
    case = Case.objects.get()
    with pytest.raises(actions.SpeakFirst):
        actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER)

    make.call(line, landline, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=LATER)
    actions.take_in(at=LATER + timedelta(minutes=5))
    assert open_kinds(case) == {"reply"}
    actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER + timedelta(minutes=9))

    assert open_kinds(case) == set()


def test_a_closed_matter_takes_no_reply(case: Case, him: Viewer) -> None:
    actions.withdraw(case.pk, by=him, reason="群众来电说不用了", at=LATER)
    assert open_kinds(case) == set()
    with pytest.raises(NotPossibleNow):
        actions.reply(case.pk, "路灯已修好", "路灯管理所", by=him, at=LATER)


def test_clarifying_needs_a_conversation(case: Case, line: Line, staff: Viewer) -> None:
    actions.ask_clarification(case.pk, by=staff, at=AT + timedelta(minutes=5))
    with pytest.raises(actions.NoEvidence):
        actions.clarify(case.pk, "建设路路灯", by=staff, at=LATER)

    make.call(line, case.citizen, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=LATER)
    actions.clarify(case.pk, "建设路路灯", by=staff, at=LATER + timedelta(hours=1))

    case.refresh_from_db()
    assert (case.state, case.title) == (CaseState.NEW, "建设路路灯")
    assert PromiseKind.CLARIFY not in open_kinds(case)


def test_prepared_words_are_refused_where_every_gateway_takes_templates_only(
    case: Case, line: Line, him: Viewer, settings: Settings
) -> None:
    settings.CHANNELS = (Channel("cloud", templates_only=True),)
    prepared = QuickReply.objects.create(city=line.city, label="会后", body="{who}正在开会，会后联系您。编号{code}")
    call = Call.objects.get()
    before = Text.objects.count()

    with pytest.raises(NoFreeText):
        actions.quick_reply(prepared.pk, by=him, call_id=call.pk, at=LATER)
    assert Text.objects.count() == before
    assert queries.today(him, LATER).quick_replies == ()


def test_a_quick_reply_goes_once_however_often_it_is_tapped(case: Case, line: Line, him: Viewer) -> None:
    prepared = QuickReply.objects.create(city=line.city, label="会后", body="{who}正在开会，会后联系您。编号{code}")
    call = make.call(line, case.citizen, at=LATER)
    for _ in range(2):
        actions.quick_reply(prepared.pk, by=him, call_id=call.pk, at=LATER)
    text = Text.objects.get()
    assert text.body.startswith("王明正在开会，会后联系您。编号")
    assert Text.objects.filter(direction=Direction.OUTBOUND).count() == 1


def test_a_callback_is_ordered_once_however_often_it_is_clicked(case: Case, him: Viewer) -> None:
    promise = Promise.objects.get()
    orders = {actions.call_back(promise.pk, by=him, key=key, at=LATER).pk for key in ("a", "a", "b")}
    assert len(orders) == 1
    order = CallOrder.objects.get()
    assert (order.promise_id, order.party_kind) == (promise.pk, "official")


def test_seeing_a_number_is_an_act_with_a_reason(case: Case, him: Viewer, line: Line) -> None:
    with pytest.raises(intake_actions.ReasonNeeded):
        intake_actions.reveal_number(case.citizen_id, by=him, reason=" ")

    number = intake_actions.reveal_number(case.citizen_id, by=him, reason="群众要求当面回访")

    assert number.startswith("+86154")
    entry = TrailEntry.objects.get(act="reveal_number")
    assert (entry.actor_id, entry.reason) == (him.account_id, "群众要求当面回访")
    with pytest.raises(NotYours):
        intake_actions.reveal_number(case.citizen_id, by=make.viewer(line.city, Role.OPERATOR), reason="看看")


def test_everything_that_was_done_is_in_a_sound_trail(case: Case, line: Line, him: Viewer) -> None:
    actions.hold(case.pk, by=him, at=LATER)
    actions.write_note(case.pk, "已派人", by=him, at=LATER)
    actions.reply(case.pk, "修好了", "路灯所", by=him, at=LATER)
    actions.rate(case.pk, 1, at=LATER)
    acts = list(TrailEntry.objects.filter(city_id=line.city_id).order_by("seq").values_list("act", flat=True))
    assert acts == ["open_case", "hold", "write_note", "reply", "rate", "close"]
    assert trail.verify(line.city_id).sound


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["wrap_up", "call_back"])
def test_two_taps_at_the_same_moment_do_one_thing(what: str) -> None:
    line = make.line(make.official(make.office(make.city())))
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)
    citizen = make.citizen(line.city)
    make.call(line, citizen)
    actions.take_in(at=AT)
    promise, call = Promise.objects.get(), answered(line, citizen)
    start = threading.Barrier(3)

    def tap(n: int) -> None:
        start.wait()
        if what == "wrap_up":
            actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=LATER)
        else:
            actions.call_back(promise.pk, by=him, key=f"key{n}", at=LATER)
        connection.close()

    taps = [threading.Thread(target=tap, args=(n,)) for n in range(3)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()

    assert (WrapUp.objects.count(), CallOrder.objects.count()) == ((1, 0) if what == "wrap_up" else (0, 1))
    assert Text.objects.count() == (1 if what == "wrap_up" else 0)
