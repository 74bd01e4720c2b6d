"""Ten seconds to take back what was decided; what has happened stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from minhu.audit.models import TrailEntry
from minhu.cases import actions, pending
from minhu.cases.models import PendingAct, WrapUp
from minhu.cases.pending import Decided, DecidedAlready, TooLate
from minhu.cases.wrapping_up import NotAnswered
from minhu.directory import queries as directory
from minhu.directory.models import Line, QuickReply
from minhu.intake.models import Call, Citizen, Text
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.words import Outcome, PartyKind, Role
from tests import make

AT = make.MONDAY_10
DUE = AT + pending.WAITS


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def citizen(line: Line) -> Citizen:
    return make.citizen(line.city)


@pytest.fixture
def him(line: Line) -> Viewer:
    return directory.viewer_of(make.account(line.official.office, official=line.official))


@pytest.fixture
def call(line: Line, citizen: Citizen) -> Call:
    return make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT)


def solved(call: Call, note: str = "已告知") -> Decided:
    args: pending.Args = {"call": str(call.pk), "outcome": Outcome.SOLVED.value, "note": note}
    return Decided("wrap_up", str(call.pk), args, "已登记：当场解决")


def acts() -> list[str]:
    return list(TrailEntry.objects.order_by("seq").values_list("act", flat=True))


def test_what_was_decided_happens_after_ten_seconds_and_not_before(call: Call, him: Viewer) -> None:
    pending.put_off(solved(call), by=him, at=AT)

    assert pending.do_due(at=DUE - timedelta(seconds=1)) == 0
    assert not WrapUp.objects.exists()
    assert pending.do_due(at=DUE) == 1
    assert pending.do_due(at=DUE) == 0
    assert WrapUp.objects.get().note == "已告知"
    assert "请评价" in Text.objects.get().body


def test_what_was_taken_back_never_happened_and_the_trail_says_so(call: Call, him: Viewer) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    for _twice in range(2):
        pending.withdraw(row.pk, by=him, at=AT + timedelta(seconds=9))

    assert pending.do_due(at=DUE) == 0
    assert (WrapUp.objects.count(), Text.objects.count()) == (0, 0)
    assert acts() == ["decide", "undo"]
    pending.put_off(solved(call), by=him, at=DUE)  # he may decide anew


def test_a_text_that_was_taken_back_is_never_sent(line: Line, call: Call, him: Viewer) -> None:
    prepared = QuickReply.objects.create(city=line.city, label="会后", body="会后联系您")
    args: pending.Args = {"call": str(call.pk), "quick_reply": prepared.pk}
    row = pending.put_off(Decided("quick_reply", str(call.pk), args, "会后"), by=him, at=AT)
    pending.withdraw(row.pk, by=him, at=AT)
    pending.do_due(at=DUE)

    assert not Text.objects.exists()


def test_what_has_taken_effect_is_not_undone(call: Call, him: Viewer) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    with pytest.raises(TooLate):
        pending.withdraw(row.pk, by=him, at=DUE)
    pending.do_due(at=DUE)
    with pytest.raises(TooLate):
        pending.withdraw(row.pk, by=him, at=AT)

    assert WrapUp.objects.count() == 1


def test_a_refusal_comes_at_once_and_nothing_waits(line: Line, citizen: Citizen, him: Viewer) -> None:
    missed = make.call(line, citizen, at=AT)
    with pytest.raises(NotAnswered):
        pending.put_off(solved(missed), by=him, at=AT)

    assert not PendingAct.objects.exists()


def test_another_cannot_take_it_back(call: Call, him: Viewer, line: Line) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    with pytest.raises(NotYours):
        pending.withdraw(row.pk, by=make.viewer(line.official.office, Role.STAFF), at=AT)


def test_two_taps_are_one_and_another_decision_has_to_wait(call: Call, him: Viewer) -> None:
    first = pending.put_off(solved(call), by=him, at=AT)

    assert pending.put_off(solved(call), by=him, at=AT) == first
    with pytest.raises(DecidedAlready):
        pending.put_off(solved(call, note="另一句"), by=him, at=AT)


def test_he_is_told_when_somebody_else_was_quicker(call: Call, him: Viewer, line: Line) -> None:
    pending.put_off(solved(call), by=him, at=AT)
    actions.wrap_up(call.pk, Outcome.NUISANCE, by=make.viewer(line.official.office, Role.STAFF))
    pending.do_due(at=DUE)

    (told,) = pending.came_to_nothing(him, DUE)
    assert told.refused == "这个通话已经登记过结果。"
    assert WrapUp.objects.get().outcome == "nuisance"
    assert acts()[-1] == "come_to_nothing"


def test_who_has_left_meanwhile_does_nothing_any_more(call: Call, him: Viewer) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    row.by.is_active = False
    row.by.save()
    pending.do_due(at=DUE)

    assert not WrapUp.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"words": "别的"}, {"args": {}}, {"due_at": AT + timedelta(hours=1)}, {"withdrawn_at": DUE}, {"done_at": AT}],
)
def test_the_database_keeps_what_was_decided(call: Call, him: Viewer, change: dict[str, datetime]) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        PendingAct.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PendingAct.objects.filter(pk=row.pk).delete()


def test_the_database_keeps_what_became_of_it(call: Call, him: Viewer) -> None:
    row = pending.put_off(solved(call), by=him, at=AT)
    pending.withdraw(row.pk, by=him, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        PendingAct.objects.filter(pk=row.pk).update(withdrawn_at=None)
