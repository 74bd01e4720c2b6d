"""Hot issues that are put right, for pages that are looked at: one new, one planned, one asked about, one public."""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.cases.models import Case, HotlineOffer
from minhu.directory.models import Account
from minhu.directory.queries import viewer_of
from minhu.insight import rectifying, signing
from minhu.insight.models import Duplicate, HotIssue, Reading, Rectification
from minhu.insight.rectifying import Plan
from minhu.insight.tests.rectified import answer_all, hot_issue, report
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.deadlines import add_working_days
from minhu.rules.words import OfferGround, Stage
from tests import make
from tests.browser.scene import Scene


def rectified(scene: Scene, supervisor: Account, at: datetime) -> tuple[HotIssue, tuple[Rectification, ...]]:
    """The issue nobody puts right yet; and of the others, the planned, the claimed and the published one."""
    judge, owner = viewer_of(supervisor), viewer_of(scene.official_account)
    due_on = legal_day(add_working_days(at, 9, china()))
    made = []
    for title in ("路灯不亮", "停水", "积水"):
        issue = hot_issue(scene.city, title, at=at)
        for _ in range(2):
            report(issue, scene.line, make.citizen(scene.city, at=at), at=at)
        one = rectifying.begin(issue.pk, scene.official.pk, by=judge, at=at)
        rectifying.research(one.pk, "查清了", by=owner, at=at)
        rectifying.plan(one.pk, Plan("换主管", "供水公司", due_on), by=owner, at=at)
        made.append(one)
    for one in made[1:]:
        rectifying.start(one.pk, due_on=due_on, by=owner, at=at)
        rectifying.finish(one.measures.get().pk, "换好了", by=owner, at=at)
        rectifying.claim(one.pk, by=owner, at=at)
    answer_all(made[2], by=judge, at=at + timedelta(minutes=1))
    rectifying.publish(made[2].pk, "积水", "清掏了雨水口。", by=judge, at=at)
    new = hot_issue(scene.city, "噪声", at=at)
    HotIssue.objects.filter(pk=new.pk).update(stage=Stage.HOT.value)
    for _ in range(2):
        report(new, scene.line, make.citizen(scene.city, at=at), at=at)
    return new, tuple(made)


def read(issue: HotIssue, at: datetime) -> Case:
    """A case of the issue, as software read it, and the other, which may be the same matter."""
    earlier, case = Case.objects.filter(hot_membership__issue=issue).order_by("pk")
    why = [["same_object", ["噪声"]], ["days_apart", ["0"]]]
    Duplicate.objects.create(case=case, earlier=earlier, score=0.6, same_citizen=False, reasons=why, found_at=at)
    Reading.objects.create(
        city_id=case.city_id, case=case, reader="signs", kind=case.kind, kind_confidence=0.9, kind_words=["没有"],
        subject="城乡建设", subject_confidence=0.8, subject_words=["停水"], claimed_at=at, read_at=at,
    )  # fmt: skip
    HotlineOffer.objects.create(city_id=case.city_id, case=case, ground=OfferGround.ROUTINE.value, at=at)
    signing.sign_new(at)
    return case
