"""A street without water: citizens who reported it to two lines, the official who answers for it, who oversees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from minhu.cases.models import Case
from minhu.directory.models import Line, Office, Official
from minhu.insight import rechecking, rectifying, reporters
from minhu.insight.models import HotIssue, Member, Recheck, Rectification
from minhu.intake import codes
from minhu.intake.models import Citizen
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, CaseState, OfficeKind, PartyKind, Role
from tests import make

AT = make.MONDAY_10
TUESDAY, WEDNESDAY = AT + timedelta(days=1), AT + timedelta(days=2)
NEXT_MONDAY = AT + timedelta(days=7)
DUE_ON = date(2026, 3, 20)
TITLE = "城西路停水"


def hot_issue(city: Office, title: str = TITLE, *, at: datetime = AT) -> HotIssue:
    """An issue without cases yet."""
    return HotIssue.objects.create(
        city=city, name=f"g{HotIssue.objects.count()}", title=title, first_at=at, last_at=at, measured_at=at
    )


def report(issue: HotIssue, line: Line, citizen: Citizen, *, at: datetime = AT, **said: object) -> Case:
    """A case in the issue, held by the line's official."""
    case = Case.objects.create(
        city_id=line.city_id, code=codes.allot()[0], line=line, citizen=citizen, holder=line.official,
        kind=CaseKind.REQUEST.value, state=CaseState.HELD.value, title="没有水", body="城西路没有水", opened_at=at,
        **said,
    )  # fmt: skip
    Member.objects.create(case=case, issue=issue, likeness=0.9, at=at)
    HotIssue.objects.filter(pk=issue.pk, titled_by=None).update(titled_by=case)
    return case


def speak(case: Case, *, at: datetime) -> None:
    """Staff talk with the citizen."""
    assert case.line is not None
    make.call(case.line, case.citizen, answered_by=PartyKind.STAFF, at=at)


def answer_all(one: Rectification, *, by: Viewer, at: datetime) -> None:
    """Everybody of the sample says that it is solved."""
    for recheck in Recheck.objects.filter(sample__rectification=one, at=None).order_by("rank"):
        speak(recheck.reporter.case, at=at)
        rechecking.answer(recheck.pk, solved=True, words="", by=by, at=at + timedelta(minutes=5))


@dataclass
class Street:
    """him: the owner, in the water office; helper works there. staff, judge, leader: of the city."""

    city: Office
    office: Office
    line: Line
    issue: HotIssue
    owner: Official
    boss: Official
    him: Viewer
    helper: Viewer
    staff: Viewer
    judge: Viewer
    leader: Viewer
    cases: list[Case] = field(default_factory=list)

    @classmethod
    def of(cls, reporters: int = 3) -> Street:
        city = make.city()
        boss = make.official(city, "李市长")
        office = make.office(city, "市水务局", OfficeKind.DEPARTMENT)
        owner = make.official(office, "赵水", superior=boss)
        other = make.official(make.office(city, "市住建局", OfficeKind.DEPARTMENT), "王明", superior=boss)
        make.desk(city)
        line = make.line(other)
        issue = hot_issue(city)
        made = cls(
            city, office, line, issue, owner, boss,
            him=make.viewer(office, Role.OFFICIAL, official=owner),
            helper=make.viewer(office, Role.STAFF),
            staff=make.viewer(city, Role.STAFF),
            judge=make.viewer(city, Role.SUPERVISOR),
            leader=make.viewer(city, Role.LEADERSHIP),
        )  # fmt: skip
        made.cases = [report(issue, line, make.citizen(city)) for _ in range(reporters)]
        return made

    def begun(self) -> Rectification:
        return rectifying.begin(self.issue.pk, self.owner.pk, by=self.judge, at=AT)

    def researched(self) -> Rectification:
        one = self.begun()
        return rectifying.research(one.pk, "主管老化，需要更换。", by=self.helper, at=TUESDAY)

    def planned(self) -> Rectification:
        one = self.researched()
        rectifying.plan(one.pk, rectifying.Plan("更换主管", "供水公司", DUE_ON), by=self.helper, at=TUESDAY)
        return one

    def under_way(self) -> Rectification:
        one = rectifying.start(self.planned().pk, due_on=DUE_ON, by=self.him, at=TUESDAY)
        reporters.promise_due(TUESDAY)
        return one

    def claimed(self, *, at: datetime = NEXT_MONDAY) -> Rectification:
        one = self.under_way()
        self.finish_all(one, at=at)
        return rectifying.claim(one.pk, by=self.him, at=at)

    def finish_all(self, one: Rectification, *, at: datetime = NEXT_MONDAY) -> None:
        for measure in one.measures.filter(done_at=None):
            rectifying.finish(measure.pk, "主管已经换好", by=self.helper, at=at)

    def answered(self, one: Rectification, *solved: bool, at: datetime = NEXT_MONDAY) -> Rectification:
        """Those of the sample who have not answered are spoken with, in the order of the draw."""
        waiting = Recheck.objects.filter(
            sample__rectification=one, sample__judged_at=None, at=None, unreachable_at=None
        )
        for recheck, says in zip(list(waiting.order_by("rank")[: len(solved)]), solved, strict=True):
            speak(recheck.reporter.case, at=at + timedelta(minutes=5))
            words = "" if says else "晚上还是没有水"
            rechecking.answer(recheck.pk, solved=says, words=words, by=self.staff, at=at + timedelta(minutes=9))
        one.refresh_from_db()
        return one

    def verified(self) -> Rectification:
        return self.answered(self.claimed(), *(True for _ in self.cases))

    def published(self) -> Rectification:
        one = self.verified()
        return rectifying.publish(
            one.pk, "城西路供水", "换了主管，恢复供水。", by=self.judge, at=NEXT_MONDAY + timedelta(hours=2)
        )
