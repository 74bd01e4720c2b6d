"""A case is handed over once, in time, and never to whom it is about; the database itself refuses the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from minhu.cases import actions
from minhu.cases.handing_over import (
    JoinedAnother,
    NoSuchLimit,
    NoSuchReceiver,
    OnlyForNamed,
    ReasonNeeded,
    forward_due_of,
)
from minhu.cases.models import Case, Conflict, Notice, Promise, Transfer
from minhu.directory.models import Line, Office
from minhu.intake.models import Text
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.casework import NotPossibleNow
from minhu.rules.conflicts import InConflict
from minhu.rules.handover import HeldHimself, TransferUsedUp
from minhu.rules.rights import NotAllowed
from minhu.rules.words import CaseState, OfficeKind, Outcome, PartyKind, Role
from tests import make

AT = make.MONDAY_10
LATER = AT + timedelta(hours=1)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


@pytest.fixture
def county(line: Line) -> Office:
    return make.office(line.city, "临河区", OfficeKind.COUNTY)


@pytest.fixture
def unit(county: Office) -> Viewer:
    return make.viewer(county, Role.UNIT)


@pytest.fixture
def case(line: Line) -> Case:
    make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    return Case.objects.get()


def hand_over(case: Case, county: Office, by: Viewer) -> Transfer:
    return actions.transfer(case.pk, actions.Receiver.unit(county.pk), by=by, reason="属地事项", at=LATER)


def test_the_unit_owes_the_reply_and_sees_the_case(case: Case, county: Office, him: Viewer, unit: Viewer) -> None:
    with pytest.raises(NotYours):
        actions.reply(case.pk, "已修好", "临河区住建局", by=unit, at=LATER)

    hand_over(case, county, him)

    case.refresh_from_db()
    assert case.state == CaseState.HELD
    assert Promise.objects.get(kind="reply").owner_office == county
    assert Notice.objects.get(kind="handed_over").to_office == county
    actions.reply(case.pk, "已修好", "临河区住建局", by=unit, at=LATER)
    assert "临河区住建局" in Text.objects.get(template="reply").body


def test_a_refused_second_transfer_changes_nothing(case: Case, county: Office, line: Line, him: Viewer) -> None:
    hand_over(case, county, him)
    other = make.office(line.city, kind=OfficeKind.COUNTY)

    with pytest.raises(TransferUsedUp):
        actions.transfer(case.pk, actions.Receiver.unit(other.pk), by=him, reason="推诿", at=LATER)

    assert Transfer.objects.get().office == county


def test_the_unit_can_reply_ask_for_time_or_give_it_back_and_nothing_else(
    case: Case, county: Office, him: Viewer, unit: Viewer
) -> None:
    hand_over(case, county, him)
    others: tuple[Callable[[], object], ...] = (
        lambda: actions.withdraw(case.pk, by=unit, reason="不办", at=LATER),
        lambda: actions.hold(case.pk, by=unit, at=LATER),
        lambda: actions.ask_clarification(case.pk, by=unit, at=LATER),
        lambda: actions.set_conflict(case.pk, actions.About(office_id=county.pk), by=unit, reason="x", at=LATER),
    )
    for act in others:
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(TransferUsedUp):
        actions.transfer(case.pk, actions.Receiver.hotline(), by=unit, reason="推", at=LATER)
    actions.extend(case.pk, 2, by=unit, reason="等待配件", at=LATER)
    actions.give_back(case.pk, by=unit, reason="不属我区", at=LATER)


def test_what_a_unit_gave_back_the_official_deals_with_himself(
    case: Case, county: Office, him: Viewer, unit: Viewer
) -> None:
    hand_over(case, county, him)
    actions.give_back(case.pk, by=unit, reason="不属我区", at=LATER)

    assert Promise.objects.get(kind="reply").owner_official_id == him.official_id
    assert Notice.objects.get(kind="not_ours").to_official_id == him.official_id
    with pytest.raises(NotYours):
        actions.reply(case.pk, "已修好", "临河区", by=unit, at=LATER)
    with pytest.raises(HeldHimself):
        hand_over(case, county, him)


def test_a_city_that_allows_two_levels_allows_no_third(case: Case, county: Office, line: Line, him: Viewer) -> None:
    by = system(line.city_id)
    with pytest.raises(NoSuchLimit):
        actions.set_hop_limit(line.city_id, 3, by=by)
    actions.set_hop_limit(line.city_id, 2, by=by)
    town = make.office(county, "东关镇", OfficeKind.TOWNSHIP)
    unit, below = make.viewer(county, Role.UNIT), make.viewer(town, Role.UNIT)

    hand_over(case, county, him)
    actions.transfer(case.pk, actions.Receiver.unit(town.pk), by=unit, reason="属地", at=LATER)

    assert list(Transfer.objects.order_by("hop").values_list("ended", flat=True)) == ["passed_on", ""]
    with pytest.raises(TransferUsedUp):
        actions.transfer(case.pk, actions.Receiver.hotline(), by=below, reason="推", at=LATER)


@pytest.mark.parametrize(("hours", "late"), [(1, False), (31, False), (33, True)])
def test_it_is_seen_when_it_was_handed_over_late(
    case: Case, county: Office, him: Viewer, hours: int, late: bool
) -> None:
    made = actions.transfer(
        case.pk, actions.Receiver.unit(county.pk), by=him, reason="属地", at=AT + timedelta(hours=hours)
    )
    assert (made.handed_at > made.due_at) is late


def test_a_promise_to_hand_over_is_kept_by_handing_over(line: Line, county: Office, him: Viewer) -> None:
    call = make.call(line, make.citizen(line.city), answered_by=PartyKind.OFFICIAL)
    actions.wrap_up(call.pk, Outcome.TO_COUNTY, "临河区的路", by=him, at=LATER)
    case = Case.objects.get()
    promise = Promise.objects.get(kind="forward")
    assert forward_due_of(case) == promise.due_at

    made = actions.transfer(
        case.pk, actions.Receiver.unit(county.pk), by=him, reason="属地", at=LATER + timedelta(hours=1)
    )

    promise.refresh_from_db()
    assert promise.evidence_transfer == made


def test_a_deputy_gets_it_as_a_unit_does(case: Case, line: Line, him: Viewer) -> None:
    deputy = make.official(line.official.office, "李强", superior=line.official)
    actions.transfer(case.pk, actions.Receiver.deputy(deputy.pk), by=him, reason="分管", at=LATER)
    hers = make.viewer(deputy.office, official=deputy)
    with pytest.raises(TransferUsedUp):
        actions.transfer(case.pk, actions.Receiver.hotline(), by=hers, reason="推", at=LATER)
    actions.reply(case.pk, "已修好", "李强", by=hers, at=LATER)


def test_with_the_hotline_the_official_still_owes_the_reply(case: Case, him: Viewer) -> None:
    actions.transfer(case.pk, actions.Receiver.hotline(), by=him, reason="12345 已有工单", at=LATER)
    assert Promise.objects.get(kind="reply").owner_official_id == him.official_id


def test_receivers_that_are_none(case: Case, line: Line, him: Viewer) -> None:
    elsewhere = make.office(make.city("邻市"))
    for to in (
        actions.Receiver.unit(elsewhere.pk),
        actions.Receiver.unit(line.city_id),
        actions.Receiver.deputy(line.official_id),
        actions.Receiver.deputy(make.official(elsewhere).pk),
    ):
        with pytest.raises(NoSuchReceiver):
            actions.transfer(case.pk, to, by=him, reason="转", at=LATER)
    with pytest.raises(ReasonNeeded):
        actions.transfer(case.pk, actions.Receiver.hotline(), by=him, reason="  ", at=LATER)


def test_after_reopening_it_is_not_handed_over(case: Case, county: Office, him: Viewer, unit: Viewer) -> None:
    hand_over(case, county, him)
    actions.reply(case.pk, "已修好", "临河区", by=unit, at=LATER)
    actions.rate(case.pk, 3, at=LATER)

    case.refresh_from_db()
    assert (case.state, case.holder_id) == (CaseState.HELD, him.official_id)
    with pytest.raises(HeldHimself):
        hand_over(case, county, him)
    with pytest.raises(NotYours):
        actions.reply(case.pk, "真修好了", "临河区", by=unit, at=LATER)


def test_a_confidential_case_goes_to_a_named_official_only(case: Case, county: Office, line: Line, him: Viewer) -> None:
    Case.objects.filter(pk=case.pk).update(confidential=True)
    deputy = make.official(line.official.office, "李强", superior=line.official)
    for to in (actions.Receiver.unit(county.pk), actions.Receiver.deputy(deputy.pk), actions.Receiver.hotline()):
        with pytest.raises(OnlyForNamed):
            actions.transfer(case.pk, to, by=him, reason="转", at=LATER)
    actions.name(case.pk, deputy.pk, by=him, reason="分管此事", at=LATER)
    actions.transfer(case.pk, actions.Receiver.deputy(deputy.pk), by=him, reason="分管", at=LATER)


def test_it_never_goes_to_the_accused(case: Case, county: Office, him: Viewer) -> None:
    bureau = make.office(county, "临河区住建局")
    actions.set_conflict(case.pk, actions.About(office_id=county.pk), by=him, reason="反映该区", at=LATER)
    for office in (county, bureau):
        with pytest.raises(InConflict):
            hand_over(case, office, him)


def test_a_joined_case_goes_where_its_parent_goes(case: Case, county: Office, line: Line, him: Viewer) -> None:
    make.call(line, make.citizen(line.city), at=LATER)
    actions.take_in(at=LATER)
    other = Case.objects.exclude(pk=case.pk).get()
    Case.objects.filter(pk=other.pk).update(parent=case)
    with pytest.raises(JoinedAnother):
        hand_over(other, county, him)


def test_what_is_over_is_not_handed_over(case: Case, county: Office, him: Viewer) -> None:
    actions.withdraw(case.pk, by=him, reason="群众撤回", at=LATER)
    with pytest.raises(NotPossibleNow):
        hand_over(case, county, him)


# ---- the database itself refuses


def row(case: Case, to: Office, **change: object) -> Transfer:
    given: dict[str, object] = {
        "city_id": case.city_id, "case": case, "hop": 1, "kind": "county", "office": to, "reason": "直接写库",
        "due_at": LATER, "handed_at": LATER,
    }  # fmt: skip
    return Transfer(**(given | change))


def refused(made: Transfer) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        made.save(force_insert=True)


def test_the_database_refuses_a_second_transfer(case: Case, county: Office) -> None:
    row(case, county).save()
    refused(row(case, county))
    refused(row(case, county, hop=2))
    Transfer.objects.update(ended_at=LATER, ended="passed_on")
    refused(row(case, county))
    refused(row(case, county, hop=2))


def test_the_database_refuses_a_third_where_two_are_allowed(case: Case, county: Office) -> None:
    actions.set_hop_limit(case.city_id, 2, by=system(case.city_id))
    row(case, county, ended_at=LATER, ended="passed_on").save()
    row(case, county, hop=2, ended_at=LATER, ended="passed_on").save()
    refused(row(case, county, hop=3))
    refused(row(case, county, hop=2))


def test_the_database_refuses_a_transfer_after_it_came_back(case: Case, county: Office) -> None:
    actions.set_hop_limit(case.city_id, 2, by=system(case.city_id))
    row(case, county, ended_at=LATER, ended="not_ours").save()
    refused(row(case, county, hop=2))


def test_the_database_refuses_a_transfer_after_reopening(case: Case, county: Office) -> None:
    Case.objects.filter(pk=case.pk).update(reopened=1)
    refused(row(case, county))


def test_the_database_refuses_a_transfer_to_a_conflict(case: Case, county: Office) -> None:
    town = make.office(county, "东关镇", OfficeKind.TOWNSHIP)
    there = make.official(county, "赵区长")
    Conflict.objects.create(city_id=case.city_id, case=case, office=county, reason="反映该区", at=LATER)
    refused(row(case, county))
    refused(row(case, town))
    refused(row(case, county, kind="deputy", office=None, official=there))


def test_the_database_refuses_to_hand_a_confidential_case_to_the_unnamed(case: Case, county: Office) -> None:
    Case.objects.filter(pk=case.pk).update(confidential=True)
    refused(row(case, county))


@pytest.mark.parametrize("change", [{"hop": 2}, {"due_at": LATER + timedelta(days=3)}, {"handed_at": AT}], ids=str)
def test_what_was_handed_over_is_not_changed(case: Case, county: Office, change: dict[str, object]) -> None:
    row(case, county).save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer.objects.all().delete()


def test_the_database_refuses_to_reopen_with_the_unit(case: Case, county: Office) -> None:
    row(case, county).save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(reopened=1)


def test_a_promise_to_hand_over_is_not_ticked_off(case: Case, line: Line, him: Viewer) -> None:
    call = make.call(line, case.citizen, answered_by=PartyKind.OFFICIAL)
    actions.wrap_up(call.pk, Outcome.TO_COUNTY, "临河区的路", by=him, at=LATER)
    spoke = make.call(line, case.citizen, answered_by=PartyKind.OFFICIAL, at=LATER + timedelta(minutes=5))
    for evidence in ({}, {"evidence_call": spoke}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Promise.objects.filter(kind="forward").update(kept_at=LATER, **evidence)
