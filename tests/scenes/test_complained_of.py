"""A complaint from the call to the appeal: one that is fair, and one that is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from minhu.cases import actions
from minhu.cases.models import Case
from minhu.rules.complaints import NotImpartial, NotYetHeard, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import EventKind, Standing
from minhu.rules.words import Role
from minhu.supervision import complaining, judging, stating, upheld
from minhu.supervision.complaint_pages import complaint_page, overview, waiting_for
from minhu.supervision.complaint_tracked import tracked
from minhu.supervision.judging import Found
from minhu.supervision.models import Complaint
from tests import make
from tests.scenes.followed import HOME, Play
from tests.scenes.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    made = Play.begin()
    monkeypatch.setattr(timezone, "now", lambda: made.stage.now)
    return made


def complains(play: Play, words: str) -> Complaint:
    """The citizen texts 投诉 with the code he was given."""
    play.stage.citizen_texts(f"投诉{play.only_case().code}{words}")
    complaining.take_in(play.stage.now)
    return Complaint.objects.get()


def counted(stage: Stage) -> list[EventKind]:
    """What stands against him on the ladder."""
    known = upheld.events_of(stage.line.city_id, stage.now - timedelta(days=90), stage.now + timedelta(days=1))
    return [one.kind for one in known.get(stage.line.official_id, []) if one.standing is Standing.STANDS]


def test_a_callback_that_never_came_is_found_true_and_the_appeal_changes_nothing(play: Play) -> None:
    stage = play.stage
    play.rings(answered=False)
    code = play.only_case().code
    assert code in play.told_last()
    stage.later(days=1)
    one = complains(play, "，说好两小时回电，一天了没有回")
    assert "由督查人员核实" in play.told_last()
    assert [row.id for row in overview(play.supervisor, stage.now)] == [one.pk]
    assert waiting_for(stage.him) == 0

    complaining.ask(one.pk, "3月2日的来电为什么没有按时回电？", by=play.supervisor, at=stage.now)
    his = complaint_page(stage.him, one.pk, stage.now)
    assert [(call.inbound, call.answered_by_kind) for call in his.calls] == [(True, "")]
    assert [(fact.kind, fact.kept_at, fact.pending) for fact in his.promises] == [("call_back", None, False)]
    assert his.words == ()
    with pytest.raises(NotYetHeard):
        judging.find(one.pk, Found(Verdict.TRUE, "没有回电", "没有回电"), by=play.supervisor, at=stage.now)

    stage.later(days=3, hours=9)  # he says nothing in three working days
    found = Found(Verdict.TRUE, "到期没有回电，也没有说明。", "核对记录，确实没有按时回电。", unsolved=True)
    judging.find(one.pk, found, by=play.supervisor, at=stage.now)
    stage.work()
    assert "情况属实" in play.told_last()
    assert counted(stage) == [EventKind.COMPLAINT]

    judging.appeal(one.pk, "当时在开会。", by=stage.him, at=stage.now)
    assert counted(stage) == []
    with pytest.raises(NotImpartial):
        judging.decide(one.pk, found, by=play.supervisor, at=stage.now)
    another = make.viewer(stage.line.city, Role.SUPERVISOR)
    stage.later(days=1)
    judging.decide(one.pk, found, by=another, at=stage.now)
    stage.work()
    assert "复核" in play.told_last()
    assert tracked(code, stage.now).complaints[0].verdict is Verdict.TRUE
    assert counted(stage) == [EventKind.COMPLAINT]
    call_command("audit", "verify")
    call_command("complaints", "verify")


def test_a_complaint_that_the_journal_does_not_bear_out_harms_nobody(play: Play) -> None:
    stage = play.stage
    make.busy(stage.line.official, since=stage.now - timedelta(minutes=5), lasts=timedelta(minutes=60))
    play.rings(answered=False)
    case = play.only_case()
    stage.later(minutes=70)
    play.calls_back("tap", answered=True)
    actions.reply(case.pk, "已安排维修", "王明", by=stage.him, at=stage.now)
    stage.work()
    one = complains(play, "，从来没有人理我")

    complaining.ask(one.pk, "来电以后有没有回电？", by=play.supervisor, at=stage.now)
    stating.state(one.pk, "当时在开会，会后按时回了电话。", excuse=Excuse.PROTECTED_MEETING, by=stage.him, at=stage.now)
    page = complaint_page(play.supervisor, one.pk, stage.now)
    assert [(call.inbound, (call.talk_seconds or 0) > 60) for call in page.calls] == [(True, False), (False, True)]
    assert page.promises[0].kept_at is not None
    assert page.promises[0].kept_at <= page.promises[0].due_at
    found = Found(Verdict.NOT_TRUE, "会后按时回电，通话 90 秒。", "记录显示当天已回电并答复。", unsolved=True)
    judging.find(one.pk, found, by=play.supervisor, at=stage.now)
    stage.work()
    assert "情况不属实" in play.told_last()

    judging.appeal_by_code(case.code, HOME, one.pk, "电话里没有说清楚。", at=stage.now)
    another = make.viewer(stage.line.city, Role.SUPERVISOR)
    judging.decide(one.pk, found, by=another, at=stage.now)
    assert Case.objects.get().reopened == 0
    assert counted(stage) == []
    assert upheld.by_line(stage.line.city_id, stage.now - timedelta(days=90), stage.now + timedelta(1)) == {}
    assert tracked(case.code, stage.now).complaints[0].told == "记录显示当天已回电并答复。"
    call_command("audit", "verify")
