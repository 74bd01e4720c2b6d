"""The hotline is offered where it serves faster; the citizen alone takes it, and nothing is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from minhu.cases import actions, offering
from minhu.cases.models import Case, HotlineOffer, Transfer
from minhu.cases.offering import NotOffered
from minhu.directory.models import Line
from minhu.intake.models import Text
from minhu.rules.access import system
from minhu.rules.words import AssignmentKind, CaseState, OfferGround, PromiseKind, TransferEnd
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
SOON = AT + timedelta(minutes=5)
HERE = "127.0.0.1"


@pytest.fixture
def line() -> Line:
    return make.line(make.official(make.office(make.city())))


def texted(line: Line, body: str = "请问人民路居住证需要什么材料") -> Case:
    text = make.text(line, make.citizen(line.city), body)
    actions.take_in(at=AT)
    return Case.objects.get(contacts__text=text)


def offered(line: Line) -> Case:
    case = texted(line)
    with transaction.atomic():
        assert offering.offer(case, OfferGround.ENQUIRY, at=AT) is not None
    return case


def replied(case: Case, body: str) -> Case:
    """What he texts back."""
    assert case.line is not None
    make.text(case.line, case.citizen, body, at=SOON)
    actions.take_in(at=SOON)
    offering.hand_over_chosen(at=SOON)
    case.refresh_from_db()
    return case


def told(case: Case) -> list[str]:
    return list(
        Text.objects.filter(code=case.code, direction="outbound").order_by("id").values_list("template", flat=True)
    )


def test_the_offer_says_why_once_and_asks_for_nothing(line: Line) -> None:
    case = offered(line)
    with transaction.atomic():
        assert offering.offer(case, OfferGround.ENQUIRY, at=AT) is None

    assert told(case) == ["matter_received", "offer_enquiry"]
    assert case.promises.get().kind == PromiseKind.CALL_BACK


@pytest.mark.parametrize("body", ["2", "２", "热线", "转热线", "转12345。", "2。"])
def test_one_word_takes_it_and_the_official_still_owes_the_answer(line: Line, body: str) -> None:
    case = replied(offered(line), body)

    there = Transfer.objects.get(case=case)
    assert (there.kind, there.ended_at, case.state) == (AssignmentKind.HOTLINE, None, CaseState.HELD)
    assert case.promises.get(kind="reply").owner_official_id == line.official_id
    assert "hotline_taken" in told(case)
    assert "12345" in Text.objects.get(template="hotline_taken").body


def test_nothing_but_that_takes_it(line: Line) -> None:
    case = replied(offered(line), "2号楼的也要办吗")

    assert "2号楼" in case.body
    assert not Transfer.objects.exists()


def test_without_an_offer_the_figure_is_a_word_of_the_matter(line: Line) -> None:
    case = replied(texted(line), "2")

    assert case.body.endswith("2")
    assert not HotlineOffer.objects.exists()


def test_while_a_rating_is_asked_the_figure_rates(line: Line) -> None:
    case = offered(line)
    actions.reply(case.pk, "已办", "王明", by=system(line.city_id), at=SOON)

    make.text(line, case.citizen, "2", at=SOON)
    actions.take_in(at=SOON)

    case.refresh_from_db()
    assert case.ratings.get().score == 2
    assert not Transfer.objects.exists()


def test_he_comes_back_with_one_tap_and_keeps_his_code(line: Line) -> None:
    case = replied(offered(line), "热线")

    offering.come_back_by_code(case.code, HERE, at=SOON)

    case.refresh_from_db()
    assert (case.state, case.holder_id) == (CaseState.HELD, line.official_id)
    assert Transfer.objects.get().ended == TransferEnd.CAME_BACK
    assert case.promises.get(kind="reply").released_at is None
    with pytest.raises(NotOffered):
        offering.take_by_code(case.code, HERE, at=SOON)
    with pytest.raises(NotOffered):
        offering.come_back_by_code(case.code, HERE, at=SOON)


def test_a_matter_that_nobody_holds_is_promised_to_be_handed_on(line: Line) -> None:
    case = offered(line)
    Case.objects.filter(pk=case.pk).update(holder=None, line=None)

    offering.take_by_code(case.code, HERE, at=SOON)
    assert (offering.hand_over_chosen(at=SOON), offering.hand_over_chosen(at=SOON)) == (1, 0)

    assert case.promises.get(kind="forward").owner_office_id == line.city_id


def test_what_is_urgent_confidential_or_came_by_telephone_is_never_offered_it(line: Line) -> None:
    urgent, secret, called = texted(line), texted(line), texted(line)
    Case.objects.filter(pk=urgent.pk).update(urgency="urgent")
    Case.objects.filter(pk=secret.pk).update(confidential=True)
    make.call(line, called.citizen, at=SOON)
    actions.take_in(at=SOON)

    for case in (urgent, secret, called):
        case.refresh_from_db()
        with transaction.atomic():
            assert offering.offer(case, OfferGround.ROUTINE, at=SOON) is None
    for case in (urgent, secret):
        with pytest.raises(DatabaseError), transaction.atomic():
            HotlineOffer.objects.create(city=line.city, case=case, ground="routine", at=AT)


def test_an_offer_is_closed_once_the_matter_cannot_wait(line: Line) -> None:
    case = offered(line)
    Case.objects.filter(pk=case.pk).update(urgency="urgent")

    with pytest.raises(NotOffered):
        offering.take_by_code(case.code, HERE, at=SOON)
