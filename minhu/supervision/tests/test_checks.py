"""Checks: placed once, told from no other call, judged once, and then out of every count."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.utils import DatabaseError

from minhu.audit import privacy
from minhu.audit.models import TrailEntry
from minhu.cases import queries
from minhu.cases.models import Case
from minhu.intake.models import Call, CallOrder, Recording
from minhu.intake.scope import NotYours
from minhu.rules.checking import REVEAL_WITHIN, Judgement, NoTelephone, NothingToJudge, NotNow, OverAlready, TriedEnough
from minhu.rules.words import Direction, PartyKind, Role
from minhu.supervision import checking, drawing, found, inspecting, laddering
from minhu.supervision.leaving_out import not_checks, not_of_checks
from minhu.supervision.models import Check, InspectorPhone, LivenessTest
from minhu.supervision.tests.world import CHECK_NUMBERS, HIS_TELEPHONE, City, numbers
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("numbers")]
__all__ = ["numbers"]

GOOD = Judgement(himself=True, to_the_point=True, polite=True, note="很快接听，答复清楚")


@pytest.fixture
def here() -> City:
    made = City.with_lines()
    made.drawn()
    return made


def test_the_inspectors_telephone_rings_first_and_the_line_sees_a_number_it_does_not_know(here: City) -> None:
    check = here.checks[0]
    tried = checking.place(check.pk, by=here.inspector, at=check.from_at)

    order = tried.order
    assert order is not None
    assert privacy.unseal(order.party_number_sealed) == HIS_TELEPHONE
    assert order.calls_as is not None
    assert privacy.unseal(order.citizen.number_sealed or b"") == check.line.number
    assert privacy.unseal(order.calls_as.number_sealed or b"") in CHECK_NUMBERS
    assert order.line is None


def test_a_second_tap_places_no_second_call(here: City) -> None:
    check = here.checks[0]
    one = checking.place(check.pk, by=here.inspector, at=check.from_at)
    other = checking.place(check.pk, by=here.inspector, at=check.from_at + timedelta(seconds=9))

    assert one == other
    assert CallOrder.objects.count() == 1


def test_a_line_that_has_seen_one_number_is_called_from_the_other(here: City) -> None:
    check = here.checks[0]
    known = make.citizen(here.city, CHECK_NUMBERS[0])
    make.call(check.line, known, at=check.from_at - timedelta(days=30))
    tried = checking.place(check.pk, by=here.inspector, at=check.from_at)

    assert privacy.unseal(tried.caller.number_sealed or b"") == CHECK_NUMBERS[1]


def test_it_is_placed_in_its_own_time_only(here: City) -> None:
    check = here.checks[0]
    for at in (check.from_at - timedelta(seconds=1), check.until_at):
        with pytest.raises(NotNow):
            checking.place(check.pk, by=here.inspector, at=at)


def test_it_is_tried_three_times_and_then_said_not_to_have_been_placed(here: City) -> None:
    check, at = here.checks[0], here.checks[0].from_at
    for _ in range(3):
        tried = checking.place(check.pk, by=here.inspector, at=at)
        CallOrder.objects.filter(pk=str(tried.order_id)).update(result="party_not_reached")
        at += timedelta(minutes=2)
    with pytest.raises(TriedEnough):
        checking.place(check.pk, by=here.inspector, at=at)

    checking.sweep(check.until_at)
    check.refresh_from_db()
    assert (check.state, check.finding, check.over_at) == ("not_placed", "", check.until_at)
    assert set(check.tries.values_list("result", flat=True)) == {"party_not_reached"}


def test_without_a_telephone_of_his_own_he_dials_by_hand(here: City) -> None:
    check = here.checks[0]
    InspectorPhone.objects.all().delete()
    with pytest.raises(NoTelephone):
        checking.place(check.pk, by=here.inspector, at=check.from_at)

    tried = checking.by_hand(check.pk, by=here.inspector, at=check.from_at)
    call = here.comes_in(check, check.from_at + timedelta(minutes=1))
    checking.sweep(check.from_at + timedelta(minutes=3))
    check.refresh_from_db()
    assert tried.order is None
    assert (check.state, check.call) == ("placed", call)


def test_nothing_is_judged_before_the_call_and_nothing_twice(here: City) -> None:
    check = here.checks[0]
    with pytest.raises(NothingToJudge):
        checking.judge(check.pk, GOOD, by=here.inspector, at=check.from_at)
    placed(here, check)
    checking.judge(check.pk, GOOD, by=here.inspector, at=check.from_at + timedelta(minutes=5))
    with pytest.raises(OverAlready):
        checking.judge(check.pk, Judgement(polite=False), by=here.inspector, at=check.from_at + timedelta(minutes=6))


def test_an_answered_check_is_over_when_it_is_judged_with_the_facts_of_the_journal(here: City) -> None:
    check = here.checks[0]
    placed(here, check)
    checking.judge(check.pk, GOOD, by=here.inspector, at=check.from_at + timedelta(minutes=5))
    checking.sweep(check.from_at + timedelta(minutes=6))

    check.refresh_from_db()
    assert (check.state, check.finding) == ("over", "passed")
    assert (check.ring_seconds, check.answered_by_kind) == (20.0, "official")
    assert LivenessTest.objects.get(check_of=check).health == "alive"


def test_a_missed_check_is_open_until_the_callback_is_due_and_the_matter_is_put_away_then(here: City) -> None:
    check = here.checks[0]
    call = placed(here, check, answered_by=None)
    checking.judge(check.pk, Judgement(note="无人接听"), by=here.inspector, at=check.from_at + timedelta(minutes=5))
    due = call.promise_due_at
    assert due is not None
    checking.sweep(due - timedelta(seconds=1))
    check.refresh_from_db()
    assert check.state == "judged"

    checking.sweep(due)
    check.refresh_from_db()
    assert (check.state, check.finding, check.promise_kept) == ("over", "failed", False)
    span = (check.from_at, due + timedelta(days=1))
    assert list(found.over(here.city.pk, *span)) == list(found.failed_of(check.line.official_id, *span)) == [check]
    assert Case.objects.get(contacts__call=call).state == "withdrawn"


def test_a_check_that_nobody_judges_counts_neither_way_and_is_over_with_its_day(here: City) -> None:
    check = here.checks[0]
    call = placed(here, check, answered_by=None)
    drawing.reveal_due(check.draw.closes_at + REVEAL_WITHIN)

    check.refresh_from_db()
    assert (check.state, check.finding, check.promise_kept) == ("over", "unjudged", False)
    assert Case.objects.get(contacts__call=call).state == "withdrawn"
    assert not found.failed_of(check.line.official_id, check.from_at, check.draw.closes_at + timedelta(days=9)).exists()


def test_until_it_is_over_it_counts_like_any_call_and_then_no_more(here: City) -> None:
    check = here.checks[0]
    citizens = make.call(check.line, make.citizen(here.city), answered_by=PartyKind.OFFICIAL)
    call = placed(here, check, answered_by=None)
    assert set(Call.objects.filter(not_checks())) == {citizens, call}
    assert Case.objects.filter(not_of_checks(), contacts__call=call).exists()

    checking.judge(check.pk, Judgement(), by=here.inspector, at=check.from_at + timedelta(minutes=5))
    checking.sweep(check.from_at + timedelta(days=2))
    assert set(Call.objects.filter(not_checks())) == {citizens}
    assert not Case.objects.filter(not_of_checks(), contacts__call=call).exists()


def test_the_inspectors_half_of_the_call_is_shown_to_nobody_and_counted_nowhere(here: City) -> None:
    check = here.checks[0]
    tried = checking.place(check.pk, by=here.inspector, at=check.from_at)
    assert tried.order is not None
    half = make.call(check.line, tried.order.citizen, direction=Direction.OUTBOUND, answered_by=PartyKind.CITIZEN)
    Call.objects.filter(pk=half.pk).update(line=None)

    for role in Role:
        viewer = make.viewer(here.city, role)
        assert half.pk not in {row.id for row in queries.calls_of_day(viewer, check.from_at)}
    assert not Call.objects.filter(not_checks(), pk=half.pk).exists()


def test_what_the_line_said_is_heard_by_the_inspector_and_by_supervision_when_it_is_over(here: City) -> None:
    check = here.checks[0]
    recording = recorded(here, check)

    assert inspecting.listen(here.inspector, check.pk) == b"RIFF"
    for role in (role for role in Role if role is not Role.INSPECTOR):
        viewer = make.viewer(here.city, role)
        with pytest.raises(NotYours):
            inspecting.listen(viewer, check.pk)
        with pytest.raises(NotYours):
            queries.listen(recording.pk, by=viewer)
    over(here, check, GOOD)
    assert inspecting.listen(here.supervisor, check.pk) == b"RIFF"


def test_the_official_hears_his_own_check_once_he_was_told_that_it_failed_and_no_other_official_does(
    here: City,
) -> None:
    check = here.checks[0]
    recording = recorded(here, check)
    official, another = check.line.official, next(line.official for line in here.lines if line != check.line)
    him = make.viewer(official.office, Role.OFFICIAL, official=official)
    other = make.viewer(another.office, Role.OFFICIAL, official=another)

    over(here, check, Judgement(himself=True, to_the_point=False, polite=False))
    with pytest.raises(NotYours):
        inspecting.listen(him, check.pk)
    laddering.sweep(check.from_at + timedelta(minutes=7))
    assert inspecting.listen(him, check.pk) == b"RIFF"
    heard = TrailEntry.objects.get(act="listen")
    assert (heard.actor_id, heard.subject_id) == (him.account_id, str(recording.pk))
    with pytest.raises(NotYours):
        inspecting.listen(other, check.pk)


def test_of_a_check_that_he_passed_the_official_hears_nothing_whatever_roles_he_has(here: City) -> None:
    check = here.checks[0]
    recorded(here, check)
    over(here, check, GOOD)
    laddering.sweep(check.from_at + timedelta(minutes=7))
    official = check.line.official
    office = make.office(here.city, "市教育局")

    for him in (make.viewer(office, Role.OFFICIAL, official=official), make.viewer(office, *Role, official=official)):
        with pytest.raises(NotYours):
            inspecting.listen(him, check.pk)


def recorded(here: City, check: Check) -> Recording:
    """The check is placed, taken and recorded."""
    tried = checking.place(check.pk, by=here.inspector, at=check.from_at)
    call = here.comes_in(check, check.from_at + timedelta(minutes=1))
    half = make.call(check.line, tried.caller, direction=Direction.OUTBOUND, answered_by=PartyKind.CITIZEN)
    Call.objects.filter(pk=half.pk).update(line=None)
    CallOrder.objects.filter(pk=str(tried.order_id)).update(call=half, result="connected")
    sealed = io.BytesIO()
    privacy.seal_file(io.BytesIO(b"RIFF"), sealed)
    file = storages["recordings"].save("check.wav.sealed", ContentFile(sealed.getvalue()))
    return Recording.objects.create(call=half, file=file, seconds=9.0, sha256=b"0" * 32, recorded_at=call.received_at)


def over(here: City, check: Check, judgement: Judgement) -> None:
    """It is judged and closed."""
    checking.sweep(check.from_at + timedelta(minutes=3))
    checking.judge(check.pk, judgement, by=here.inspector, at=check.from_at + timedelta(minutes=5))
    checking.sweep(check.from_at + timedelta(minutes=6))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INSPECTOR])
def test_no_other_role_can_place_or_judge_a_check(here: City, role: Role) -> None:
    stranger = make.viewer(here.city, role)
    check = here.checks[0]
    for act in (
        lambda: checking.place(check.pk, by=stranger, at=check.from_at),
        lambda: checking.by_hand(check.pk, by=stranger, at=check.from_at),
        lambda: checking.judge(check.pk, GOOD, by=stranger, at=check.from_at),
        lambda: checking.set_telephone(HIS_TELEPHONE, by=stranger),
    ):
        with pytest.raises(NotYours):
            act()
    assert not check.tries.exists()


def test_an_inspector_checks_neither_himself_nor_his_superior_nor_another_citys_lines(here: City) -> None:
    check = here.checks[0]
    boss = check.line.official
    report = make.official(here.city, "下属", superior=boss)
    for viewer in (
        make.viewer(here.city, Role.INSPECTOR, official=boss),
        make.viewer(here.city, Role.INSPECTOR, official=report),
        make.viewer(make.city("邻市"), Role.INSPECTOR),
        make.viewer(make.office(here.city), Role.INSPECTOR),
    ):
        with pytest.raises(NotYours):
            checking.place(check.pk, by=viewer, at=check.from_at)


def test_the_database_itself_refuses_to_turn_a_check(here: City) -> None:
    check = here.checks[0]
    placed(here, check)
    other = make.call(check.line, make.citizen(here.city), at=check.from_at)
    mine = Check.objects.filter(pk=check.pk)
    refused(lambda: mine.update(call=other))
    refused(lambda: mine.update(finding="passed"))

    checking.judge(check.pk, GOOD, by=here.inspector, at=check.from_at + timedelta(minutes=5))
    refused(lambda: mine.update(polite=False))
    checking.sweep(check.from_at + timedelta(minutes=6))
    refused(lambda: mine.update(finding="failed"))
    refused(lambda: mine.update(state="judged", over_at=None))
    refused(lambda: check.tries.all().delete())


def placed(here: City, check: Check, *, answered_by: PartyKind | None = PartyKind.OFFICIAL) -> Call:
    """The check is dialled and reaches its line."""
    checking.place(check.pk, by=here.inspector, at=check.from_at)
    call = here.comes_in(check, check.from_at + timedelta(minutes=1), answered_by=answered_by)
    checking.sweep(check.from_at + timedelta(minutes=4))
    return call


def refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
