"""From a call in the middle of a meeting to a matter that is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from minhu.carriers.fake import Answers
from minhu.cases import actions, queries
from minhu.cases.models import Case, Promise
from minhu.intake.models import Call
from minhu.rules.words import CaseState, Outcome
from minhu.switch.tests.town import Town
from tests import make
from tests.scenes.stage import CITIZEN, Stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_citizen_rings_during_a_meeting_and_is_called_back_answered_and_asked() -> None:
    stage = Stage.of_wang()
    make.busy(stage.line.official, since=stage.now, lasts=timedelta(minutes=90))

    async def rings(town: Town) -> None:
        town.engine.call(stage.line.number, caller=CITIZEN)
        await town.quiet()

    stage.telephone(rings)
    case = Case.objects.get()
    (text,) = stage.told()
    assert "正在开会" in text
    assert case.code in text
    assert stage.owed() == ["call_back"]

    stage.later(minutes=5)
    stage.citizen_texts("建设路12号门口的路灯三天不亮了，晚上很危险")
    assert len(stage.told()) == 2  # his words arrived; no second promise
    assert stage.owed() == ["call_back"]

    stage.later(minutes=90)
    actions.call_back(Promise.objects.get().pk, by=stage.him, key="tap", at=stage.now)
    clicked = stage.orders()

    async def calls_back(town: Town) -> None:
        town.engine.handset(stage.handset, Answers(after_seconds=3.0))
        town.engine.handset(CITIZEN, Answers(after_seconds=5.0, talk_seconds=90.0))
        town.board.place(clicked)
        await town.quiet()

    stage.telephone(calls_back)
    assert Promise.objects.get(kind="call_back").kept_at is not None
    assert stage.owed() == ["reply"]

    stage.later(days=1)
    actions.reply(case.pk, "路灯已修好", "路灯管理所", by=stage.him, at=stage.now)
    stage.later(seconds=10)
    assert "路灯已修好" in stage.told()[-1]
    assert stage.owed() == []

    stage.later(minutes=20)
    stage.citizen_texts("1")
    assert queries.by_code(case.code, "1.2.3.4", at=stage.now).state is CaseState.CLOSED
    call_command("audit", "verify")


def test_a_call_answered_in_person_is_written_up_in_two_taps_and_closes_after_a_week() -> None:
    stage = Stage.of_wang()

    async def rings(town: Town) -> None:
        town.engine.handset(stage.handset, Answers(after_seconds=4.0, talk_seconds=60.0))
        town.engine.call(stage.line.number, caller=CITIZEN)
        await town.quiet()

    stage.telephone(rings)
    assert stage.told() == []
    stage.later(minutes=3)
    (card,) = queries.today(stage.him, stage.now).to_wrap_up

    actions.wrap_up(card.id, Outcome.SOLVED, "已告知办事窗口", by=stage.him, at=stage.now)
    stage.later(seconds=10)

    assert "请评价" in stage.told()[-1]
    assert queries.today(stage.him, stage.now).to_wrap_up == ()
    stage.later(days=7, minutes=1)
    assert Case.objects.get().state == CaseState.CLOSED


def test_a_callback_nobody_picks_up_stays_owed() -> None:
    stage = Stage.of_wang()

    async def rings(town: Town) -> None:
        town.engine.call(stage.line.number, caller=CITIZEN)
        await town.quiet()

    stage.telephone(rings)
    stage.later(minutes=30)
    actions.call_back(Promise.objects.get().pk, by=stage.him, key="tap", at=stage.now)
    clicked = stage.orders()

    async def nobody(town: Town) -> None:
        town.engine.handset(stage.handset, Answers(after_seconds=3.0))
        town.board.place(clicked)
        await town.quiet()

    stage.telephone(nobody)

    promise = Promise.objects.get()
    assert (promise.kept_at, promise.attempts) == (None, 1)
    assert stage.owed() == ["call_back"]
    assert Call.objects.filter(direction="outbound").count() == 1
