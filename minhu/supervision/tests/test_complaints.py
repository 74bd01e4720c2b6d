"""Complaints: kept as they came, heard before they are judged, judged by a named other, told without detail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.cases.models import Case, Promise
from minhu.cases.tracking import NoSuchCode
from minhu.directory.models import Account
from minhu.intake.models import Text
from minhu.intake.scope import NotYours
from minhu.rules import complaints
from minhu.rules.access import Viewer
from minhu.rules.complaints import Ground, NotImpartial, NotPossibleNow, NotYetHeard, TooOften, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.words import CaseState, Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.complaining import NobodyToAsk, NothingSaid, Said
from minhu.supervision.models import Complaint, ComplaintFinding, ComplaintWords, Statement
from minhu.supervision.stating import StatedAlready
from minhu.supervision.tests.complained import (
    AT,
    FRIDAY_NIGHT,
    HOME,
    SAID,
    TUESDAY,
    WEDNESDAY,
    WORDS,
    Affair,
    found,
)
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def affair() -> Affair:
    return Affair.begin()


# ---- how it comes in


def test_a_text_with_the_word_and_the_code_becomes_a_complaint_once(affair: Affair) -> None:
    make.text(affair.line, affair.citizen, f"投诉 {affair.case.code} 没人管", at=AT + timedelta(hours=3))
    cases.take_in(at=AT + timedelta(hours=3))

    assert complaining.take_in(AT + timedelta(hours=3)) == 1
    assert complaining.take_in(AT + timedelta(hours=4)) == 0
    one = Complaint.objects.get()
    assert (one.case, one.official, one.line, one.channel) == (affair.case, affair.official, affair.line, "text")
    assert one.words.get().body.endswith("没人管")
    assert Text.objects.filter(template="complaint_received").count() == 1


def test_what_he_adds_while_it_is_looked_into_goes_to_the_same_complaint(affair: Affair) -> None:
    first = affair.complained()
    second = complaining.file(affair.case.pk, SAID, by=affair.staff, at=WEDNESDAY)

    assert first == second
    assert list(first.words.values_list("channel", flat=True)) == ["web", "call"]
    assert not Text.objects.filter(template="complaint_received").exists()  # he was told on the page, once


def test_the_same_form_sent_twice_is_one(affair: Affair) -> None:
    said = Said(Ground.UNANSWERED, WORDS, key="form-1")
    for _ in range(2):
        complaining.file_by_code(affair.case.code, HOME, said, at=TUESDAY)

    assert ComplaintWords.objects.count() == 1


def test_the_code_of_a_call_is_about_that_call_and_whose_line_it_was(affair: Affair) -> None:
    again = make.call(affair.line, affair.citizen, at=AT + timedelta(hours=1))
    cases.take_in(at=AT + timedelta(hours=2))
    assert again.code != affair.case.code
    one = complaining.file_by_code(again.code, HOME, SAID, at=TUESDAY)

    assert (one.case, one.call, one.official) == (affair.case, again, affair.official)


def test_staff_write_it_down_for_a_citizen_who_rang_and_he_is_told(affair: Affair) -> None:
    one = complaining.file(affair.case.pk, SAID, by=affair.staff, at=TUESDAY)

    assert one.words.get().by_id == affair.staff.account_id
    assert Text.objects.filter(template="complaint_received", thread__citizen=affair.citizen).count() == 1


def test_neither_the_official_nor_a_stranger_writes_one_down(affair: Affair) -> None:
    for viewer in (affair.him, make.viewer(make.city(), Role.STAFF), make.viewer(affair.line.city, Role.INSPECTOR)):
        with pytest.raises(NotYours):
            complaining.file(affair.case.pk, SAID, by=viewer, at=TUESDAY)
    with pytest.raises(NothingSaid):
        complaining.file(affair.case.pk, Said(Ground.RUDE, " "), by=affair.staff, at=TUESDAY)


def test_after_three_times_it_is_not_begun_again_and_a_text_is_still_kept(affair: Affair) -> None:
    for _ in range(3):
        one = affair.asked(at=TUESDAY)
        judging.find(one.pk, found(Verdict.NOT_TRUE), by=affair.judge, at=FRIDAY_NIGHT)
    with pytest.raises(TooOften):
        affair.complained(at=FRIDAY_NIGHT)

    make.text(affair.line, affair.citizen, f"投诉{affair.case.code}还是没人管", at=FRIDAY_NIGHT)
    cases.take_in(at=FRIDAY_NIGHT)
    complaining.take_in(FRIDAY_NIGHT)
    assert Complaint.objects.count() == 3
    latest = Complaint.objects.latest("id")
    assert latest.words.filter(channel="text").count() == 1


# ---- asked and heard


def test_he_is_asked_with_three_working_days_and_the_evidence_is_frozen_first(affair: Affair) -> None:
    one = affair.asked()

    assert one.due_at == FRIDAY_NIGHT - timedelta(hours=2)  # Friday, six in the evening
    entry = TrailEntry.objects.get(act="ask")
    assert entry.detail["pack"] == one.pack.sha256


def test_whom_it_is_about_must_be_known_and_is_not_above_who_asks(affair: Affair) -> None:
    one = affair.complained()
    Complaint.objects.filter(pk=one.pk).update(official=None)
    with pytest.raises(NobodyToAsk):
        complaining.ask(one.pk, "为什么？", by=affair.judge, at=TUESDAY)
    with pytest.raises(complaints.SayWhy):
        complaining.ask(one.pk, " ", by=affair.judge, official_id=affair.official.pk, at=TUESDAY)
    under_the_boss = make.viewer(affair.line.city, Role.SUPERVISOR, official=affair.clerk)
    with pytest.raises(NotImpartial):
        complaining.ask(one.pk, "为什么？", by=under_the_boss, official_id=affair.boss.pk, at=TUESDAY)

    asked = complaining.ask(one.pk, "为什么？", by=affair.judge, official_id=affair.official.pk, at=TUESDAY)
    assert asked.official == affair.official


def test_he_speaks_once_and_late_is_said_but_heard(affair: Affair) -> None:
    one = affair.asked()
    made = stating.state(one.pk, "手机没电。", by=affair.him, at=FRIDAY_NIGHT)

    assert (made.late, made.excuse) == (True, "")
    with pytest.raises(StatedAlready):
        stating.state(one.pk, "再说一次。", by=affair.him, at=FRIDAY_NIGHT)


def test_nobody_speaks_for_him_and_he_not_before_he_is_asked(affair: Affair) -> None:
    one = affair.complained()
    with pytest.raises(NotYours):
        stating.state(one.pk, "没有的事。", by=affair.him, at=TUESDAY)
    complaining.ask(one.pk, "为什么？", by=affair.judge, at=TUESDAY)
    for viewer in (affair.judge, affair.staff, make.viewer(affair.line.city, Role.OFFICIAL, official=affair.boss)):
        with pytest.raises(NotYours):
            stating.state(one.pk, "没有的事。", by=viewer, at=TUESDAY)


# ---- found


def test_nothing_is_found_before_he_spoke_or_his_time_is_over(affair: Affair) -> None:
    one = affair.asked()
    with pytest.raises(NotYetHeard):
        judging.find(one.pk, found(Verdict.TRUE), by=affair.judge, at=WEDNESDAY)
    judging.find(one.pk, found(Verdict.TRUE), by=affair.judge, at=FRIDAY_NIGHT)

    one.refresh_from_db()
    assert (one.state, one.verdict, one.found_at) == ("found", "true", FRIDAY_NIGHT)
    with pytest.raises(NotPossibleNow):
        stating.state(one.pk, "现在说。", by=affair.him, at=FRIDAY_NIGHT)


def test_the_citizen_is_told_what_was_found_and_nothing_of_how(affair: Affair) -> None:
    one = affair.found(Verdict.PERFUNCTORY)

    [text] = Text.objects.filter(template="complaint_found")
    assert text.thread.citizen == affair.citizen
    assert "情况属实，存在敷衍" in text.body
    assert "3月18日18:00前" in text.body  # ten working days
    assert one.findings.get().reason not in text.body


def test_who_is_complained_of_or_under_him_does_not_judge(affair: Affair) -> None:
    one = affair.stated()
    city = affair.line.city
    himself = make.viewer(city, Role.SUPERVISOR, official=affair.official)
    below = make.viewer(city, Role.SUPERVISOR, official=affair.clerk)
    of_his_office = make.viewer(affair.official.office, Role.SUPERVISOR)
    for viewer in (himself, below, of_his_office, affair.staff, make.viewer(city, Role.LEADERSHIP)):
        with pytest.raises(NotYours):
            judging.find(one.pk, found(Verdict.NOT_TRUE), by=viewer, at=WEDNESDAY)
    assert not ComplaintFinding.objects.exists()


def test_upheld_and_unsolved_a_replied_matter_goes_back_to_the_official_himself(affair: Affair) -> None:
    affair.replied()
    one = affair.found(unsolved=True)

    affair.case.refresh_from_db()
    assert (affair.case.state, affair.case.reopened) == (CaseState.HELD.value, 1)
    assert one.again == affair.case
    assert Promise.objects.filter(case=affair.case, kind="reply", kept_at=None).count() == 1


def test_a_closed_matter_stays_closed_and_begins_again_under_another_code(affair: Affair) -> None:
    affair.replied()
    cases.rate(affair.case.pk, 1, at=AT + timedelta(hours=5))
    one = affair.found(unsolved=True)

    affair.case.refresh_from_db()
    again = one.again
    assert affair.case.state == CaseState.CLOSED.value
    assert again is not None
    assert (again.state, again.holder, again.body) == ("held", affair.official, affair.case.body)
    assert Text.objects.filter(template="reopened", code=again.code).count() == 1


@pytest.mark.parametrize("verdict", [Verdict.NOT_TRUE, Verdict.NOT_PROVABLE, Verdict.EXCUSED])
def test_what_is_not_upheld_reopens_nothing(affair: Affair, verdict: Verdict) -> None:
    affair.replied()
    one = affair.found(verdict, unsolved=True)

    assert one.again is None
    assert Case.objects.get().state == CaseState.REPLIED.value


# ---- on appeal


def test_another_supervisor_decides_and_the_first_finding_is_kept(affair: Affair) -> None:
    one = affair.appealed()
    with pytest.raises(NotImpartial):
        judging.decide(one.pk, found(Verdict.TRUE), by=affair.judge, at=FRIDAY_NIGHT)
    judging.decide(one.pk, found(Verdict.EXCUSED), by=affair.other, at=FRIDAY_NIGHT)

    one.refresh_from_db()
    assert (one.state, one.verdict, one.found_at) == ("settled", "excused", FRIDAY_NIGHT)
    assert list(one.findings.order_by("instance").values_list("verdict", flat=True)) == ["true", "excused"]
    assert Text.objects.filter(template="complaint_decided").count() == 1


def test_each_side_appeals_once_and_in_time(affair: Affair) -> None:
    one = affair.found(Verdict.NOT_PROVABLE)
    until = one.appeal_until
    assert until is not None
    with pytest.raises(complaints.TooLateToAppeal):
        judging.appeal(one.pk, "太晚了。", by=affair.him, at=until + timedelta(seconds=1))
    judging.appeal_by_code(affair.case.code, HOME, one.pk, "我有通话记录。", at=until)
    judging.appeal(one.pk, "我也不认可。", by=affair.him, at=until)

    one.refresh_from_db()
    assert (one.state, one.appeals.count()) == ("appealed", 2)
    with pytest.raises(complaints.AppealedAlready):
        judging.appeal_by_code(affair.case.code, HOME, one.pk, "再来一次。", at=until)


def test_a_code_opens_no_complaint_of_another_matter(affair: Affair) -> None:
    one = affair.found()
    stranger = Affair.begin()
    with pytest.raises(NoSuchCode):
        judging.appeal_by_code(stranger.case.code, HOME, one.pk, "不认可。", at=WEDNESDAY)


# ---- what the database itself refuses


def account_of(viewer: Viewer) -> Account:
    assert viewer.account_id is not None
    return Account.objects.get(pk=viewer.account_id)


def refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_the_database_keeps_evidence_words_and_findings_as_they_are(affair: Affair) -> None:
    one = affair.appealed()
    for row in (one.pack, one.words.get(), one.statement, one.findings.get(), one.appeals.get()):
        table = type(row)._base_manager
        refused(lambda table=table, row=row: table.filter(pk=row.pk).update(at=timezone.now()))
        refused(row.delete)
    mine = Complaint.objects.filter(pk=one.pk)
    refused(lambda: mine.update(state="asked"))
    refused(lambda: mine.update(verdict="not_true"))
    refused(lambda: mine.update(asked="别的事"))
    refused(lambda: mine.update(appeal_until=FRIDAY_NIGHT))
    refused(lambda: mine.update(ground="rude"))
    refused(one.delete)


def test_the_database_hears_him_first_and_lets_nobody_judge_in_his_own_cause(affair: Affair) -> None:
    one = affair.asked()
    row = {"complaint": one, "instance": 1, "verdict": "true", "reason": "x", "told": "x", "at": WEDNESDAY}
    refused(lambda: ComplaintFinding.objects.create(**row, by=account_of(affair.judge)))
    row["at"] = FRIDAY_NIGHT
    clerk = make.account(affair.line.city, Role.SUPERVISOR, official=affair.clerk)
    for account in (account_of(affair.him), clerk):
        refused(lambda account=account: ComplaintFinding.objects.create(**row, by=account))
    refused(lambda: ComplaintFinding.objects.create(**row | {"instance": 2}, by=account_of(affair.judge)))
    refused(lambda: ComplaintFinding.objects.create(**row | {"verdict": "excused"}, by=account_of(affair.judge)))
    refused(
        lambda: Statement.objects.create(complaint=one, body="x", late=False, by=account_of(affair.judge), at=WEDNESDAY)
    )


def test_the_database_lets_no_appeal_come_late_and_no_judge_decide_on_himself(affair: Affair) -> None:
    one = affair.found()
    assert one.appeal_until is not None
    late = one.appeal_until + timedelta(seconds=1)
    refused(lambda: one.appeals.create(side="citizen", reason="x", at=late))
    refused(lambda: one.appeals.create(side="official", reason="x", by=account_of(affair.judge), at=WEDNESDAY))
    judging.appeal(one.pk, "不认可。", by=affair.him, at=WEDNESDAY)
    row = {"instance": 2, "verdict": "true", "reason": "x", "told": "x", "at": FRIDAY_NIGHT}
    refused(lambda: one.findings.create(**row, by=account_of(affair.judge)))


def test_nobody_is_asked_without_evidence(affair: Affair) -> None:
    one = affair.complained()
    asked = {
        "state": "asked", "asked": "为什么？", "asked_by": affair.judge.account_id, "asked_at": TUESDAY,
        "due_at": FRIDAY_NIGHT,
    }  # fmt: skip
    refused(lambda: Complaint.objects.filter(pk=one.pk).update(**asked))


def test_an_excuse_of_the_list_is_kept_with_the_statement(affair: Affair) -> None:
    assert affair.stated().statement.excuse == Excuse.EMERGENCY_DUTY.value
