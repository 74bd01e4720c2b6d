"""What falls due unmet becomes visible one level higher: at 80, 100 and 120 %, each once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from minhu.audit import trail
from minhu.cases import actions, queries
from minhu.cases.handing_over import ReasonNeeded
from minhu.cases.models import Case, Escalation, Extension, Notice, Promise
from minhu.cases.owing import LedgerPart
from minhu.directory.models import Line
from minhu.intake.models import Text
from minhu.rules.access import Viewer
from minhu.rules.deadlines import NoMoreTime, TooLate
from minhu.rules.words import NoticeKind, OfficeKind, Role, TextState
from tests import make

AT = make.MONDAY_10
DUE = AT + timedelta(hours=2)  # twelve o'clock; two working hours


@pytest.fixture
def line(db: None) -> Line:
    boss = make.official(make.city(), "李市长")
    return make.line(make.official(make.office(boss.city), superior=boss))


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


@pytest.fixture
def promise(line: Line) -> Promise:
    make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    return Promise.objects.get()


def kinds() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def test_each_rung_is_told_once_to_whom_it_is_for(promise: Promise, line: Line) -> None:
    told: list[tuple[datetime, list[str]]] = []
    for minutes in range(0, 400, 5):
        at = AT + timedelta(minutes=minutes)
        if actions.sweep(at=at):
            told.append((at, kinds()))

    assert [len(found) for _, found in told] == [1, 2, 4]
    remind, overdue, *escalate = Notice.objects.order_by("id")
    assert (remind.kind, remind.to_official) == (NoticeKind.REMIND, line.official)
    assert (overdue.kind, overdue.to_official) == (NoticeKind.OVERDUE, line.official)
    assert {(one.kind, one.to_official, one.to_role) for one in escalate} == {
        (NoticeKind.ESCALATE, line.official.superior, ""),
        (NoticeKind.ESCALATE, None, Role.SUPERVISOR),
    }
    assert promise.remind_at is not None
    assert timedelta() <= told[0][0] - promise.remind_at < timedelta(minutes=5)
    assert told[1][0] == DUE
    assert trail.verify(line.city_id).sound


def test_a_clock_that_jumps_ahead_tells_every_rung_once(promise: Promise) -> None:
    assert actions.sweep(at=AT + timedelta(days=30)) == 3
    assert actions.sweep(at=AT + timedelta(days=31)) == 0
    assert list(Escalation.objects.order_by("rung").values_list("rung", flat=True)) == [80, 100, 120]


def test_a_clock_that_goes_back_tells_nothing_again(promise: Promise) -> None:
    actions.sweep(at=DUE)
    actions.sweep(at=AT)
    assert actions.sweep(at=DUE) == 0
    assert kinds() == ["remind", "overdue"]


def test_what_is_kept_or_has_fallen_away_is_not_told(promise: Promise, him: Viewer) -> None:
    actions.withdraw(promise.case_id, by=him, reason="群众撤回", at=AT)
    assert actions.sweep(at=DUE + timedelta(days=9)) == 0


def test_what_an_older_release_promised_gets_its_clock(promise: Promise) -> None:
    Promise.objects.update(remind_at=None, escalate_at=None, next_at=None)
    assert actions.sweep(at=DUE) == 0
    assert actions.set_missing_clocks() == 1
    assert actions.set_missing_clocks() == 0
    assert actions.sweep(at=DUE) == 2


def test_a_unit_is_reminded_and_its_official_told(promise: Promise, line: Line, him: Viewer) -> None:
    county = make.office(line.city, kind=OfficeKind.COUNTY)
    actions.transfer(promise.case_id, actions.Receiver.unit(county.pk), by=him, reason="属地", at=AT)
    Promise.objects.filter(kind="call_back").update(released_at=AT, released_reason="试")
    unit = make.viewer(county, Role.UNIT)

    actions.sweep(at=AT + timedelta(days=4, hours=20))
    assert [one.kind for one in queries.notices(unit, AT)] == [NoticeKind.REMIND, NoticeKind.HANDED_OVER]
    actions.sweep(at=AT + timedelta(days=9))

    assert NoticeKind.OVERDUE in {one.kind for one in queries.notices(him, AT)}
    assert NoticeKind.OVERDUE not in {one.kind for one in queries.notices(unit, AT)}


def test_what_nobody_holds_is_told_to_staff(line: Line, db: None) -> None:
    from minhu.intake import actions as intake_actions
    from minhu.intake.actions import WebForm
    from minhu.rules.words import CaseKind

    intake_actions.receive_web_message(WebForm("k", "桥头路灯不亮了", CaseKind.REQUEST), city_id=line.city_id, at=AT)
    actions.take_in(at=AT)
    actions.sweep(at=AT + timedelta(days=5))
    staff = make.viewer(line.city, Role.STAFF)
    assert {one.kind for one in queries.notices(staff, AT)} == {NoticeKind.REMIND, NoticeKind.OVERDUE}


@pytest.mark.django_db(transaction=True)
def test_many_workers_tell_each_rung_once() -> None:
    line = make.line(make.official(make.office(make.city())))
    for _ in range(40):
        make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait(30)
        while actions.sweep(at=DUE + timedelta(days=3)):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert Escalation.objects.count() == 120
    assert Notice.objects.count() == 120  # no superior: two to the official, one to supervision
    assert trail.verify(line.city_id).sound


# ---- more time


def test_more_time_is_given_once_and_the_citizen_is_told_why(promise: Promise, him: Viewer) -> None:
    case_id = promise.case_id
    actions.hold(case_id, by=him, at=AT)
    owed = Promise.objects.get(kind="reply")
    assert owed.remind_at is not None
    actions.sweep(at=owed.remind_at)
    made = actions.extend(case_id, 3, by=him, reason="配件缺货", at=owed.remind_at)

    after = Promise.objects.get(pk=owed.pk)
    assert (after.due_at, after.rung, after.next_at) == (made.due_at, 0, after.remind_at)
    assert after.due_at > owed.due_at
    assert "原因：配件缺货" in Text.objects.get(template="extended").body
    with pytest.raises(NoMoreTime):
        actions.extend(case_id, 1, by=him, reason="再延", at=owed.remind_at)
    with pytest.raises(ReasonNeeded):
        actions.extend(case_id, 1, by=him, reason="长" * 61, at=AT)

    assert actions.sweep(at=after.due_at - timedelta(minutes=1)) == 1
    assert list(Escalation.objects.filter(promise=owed).values_list("rung", flat=True)) == [80, 80]


def test_more_time_is_not_asked_for_when_it_has_run_out(promise: Promise, him: Viewer) -> None:
    actions.hold(promise.case_id, by=him, at=AT)
    with pytest.raises(TooLate):
        actions.extend(promise.case_id, 1, by=him, reason="忙", at=AT + timedelta(days=30))


def test_the_database_refuses_another_due_time_without_an_extension(promise: Promise, him: Viewer) -> None:
    actions.hold(promise.case_id, by=him, at=AT)
    owed = Promise.objects.get(kind="reply")
    with pytest.raises(DatabaseError), transaction.atomic():
        Promise.objects.filter(pk=owed.pk).update(due_at=owed.due_at + timedelta(days=1))
    made = actions.extend(owed.case_id, 1, by=him, reason="配件缺货", at=AT)
    for wrong in (made.due_at + timedelta(days=1), made.was_due_at):
        with pytest.raises(DatabaseError), transaction.atomic():
            Promise.objects.filter(pk=owed.pk).update(due_at=wrong)


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": AT},
        {"reason": ""},
        {"at": AT + timedelta(days=90)},
    ],
    ids=["earlier", "without reason", "too late"],
)
def test_the_database_refuses_an_extension_that_is_none(promise: Promise, change: dict[str, object]) -> None:
    given: dict[str, object] = {
        "case_id": promise.case_id, "promise": promise, "was_due_at": DUE, "due_at": DUE + timedelta(days=1),
        "reason": "配件缺货", "at": AT,
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Extension.objects.create(**(given | change))
    Extension.objects.create(**given)
    with pytest.raises(DatabaseError), transaction.atomic():  # a second one
        Extension.objects.create(**given)


def test_the_database_refuses_to_tell_a_rung_again(promise: Promise) -> None:
    actions.sweep(at=DUE)
    with pytest.raises(DatabaseError), transaction.atomic():
        Escalation.objects.create(promise=promise, rung=80, due_at=promise.due_at, at=DUE)
    with pytest.raises(DatabaseError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(rung=0)


# ---- the ledger


def test_the_ledger_says_what_is_mine_what_is_my_units_and_what_is_overdue(
    promise: Promise, line: Line, him: Viewer
) -> None:
    county = make.office(line.city, kind=OfficeKind.COUNTY)
    actions.transfer(promise.case_id, actions.Receiver.unit(county.pk), by=him, reason="属地", at=AT)
    unit, staff = make.viewer(county, Role.UNIT), make.viewer(line.city, Role.STAFF)

    mine = queries.ledger(him, AT, LedgerPart.MINE)
    assert [(one.kind.value, one.owner) for one in mine.rows] == [("call_back", "王明"), ("reply", county.name)]
    assert mine.counts == {LedgerPart.TODAY: 1, LedgerPart.MINE: 2, LedgerPart.UNIT: 0, LedgerPart.OVERDUE: 0}
    assert [one.kind.value for one in queries.ledger(him, AT, LedgerPart.TODAY).rows] == ["call_back"]
    assert queries.ledger(him, AT, LedgerPart.UNIT).rows == queries.ledger(him, AT, LedgerPart.OVERDUE).rows == ()
    assert [one.kind.value for one in queries.ledger(unit, AT, LedgerPart.UNIT).rows] == ["reply"]
    late = queries.ledger(staff, DUE + timedelta(minutes=1), LedgerPart.OVERDUE)
    assert [one.kind.value for one in late.rows] == ["call_back"]
    assert queries.due_today(staff, AT) == queries.today(him, AT).due_today == 1
    assert queries.due_today(him, AT + timedelta(days=1)) == 0


def test_the_units_desk_shows_what_is_due_when(promise: Promise, line: Line, him: Viewer) -> None:
    county = make.office(line.city, kind=OfficeKind.COUNTY)
    unit = make.viewer(county, Role.UNIT)
    assert queries.desk(unit, AT).to_answer == ()
    actions.transfer(promise.case_id, actions.Receiver.unit(county.pk), by=him, reason="属地事项", at=AT)
    actions.extend(promise.case_id, 1, by=unit, reason="配件缺货", at=AT)

    (row,) = queries.desk(unit, AT).to_answer
    assert (row.from_official, row.reason, row.extended, row.overdue) == ("王明", "属地事项", True, False)
    assert row.due_at == Promise.objects.get(kind="reply").due_at
    actions.reply(promise.case_id, "已修好", "临河区", by=unit, at=AT)
    assert [one.code for one in queries.desk(unit, AT).answered] == [row.code]


def test_a_kept_promise_says_by_what(promise: Promise, him: Viewer) -> None:
    actions.reply(promise.case_id, "已修好", "路灯所", by=him, at=DUE)
    Text.objects.filter(template="reply").update(state=TextState.DELIVERED, attempt_at=DUE)
    actions.settle_evidence(at=DUE)
    (row,) = queries.case_page(him, promise.case_id, DUE).promises
    assert (row.evidence, row.kept_at, row.maker) == ("text", DUE, "王明")
    assert Case.objects.get().first_contact_at == DUE
