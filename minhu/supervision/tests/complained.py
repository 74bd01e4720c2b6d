"""A citizen whose call nobody took, the official it was for, and those who look into what he says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.directory.models import Line, Official
from minhu.intake.models import Call, Citizen
from minhu.rules.access import Viewer
from minhu.rules.complaints import Ground, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.words import OfficeKind, PartyKind, Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.complaining import Said
from minhu.supervision.judging import Found
from minhu.supervision.models import Complaint
from tests import make

AT = make.MONDAY_10
TUESDAY = AT + timedelta(days=1)
WEDNESDAY = AT + timedelta(days=2)
FRIDAY_NIGHT = AT + timedelta(days=4, hours=10)
"""The statement's three working days are over."""
WORDS = "打了三次没人接，说好回电也没有回"
SAID = Said(Ground.NOT_CALLED_BACK, WORDS)
HOME = "203.0.113.7"


@dataclass
class Affair:
    """him: the official complained of, in a department; boss above him, clerk below. judge, other: supervisors."""

    line: Line
    citizen: Citizen
    call: Call
    case: Case
    official: Official
    boss: Official
    clerk: Official
    him: Viewer
    judge: Viewer
    other: Viewer
    staff: Viewer

    @classmethod
    def begin(cls) -> Affair:
        city = make.city()
        boss = make.official(city, "李市长")
        department = make.office(city, "市住建局", OfficeKind.DEPARTMENT)
        official = make.official(department, "王明", superior=boss)
        clerk = make.official(department, "孙科长", superior=official)
        line = make.line(official)
        citizen = make.citizen(city)
        call = make.call(line, citizen)
        cases.take_in(at=AT + timedelta(minutes=5))
        return cls(
            line, citizen, call, Case.objects.get(line=line), official, boss, clerk,
            him=make.viewer(department, Role.OFFICIAL, official=official),
            judge=make.viewer(city, Role.SUPERVISOR),
            other=make.viewer(city, Role.SUPERVISOR),
            staff=make.viewer(city, Role.STAFF),
        )  # fmt: skip

    def complained(self, *, at: datetime = TUESDAY) -> Complaint:
        return complaining.file_by_code(self.case.code, HOME, SAID, at=at)

    def asked(self, *, at: datetime = TUESDAY) -> Complaint:
        one = self.complained(at=at)
        return complaining.ask(one.pk, "3月2日的来电为什么没有按时回电？", by=self.judge, at=at)

    def stated(self) -> Complaint:
        one = self.asked()
        stating.state(one.pk, "当天在防汛一线。", excuse=Excuse.EMERGENCY_DUTY, by=self.him, at=WEDNESDAY)
        return one

    def found(self, verdict: Verdict = Verdict.TRUE, *, unsolved: bool = False) -> Complaint:
        one = self.stated()
        judging.find(one.pk, found(verdict, unsolved=unsolved), by=self.judge, at=WEDNESDAY)
        one.refresh_from_db()
        return one

    def appealed(self, verdict: Verdict = Verdict.TRUE) -> Complaint:
        one = self.found(verdict)
        judging.appeal(one.pk, "当天的日程可以证明。", by=self.him, at=WEDNESDAY + timedelta(hours=1))
        one.refresh_from_db()
        return one

    def replied(self) -> None:
        """He speaks with the citizen, and files a reply on that call."""
        spoke = make.call(self.line, self.citizen, answered_by=PartyKind.OFFICIAL, at=AT + timedelta(hours=3))
        cases.take_in(at=AT + timedelta(hours=4))
        cases.reply(self.case.pk, "会去看看", "王明", by=self.him, call_id=spoke.pk, at=AT + timedelta(hours=4))
        self.case.refresh_from_db()


def found(verdict: Verdict, *, unsolved: bool = False) -> Found:
    """A finding with its words, and an excuse where one is needed."""
    excuse = Excuse.EMERGENCY_DUTY if verdict is Verdict.EXCUSED else None
    return Found(verdict, "留痕显示到期没有回电。", "核对了通话记录。", excuse, unsolved)
