from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from minhu.cases.models import Case, Conflict, Promise
from minhu.directory.models import Line, Office
from minhu.insight.digesting import Digest, Number, Wanted, digest, listed
from minhu.insight.models import HotIssue, Member, Reading
from minhu.insight.tests.replied import case, signed
from minhu.rules.access import Viewer
from minhu.rules.weeks import Week
from minhu.rules.words import PromiseKind, Role, Stage
from tests import make

pytestmark = pytest.mark.django_db
WEEK = Week(date(2026, 3, 2))
AT = make.MONDAY_10
NOW = WEEK.told_at
HOUR = timedelta(hours=1)


@pytest.fixture
def city() -> Office:
    return make.city()


def office_line(city: Office, name: str) -> Line:
    return make.line(make.official(make.office(city, name)))


def promise(
    about: Case, due_at: datetime, kept_at: datetime | None = None, kind: PromiseKind = PromiseKind.REPLY
) -> None:
    """Promised at ten on Monday."""
    made = Promise(
        city_id=about.city_id, case=about, kind=kind.value, maker="王明", owner_official=about.holder,
        made_at=AT, due_at=due_at, kept_at=kept_at,
    )  # fmt: skip
    if kept_at:
        made.evidence_reply = about.replies.create(done="已办", done_by="王明", at=kept_at, means="page")
    made.save()


def issue(city: Office, title: str, *cases: Case, stage: Stage = Stage.HOT, first_at: datetime = AT) -> HotIssue:
    made = HotIssue.objects.create(
        city=city, name=title, title=title, stage=stage.value, heat=4.0, reporters=len(cases), first_at=first_at,
        last_at=AT, measured_at=AT, titled_by=cases[0],
    )  # fmt: skip
    Member.objects.bulk_create(Member(case=one, issue=made, at=AT) for one in cases)
    return made


def opened(made: Digest, wanted: Wanted, viewer: Viewer) -> list[str]:
    return [row.code for row in listed(viewer, made.week, wanted, NOW)]


def test_every_number_opens_as_many_rows_as_it_says(city: Office) -> None:
    first, second = office_line(city, "甲局"), office_line(city, "乙局")
    one, two = case(first, "AAAA0001", kind="complaint"), case(first, "AAAA0002")
    three, late = case(second, "BBBB0001"), case(second, "BBBB0002", kind="complaint")
    signed(one, first.official.office, AT, empty=True)
    signed(two, first.official.office, AT)
    promise(one, AT + HOUR, kept_at=AT + HOUR)
    promise(three, AT + HOUR, kept_at=AT + 2 * HOUR)
    promise(late, AT + HOUR)
    promise(late, NOW + HOUR, kind=PromiseKind.CALL_BACK)
    viewer = make.viewer(city, Role.LEADERSHIP)

    made = digest(viewer, WEEK, NOW)

    assert made.numbers == {
        Number.OPENED: 4, Number.REPLIED: 4, Number.SIGNED: 1, Number.MADE: 4, Number.IN_TIME: 1, Number.LATE: 1,
        Number.BROKEN: 1,
    }  # fmt: skip
    assert set(made.before.values()) == {0}
    assert [(line.subject, line.number) for line in made.subjects] == [("complaint", 2), ("request", 2)]
    for number, count in made.numbers.items():
        assert len(opened(made, Wanted(number), viewer)) == count, number
    for line in made.offices:
        for number, count in line.numbers:
            assert len(opened(made, Wanted(number, office_id=line.office_id), viewer)) == count, (line.name, number)
    for subject in made.subjects:
        assert len(opened(made, Wanted(subject=subject.subject), viewer)) == subject.number
    assert opened(made, Wanted(Number.BROKEN), viewer) == ["BBBB0002"]


def test_a_week_has_what_happened_in_it(city: Office) -> None:
    line = office_line(city, "甲局")
    case(line, "AAAA0001")
    viewer = make.viewer(city, Role.LEADERSHIP)

    assert digest(viewer, WEEK.after, NOW).numbers[Number.OPENED] == 0
    assert digest(viewer, WEEK.after, NOW).before[Number.OPENED] == 1


def test_what_is_with_nobody_is_the_citys(city: Office) -> None:
    Case.objects.create(city=city, code="AAAA0001", citizen=make.citizen(city), opened_at=AT)
    viewer = make.viewer(city, Role.LEADERSHIP)

    made = digest(viewer, WEEK, NOW)

    assert [(line.name, dict(line.numbers)[Number.OPENED]) for line in made.offices] == [("安澜市", 1)]
    assert opened(made, Wanted(office_id=city.pk), viewer) == ["AAAA0001"]


def test_cases_are_told_by_the_first_level_of_their_subject_else_by_kind(city: Office) -> None:
    line = office_line(city, "甲局")
    for number, subject in enumerate(("城乡建设/供水", "城乡建设", "交通运输", "")):
        reading = {"subject": subject, "subject_confidence": None if subject else 0.4, "claimed_at": AT}
        Reading.objects.create(city=city, case=case(line, f"AAAA000{number}"), **reading)
    case(line, "AAAA0004")
    viewer = make.viewer(city, Role.LEADERSHIP)

    made = digest(viewer, WEEK, NOW)

    told = [(line.subject, line.number) for line in made.subjects]
    assert told == [("城乡建设", 2), ("交通运输", 1), ("request", 2)]
    for subject, number in told:
        assert len(opened(made, Wanted(subject=subject), viewer)) == number


def test_new_matters_are_named_if_they_came_or_boiled_up_this_week(city: Office) -> None:
    line = office_line(city, "甲局")
    cases = [case(line, f"AAAA000{number}") for number in range(1, 7)]
    new = issue(city, "荷花苑停水", cases[0], cases[1], stage=Stage.EMERGING)
    issue(city, "一般的事", cases[2], stage=Stage.QUIET)
    issue(city, "早就有的事", cases[3], first_at=AT - timedelta(days=30))
    boiled = issue(city, "夜市油烟", cases[4], cases[5], first_at=AT - timedelta(days=30))
    HotIssue.objects.filter(pk=boiled.pk).update(alerted_at=AT)
    viewer = make.viewer(city, Role.LEADERSHIP)

    made = digest(viewer, WEEK, NOW)

    assert {(one.title, one.cases) for one in made.issues} == {("荷花苑停水", 2), ("夜市油烟", 2)}
    assert set(opened(made, Wanted(issue_id=new.pk), viewer)) == {"AAAA0001", "AAAA0002"}


def test_a_case_that_must_not_reach_him_is_in_no_number_and_its_issue_has_no_title(city: Office) -> None:
    line = office_line(city, "甲局")
    shut, other = case(line, "AAAA0001"), case(line, "AAAA0002")
    secret = case(line, "AAAA0003", confidential=True)
    signed(shut, line.official.office, AT, empty=True)
    promise(shut, AT + HOUR)
    hidden = issue(city, "被反映的事", shut, other)
    Conflict.objects.create(city=city, case=shut, office=line.official.office, reason="群众指明", at=AT)
    viewer = make.viewer(line.official.office, Role.LEADERSHIP)

    made = digest(viewer, WEEK, NOW)

    assert (made.numbers[Number.OPENED], sum(made.numbers.values()), made.issues) == (1, 1, ())
    assert opened(made, Wanted(issue_id=hidden.pk), viewer) == []
    supervisor = make.viewer(city, Role.SUPERVISOR)
    assert digest(supervisor, WEEK, NOW).numbers[Number.OPENED] == 2
    assert secret.code not in opened(made, Wanted(), supervisor)


@pytest.mark.parametrize("role", [Role.STAFF, Role.UNIT, Role.OPERATOR, Role.AUDITOR, Role.INSPECTOR])
def test_nobody_but_leadership_and_supervision_gets_a_number(city: Office, role: Role) -> None:
    line = office_line(city, "甲局")
    issue(city, "荷花苑停水", case(line, "AAAA0001"))
    viewer = make.viewer(city, role)

    made = digest(viewer, WEEK, NOW)

    assert (sum(made.numbers.values()), made.subjects, made.issues, made.offices) == (0, (), (), ())
    assert opened(made, Wanted(), viewer) == []
