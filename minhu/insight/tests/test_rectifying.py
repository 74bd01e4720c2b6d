"""Rectification: somebody answers for it, everybody who reported it is promised it, reporters say when it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from minhu.audit import trail
from minhu.cases import actions as cases
from minhu.cases.models import Case, Conflict, Notice, Promise
from minhu.insight import rechecking, rectify_clock, rectifying, reporters
from minhu.insight.models import Measure, Recheck, Rectification, RectifyStep, Reporter, Sample
from minhu.insight.rectify_public import tracked
from minhu.insight.rectify_rights import visible
from minhu.insight.rectifying import BegunAlready, NumbersInWords, Plan
from minhu.insight.tests.rectified import AT, DUE_ON, NEXT_MONDAY, TUESDAY, WEDNESDAY, Street, report, speak
from minhu.intake.models import Text
from minhu.intake.scope import NotYours
from minhu.rules.conflicts import InConflict
from minhu.rules.rectifying import (
    AskedAlready,
    DueUnclear,
    NoEvidence,
    NoMeasures,
    NotAllDone,
    NotPossibleNow,
    RectifyState,
    SayIt,
    commitment,
)
from minhu.rules.words import CaseState, Direction, NoticeKind, PartyKind, PromiseKind, TextState
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Street:
    return Street.of()


# ---- its life


def test_it_goes_from_begun_to_published_and_every_step_is_in_the_trail(street: Street) -> None:
    one = street.published()

    assert list(one.steps.order_by("at", "pk").values_list("state", flat=True)) == [
        "begun", "researched", "under_way", "claimed", "verified", "published",
    ]  # fmt: skip
    assert one.steps.filter(ended_at=None).get().state == RectifyState.PUBLISHED
    assert trail.verify(street.city.pk).sound


def test_who_begins_is_of_supervision_or_leadership_and_an_issue_has_one(street: Street) -> None:
    for nobody in (street.him, street.helper, street.staff):
        with pytest.raises(NotYours):
            rectifying.begin(street.issue.pk, street.owner.pk, by=nobody, at=AT)
    rectifying.begin(street.issue.pk, street.owner.pk, by=street.leader, at=AT)

    with pytest.raises(BegunAlready):
        rectifying.begin(street.issue.pk, street.owner.pk, by=street.judge, at=AT)


def test_work_begins_with_a_measure_and_a_day_that_covers_it(street: Street) -> None:
    one = street.researched()
    with pytest.raises(NoMeasures):
        rectifying.start(one.pk, due_on=DUE_ON, by=street.him, at=TUESDAY)
    rectifying.plan(one.pk, Plan("更换主管", "供水公司", DUE_ON), by=street.helper, at=TUESDAY)
    with pytest.raises(DueUnclear):
        rectifying.start(one.pk, due_on=DUE_ON - timedelta(days=1), by=street.him, at=TUESDAY)
    with pytest.raises(NotYours):
        rectifying.start(one.pk, due_on=DUE_ON, by=street.helper, at=TUESDAY)  # he answers for it, they do not

    started = rectifying.start(one.pk, due_on=DUE_ON, by=street.him, at=TUESDAY)

    assert started.state == RectifyState.UNDER_WAY
    assert started.samples.get().commitment


def test_it_is_not_claimed_while_a_measure_is_open(street: Street) -> None:
    one = street.under_way()

    with pytest.raises(NotAllDone):
        rectifying.claim(one.pk, by=street.him, at=NEXT_MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rectification.objects.filter(pk=one.pk).update(state=RectifyState.CLAIMED.value)


# ---- the promise to each reporter


def test_everybody_who_reported_it_is_promised_it_once_by_text_or_on_his_page(street: Street) -> None:
    quiet = make.citizen(street.city)
    quiet.opted_out_at = AT
    quiet.save()
    report(street.issue, street.line, quiet)
    street.under_way()
    reporters.promise_due(WEDNESDAY)

    promises = Promise.objects.filter(kind=PromiseKind.RECTIFY.value)
    assert promises.count() == 4
    assert {one.owner_official_id for one in promises} == {street.owner.pk}
    texts = Text.objects.filter(template="rectify")
    assert texts.count() == 3
    assert "3月20日18:00前完成" in texts[0].body
    assert Reporter.objects.filter(told=None).count() == 1


def test_a_promise_of_rectification_outlives_the_end_of_its_case(street: Street) -> None:
    street.under_way()
    case = street.cases[0]
    cases.reply(case.pk, "已经派人去修", "王明", by=street.staff, at=WEDNESDAY)
    cases.rate(case.pk, 1, at=WEDNESDAY)

    case.refresh_from_db()
    promise = case.promises.get(kind=PromiseKind.RECTIFY.value)
    assert case.state == CaseState.CLOSED
    assert (promise.kept_at, promise.released_at) == (None, None)


def test_a_case_that_leaves_the_issue_is_released_and_a_secret_one_never_promised(street: Street) -> None:
    secret = report(street.issue, street.line, make.citizen(street.city), confidential=True)
    one = street.under_way()
    street.cases[0].hot_membership.delete()
    reporters.promise_due(WEDNESDAY)

    assert not secret.promises.exists()
    assert street.cases[0].promises.get().released_reason == reporters.PARTED
    promise = street.cases[1].promises.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Reporter.objects.create(rectification=one, case=secret, promise=promise, at=WEDNESDAY)


@pytest.mark.parametrize("until", ["begun", "planned", "under_way", "claimed"])
def test_called_off_every_promise_falls_away_and_each_is_told_why_once(street: Street, until: str) -> None:
    one: Rectification = getattr(street, until)()
    promised = one.reporters.count()

    rectifying.call_off(one.pk, "这条街下月整体改造，不单独换管。", by=street.judge, at=NEXT_MONDAY)
    told = [reporters.promise_due(NEXT_MONDAY) for _ in range(2)]

    one.refresh_from_db()
    assert one.state == RectifyState.CALLED_OFF
    assert told == [promised, 0]
    assert Text.objects.filter(template="rectify_off").count() == promised
    assert not Promise.objects.filter(kind=PromiseKind.RECTIFY.value, released_at=None).exists()
    for case in street.cases[:promised]:
        found = tracked(case.code)
        assert found is not None
        assert (found.state, found.why) == (RectifyState.CALLED_OFF, "这条街下月整体改造，不单独换管。")
    assert trail.verify(street.city.pk).sound


def test_it_is_called_off_by_supervision_or_leadership_with_a_reason_and_never_once_it_is_done(street: Street) -> None:
    one = street.under_way()
    for nobody in (street.him, street.helper, street.staff):
        with pytest.raises(NotYours):
            rectifying.call_off(one.pk, "不办了", by=nobody, at=WEDNESDAY)
    for words, refusal in (("", SayIt), ("请问 13800001111", NumbersInWords)):
        with pytest.raises(refusal):
            rectifying.call_off(one.pk, words, by=street.judge, at=WEDNESDAY)
    rectifying.call_off(one.pk, "重复立项", by=street.leader, at=WEDNESDAY)

    for act in (rectifying.claim, partial(rectifying.call_off, reason="再一次")):
        with pytest.raises(NotPossibleNow):
            act(one.pk, by=street.him if act is rectifying.claim else street.judge, at=WEDNESDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rectification.objects.filter(pk=one.pk).update(state=RectifyState.UNDER_WAY.value)


def test_what_is_done_is_not_called_off(street: Street) -> None:
    with pytest.raises(NotPossibleNow):
        rectifying.call_off(street.published().pk, "不办了", by=street.judge, at=NEXT_MONDAY)


def test_who_reports_it_late_is_promised_a_time_that_is_still_ahead(street: Street) -> None:
    street.under_way()
    late = AT + timedelta(days=18)
    case = report(street.issue, street.line, make.citizen(street.city), at=late)

    assert reporters.promise_due(late) == 1
    assert case.promises.get().due_at > late + timedelta(days=4)


# ---- the re-check


def test_four_in_five_of_the_sample_say_it_is_solved_and_so_it_is() -> None:
    street = Street.of(6)
    one = street.claimed()
    sample = one.samples.get()
    assert (sample.reporters, sample.size, sample.rechecks.count()) == (6, 5, 5)

    one = street.answered(one, True, True, False, True)
    assert one.state == RectifyState.CLAIMED
    one = street.answered(one, True)

    sample.refresh_from_db()
    assert one.state == RectifyState.VERIFIED
    assert one.verified_at is not None
    assert commitment(sample.seed) == sample.commitment


def test_fewer_send_it_back_with_what_they_said_and_those_are_asked_again_first(street: Street) -> None:
    one = street.answered(street.claimed(), True, False, True)

    assert one.state == RectifyState.FAILED
    assert one.steps.get(ended_at=None).words == "2/3；晚上还是没有水"
    no = Recheck.objects.get(solved=False).reporter
    with pytest.raises(NoMeasures):
        rectifying.start(one.pk, by=street.him, at=NEXT_MONDAY)
    rectifying.plan(one.pk, Plan("加装水泵", "供水公司", DUE_ON), by=street.helper, at=NEXT_MONDAY)
    again = rectifying.start(one.pk, by=street.him, at=NEXT_MONDAY)
    street.finish_all(again)
    rectifying.claim(again.pk, by=street.him, at=NEXT_MONDAY)

    assert Recheck.objects.get(sample__nth=2, rank=1).reporter == no
    assert again.due_at == one.due_at


def test_an_answer_needs_a_conversation_or_a_text_since_the_draw(street: Street) -> None:
    one = street.claimed()
    first, second = Recheck.objects.order_by("rank")[:2]
    speak(first.reporter.case, at=AT)  # long before
    with pytest.raises(NoEvidence):
        rechecking.answer(first.pk, solved=True, words="", by=street.staff, at=NEXT_MONDAY)

    order = rechecking.call(first.pk, by=street.staff, key="k1", at=NEXT_MONDAY)
    assert order.promise_id == first.reporter.promise_id
    rechecking.ask(second.pk, by=street.staff, at=NEXT_MONDAY)
    asked = Text.objects.get(template="rectify_ask")
    make.text(street.line, second.reporter.case.citizen, "解决了", at=asked.at + timedelta(minutes=3))
    done = rechecking.answer(second.pk, solved=True, words="", by=street.judge, at=NEXT_MONDAY + timedelta(hours=1))

    assert done.text is not None
    assert done.call is None
    with pytest.raises(AskedAlready):
        rechecking.answer(second.pk, solved=False, words="改口", by=street.judge, at=NEXT_MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():  # a tick is none
        Recheck.objects.filter(pk=first.pk).update(solved=True, by=street.staff.account_id, at=NEXT_MONDAY)
    another = make.call(street.line, make.citizen(street.city), at=NEXT_MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Recheck.objects.filter(pk=first.pk).update(
            solved=True, by=street.staff.account_id, at=NEXT_MONDAY, call=another
        )
    assert one.state == RectifyState.CLAIMED


def test_the_word_that_answers_our_question_opens_no_new_case(street: Street) -> None:
    street.claimed()
    case = Recheck.objects.order_by("rank")[0].reporter.case
    Case.objects.filter(pk=case.pk).update(state=CaseState.REPLIED.value, replied_at=AT)
    Case.objects.filter(pk=case.pk).update(state=CaseState.CLOSED.value, closed_at=AT)
    rechecking.ask(Recheck.objects.order_by("rank")[0].pk, by=street.staff, at=NEXT_MONDAY)
    make.text(street.line, case.citizen, "没解决", at=NEXT_MONDAY + timedelta(minutes=3))
    cases.take_in(at=NEXT_MONDAY + timedelta(minutes=4))

    assert Case.objects.filter(citizen=case.citizen).count() == 1
    assert case.contacts.filter(text__body="没解决").exists()


def test_who_puts_it_right_does_not_ask_whether_it_is_right(street: Street) -> None:
    street.claimed()
    recheck = Recheck.objects.order_by("rank")[0]
    speak(recheck.reporter.case, at=NEXT_MONDAY)

    for own in (street.him, street.helper):
        with pytest.raises(NotYours):
            rechecking.answer(recheck.pk, solved=True, words="", by=own, at=NEXT_MONDAY + timedelta(hours=1))


def test_who_cannot_be_reached_is_replaced_by_the_next_in_the_draw() -> None:
    street = Street.of(6)
    one = street.claimed()
    lost = Recheck.objects.order_by("rank")[0]
    for hours in (0, 1, 26):
        at = NEXT_MONDAY + timedelta(hours=hours, minutes=1)
        order = rechecking.call(lost.pk, by=street.staff, key=f"k{hours}", at=at)
        order.call = make.call(street.line, lost.reporter.case.citizen, direction=Direction.OUTBOUND, at=at)
        order.result = "citizen_not_reached"
        order.save()
        cases.take_in(at=at + timedelta(minutes=2))

    assert rechecking.sweep(NEXT_MONDAY + timedelta(days=2)) == 1
    assert rechecking.sweep(NEXT_MONDAY + timedelta(days=2)) == 0
    lost.refresh_from_db()
    assert lost.unreachable_at is not None
    assert one.samples.get().rechecks.count() == 6


def test_nobody_can_write_verified_himself(street: Street) -> None:
    one = street.claimed()
    street.answered(one, True)
    Sample.objects.update(verdict="passed", judged_at=NEXT_MONDAY, seed="x")

    with pytest.raises(DatabaseError), transaction.atomic():
        Rectification.objects.filter(pk=one.pk).update(state="verified", verified_at=NEXT_MONDAY)


# ---- done


def test_when_it_is_done_everybody_is_told_and_the_delivered_text_keeps_the_promise(street: Street) -> None:
    street.verified()
    at = NEXT_MONDAY + timedelta(hours=1)
    promise = street.cases[0].promises.get()
    with pytest.raises(DatabaseError), transaction.atomic():  # not before he is told
        Promise.objects.filter(pk=promise.pk).update(kept_at=at, evidence_text=Text.objects.first())

    assert reporters.tell_due(at) == 3
    assert reporters.tell_due(at) == 0
    assert reporters.settle(at) == 0
    Text.objects.filter(template="rectified").update(state=TextState.DELIVERED.value, settled_at=at)
    assert reporters.settle(at) == 3
    promise.refresh_from_db()
    assert promise.kept_at == at


def test_who_cannot_be_texted_is_called_and_who_left_no_number_reads_it_on_his_page(street: Street) -> None:
    landline = report(street.issue, street.line, make.citizen(street.city, "+862388886666"))
    nameless = make.citizen(street.city)
    nameless.number_sealed, nameless.number_key = None, None
    nameless.save()
    on_page = report(street.issue, street.line, nameless)
    one = street.claimed()
    street.answered(one, True, True, True, True)
    at = NEXT_MONDAY + timedelta(hours=1)
    reporters.tell_due(at)

    assert on_page.promises.get().evidence_reply is not None
    [waiting] = reporters.to_call(one)
    assert waiting.case == landline
    order = cases.call_back(waiting.promise_id, by=street.staff, key="tell", at=at)
    order.call = make.call(
        street.line, landline.citizen, answered_by=PartyKind.CITIZEN, direction=Direction.OUTBOUND, at=at
    )
    order.result = "connected"
    order.save()
    assert reporters.settle(at) == 1
    assert landline.promises.get().evidence_call == order.call


def test_words_for_the_public_hold_no_number(street: Street) -> None:
    one = street.verified()

    with pytest.raises(NumbersInWords):
        rectifying.publish(one.pk, "城西路供水", "联系 13912345678", by=street.judge, at=NEXT_MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rectification.objects.filter(pk=one.pk).update(published_at=NEXT_MONDAY)


def test_it_is_taken_up_again_when_reports_come_back_and_told_once(street: Street) -> None:
    one = street.published()
    back = NEXT_MONDAY + timedelta(days=3)
    report(street.issue, street.line, make.citizen(street.city), at=back)

    assert rectify_clock.reopen(back) == 1
    assert rectify_clock.reopen(back) == 0
    one.refresh_from_db()
    assert (one.state, one.times, one.words) == (RectifyState.REOPENED, 2, "换了主管，恢复供水。")
    step = one.steps.get(ended_at=None)
    told = Notice.objects.filter(kind=NoticeKind.RECTIFY.value, about_id=step.pk)
    assert told.filter(to_official=street.owner).count() == 1
    assert told.filter(to_account=street.judge.account_id).count() == 1


# ---- its clock


def test_the_owner_is_reminded_then_told_and_then_his_superior_and_supervision_once_each(street: Street) -> None:
    one = street.under_way()
    step = one.steps.get(ended_at=None)
    assert step.remind_at is not None
    assert step.due_at is not None
    assert step.escalate_at is not None

    assert [rectify_clock.sweep(at) for at in (step.remind_at, step.due_at, step.escalate_at, step.escalate_at)] == [
        1, 1, 1, 0,
    ]  # fmt: skip
    to = Notice.objects.filter(about_id=step.pk).order_by("pk").values_list("kind", "to_official", "to_account")
    assert list(to) == [
        ("rect_soon", street.owner.pk, None), ("rect_late", street.owner.pk, None),
        ("rect_up", street.boss.pk, None), ("rect_up", None, street.judge.account_id),
    ]  # fmt: skip
    assert not Notice.objects.filter(promise__kind=PromiseKind.RECTIFY.value).exists()


def test_after_the_next_step_nobody_is_told_of_the_one_before(street: Street) -> None:
    one = street.begun()
    rectifying.research(one.pk, "查清了", by=street.him, at=TUESDAY)

    assert not Notice.objects.filter(kind=NoticeKind.RECTIFY.value, read_at=None).exists()
    assert rectify_clock.sweep(TUESDAY) == 0


# ---- whom it must never reach


def test_it_is_never_owned_by_nor_shown_to_whom_a_case_of_it_must_not_reach(street: Street) -> None:
    accused = street.cases[0]
    Conflict.objects.create(city=street.city, case=accused, official=street.owner, reason="被反映对象", at=AT)

    with pytest.raises(InConflict):
        street.begun()
    with pytest.raises(DatabaseError), transaction.atomic():
        Rectification.objects.create(
            city=street.city, issue=street.issue, owner=street.owner, office=street.office, begun_at=AT
        )
    Rectification.objects.create(
        city=street.city, issue=street.issue, owner=street.boss, office=street.city, begun_at=AT
    )
    assert not visible(street.him).exists()
    assert not visible(street.helper).exists()
    assert visible(street.judge).exists()


def test_another_owner_owes_what_was_promised(street: Street) -> None:
    one = street.under_way()
    other = make.official(street.office, "钱清")
    rectifying.give(one.pk, other.pk, by=street.leader, reason="分工调整", at=WEDNESDAY)

    assert set(Promise.objects.values_list("owner_official", flat=True)) == {other.pk}
    with pytest.raises(NotYours):
        rectifying.claim(one.pk, by=street.him, at=WEDNESDAY)


def test_what_was_recorded_is_not_changed(street: Street) -> None:
    one = street.published()
    never: list[Callable[[], object]] = [
        lambda: Measure.objects.update(what="别的"),
        lambda: RectifyStep.objects.update(words="别的"),
        lambda: Recheck.objects.filter(solved=True).update(solved=False),
        lambda: Sample.objects.update(commitment="0" * 64),
        lambda: Rectification.objects.update(words="别的"),
        lambda: Rectification.objects.filter(pk=one.pk).update(state="begun"),
        lambda: Reporter.objects.all().delete(),
    ]
    for change in never:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_the_state_does_not_allow_is_refused(street: Street) -> None:
    one = street.begun()

    with pytest.raises(NotPossibleNow):
        rectifying.claim(one.pk, by=street.him, at=TUESDAY)
    with pytest.raises(NotYours):
        rectifying.research(one.pk, "不是我的", by=street.staff, at=TUESDAY)
