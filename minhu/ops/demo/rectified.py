"""Two hot issues that are put right in the demo: one is published, of the other reporters are being asked.

By the same actions that people use; the groups are those of the stream, which reads what was written before anything
else. All of it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.directory.models import Account, Line
from minhu.directory.queries import viewer_of
from minhu.insight import rechecking, rectify_clock, rectifying, reporters
from minhu.insight.models import HotIssue, Member, Recheck, Rectification
from minhu.insight.rectifying import Plan
from minhu.intake.actions import WebForm, receive_web_message
from minhu.intake.models import Call, Text
from minhu.ops.demo.bygone import called_back
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day, local
from minhu.rules.deadlines import add_working_days
from minhu.rules.words import CaseKind, Role, TextState

_NUMBERS = "+86154000{:05d}"
_FIRST = 46_000
STREAM = "demo-history"
"""Whose turn it is to read the stream before the demo's jobs do."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A matter of many. days: how long ago the first reported it. said: what they wrote, over and over."""

    name: str
    unit: str
    place: str
    days: int
    reporters: int
    said: tuple[str, ...]
    research: str
    measures: tuple[tuple[str, str, str], ...]
    public: tuple[str, str] | None


DRAIN = Issue(
    "demo-drain", "市城市管理局", "滨江路下穿通道", 40, 14,
    (
        "滨江路下穿通道一下雨就积水，电动车过不去，请派人看看。", "滨江路下穿通道积水有半米深，今天又有车熄火在里面。",
        "滨江路下穿通道的排水口堵了，一下雨就积水，每次都要绕两公里。", "滨江路下穿通道积水，孩子上学要蹚水过去。",
    ),
    "现场看了三次：两台水泵坏了一台，雨水口被落叶和泥沙堵住，没有积水警示。",
    (
        ("更换坏了的水泵，加装一台备用泵", "市政排水公司", "两台新泵已经装好，试运行三天正常。"),
        ("清掏通道和上游雨水口", "市政排水公司", "清掏雨水口四十六个，清出淤泥九立方米。"),
        ("装积水警示灯和水位尺", "市城市管理局市政科", "警示灯和水位尺已经装好，超过二十厘米自动亮灯。"),
    ),
    (
        "滨江路下穿通道不再积水",
        "很多群众反映滨江路下穿通道一下雨就积水，车辆熄火、行人绕路。查明是水泵损坏、雨水口堵塞。"
        "更换水泵两台，清掏雨水口四十六个，装了积水警示灯。之后两次大雨没有再积水。",
    ),
)  # fmt: skip
LIFTS = Issue(
    "demo-lifts", "市市场监督管理局", "荷风里小区", 16, 8,
    (
        "荷风里小区 5 栋电梯经常停运，老人下不了楼。", "荷风里小区电梯经常停运，又把人关在里面了，物业说等配件。",
        "荷风里小区电梯一个月停运六次，年检标志也过期了。", "荷风里小区 2 栋电梯经常停运，孕妇每天爬十一楼。",
    ),
    "六台电梯中四台维保记录不全，两台主板老化；物业欠付维保费，维保单位减了人。",
    (
        ("更换两台电梯主板", "维保单位", "两台主板已更换，检验合格。"),
        ("约谈物业和维保单位，补足维保人员", "市市场监督管理局特种设备科", "已约谈，维保单位派人驻点。"),
    ),
    None,
)  # fmt: skip


def play(city_id: int, at: datetime) -> None:
    """Once, in a city that has none yet. at: the demo's now."""
    judge = Account.objects.filter(grants__office=city_id, grants__role=Role.SUPERVISOR.value).first()
    if judge is None or Rectification.objects.filter(city_id=city_id).exists():
        return
    first = _FIRST
    for issue in (DRAIN, LIFTS):
        line = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__office__name=issue.unit).first()
        owner = Account.objects.filter(official=line.official_id).first() if line else None
        if line is not None and owner is not None:
            _Played(issue, line, viewer_of(owner), viewer_of(judge), at).play(first)
        first += issue.reporters


class _Played:
    def __init__(self, issue: Issue, line: Line, owner: Viewer, judge: Viewer, at: datetime) -> None:
        self._issue, self._line, self._owner, self._judge, self._now = issue, line, owner, judge, at

    def play(self, first_number: int) -> None:
        group = self._reported(first_number)
        began = self._day(self._issue.days - 2)
        self._heard(group, began)
        one = rectifying.begin(group.pk, self._line.official_id, by=self._judge, at=began)
        rectifying.research(one.pk, self._issue.research, by=self._owner, at=self._day(self._issue.days - 4))
        started = self._day(self._issue.days - 5)
        due_on = legal_day(add_working_days(started, 15, china()))
        planned = [
            rectifying.plan(one.pk, Plan(what, who, due_on), by=self._owner, at=started)
            for what, who, _done in self._issue.measures
        ]
        rectifying.start(one.pk, due_on=due_on, by=self._owner, at=started)
        reporters.promise_due(started)
        self._arrived(started)
        finished = self._day(3 if self._issue.public is None else self._issue.days - 20)
        for measure, (_what, _who, done) in zip(planned, self._issue.measures, strict=True):
            rectifying.finish(measure.pk, done, by=self._owner, at=finished)
        rectifying.claim(one.pk, by=self._owner, at=finished)
        self._asked(one, finished + timedelta(hours=2))
        rectify_clock.sweep(self._now)

    def _reported(self, first_number: int) -> HotIssue:
        came = [self._day(self._issue.days) + timedelta(hours=3 * nth) for nth in range(self._issue.reporters)]
        codes = [self._writes(first_number + nth, at, nth) for nth, at in enumerate(came)]
        cases.take_in(at=came[-1] + timedelta(minutes=1))
        from minhu.insight import streaming  # loads arrays

        while streaming.sweep(self._line.city_id, holder=STREAM, at=came[-1] + timedelta(minutes=2)):
            pass
        return Member.objects.select_related("issue").get(case__code=codes[0]).issue

    def _writes(self, number: int, at: datetime, nth: int) -> str:
        said = self._issue.said[nth % len(self._issue.said)]
        form = WebForm(
            key=f"{self._issue.name}-{nth}", body=said, kind=CaseKind.REQUEST, line_id=self._line.pk,
            number=_NUMBERS.format(number), place=self._issue.place,
        )  # fmt: skip
        return receive_web_message(form, city_id=self._line.city_id, at=at).code

    def _heard(self, group: HotIssue, began: datetime) -> None:
        """Who reported it was rung back on the same day, and told in writing that it is looked into."""
        for case in Case.objects.filter(hot_membership__issue=group).order_by("pk"):
            self._spoke(case, case.opened_at + timedelta(hours=1))
            day = f"{local(began).month} 月 {local(began).day} 日"
            said = f"{day}起由{self._issue.unit}牵头查{self._issue.place}这件事，查清后逐人告诉您。"
            cases.reply(case.pk, said, self._owner.name, by=self._owner, at=began)
        Text.objects.filter(city_id=self._line.city_id, state=TextState.QUEUED.value, at__lte=began).update(
            state=TextState.DELIVERED.value, attempt_at=began, settled_at=began
        )

    def _asked(self, one: Rectification, at: datetime) -> None:
        """All of the sample where it is published, else the first two."""
        public = self._issue.public
        for nth, recheck in enumerate(Recheck.objects.filter(sample__rectification=one).order_by("rank")):
            if public is None and nth == 2:
                return
            spoke = at + timedelta(minutes=10 * nth)
            self._spoke(recheck.reporter.case, spoke)
            said = "水泵响了，没有再积水。" if public else "这几天没有再停过。"
            rechecking.answer(recheck.pk, solved=True, words=said, by=self._judge, at=spoke + timedelta(minutes=4))
        if public is not None:
            told = at + timedelta(days=1)
            reporters.tell_due(told)
            self._arrived(told)
            reporters.settle(told + timedelta(minutes=2))
            rectifying.publish(one.pk, *public, by=self._judge, at=told)

    def _spoke(self, case: Case, at: datetime) -> None:
        missed = Call(city_id=case.city_id, line_id=case.line_id, citizen_id=case.citizen_id, dialled=self._line.number)
        back = called_back(missed, at)
        back.save()
        cases.record_callback(back, at=at + timedelta(minutes=3))

    def _arrived(self, at: datetime) -> None:
        mine = Text.objects.filter(city_id=self._line.city_id, state=TextState.QUEUED.value, at__lte=at)
        mine.filter(template__in=["rectify", "rectified"]).update(
            state=TextState.DELIVERED.value, attempt_at=at, settled_at=at
        )

    def _day(self, back: int) -> datetime:
        """Ten in the morning, so many days ago."""
        here = local(self._now - timedelta(days=back))
        return here.replace(hour=10, minute=0, second=0, microsecond=0)
