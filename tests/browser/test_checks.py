"""Checks in a real browser: the inspector's phone, the round of numbers, supervision, and the public page of draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from minhu.audit.triggers import install, remove
from minhu.cases import actions as cases
from minhu.directory.models import Account
from minhu.rules.access import Grant, Viewer
from minhu.rules.calendar import china
from minhu.rules.checking import Judgement
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.liveness import Health
from minhu.rules.words import PartyKind, Role
from minhu.supervision import checking, dialling, drawing
from minhu.supervision.guards_checks import CHECK_GUARDS
from minhu.supervision.models import Check, Correction, Draw
from tests import make
from tests.browser.axe import faults
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


@dataclass
class Inspection:
    """Yesterday's check is over and told; today's are to be placed, and the first of them has been answered."""

    inspector: Account
    supervisor: Account
    answered: Check
    waiting: Check


@pytest.fixture
def inspection(morning: Scene, settings: Settings) -> Inspection:
    settings.CHECK_NUMBERS, settings.CHECKS_A_DAY = ("+8615499990001",), 3
    at = timezone.now()
    for name in ("许静", "陈立", "方圆"):
        make.line(make.official(morning.official.office, name))
    inspector = make.account(morning.city, Role.INSPECTOR)
    supervisor = make.account(morning.city, Role.SUPERVISOR)
    viewer = Viewer(inspector.pk, "检查员", morning.city.pk, (Grant(Role.INSPECTOR, morning.city.pk),))
    checking.set_telephone("+8615499990009", by=viewer)
    _past(morning, viewer, at - timedelta(days=7))
    midnight = datetime.combine(legal_day(at), datetime.min.time(), SHANGHAI)
    drawing.commit_due(midnight - timedelta(hours=9))
    drawing.draw_due(midnight)
    drawing.commit_due(at)
    answered, waiting = Check.objects.filter(over_at=None, draw__on=legal_day(at)).order_by("from_at")[:2]
    _move(answered, at)
    _move(waiting, at)
    _answered(answered, viewer, at)
    dialling.record(morning.line.pk, Health.WRONG_PERSON, by=viewer, note="接的是一家饭店", at=at)
    return Inspection(inspector, supervisor, answered, waiting)


def _past(morning: Scene, viewer: Viewer, at: datetime) -> None:
    """A whole day, a week ago."""
    day = at
    while not _workday(day):
        day -= timedelta(days=1)
    midnight = datetime.combine(legal_day(day), datetime.min.time(), SHANGHAI)
    drawing.commit_due(midnight - timedelta(hours=9))
    drawing.draw_due(midnight)
    first = Check.objects.order_by("from_at")[0]
    _answered(first, viewer, first.from_at)
    checking.judge(first.pk, Judgement(True, True, True), by=viewer, at=first.from_at + timedelta(minutes=9))
    checking.sweep(midnight + timedelta(days=1))
    drawing.reveal_due(midnight + timedelta(days=1))


def _workday(day: datetime) -> bool:
    return china().assume_working_day(legal_day(day))


def _answered(check: Check, viewer: Viewer, at: datetime) -> None:
    tried = checking.by_hand(check.pk, by=viewer, at=at)
    make.call(check.line, tried.caller, at=at + timedelta(seconds=5), answered_by=PartyKind.OFFICIAL)
    cases.take_in(at=at + timedelta(minutes=3))
    checking.sweep(at + timedelta(minutes=3))


def _move(check: Check, at: datetime) -> None:
    """Its time is now, whenever the test runs."""
    moved = [one for one in CHECK_GUARDS if one.name == "supervision_check_as_drawn"]
    remove(connection, moved)
    Check.objects.filter(pk=check.pk).update(from_at=at - timedelta(minutes=9), until_at=at + timedelta(minutes=50))
    install(connection, moved)


def test_axe_finds_nothing_on_them(inspection: Inspection, open_as: Open) -> None:
    mine = ("/console/checks/", "/console/liveness/", *(f"/console/checks/{one.pk}/" for one in _both(inspection)))
    found = faults(open_as(inspection.inspector), *mine)
    theirs = open_as(inspection.supervisor)
    found += faults(theirs, "/console/checks/over/", "/console/liveness/")
    found += faults(open_as(None), "/draws/")

    assert found == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_inspector_places_one_and_judges_another(inspection: Inspection, open_as: Open, scripts: bool) -> None:
    page = open_as(inspection.inspector, PHONE, scripts=scripts).new_page()
    page.goto("/console/checks/")
    page.get_by_role("link", name=inspection.waiting.line.official.name).click()
    page.get_by_role("button", name="替我拨打").click()
    expect(page.get_by_text("正在打给您，接起后自动接通对方。")).to_be_visible()
    assert inspection.waiting.tries.get().order is not None

    page.goto(f"/console/checks/{inspection.answered.pk}/")
    for question in ("是领导本人接的吗", "说到点子上了吗", "态度好吗"):
        page.get_by_role("group", name=question).get_by_role("radio", name="是", exact=True).check()
    page.get_by_label("说明").fill("两声就接了，说得清楚")
    page.get_by_role("button", name="登记，不再改").click()
    expect(page.get_by_text("两声就接了，说得清楚")).to_be_visible()
    inspection.answered.refresh_from_db()
    assert inspection.answered.state == "judged"


def test_a_wrong_number_is_proposed_on_and_approved(inspection: Inspection, open_as: Open) -> None:
    owed = Correction.objects.get()
    staff = make.account(owed.office, Role.STAFF)
    page = open_as(staff, PHONE).new_page()
    page.goto("/console/liveness/")
    page.get_by_label("怎样更正").fill("换回原号，周四启用")
    page.get_by_role("button", name="报督查批准").click()
    expect(page.get_by_text("已报督查批准。")).to_be_visible()

    page = open_as(inspection.supervisor, DESK).new_page()
    page.goto("/console/liveness/")
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_text("已批准", exact=True)).to_be_visible()
    owed.refresh_from_db()
    assert owed.approved_at is not None


def test_anybody_reads_the_draws_without_scripts(inspection: Inspection, open_as: Open) -> None:
    draw = Draw.objects.exclude(seed="").exclude(drawn_at=None).order_by("-on")[0]
    page = open_as(None, PHONE, scripts=False).new_page()
    page.goto("/about/")
    page.get_by_role("link", name="看历次抽取").click()
    expect(page.get_by_text(draw.seed)).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载名单（CSV）").first.click()
    assert coming.value.path().read_text(encoding="utf-8") == draw.table


def _both(inspection: Inspection) -> tuple[Check, Check]:
    return inspection.answered, inspection.waiting
