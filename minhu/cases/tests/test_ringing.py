"""A call that rings shows who and why, to whoever may know it and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from minhu.cases import actions, queries
from minhu.cases.models import Case
from minhu.cases.rating import rate_reply
from minhu.directory.models import Line, Official
from minhu.intake.models import Call, Citizen
from minhu.rules.access import Viewer
from minhu.rules.words import CallState, Channel, Outcome, PartyKind, Role
from tests import make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

AT = make.MONDAY_10
LATER = AT + timedelta(minutes=40)


@pytest.fixture
def official() -> Official:
    return make.official(make.office(make.city()))


@pytest.fixture
def line(official: Official) -> Line:
    return make.line(official)


@pytest.fixture
def citizen(line: Line) -> Citizen:
    return make.citizen(line.city)


@pytest.fixture
def him(official: Official) -> Viewer:
    return make.viewer(official.office, Role.OFFICIAL, official=official)


def rings(line: Line, citizen: Citizen | None) -> Call:
    call = make.call(line, citizen, at=LATER)
    Call.objects.filter(pk=call.pk).update(ended_at=None, state=CallState.RINGING.value)
    return call


def missed(line: Line, citizen: Citizen, title: str) -> Case:
    call = make.call(line, citizen, at=AT)
    actions.take_in(at=AT + timedelta(minutes=1))
    case = Case.objects.get(contacts__call=call)
    Case.objects.filter(pk=case.pk).update(title=title)
    return case


def test_who_rings_again_is_known_with_his_matter_and_what_he_was_promised(
    line: Line, citizen: Citizen, him: Viewer
) -> None:
    case = missed(line, citizen, "路灯不亮")
    call = rings(line, citizen)

    [card] = queries.today(him, LATER).ringing

    assert (card.id, card.about, card.open_count) == (call.pk, "路灯不亮", 1)
    assert card.matters[0].due_at == case.promises.earliest("due_at").due_at
    assert card.last is not None
    assert (card.last.channel, card.last.at, card.last.answered) == (Channel.CALL, AT, False)


def test_his_last_call_that_was_answered_is_said_to_be(line: Line, citizen: Citizen, him: Viewer) -> None:
    call = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT)
    actions.wrap_up(call.pk, Outcome.FOLLOW_UP, by=him, at=AT + timedelta(minutes=5))
    rings(line, citizen)

    last = queries.today(him, LATER).ringing[0].last
    assert last is not None
    assert last.answered


@pytest.mark.parametrize(("score", "reopened"), [(1, ()), (3, (1,))])
def test_how_he_was_content_is_remembered(
    line: Line, citizen: Citizen, him: Viewer, score: int, reopened: tuple[int, ...]
) -> None:
    call = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT)
    actions.wrap_up(call.pk, Outcome.SOLVED, by=him, at=AT + timedelta(minutes=5))
    rate_reply(Case.objects.get(contacts__call=call), score, at=AT + timedelta(minutes=20))
    rings(line, citizen)

    [card] = queries.today(him, LATER).ringing
    assert tuple(matter.reopened for matter in card.matters) == reopened
    assert card.last_score == score


def test_a_confidential_matter_does_not_stand_on_a_ringing_screen(line: Line, citizen: Citizen, him: Viewer) -> None:
    case = missed(line, citizen, "局长吃拿卡要")
    Case.objects.filter(pk=case.pk).update(confidential=True)
    rings(line, citizen)

    [card] = queries.today(him, LATER).ringing
    assert (card.about, card.open_count, card.last) == ("", 0, None)


def test_what_another_official_was_told_is_not_shown(line: Line, citizen: Citizen, him: Viewer) -> None:
    other = make.line(make.official(make.office(line.city)))
    missed(other, citizen, "别处的事")
    rings(line, citizen)

    [card] = queries.today(him, LATER).ringing
    assert (card.about, card.last) == ("", None)


def test_somebody_with_no_number_rings_as_anybody_does(line: Line, him: Viewer) -> None:
    call = rings(line, None)

    assert [one.id for one in queries.today(him, LATER).ringing] == [call.pk]


def test_staff_see_who_rings_on_any_of_their_lines(line: Line, citizen: Citizen) -> None:
    missed(line, citizen, "路灯不亮")
    rings(line, citizen)
    staff = make.viewer(line.city, Role.STAFF)

    [card] = queries.staff_queue(staff, LATER).ringing
    assert (card.about, card.official) == ("路灯不亮", line.official.name)


def test_ten_who_ring_cost_the_same_few_questions_as_one(
    line: Line, him: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        citizen = make.citizen(line.city)
        missed(line, citizen, f"第{number}件事")
        rings(line, citizen)
    calls = Call.objects.filter(line=line)

    with django_assert_num_queries(6):
        assert len(queries.ringing(him, calls)) == 10
