"""Everybody × every state of a complaint: what he sees of it, and that he can do no more than is his."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.complaints import ComplaintState, Shown, Verdict
from minhu.rules.errors import Refusal
from minhu.rules.words import Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.complaint_rights import shown_to, visible
from minhu.supervision.models import Complaint
from minhu.supervision.tests.complained import FRIDAY_NIGHT, Affair, found
from tests import make

pytestmark = pytest.mark.django_db
ALL, ASKED, RESULT, NOTHING = Shown
REACH: dict[ComplaintState, Callable[[Affair], Complaint]] = {
    ComplaintState.RECEIVED: Affair.complained,
    ComplaintState.ASKED: Affair.asked,
    ComplaintState.FOUND: Affair.found,
    ComplaintState.APPEALED: Affair.appealed,
    ComplaintState.SETTLED: lambda affair: settled(affair),
}
SEES: dict[str, tuple[Shown, ...]] = {  # received, asked, found, appealed, settled
    "a supervisor of the city": (ALL,) * 5,
    "the leadership": (NOTHING, NOTHING, RESULT, RESULT, RESULT),
    "the official complained of": (NOTHING, ASKED, ASKED, ASKED, ASKED),
    "he, also a supervisor": (NOTHING, ASKED, ASKED, ASKED, ASKED),
    "his superior": (NOTHING, NOTHING, RESULT, RESULT, RESULT),
}
NOBODY = {
    "his clerk, also a supervisor", "a supervisor of his own office", "another official", "staff of the city",
    "a unit of the city", "an inspector of the city", "an operator of the city", "an auditor of the city",
    "staff of his own office", "a supervisor of another city",
}  # fmt: skip


def settled(affair: Affair) -> Complaint:
    one = affair.appealed()
    judging.decide(one.pk, found(Verdict.TRUE), by=affair.other, at=FRIDAY_NIGHT)
    one.refresh_from_db()
    return one


def people(affair: Affair) -> dict[str, Viewer]:
    city, office = affair.line.city, affair.official.office
    another = make.official(make.office(city), "周局长", superior=affair.boss)
    by_role = {
        f"{word} of the city": make.viewer(city, role)
        for word, role in {
            "a supervisor": Role.SUPERVISOR, "staff": Role.STAFF, "a unit": Role.UNIT, "an inspector": Role.INSPECTOR,
            "an operator": Role.OPERATOR, "an auditor": Role.AUDITOR,
        }.items()
    }  # fmt: skip
    return by_role | {
        "the leadership": make.viewer(city, Role.LEADERSHIP),
        "the official complained of": affair.him,
        "he, also a supervisor": make.viewer(city, Role.SUPERVISOR, official=affair.official),
        "his superior": make.viewer(city, Role.OFFICIAL, official=affair.boss),
        "his clerk, also a supervisor": make.viewer(city, Role.SUPERVISOR, official=affair.clerk),
        "a supervisor of his own office": make.viewer(office, Role.SUPERVISOR),
        "staff of his own office": make.viewer(office, Role.STAFF),
        "another official": make.viewer(another.office, Role.OFFICIAL, official=another),
        "a supervisor of another city": make.viewer(make.city("邻市"), Role.SUPERVISOR),
    }


@pytest.mark.parametrize("state", ComplaintState)
def test_who_sees_how_much_of_a_complaint_in_each_state(state: ComplaintState) -> None:
    affair = Affair.begin()
    one = REACH[state](affair)
    there = people(affair)
    assert there.keys() == SEES.keys() | NOBODY
    for name, viewer in there.items():
        expected = SEES[name][list(ComplaintState).index(state)] if name in SEES else NOTHING
        assert shown_to(viewer, one) is expected, name
        assert visible(viewer).filter(pk=one.pk).exists() is (expected is not NOTHING), name


@pytest.mark.parametrize("state", ComplaintState)
def test_whose_it_is_not_can_do_nothing_with_it(state: ComplaintState) -> None:
    affair = Affair.begin()
    one = REACH[state](affair)
    there = people(affair)
    before = TrailEntry.objects.count()
    acts: dict[str, Callable[[Viewer], object]] = {
        "ask": lambda by: complaining.ask(one.pk, "为什么？", by=by, at=FRIDAY_NIGHT),
        "state": lambda by: stating.state(one.pk, "没有。", by=by, at=FRIDAY_NIGHT),
        "find": lambda by: judging.find(one.pk, found(Verdict.TRUE), by=by, at=FRIDAY_NIGHT),
        "decide": lambda by: judging.decide(one.pk, found(Verdict.TRUE), by=by, at=FRIDAY_NIGHT),
        "appeal": lambda by: judging.appeal(one.pk, "不认可。", by=by, at=FRIDAY_NIGHT),
    }
    his_own = {"the official complained of", "he, also a supervisor"}
    for name in there.keys() - {"a supervisor of the city"}:
        for act, do in acts.items():
            if name in his_own and act in {"state", "appeal"}:
                continue
            with pytest.raises(Refusal):
                do(there[name])
            if name in NOBODY:
                with pytest.raises(NotYours):
                    do(there[name])
    assert TrailEntry.objects.count() == before


def test_a_matter_that_must_not_reach_a_supervisor_brings_him_no_complaint_of_it_either() -> None:
    affair = Affair.begin()
    bureau = make.office(affair.line.city, "市水务局")
    his = make.viewer(affair.line.city, Role.SUPERVISOR, official=make.official(bureau, "钱局长"))
    one = affair.complained()
    assert shown_to(his, one) is ALL

    by = system(affair.line.city_id)
    cases.set_conflict(affair.case.pk, cases.About(office_id=bureau.pk), by=by, reason="举报其单位")
    assert shown_to(his, one) is NOTHING


def test_a_confidential_matter_says_nothing_to_the_superior() -> None:
    affair = Affair.begin()
    one = affair.found()
    Case.objects.filter(pk=affair.case.pk).update(confidential=True)
    one = Complaint.objects.get(pk=one.pk)

    assert shown_to(make.viewer(affair.line.city, Role.OFFICIAL, official=affair.boss), one) is NOTHING
    assert shown_to(affair.judge, one) is ALL
