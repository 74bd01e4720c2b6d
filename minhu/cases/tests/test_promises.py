"""A promise is kept by evidence, never by a tick: the database itself refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from minhu.cases import actions
from minhu.cases.models import Case, Promise, Reply
from minhu.directory.models import Line
from minhu.intake.models import Citizen, Text
from minhu.rules.words import Direction, PartyKind, Role, TextState
from tests import make

AT = make.MONDAY_10
LATER = AT + timedelta(hours=1)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()))


@pytest.fixture
def citizen(line: Line) -> Citizen:
    return make.citizen(line.city)


@pytest.fixture
def promise(line: Line, citizen: Citizen) -> Promise:
    make.call(line, citizen)
    actions.take_in(at=AT)
    return Promise.objects.get()


def refuses(promise: Promise, **change: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(**change)


def test_a_promise_is_not_ticked_off(promise: Promise) -> None:
    refuses(promise, kept_at=LATER)


def test_a_call_that_nobody_answered_is_no_evidence(promise: Promise, line: Line, citizen: Citizen) -> None:
    missed = make.call(line, citizen, direction=Direction.OUTBOUND, at=LATER)
    refuses(promise, kept_at=LATER, evidence_call=missed)


def test_a_call_from_before_the_promise_is_no_evidence(promise: Promise, line: Line, citizen: Citizen) -> None:
    before = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT - timedelta(days=1))
    refuses(promise, kept_at=LATER, evidence_call=before)


def test_a_text_that_was_not_delivered_is_no_evidence(promise: Promise, citizen: Citizen, line: Line) -> None:
    text = make.text(line, citizen, "您好", at=LATER)
    refuses(promise, kept_at=LATER, evidence_text=text)


def test_a_reply_to_another_matter_is_no_evidence(promise: Promise, line: Line) -> None:
    make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    other = Case.objects.exclude(pk=promise.case_id).get()
    reply = Reply.objects.create(case=other, done="修好了", done_by="路灯所", at=LATER)
    refuses(promise, kept_at=LATER, evidence_reply=reply)


@pytest.mark.parametrize(
    "change", [{"due_at": LATER + timedelta(days=9)}, {"made_at": LATER}, {"kind": "reply"}], ids=str
)
def test_what_was_promised_is_not_changed(promise: Promise, change: dict[str, object]) -> None:
    refuses(promise, **change)


def test_a_promise_is_not_deleted(promise: Promise) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).delete()


def test_a_kept_promise_stays_kept(promise: Promise, line: Line, citizen: Citizen) -> None:
    make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=LATER)
    actions.take_in(at=LATER)
    refuses(promise, kept_at=None, evidence_call=None)


def test_a_second_open_promise_of_one_kind_is_refused(promise: Promise) -> None:
    promise.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        promise.save(force_insert=True)


def test_a_promise_without_owner_is_refused(promise: Promise) -> None:
    refuses(promise, owner_official=None)


def test_a_reply_text_keeps_the_promise_when_it_is_delivered(promise: Promise, line: Line) -> None:
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)
    actions.reply(promise.case_id, "路灯已修好", "路灯所", by=him, at=LATER)
    assert actions.settle_evidence(at=LATER) == 0
    text = Text.objects.get(template="reply")

    Text.objects.filter(pk=text.pk).update(state=TextState.DELIVERED, attempt_at=LATER)
    assert actions.settle_evidence(at=LATER) == 1

    promise.refresh_from_db()
    assert promise.evidence_text == text


def test_replies_of_matters_that_were_reopened_do_not_keep_others_waiting(promise: Promise, line: Line) -> None:
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)

    def answered(case: Case, hours: int) -> Text:
        actions.reply(case.pk, "路灯已修好", "路灯所", by=him, at=AT + timedelta(hours=hours))
        text = Text.objects.filter(template="reply").latest("id")
        Text.objects.filter(pk=text.pk).update(state=TextState.DELIVERED, attempt_at=text.at)
        return text

    answered(promise.case, 1)
    assert actions.settle_evidence(at=AT + timedelta(hours=2)) == 1
    actions.rate(promise.case_id, 3, at=AT + timedelta(hours=3))
    assert promise.case.promises.filter(kept_at=None, released_at=None).exists()

    make.call(line, make.citizen(line.city), at=AT + timedelta(hours=3))
    actions.take_in(at=AT + timedelta(hours=3))
    answered(Case.objects.exclude(pk=promise.case_id).get(), 4)
    assert actions.settle_evidence(limit=1, at=AT + timedelta(hours=5)) == 1
