"""Numbers that are dead or wrong are promised to be corrected, and only the directory or a living number keeps that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from minhu.cases import queries
from minhu.directory.models import Line
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.liveness import Health, NotProposed, NotWaiting, SayHow
from minhu.rules.words import NoticeKind, Role
from minhu.supervision import alive, dialling
from minhu.supervision.models import Correction, LivenessTest
from minhu.supervision.tests.world import City
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
LATER = AT + timedelta(days=2)


@pytest.fixture
def here() -> City:
    return City.with_lines(2)


@pytest.fixture
def unit(here: City) -> Viewer:
    return make.viewer(here.county, Role.UNIT)


def found(here: City, health: Health = Health.DEAD) -> Correction:
    dialling.record(here.lines[1].pk, health, by=here.inspector, note="空号", at=AT)
    return Correction.objects.get(line=here.lines[1])


@pytest.mark.parametrize("health", [Health.DEAD, Health.WRONG_PERSON, Health.NEVER_ANSWERED])
def test_a_bad_number_is_promised_by_its_office_to_be_corrected_in_ten_working_days(here: City, health: Health) -> None:
    owed = found(here, health)

    assert (owed.office, owed.made_at) == (here.county, AT)
    assert owed.due_at == datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
    assert LivenessTest.objects.get().cycle == "2026Q1"


def test_whoever_owes_it_is_told_once_and_finds_it_among_what_he_owes(here: City, unit: Viewer) -> None:
    owed = found(here)
    dialling.record(here.lines[1].pk, Health.DEAD, by=here.inspector, at=LATER)
    official = here.lines[1].official
    him = make.viewer(official.office, Role.OFFICIAL, official=official)

    for viewer in (him, unit):
        (told,) = queries.notices(viewer, LATER)
        assert (told.kind, told.due_at, told.read) == (NoticeKind.CORRECT, owed.due_at, False)
        assert told.title.startswith(official.name)
        assert [one.id for one in alive.owed(viewer, LATER)] == [owed.pk]
    other = here.lines[0].official
    for stranger in (make.viewer(other.office, Role.OFFICIAL, official=other), make.viewer(here.city, Role.OPERATOR)):
        assert queries.notices(stranger, LATER) == ()
        assert alive.owed(stranger, LATER) == ()

    dialling.record(here.lines[1].pk, Health.ALIVE, by=here.inspector, at=LATER)
    assert [one.read for one in queries.notices(him, LATER)] == [True]
    assert alive.owed(him, LATER) == ()


def test_found_bad_again_it_is_owed_once_and_no_later(here: City) -> None:
    owed = found(here)
    dialling.record(here.lines[1].pk, Health.DEAD, by=here.inspector, at=LATER)

    assert Correction.objects.get() == owed


def test_proposed_by_the_office_approved_by_supervision_and_kept_when_the_new_number_is_out(
    here: City, unit: Viewer
) -> None:
    owed = found(here)
    with pytest.raises(NotProposed):
        dialling.approve(owed.pk, by=here.supervisor, at=LATER)
    dialling.propose(owed.pk, "换用新号码，周四启用", by=unit, at=LATER)
    dialling.approve(owed.pk, by=here.supervisor, at=LATER)
    assert dialling.settle(LATER) == 0

    line = here.lines[1]
    Line.objects.filter(pk=line.pk).update(withdrawn_at=LATER, withdrawn_reason="空号")
    assert dialling.settle(LATER) == 0  # he still holds the post and has no number
    instead = make.line(line.official, published_from=date(2026, 3, 4))
    assert dialling.settle(LATER) == 1
    owed.refresh_from_db()
    assert (owed.kept_line, owed.kept_at) == (instead, LATER)


def test_dialled_again_and_alive_it_is_kept(here: City) -> None:
    owed = found(here, Health.NEVER_ANSWERED)
    alive = dialling.record(here.lines[1].pk, Health.ALIVE, by=here.inspector, at=LATER)

    owed.refresh_from_db()
    assert owed.kept_test == alive


def test_nobody_approves_what_he_proposed_himself_and_nothing_without_words(here: City) -> None:
    owed = found(here)
    both = make.viewer(here.city, Role.STAFF, Role.SUPERVISOR)
    with pytest.raises(SayHow):
        dialling.propose(owed.pk, "  ", by=both, at=LATER)
    dialling.propose(owed.pk, "换号", by=both, at=LATER)
    with pytest.raises(NotProposed):
        dialling.approve(owed.pk, by=both, at=LATER)
    dialling.approve(owed.pk, by=here.supervisor, at=LATER)
    with pytest.raises(NotWaiting):
        dialling.propose(owed.pk, "另一个号码", by=both, at=LATER)


def test_each_does_only_his_own_part(here: City, unit: Viewer) -> None:
    owed = found(here)
    bureau = make.viewer(make.office(here.city), Role.UNIT)
    for role in Role:
        viewer = make.viewer(here.city, role)
        if role is not Role.INSPECTOR:
            with pytest.raises(NotYours):
                dialling.record(here.lines[0].pk, Health.ALIVE, by=viewer, at=AT)
        if role is not Role.SUPERVISOR:
            with pytest.raises(NotYours):
                dialling.approve(owed.pk, by=viewer, at=LATER)
        if role not in {Role.UNIT, Role.STAFF}:
            with pytest.raises(NotYours):
                dialling.propose(owed.pk, "换号", by=viewer, at=LATER)
    with pytest.raises(NotYours):
        dialling.propose(owed.pk, "换号", by=bureau, at=LATER)
    dialling.propose(owed.pk, "换号", by=unit, at=LATER)


def test_the_database_itself_keeps_a_correction_honest(here: City) -> None:
    owed = found(here)
    mine = Correction.objects.filter(pk=owed.pk)
    other = dialling.record(here.lines[0].pk, Health.ALIVE, by=here.inspector, at=LATER)

    refused(lambda: mine.update(kept_at=LATER))
    refused(lambda: mine.update(kept_at=LATER, kept_test=other))
    refused(lambda: mine.update(kept_at=LATER, kept_line=here.lines[0], approved_at=LATER, proposed="x"))
    refused(lambda: mine.update(due_at=LATER + timedelta(days=90)))
    refused(mine.delete)
    refused(lambda: LivenessTest.objects.update(health="alive"))


def refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
