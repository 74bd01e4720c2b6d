"""The ladder over ninety days: checks fail, the official is heard, persons decide, and time lets things lapse.

What happens to him is told in verbs (``a_check_fails``, ``a_complaint_is_upheld``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytest
from django.conf import settings

from minhu.audit import trail
from minhu.cases import actions as cases
from minhu.rules.access import Viewer
from minhu.rules.checking import Judgement
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.complaints import Ground, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.figures import Measure
from minhu.rules.ladder import NotSoAnyMore
from minhu.rules.words import Role
from minhu.supervision import (
    checking,
    complaining,
    deciding,
    drawing,
    hearing,
    interviewing,
    judging,
    laddered,
    laddering,
    others,
)
from minhu.supervision.complaining import Said
from minhu.supervision.judging import Found
from minhu.supervision.models import Check, Complaint, LadderEvent, Proposal
from minhu.switch.tests.town import Town
from tests import make
from tests.scenes.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+8615499990001"


@dataclass
class Play:
    """Wang's line, an inspector, and two supervisors of the city. Days are counted from the first Monday."""

    stage: Stage
    inspector: Viewer
    kong: Viewer
    meng: Viewer
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.began = datetime.combine(legal_day(self.stage.now), time(), SHANGHAI)

    def on_day(self, number: int) -> None:
        """That day, at nine in the evening; the jobs have had their turn every few days until then."""
        until = self.began + timedelta(days=number, hours=21)
        while self.stage.now < until:
            self.stage.later(seconds=min(timedelta(days=4), until - self.stage.now).total_seconds())
            checking.sweep(self.stage.now)
            laddering.sweep(self.stage.now)

    def a_check_fails(self, number: int) -> LadderEvent:
        """On that day: drawn, dialled, answered by nobody, judged, and nobody calls back until the next evening."""
        midnight = self.began + timedelta(days=number)
        self.on_day(number - 1)
        drawing.commit_due(midnight - timedelta(hours=2))
        drawing.draw_due(midnight + timedelta(minutes=1))
        check = Check.objects.get(draw__on=legal_day(midnight))
        self.stage.now = check.from_at
        checking.by_hand(check.pk, by=self.inspector, at=self.stage.now)

        async def scene(town: Town) -> None:
            town.engine.call(self.stage.line.number, caller=NUMBER)
            await town.quiet()

        self.stage.telephone(scene)
        checking.sweep(self.stage.now)
        checking.judge(check.pk, Judgement(note="没有人接"), by=self.inspector, at=self.stage.now)
        self.on_day(number + 1)
        return LadderEvent.objects.get(check_of=check)

    def a_complaint_is_upheld(self, number: int, verdict: Verdict) -> Complaint:
        """A citizen rang in vain on that day, complains of it a day later, and supervision finds him right."""
        self.on_day(number)
        call = make.call(self.stage.line, make.citizen(self.stage.line.city), at=self.stage.now)
        cases.take_in(at=self.stage.now + timedelta(minutes=5))
        self.on_day(number + 1)
        said = Said(Ground.NOT_CALLED_BACK, "说好回电，没有回")
        one = complaining.file_by_code(call.code, "10.0.0.9", said, at=self.stage.now)
        complaining.ask(one.pk, "这通来电为什么没有回？", by=self.kong, at=self.stage.now)
        self.on_day(number + 8)
        judging.find(one.pk, Found(verdict, "没有回电记录", "情况属实，已要求改正"), by=self.kong, at=self.stage.now)
        return one

    def proposed(self) -> str:
        """The step that waits for a decision, "" for none."""
        return Proposal.objects.filter(decided_at=None).values_list("step", flat=True).first() or ""

    def taken(self) -> Proposal:
        one = Proposal.objects.get(decided_at=None)
        return deciding.decide(one.pk, take=True, reason="属实", by=self.kong, at=self.stage.now)

    def interviews(self) -> int:
        """As the public figures count them."""
        first = self.began.date()
        return others.measures(self.stage.line.city_id, first, first + timedelta(days=200))[Measure.INTERVIEWS]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.setattr(settings, "CHECK_NUMBERS", (NUMBER,))
    stage = Stage.of_wang()
    city = stage.line.city
    inspector, kong, meng = (make.viewer(city, role) for role in (Role.INSPECTOR, Role.SUPERVISOR, Role.SUPERVISOR))
    yield Play(stage, inspector, kong, meng)
    assert trail.verify(city.pk).sound


def test_up_the_ladder_step_by_step_and_down_again_with_time(play: Play) -> None:
    excused = play.a_check_fails(1)
    hearing.say(excused.pk, "在堤上防汛", claimed=Excuse.EMERGENCY_DUTY, by=play.stage.him, at=play.stage.now)
    hearing.weigh(excused.pk, Excuse.EMERGENCY_DUTY, "应急值守有记录", by=play.kong, at=play.stage.now)
    play.on_day(10)
    assert play.proposed() == ""

    play.a_check_fails(15)
    assert (play.proposed(), laddered.waiting(play.stage.him, play.stage.now)) == ("", 1)  # he may still speak
    play.on_day(22)
    assert play.proposed() == "reminder"
    reminder = play.taken()
    deciding.confirm_read(reminder.pk, by=play.stage.him, at=play.stage.now)

    play.a_check_fails(43)
    play.on_day(50)
    assert play.proposed() == "interview"
    talk = play.taken()
    deciding.appeal(talk.pk, "当天手机坏了", by=play.stage.him, at=play.stage.now)
    deciding.decide_appeal(talk.pk, granted=False, reason="可以设代接", by=play.meng, at=play.stage.now)
    assert play.interviews() == 0
    when = play.stage.now + timedelta(days=2)
    arranged = interviewing.arrange(talk.pk, when, "督查室", by=play.kong, at=play.stage.now)
    play.on_day(53)
    interviewing.record(arranged.pk, attended=True, minutes="承诺设代接", by=play.kong, at=play.stage.now)
    assert play.interviews() == 1

    play.a_check_fails(71)
    play.on_day(78)
    assert play.proposed() == "referral"
    last = play.taken()
    interviewing.refer(
        last.pk, "市纪委监委", "安纪移〔2026〕1号", legal_day(play.stage.now), by=play.kong, at=play.stage.now
    )

    play.a_check_fails(92)  # the referral has used up what it rested on
    play.on_day(99)
    assert play.proposed() == "reminder"
    assert Proposal.objects.count() == 4


def test_an_interview_that_he_missed_without_an_excuse_and_a_decision_that_comes_too_late(play: Play) -> None:
    play.a_check_fails(1)
    play.on_day(8)
    play.taken()
    play.a_check_fails(29)
    play.on_day(36)
    talk = play.taken()
    arranged = interviewing.arrange(
        talk.pk, play.stage.now + timedelta(days=1), "督查室", by=play.kong, at=play.stage.now
    )
    play.on_day(38)
    interviewing.record(arranged.pk, attended=False, minutes="等了半小时", by=play.kong, at=play.stage.now)
    play.on_day(39)
    assert play.proposed() == ""  # he is heard on that too
    play.on_day(46)
    assert (play.proposed(), play.interviews()) == ("referral", 0)

    play.on_day(130)  # and for three months nobody decides: delay is never at his cost
    with pytest.raises(NotSoAnyMore):
        play.taken()
    one = Proposal.objects.get(decided_at=None)
    deciding.decide(one.pk, take=False, reason="超过期限", by=play.kong, at=play.stage.now)
    play.on_day(131)
    assert play.proposed() == ""


def test_a_complaint_counts_from_its_day_and_not_while_it_is_disputed(play: Play) -> None:
    one = play.a_complaint_is_upheld(3, Verdict.PERFUNCTORY)
    judging.appeal(one.pk, "当天打过，没有接通", by=play.stage.him, at=play.stage.now)
    play.on_day(13)
    assert play.proposed() == ""

    still = Found(Verdict.PERFUNCTORY, "没有拨出记录", "情况属实")
    judging.decide(one.pk, still, by=play.meng, at=play.stage.now)
    play.on_day(14)
    assert play.proposed() == "interview"
    ground = Proposal.objects.get().grounds.get()
    assert ground.key == f"complaint:{one.pk}"
    assert legal_day(ground.at) == legal_day(play.began) + timedelta(days=4)
    play.taken()

    play.a_check_fails(92)  # the day of the complaint is more than ninety days ago when supervision gets to this
    play.on_day(99)
    assert play.proposed() == "reminder"
