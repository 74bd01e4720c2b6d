"""Cases that may be one matter: proposed with reasons, joined by people or a rule, and undone for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from minhu.audit.models import TrailEntry
from minhu.cases import joining
from minhu.cases.handing_over import Receiver, transfer
from minhu.cases.models import Case, Conflict
from minhu.directory.models import Line
from minhu.insight import duplicates, duplicating
from minhu.insight.engine.duplicates import SURE, Why
from minhu.insight.models import Duplicate
from minhu.insight.tests.burst import AT, BURST, OTHERS, cases, citizens, read, restarted, used_to
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
AFTER = AT + timedelta(days=2)


@pytest.fixture
def line() -> Line:
    restarted()
    made = make.line(make.official(make.office(make.city(), "市水务局"), "王明"))
    used_to(made)
    return made


def staff(line: Line) -> Viewer:
    return make.viewer(line.city, Role.STAFF)


def twice(line: Line) -> tuple[Case, Case]:
    """The same words by two citizens, some hours apart."""
    first, second = cases(line, (BURST[0], BURST[0]), citizens(line.city, 2))
    read(line.city, at=AFTER)
    return first, second


def test_a_repeated_matter_is_proposed_with_its_reasons(line: Line) -> None:
    him = citizens(line.city, 1)
    first, other, again = cases(line, (BURST[0], OTHERS[0], BURST[1]), (*him, *citizens(line.city, 1), *him))
    read(line.city, at=AFTER)

    proposal = duplicates.of_case(staff(line), again.pk)[0]

    assert (proposal.case.id, proposal.earlier.id, proposal.joinable) == (again.pk, first.pk, True)
    reasons = dict(proposal.reasons)
    assert reasons[Why.SAME_CITIZEN] == ()
    assert reasons[Why.SAME_PLACE] == ("柳荫街",)
    assert "爆裂" in reasons[Why.SAME_OBJECT]
    assert duplicates.of_case(staff(line), first.pk) == (proposal,)
    assert duplicates.of_case(staff(line), other.pk) == ()
    assert duplicates.waiting(staff(line)) == (proposal,)


def test_who_may_not_see_both_sees_no_proposal(line: Line) -> None:
    first, second = twice(line)
    stranger = make.official(make.office(line.city))
    Case.objects.filter(pk=first.pk).update(line=make.line(stranger), holder=stranger)
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)

    assert duplicates.of_case(him, second.pk) == ()
    assert len(duplicates.of_case(staff(line), second.pk)) == 1
    with pytest.raises(NotYours):
        duplicating.dismiss(Duplicate.objects.get().pk, by=him, at=AFTER)


@pytest.mark.parametrize("which", [0, 1])
def test_a_confidential_case_is_in_no_proposal(line: Line, which: int) -> None:
    pair = twice(line)
    Case.objects.filter(pk=pair[which].pk).update(confidential=True)

    for viewer in (staff(line), make.viewer(line.city, Role.SUPERVISOR)):
        assert duplicates.of_case(viewer, pair[0].pk) == duplicates.of_case(viewer, pair[1].pk) == ()
    read(line.city, at=AFTER)
    assert not Duplicate.objects.exists()


def test_dismissed_or_joined_it_is_proposed_no_more(line: Line) -> None:
    first, second = twice(line)
    third = cases(line, (BURST[0],), citizens(line.city, 1), at=AFTER)[0]
    read(line.city, at=AFTER)
    by = staff(line)

    joining.join(second.pk, first.pk, by=by, at=AFTER)
    for one in duplicates.of_case(by, third.pk):
        duplicating.dismiss(one.id, by=by, at=AFTER)

    assert all(duplicates.of_case(by, one.pk) == () for one in (first, second, third))
    assert duplicates.waiting(by) == ()


def test_the_rule_joins_nothing_unless_a_city_asks(line: Line) -> None:
    twice(line)

    assert duplicating.join_sure(line.city_id, at=AFTER) == 0


def test_the_rule_joins_what_is_sure_says_so_and_never_after_it_was_parted(line: Line, settings: Settings) -> None:
    settings.INSIGHT_JOIN_FROM = SURE
    first, second = twice(line)

    assert duplicating.join_sure(line.city_id, at=AFTER) == 1
    second.refresh_from_db()
    assert second.parent_id == first.pk
    acts = TrailEntry.objects.filter(act__in=["join", "join_by_rule"]).order_by("seq")
    assert [(one.act, one.actor) for one in acts] == [("join", "system"), ("join_by_rule", "system")]

    joining.part(second.pk, by=staff(line), reason="不是同一件", at=AFTER)
    Duplicate.objects.update(ruled_at=None)

    assert duplicating.join_sure(line.city_id, at=AFTER) == 0
    assert duplicates.of_case(staff(line), second.pk) == ()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("why", ["confidential", "handed over", "in conflict", "another official's", "below"])
def test_the_rule_never_joins(line: Line, settings: Settings, why: str, which: int) -> None:
    settings.INSIGHT_JOIN_FROM = SURE
    pair = twice(line)
    one = pair[which]
    match why:
        case "confidential":
            Case.objects.filter(pk=one.pk).update(confidential=True)
        case "handed over":
            unit = make.office(line.city)
            transfer(one.pk, Receiver.unit(unit.pk), by=system(line.city_id), reason="x", at=AFTER)
        case "in conflict":
            Conflict.objects.create(city=line.city, case=one, office=make.office(line.city), reason="x", at=AT)
        case "another official's":
            Case.objects.filter(pk=one.pk).update(holder=make.official(make.office(line.city)))
        case "below":
            settings.INSIGHT_JOIN_FROM = 1.0
            Duplicate.objects.update(score=0.99)

    assert duplicating.join_sure(line.city_id, at=AFTER) == 0

    assert not Case.objects.exclude(parent=None).exists()
