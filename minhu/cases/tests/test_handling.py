"""Calling, replying, closing, joining, doors: what officials and units do until a case is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from minhu.cases import actions, ledger, queries
from minhu.cases.joining import CannotJoin
from minhu.cases.models import Attempt, Case, Promise, Rating, Reply
from minhu.directory.models import Line
from minhu.intake.models import CallOrder, Text
from minhu.rules.access import Viewer
from minhu.rules.callbacks import OutsideWindow, QuietNow
from minhu.rules.casework import NotPossibleNow
from minhu.rules.conflicts import InConflict
from minhu.rules.words import CaseState, Direction, Door, PartyKind, ReplyMeans, Role, TextState
from tests import make

AT = make.MONDAY_10
LATER = AT + timedelta(hours=1)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


def new_case(line: Line) -> Case:
    call = make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    return Case.objects.get(contacts__call=call)


@pytest.fixture
def case(line: Line) -> Case:
    return new_case(line)


def try_to_reach(case: Case, *hours: int) -> None:
    for hour in hours:
        at = AT + timedelta(hours=hour)
        make.call(case.line, case.citizen, direction=Direction.OUTBOUND, at=at)  # type: ignore[arg-type]
        actions.take_in(at=at)


def delivered(case: Case) -> None:
    Text.objects.filter(code=case.code, template="reply").update(state=TextState.DELIVERED, attempt_at=LATER)
    actions.settle_evidence(at=LATER)


# ---- calling


def test_a_call_that_is_not_taken_leaves_a_text_and_is_counted(case: Case) -> None:
    try_to_reach(case, 1)
    assert "未接通" in Text.objects.get(template="called_back_missed").body
    assert Promise.objects.get(kind="call_back").attempts == 1
    attempt = Attempt.objects.get()
    assert (attempt.hour, str(attempt.day_on)) == (11, "2026-03-02")


def test_our_own_telephone_not_taken_is_no_attempt_on_the_citizen(case: Case, him: Viewer) -> None:
    order = actions.call_back(Promise.objects.get().pk, by=him, key="a", at=LATER)
    call = make.call(case.line, case.citizen, direction=Direction.OUTBOUND, at=LATER)  # type: ignore[arg-type]
    CallOrder.objects.filter(pk=order.pk).update(call=call, result="party_not_reached")
    actions.take_in(at=LATER)
    assert Promise.objects.get().attempts == 0
    assert not Text.objects.filter(template="called_back_missed").exists()


def test_who_cannot_be_reached_gets_a_reply_without_contact_after_three_attempts(line: Line, him: Viewer) -> None:
    landline = make.citizen(line.city, "+8655812345678")
    make.call(line, landline)
    actions.take_in(at=AT)
    case = Case.objects.get()
    try_to_reach(case, 1, 5, 7)
    with pytest.raises(actions.SpeakFirst):  # three, but on one day
        actions.reply(case.pk, "路灯已修好", "路灯所", by=him, at=AT + timedelta(hours=8))
    assert not queries.case_page(him, case.pk, LATER).unreachable
    try_to_reach(case, 24)

    made = actions.reply(case.pk, "路灯已修好", "路灯所", by=him, at=AT + timedelta(hours=25))

    assert made.means == ReplyMeans.ATTEMPTS
    assert set(case.promises.values_list("evidence_reply", flat=True)) == {made.pk}
    assert queries.case_page(him, case.pk, LATER).unreachable


def test_the_database_refuses_a_reply_without_contact_after_too_few_attempts(case: Case) -> None:
    try_to_reach(case, 1, 5, 24)
    Attempt.objects.filter(pk=Attempt.objects.order_by("id")[0].pk)
    few = new_case(case.line)  # type: ignore[arg-type]
    for one, means in ((few, ReplyMeans.ATTEMPTS), (few, ReplyMeans.CALL), (few, ReplyMeans.TEXT)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Reply.objects.create(case=one, done="修好了", done_by="路灯所", at=LATER, means=means.value)
    missed = make.call(case.line, few.citizen, at=LATER)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        Reply.objects.create(case=few, done="修好了", done_by="路灯所", at=LATER, means="call", call=missed)
    Reply.objects.create(case=case, done="修好了", done_by="路灯所", at=LATER, means="attempts")


def test_a_reply_that_did_not_arrive_is_kept_by_a_conversation(case: Case, him: Viewer) -> None:
    actions.reply(case.pk, "路灯已修好", "路灯所", by=him, at=LATER)
    Text.objects.filter(template="reply").update(state=TextState.FAILED)
    actions.settle_evidence(at=LATER)
    assert actions.close_due(LATER + timedelta(days=30)) == 0
    spoke = make.call(
        case.line, case.citizen, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=LATER  # type: ignore[arg-type]
    )  # fmt: skip
    actions.take_in(at=LATER)
    assert set(case.promises.values_list("evidence_call", flat=True)) == {spoke.pk}


def test_no_citizen_is_called_at_night_or_before_the_time_he_asked_for(case: Case, him: Viewer) -> None:
    promise = Promise.objects.get()
    with pytest.raises(QuietNow):
        actions.call_back(promise.pk, by=him, key="a", at=AT + timedelta(hours=13))
    six = AT + timedelta(hours=8)
    actions.agree_window(promise.pk, six, six + timedelta(hours=1), by=him, at=LATER)
    with pytest.raises(OutsideWindow):
        actions.call_back(promise.pk, by=him, key="a", at=LATER)
    assert actions.call_back(promise.pk, by=him, key="a", at=six).promise_id == promise.pk


def test_one_call_is_open_at_a_time_and_the_database_itself_refuses_two(case: Case, him: Viewer) -> None:
    promise = Promise.objects.get()
    first = actions.call_back(promise.pk, by=him, key="a", at=LATER)
    CallOrder.objects.filter(pk=first.pk).update(claimed_at=LATER, claimed_by="n")
    again = actions.call_back(promise.pk, by=him, key="b", at=LATER + timedelta(minutes=30))  # still talking
    assert again == first
    again.pk, again.key = None, "c"
    with pytest.raises(DatabaseError), transaction.atomic():
        again.save(force_insert=True)

    CallOrder.objects.filter(pk=first.pk).update(result="citizen_not_reached")
    assert actions.call_back(promise.pk, by=him, key="d", at=LATER + timedelta(minutes=31)) != first


def test_an_order_that_no_switch_took_does_not_stand_in_the_way(case: Case, him: Viewer) -> None:
    promise = Promise.objects.get()
    first = actions.call_back(promise.pk, by=him, key="a", at=LATER)
    second = actions.call_back(promise.pk, by=him, key="b", at=LATER + timedelta(minutes=6))
    assert first != second
    assert CallOrder.objects.get(pk=first.pk).result == "expired"


# ---- closing, reopening


def test_the_database_refuses_to_close_too_soon_or_owing(case: Case, him: Viewer) -> None:
    actions.reply(case.pk, "路灯已修好", "路灯所", by=him, at=LATER)
    for at in (LATER, LATER + timedelta(days=7) - timedelta(seconds=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state="closed", closed_at=at)
    Rating.objects.create(case=case, reply=Reply.objects.get(), score=3, at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=LATER)
    week_later = LATER + timedelta(days=7)
    with pytest.raises(DatabaseError, match="promises are open"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="closed", closed_at=week_later)
    ledger.release(case, "对方来电说不用了", at=week_later)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=week_later)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="held")


def test_a_superior_who_is_meant_is_passed_over(case: Case, line: Line, him: Viewer) -> None:
    mayor = make.official(line.city, "李市长")
    vice = make.official(line.city, "陈副市长", superior=mayor)
    line.official.superior = vice
    line.official.save()
    other = make.official(make.office(line.city), "周局长")
    actions.set_conflict(case.pk, actions.About(official_id=other.pk), by=him, reason="反映周局长", at=LATER)
    vice.office = other.office
    vice.save()
    for _ in range(2):
        actions.reply(case.pk, "已办", "办公室", by=make.viewer(line.city, Role.STAFF), at=LATER)
        actions.rate(case.pk, 3, at=LATER)
    case.refresh_from_db()
    assert case.holder == mayor


# ---- doors


def test_what_belongs_elsewhere_is_told_so_and_ends(case: Case, him: Viewer) -> None:
    actions.show_door(case.pk, Door.COURT, by=him, at=LATER)

    case.refresh_from_db()
    assert (case.state, case.door) == (CaseState.REPLIED, Door.COURT)
    text = Text.objects.get(template__startswith="door_")
    assert "12368" in text.body
    assert "评价" not in text.body
    with pytest.raises(NotPossibleNow):
        actions.transfer(case.pk, actions.Receiver.hotline(), by=him, reason="x", at=LATER)
    Text.objects.filter(pk=text.pk).update(state=TextState.DELIVERED, attempt_at=LATER)
    actions.settle_evidence(at=LATER)
    assert actions.close_due(LATER + timedelta(days=7)) == 1


def test_who_was_shown_the_wrong_door_can_say_so(case: Case, him: Viewer) -> None:
    actions.show_door(case.pk, Door.PETITION, by=him, at=LATER)
    actions.rate(case.pk, 3, at=LATER)
    case.refresh_from_db()
    assert (case.state, case.door, case.reopened) == (CaseState.HELD, "", 1)


# ---- joining


def test_a_reply_reaches_every_reporter_in_his_own_thread(case: Case, line: Line, him: Viewer) -> None:
    others = [new_case(line) for _ in range(3)]
    for one in others:
        actions.join(one.pk, case.pk, by=him, at=LATER)
        actions.join(one.pk, case.pk, by=him, at=LATER)  # again: nothing changes
    actions.reply(case.pk, "水管已修好", "水务集团", by=him, at=LATER)

    for one in (case, *others):
        one.refresh_from_db()
        reply = Reply.objects.get(case=one)
        assert one.state == CaseState.REPLIED
        assert reply.text is not None
        assert (reply.text.thread.citizen_id, reply.text.code) == (one.citizen_id, one.code)
        delivered(one)
        assert not one.promises.filter(kept_at=None).exists()
    actions.rate(others[0].pk, 3, at=LATER)
    actions.rate(others[1].pk, 1, at=LATER)
    states = [Case.objects.get(pk=one.pk).state for one in (case, *others)]
    assert states == [CaseState.REPLIED, CaseState.HELD, CaseState.CLOSED, CaseState.REPLIED]
    assert len(queries.case_page(him, case.pk, LATER).joined) == 3


def test_joining_and_parting_lose_nothing(case: Case, line: Line, him: Viewer) -> None:
    other = new_case(line)
    before = {"promises": 1, "contacts": 1, "code": other.code, "holder": other.holder_id, "state": other.state}
    actions.join(other.pk, case.pk, by=him, at=LATER)
    actions.part(other.pk, by=him, reason="不是一回事", at=LATER)
    other.refresh_from_db()
    assert before == {
        "promises": other.promises.filter(released_at=None).count(), "contacts": other.contacts.count(),
        "code": other.code, "holder": other.holder_id, "state": other.state,
    }  # fmt: skip
    actions.reply(case.pk, "水管已修好", "水务集团", by=him, at=LATER)
    assert not Reply.objects.filter(case=other).exists()


def test_what_cannot_join(case: Case, line: Line, him: Viewer) -> None:
    second, third, secret = new_case(line), new_case(line), new_case(line)
    actions.make_confidential(secret.pk, by=him, at=LATER)
    actions.join(second.pk, case.pk, by=him, at=LATER)
    for one, to in ((case, case), (third, second), (case, third), (secret, case), (third, secret)):
        with pytest.raises(CannotJoin):
            actions.join(one.pk, to.pk, by=him, at=LATER)
    actions.transfer(third.pk, actions.Receiver.hotline(), by=him, reason="工单", at=LATER)
    with pytest.raises(CannotJoin):
        actions.join(third.pk, case.pk, by=him, at=LATER)


def test_a_case_does_not_join_one_that_is_with_whom_it_is_about(case: Case, line: Line, him: Viewer) -> None:
    other, bureau = new_case(line), make.office(line.city)
    actions.set_conflict(other.pk, actions.About(office_id=bureau.pk), by=him, reason="反映该局", at=LATER)
    actions.transfer(case.pk, actions.Receiver.unit(bureau.pk), by=him, reason="转办", at=LATER)
    with pytest.raises(InConflict):
        actions.join(other.pk, case.pk, by=him, at=LATER)

    third = new_case(line)
    fourth = new_case(line)
    actions.join(fourth.pk, third.pk, by=him, at=LATER)
    actions.set_conflict(fourth.pk, actions.About(office_id=bureau.pk), by=him, reason="反映该局", at=LATER)
    with pytest.raises(InConflict):
        actions.transfer(third.pk, actions.Receiver.unit(bureau.pk), by=him, reason="转办", at=LATER)


def test_the_database_refuses_families_of_three_generations(case: Case, line: Line) -> None:
    second, third = new_case(line), new_case(line)
    Case.objects.filter(pk=second.pk).update(parent=case)
    for one, parent in ((third, second), (case, third), (case, case)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=one.pk).update(parent=parent)
    Case.objects.filter(pk=third.pk).update(confidential=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=third.pk).update(parent=case)


# ---- prepared words


def test_prepared_replies_come_with_everything_filled_in(case: Case, him: Viewer) -> None:
    from minhu.directory.models import QuickReply

    body = "{official}（{office}）已安排，{due}前答复。编号{code}，{没有这个}"
    QuickReply.objects.create(city=case.city, label="已安排", body=body)
    (one,) = queries.canned_replies(him, case.pk, AT)
    office = case.holder.office.name if case.holder else ""
    assert one.body == f"王明（{office}）已安排，今天12:00前答复。编号{case.code}，{{没有这个}}"
