"""Complaints of the invented city, one at each step, for pages and pictures of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.cases.models import Case
from minhu.directory.models import Account
from minhu.rules.access import Grant, Viewer
from minhu.rules.complaints import Ground, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.words import Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.complaining import Said
from minhu.supervision.judging import Found
from minhu.supervision.models import Complaint
from tests import make
from tests.browser.scene import Scene

HOME = "203.0.113.7"


@dataclass
class Complaints:
    """One of each: just come in, asked and answered for, found and appealed against."""

    supervisor: Account
    received: Complaint
    asked: Complaint
    stated: Complaint
    appealed: Complaint


def complain(morning: Scene, at: datetime) -> Complaints:
    """In the quarter of an hour before ``at``."""
    at -= timedelta(minutes=15)
    supervisor, first = (make.account(morning.city, Role.SUPERVISOR) for _ in range(2))
    Account.objects.filter(pk=first.pk).update(display_name="秦督查")
    by = Viewer(first.pk, "秦督查", morning.city.pk, (Grant(Role.SUPERVISOR, morning.city.pk),))
    him = Viewer(morning.official_account.pk, morning.official.name, morning.city.pk, (), morning.official.pk)
    cases = list(Case.objects.filter(holder=morning.official).exclude(pk=morning.case.pk).order_by("pk")[:3])
    received, asked, stated, appealed = (
        complaining.file_by_code(case.code, HOME, Said(Ground.NOT_CALLED_BACK, "说好回电，等了一天没有回"), at=at)
        for case in (morning.case, *cases)
    )
    for one in (asked, stated, appealed):
        complaining.ask(one.pk, "这通来电承诺的回电为什么没有按时回？", by=by, official_id=morning.official.pk, at=at)
    for one in (stated, appealed):
        stating.state(one.pk, "当天在防汛一线。", by=him, excuse=Excuse.EMERGENCY_DUTY, at=at)
    said = Found(Verdict.TRUE, "到期没有回电，也没有安排代接。", "核对了通话记录，确实没有按时回电。")
    judging.find(appealed.pk, said, by=by, at=at)
    judging.appeal(appealed.pk, "当天的值班表可以证明。", by=him, at=at + timedelta(minutes=5))
    return Complaints(supervisor, received, asked, stated, appealed)
