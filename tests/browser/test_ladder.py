"""The ladder in a real browser: the official's phone, supervision's desk, leadership's numbers, a superior's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from minhu.directory.models import Account
from minhu.rules.access import Grant, Viewer
from minhu.rules.words import Role
from minhu.supervision import deciding, interviewing, laddering
from minhu.supervision.models import Interview, LadderEvent, Proposal, StepAppeal
from minhu.supervision.tests.ladder_world import failed_check
from tests import make
from tests.browser.axe import faults
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@dataclass
class Climb:
    """Zhou was reminded, is to be interviewed, and a third check of his has failed; Chen waits; Fang appeals."""

    zhou: Account
    superior: Account
    kong: Account
    meng: Account
    leader: Account
    event: LadderEvent
    talk: Interview
    waiting: Proposal
    appeal: StepAppeal


@pytest.fixture
def climb(morning: Scene) -> Climb:
    return climbed(morning)


def climbed(morning: Scene) -> Climb:
    """Forty days, up to now."""
    now, city = timezone.now(), morning.city
    mayor = make.official(city, "许静", "副市长")
    type(morning.official).objects.filter(pk=morning.official.pk).update(superior=mayor)
    kong, meng, leader = (make.account(city, role) for role in (Role.SUPERVISOR, Role.SUPERVISOR, Role.LEADERSHIP))
    for account, name in ((kong, "孔令仪（督查室）"), (meng, "孟德海（督查室）"), (leader, "市政府办公室")):
        Account.objects.filter(pk=account.pk).update(display_name=name)
    by = Viewer(kong.pk, "孔令仪（督查室）", city.pk, (Grant(Role.SUPERVISOR, city.pk),))
    fang, chen = (make.official(morning.official.office, name, "副局长") for name in ("方圆", "陈立"))
    lines = {one.pk: make.line(one) for one in (fang, chen)}

    failed_check(morning.line, now - timedelta(days=40))
    failed_check(lines[fang.pk], now - timedelta(days=39))
    laddering.sweep(now - timedelta(days=38))
    laddering.sweep(now - timedelta(days=28))
    for one in Proposal.objects.filter(decided_at=None):
        deciding.decide(one.pk, take=True, reason="没有接，也没有回电", by=by, at=now - timedelta(days=27))
    failed_check(morning.line, now - timedelta(days=20))
    failed_check(lines[chen.pk], now - timedelta(days=19))
    laddering.sweep(now - timedelta(days=19))
    laddering.sweep(now - timedelta(days=6))
    interview = Proposal.objects.get(step="interview")
    deciding.decide(interview.pk, take=True, reason="提醒后仍未改正", by=by, at=now - timedelta(days=5))
    talk = interviewing.arrange(
        interview.pk, now - timedelta(hours=1), "市政府督查室 305", by=by, at=now - timedelta(days=4)
    )
    check = failed_check(morning.line, now - timedelta(minutes=30))
    laddering.sweep(now)
    reminder = Proposal.objects.get(official=fang)
    appeal = StepAppeal.objects.create(
        proposal=reminder, words="当天在县里防汛，有值班记录。", at=now - timedelta(days=20)
    )
    return Climb(
        zhou=morning.official_account,
        superior=make.account(city, Role.OFFICIAL, official=mayor),
        kong=Account.objects.get(pk=kong.pk),
        meng=Account.objects.get(pk=meng.pk),
        leader=Account.objects.get(pk=leader.pk),
        event=LadderEvent.objects.get(check_of=check),
        talk=talk,
        waiting=Proposal.objects.get(official=chen),
        appeal=appeal,
    )


def pages_of(climb: Climb) -> list[tuple[Account, list[str]]]:
    """Every page of the ladder, and who looks at it."""
    proposals = [f"/console/ladder/{pk}/" for pk in (climb.waiting.pk, climb.talk.proposal_id)]
    apart = [f"/console/ladder/interviews/{climb.talk.pk}/", f"/console/ladder/events/{climb.event.pk}/"]
    return [
        (climb.zhou, ["/console/about-me/", "/console/notices/"]),
        (climb.kong, ["/console/ladder/", *proposals, *apart]),
        (climb.meng, [f"/console/ladder/{climb.appeal.proposal_id}/"]),
        (climb.leader, ["/console/ladder/"]),
        (climb.superior, ["/console/ladder/"]),
    ]


def test_everybody_can_use_every_page(climb: Climb, open_as: Open) -> None:
    found = []
    for account, paths in pages_of(climb):
        found += faults(open_as(account), *paths)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_he_speaks_on_his_phone_and_supervision_decides_and_records(climb: Climb, open_as: Open, scripts: bool) -> None:
    page = open_as(climb.zhou, PHONE, scripts=scripts).new_page()
    page.goto("/console/about-me/")
    page.get_by_label("有免责情形吗").select_option(label="应急处置、防汛抢险等")
    page.get_by_label("您的说明").fill("在现场处置燃气泄漏")
    page.get_by_role("button", name="提交，不再改").click()
    expect(page.get_by_text("您的说明已登记，督查人员会看到。")).to_be_visible()

    page = open_as(climb.kong, DESK, scripts=scripts).new_page()
    page.goto("/console/ladder/")
    page.get_by_role("link", name="陈立").click()
    page.get_by_label("理由").fill("没有接，也没有回电，属实")
    page.get_by_role("button", name="采纳，提醒").click()
    expect(page.get_by_text("已登记决定，本人会看到。")).to_be_visible()
    page.goto(f"/console/ladder/events/{climb.event.pk}/")
    page.get_by_role("radio", name="应急处置、防汛抢险等").check()
    page.get_by_label("理由").fill("处置记录属实")
    page.get_by_role("button", name="登记，不再改").click()
    expect(page.get_by_text("认定免责：应急处置、防汛抢险等")).to_be_visible()
    page.goto(f"/console/ladder/interviews/{climb.talk.pk}/")
    page.get_by_role("radio", name="到了", exact=True).check()
    page.get_by_label("谈话要点").fill("承诺设代接人，每天下班前清零。")
    page.get_by_role("button", name="登记，不再改").click()
    expect(page.get_by_text("已登记，不再改。")).to_be_visible()

    climb.event.refresh_from_db()
    climb.waiting.refresh_from_db()
    climb.talk.refresh_from_db()
    assert (climb.event.excuse, climb.waiting.decision, climb.talk.attended) == ("emergency_duty", "taken", True)
