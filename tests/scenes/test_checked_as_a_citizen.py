"""A spot check from the draw to the day it is told: to the official it is a citizen's call until it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from minhu.carriers.fake import Answers
from minhu.cases import actions, queries
from minhu.cases.models import Case, Promise
from minhu.intake.models import Call
from minhu.planner.gather import city_inputs
from minhu.rules.access import Viewer
from minhu.rules.checking import Judgement
from minhu.rules.words import Role
from minhu.supervision import checking, drawing
from minhu.supervision.leaving_out import not_checks
from minhu.supervision.models import Check, Draw
from minhu.switch.tests.town import Town
from tests import make
from tests.scenes.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER, TELEPHONE = "+8615499990001", "+8615499990009"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Sunday noon: tomorrow is committed to. Then Monday, at the time that was drawn for the only line."""
    monkeypatch.setattr(settings, "CHECK_NUMBERS", (NUMBER,))
    stage = Stage.of_wang()
    make.viewer(stage.line.city, Role.INSPECTOR)
    drawing.commit_due(stage.now - timedelta(hours=22))
    drawing.draw_due(stage.now - timedelta(hours=9))
    stage.now = Check.objects.get().from_at
    return stage


def inspector_of(stage: Stage) -> Viewer:
    viewer = make.viewer(stage.line.city, Role.INSPECTOR)
    checking.set_telephone(TELEPHONE, by=viewer)
    return viewer


def checked(stage: Stage, inspector: Viewer) -> None:
    """His telephone rings, the line is dialled, and the carrier brings the call in as any citizen's."""
    checking.place(Check.objects.get().pk, by=inspector, at=stage.now)
    clicked = stage.orders()

    async def scene(town: Town) -> None:
        town.engine.handset(TELEPHONE, Answers(after_seconds=3.0))
        town.engine.handset(stage.line.number, Answers(after_seconds=20.0, talk_seconds=40.0))
        town.board.place(clicked)
        await town.quiet()
        dialled = town.engine.telephone(stage.line.number)
        assert dialled.shown == NUMBER
        town.engine.call(stage.line.number, caller=dialled.shown)
        await town.quiet()

    stage.telephone(scene)
    checking.sweep(stage.now)


def test_an_official_in_a_meeting_calls_back_a_check_like_anybody_and_passes(stage: Stage) -> None:
    inspector = inspector_of(stage)
    make.busy(stage.line.official, since=stage.now - timedelta(minutes=5), lasts=timedelta(minutes=60))
    checked(stage, inspector)

    (text,) = stage.gateway.bodies(NUMBER)
    assert "正在开会" in text
    assert stage.owed() == ["call_back"]
    assert "抽查" not in str(queries.today(stage.him, stage.now))
    assert len(queries.calls_of_day(stage.him, stage.now)) == 1  # and not the inspector's half of it

    stage.later(minutes=70)
    actions.call_back(Promise.objects.get().pk, by=stage.him, key="tap", at=stage.now)
    clicked = stage.orders()

    async def calls_back(town: Town) -> None:
        town.engine.handset(stage.handset, Answers(after_seconds=3.0))
        town.engine.handset(NUMBER, Answers(after_seconds=5.0, talk_seconds=30.0))
        town.board.place(clicked)
        await town.quiet()

    stage.telephone(calls_back)
    check = Check.objects.get()
    checking.judge(check.pk, Judgement(True, True, True), by=inspector, at=stage.now)
    checking.sweep(stage.now)

    check.refresh_from_db()
    assert (check.state, check.finding) == ("over", "passed")
    assert (check.text_state, check.promise_kept) == ("delivered", True)
    assert Case.objects.get().state == "withdrawn"
    assert stage.owed() == []
    assert not Call.objects.filter(not_checks(), direction="inbound").exists()
    planned = city_inputs(stage.line.city_id, stage.now + timedelta(days=1), of_citizens=not_checks())
    assert planned.lines[stage.line.pk].history.daily.tolist() == [0]


def test_nobody_calls_back_and_the_day_is_told_only_when_that_can_give_nothing_away(stage: Stage) -> None:
    inspector = inspector_of(stage)
    make.busy(stage.line.official, since=stage.now - timedelta(minutes=5), lasts=timedelta(hours=30))
    checked(stage, inspector)
    check = Check.objects.get()
    checking.judge(check.pk, Judgement(note="没有接"), by=inspector, at=stage.now)

    stage.now = check.draw.closes_at
    checking.sweep(stage.now)
    assert drawing.reveal_due(stage.now) == 0  # he still owes a callback and must not learn to whom

    stage.later(days=2)
    checking.sweep(stage.now)
    assert drawing.reveal_due(stage.now) == 1
    check.refresh_from_db()
    assert (check.finding, check.promise_kept) == ("failed", False)
    again = drawing.redraw(stage.line.city_id, Draw.objects.get(pk=check.draw_id).on)
    assert again is not None
    assert again.same
