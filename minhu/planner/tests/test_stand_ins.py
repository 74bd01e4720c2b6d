"""Deputies are proposed while an official is away, and take the line once he says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from minhu.audit import privacy
from minhu.audit.models import TrailEntry
from minhu.directory import snapshot
from minhu.directory.errors import NotAllowed
from minhu.directory.models import Delegate, Line, Official
from minhu.planner import standing_in
from minhu.planner.models import StandInProposal
from minhu.planner.standing_in import NobodyProposed
from minhu.rules.access import Viewer
from minhu.rules.words import Presence, Role
from tests import make

AT = make.MONDAY_10
TOMORROW = AT + timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """Its official is on leave tomorrow from ten to twelve."""
    monkeypatch.setattr(timezone, "now", lambda: AT)
    made = make.line(make.official(make.city(), "王明"))
    make.busy(made.official, Presence.RESTING, since=TOMORROW, lasts=timedelta(hours=2))
    return made


def deputy(line: Line, name: str = "李敏", handset: str | None = None) -> Official:
    made = make.official(line.official.office, name, handset=handset)
    line.official.deputies.add(made)
    return made


def himself(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


def propose(line: Line) -> int:
    return standing_in.propose_due(line.city_id, at=AT)


def test_a_deputy_who_is_there_is_proposed_and_takes_the_line_once_he_is_asked(line: Line) -> None:
    away, there = deputy(line), deputy(line, "赵强", "13800002222")
    make.busy(away, Presence.MEETING, since=TOMORROW, lasts=timedelta(hours=1))
    assert propose(line) == 1
    assert propose(line) == 0
    (one,) = standing_in.standing(line.official_id, AT)
    assert (one.deputy, one.since, one.until) == (there, TOMORROW, TOMORROW + timedelta(hours=2))

    standing_in.arrange([one.pk], by=himself(line))
    made = Delegate.objects.get()
    assert (made.line, made.since, made.until) == (line, one.since, one.until)
    assert privacy.unseal(made.number_sealed) == "+8613800002222"
    assert set(TrailEntry.objects.values_list("act", flat=True)) >= {"delegate", "take_stand_in"}
    assert propose(line) == 0
    with pytest.raises(NobodyProposed):
        standing_in.decline([one.pk], by=himself(line))
    with pytest.raises(DatabaseError, match="answered_once"), transaction.atomic():
        StandInProposal.objects.update(answer="")
    with pytest.raises(DatabaseError, match="answer_stays"), transaction.atomic():
        StandInProposal.objects.all().delete()


def test_who_declined_is_not_asked_again_and_what_changed_is_withdrawn(line: Line) -> None:
    one = deputy(line)
    later = AT + timedelta(days=2)
    make.busy(line.official, Presence.MEETING, since=later, lasts=timedelta(hours=1))
    assert propose(line) == 2
    standing_in.decline([standing_in.standing(line.official_id, AT)[0].pk], by=himself(line))
    make.busy(one, Presence.RESTING, since=later, lasts=timedelta(hours=1))

    assert propose(line) == 0
    assert standing_in.standing(line.official_id, AT) == ()
    assert not Delegate.objects.exists()


@pytest.mark.parametrize("why", ["short", "no phone", "left", "at night"])
def test_nobody_is_proposed_where_it_makes_no_sense(line: Line, why: str) -> None:
    one = deputy(line, handset="" if why == "no phone" else None)
    if why == "left":
        Official.objects.filter(pk=one.pk).update(left_on=AT.date())
    if why in {"short", "at night"}:
        line.official.presence_spans.all().delete()
        since = TOMORROW if why == "short" else AT + timedelta(hours=14)
        make.busy(line.official, since=since, lasts=timedelta(minutes=30 if why == "short" else 300))

    assert propose(line) == 0


def test_only_he_and_who_helps_him_arranges(line: Line) -> None:
    deputy(line)
    propose(line)
    (one,) = StandInProposal.objects.all()
    with pytest.raises(NotAllowed):
        standing_in.arrange([one.pk], by=make.viewer(line.city, Role.LEADERSHIP))
    with pytest.raises(NobodyProposed):
        standing_in.arrange([one.pk], by=make.viewer(make.city("邻市"), Role.STAFF))
    with pytest.raises(NobodyProposed):
        standing_in.arrange([], by=himself(line))

    standing_in.arrange([one.pk], by=make.viewer(line.city, Role.STAFF))


def test_he_arranges_and_takes_back_on_his_page(line: Line) -> None:
    deputy(line)
    propose(line)
    client = Client()
    client.force_login(make.account(line.official.office, Role.OFFICIAL, official=line.official))
    page = client.get("/console/planning/").content.decode()
    assert "您不在时谁代接" in page
    assert "李敏" in page
    one = StandInProposal.objects.get()
    assert client.post("/console/planning/stand-ins/", {"say": "arrange"}).status_code == 422
    assert client.post("/console/planning/stand-ins/", {"say": "x", "stand_in": one.pk}).status_code == 422
    done = client.post("/console/planning/stand-ins/", {"say": "arrange", "stand_in": one.pk}, follow=True)
    assert "安排好了" in done.content.decode()
    made = Delegate.objects.get()
    during, after = (snapshot.load(AT).line_now(line.number, moment) for moment in (TOMORROW, made.until))
    assert during is not None
    assert during.delegates
    assert after is not None
    assert not after.delegates

    stranger = Client()
    other = make.official(line.official.office, "陈晨")
    stranger.force_login(make.account(other.office, Role.OFFICIAL, official=other))
    assert stranger.post("/console/planning/stand-ins/", {"say": f"end:{made.pk}"}).status_code == 422
    made.refresh_from_db()
    assert made.ended_at is None
    client.post("/console/planning/stand-ins/", {"say": f"end:{made.pk}"})
    made.refresh_from_db()
    assert made.ended_at is not None
