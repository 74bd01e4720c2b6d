"""Everything grouped anew: the same cases make the same issues, and what people decided and were told stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from minhu.cases.models import Case, Notice
from minhu.directory.models import Line
from minhu.insight import rebuilding, rectifying, regrouping, streaming
from minhu.insight.models import HotIssue, Member, Rectification, Streamed
from minhu.insight.rebuilding import rebuild
from minhu.insight.rectify_pages import rectification_of
from minhu.insight.tests.burst import AT, BURST, OTHERS, cases, citizens, read, restarted, used_to, week
from minhu.rules.access import Viewer
from minhu.rules.words import NoticeKind, Role, Stage
from tests import make

pytestmark = pytest.mark.django_db
AFTER = AT + timedelta(days=4)
BUS = ("312路公交车能不能延长到北湖公园", "希望312路公交车延长到北湖公园", "312路公交车延长到北湖公园吧，老人走不动")


@pytest.fixture
def line() -> Line:
    restarted()
    made = make.line(make.official(make.office(make.city(), "市水务局"), "王明"))
    used_to(made)
    return made


def staff(line: Line) -> Viewer:
    return make.viewer(line.city, Role.STAFF)


def anew(line: Line) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    rebuild(line.city_id, at=AFTER, tell=lambda *one: told.append(one))
    return told


def rows() -> list[tuple[object, ...]]:
    issues = HotIssue.objects.order_by("pk").values_list(
        "pk", "name", "title", "stage", "heat", "alerted_at", "merged_into"
    )
    return [*issues, *Member.objects.order_by("case").values_list("pk", "case", "issue", "by")]


def test_grouping_anew_changes_nothing_that_was_right_and_tells_nobody_again(line: Line) -> None:
    week(line)
    cases(line, BUS, citizens(line.city, 3))
    read(line.city, at=AFTER)
    before, notices = rows(), Notice.objects.filter(kind=NoticeKind.BOILED.value)
    many = notices.count()

    told = anew(line)
    anew(line)

    assert rows() == before
    assert notices.count() == many
    assert told[0] == ("read", 23, 23)
    more = cases(line, BURST[:1], citizens(line.city, 1), at=AFTER)
    assert read(line.city, at=AFTER) == 1
    assert Member.objects.get(case=more[0]).issue.reporters == 9


def test_what_was_never_read_is_and_boils_up(line: Line) -> None:
    old = cases(line, BURST, citizens(line.city, 8), at=AT - timedelta(days=300))
    assert read(line.city, at=AFTER) == 0
    fresh = cases(line, BURST, citizens(line.city, 8))

    anew(line)

    issue = HotIssue.objects.get()
    assert (issue.stage, issue.reporters) == (Stage.HOT.value, 16)
    assert set(Member.objects.values_list("case", flat=True)) == {one.pk for one in (*old, *fresh)}
    assert issue.alerted_at == AFTER


def test_what_people_joined_and_parted_stays(line: Line) -> None:
    burst, bus = week(line), cases(line, BUS, citizens(line.city, 3))
    other = cases(line, OTHERS[1:2], citizens(line.city, 1))[0]
    read(line.city, at=AFTER)
    by = staff(line)
    issue, second = (Member.objects.get(case=one[0]).issue for one in (burst, bus))
    regrouping.take_out(issue.pk, burst[4].pk, by=by, at=AFTER)
    regrouping.take_out(issue.pk, burst[0].pk, by=by, at=AFTER)
    regrouping.put_in(issue.pk, other.pk, by=by, at=AFTER)
    made = regrouping.merge(issue.pk, second.pk, by=by, at=AFTER)
    whole = {one.pk for one in (*burst, *bus, other)} - {burst[4].pk, burst[0].pk}
    for _ in range(2):
        anew(line)
        assert set(Member.objects.filter(issue=issue).values_list("case", flat=True)) == whole
    read(line.city, at=AFTER)

    regrouping.undo_merge(made.pk, by=by, at=AFTER)
    anew(line)

    assert set(Member.objects.filter(issue=second).values_list("case", flat=True)) == {one.pk for one in bus}
    assert Member.objects.get(case=other).issue == issue
    restarted()
    streaming.sweep(line.city_id, holder="jobs-1", at=AFTER)
    assert Member.objects.get(case=other).by_id == by.account_id


def test_interrupted_it_has_changed_nothing(line: Line) -> None:
    week(line)
    read(line.city, at=AFTER)
    before = rows()
    Streamed.objects.all().delete()

    def stop(doing: str, _done: int, _of: int) -> None:
        if doing == "describe":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(line.city_id, at=AFTER, tell=stop)

    assert rows() == before
    assert not Streamed.objects.exists()


def test_jobs_and_people_go_on_meanwhile(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    by, issue, once = staff(line), HotIssue.objects.get(), iter((True,))

    def meanwhile(doing: str, _done: int, _of: int) -> None:
        if doing == "describe" and next(once, False):
            regrouping.take_out(issue.pk, burst[3].pk, by=by, at=AFTER)
            cases(line, BURST[:1], citizens(line.city, 1), at=AFTER)
            read(line.city, at=AFTER)

    rebuild(line.city_id, at=AFTER, tell=meanwhile)

    assert set(Member.objects.filter(issue=issue).values_list("case", flat=True)) >= {
        one.pk for one in burst if one != burst[3]
    }
    assert not Member.objects.filter(issue=issue, case=burst[3]).exists()
    assert Streamed.objects.count() == 21
    assert read(line.city, at=AFTER) == 0


def test_a_late_arrival_read_by_a_job_is_in_the_new_groups_too(line: Line) -> None:
    week(line)
    grouping = rebuilding.Grouping(line.city_id, lambda *_: None)
    grouping.read_all()
    late = cases(line, BURST[:1], citizens(line.city, 1), at=AFTER)[0]
    read(line.city, at=AFTER)

    assert rebuilding.written(line.city_id, grouping, 0, AFTER)

    assert Member.objects.get(case=late).issue.reporters == 9


def test_a_confidential_case_is_in_no_new_group(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    Case.objects.filter(pk=burst[0].pk).update(confidential=True)

    anew(line)

    assert HotIssue.objects.filter(merged_into=None).get().reporters == 7
    assert not Member.objects.filter(case=burst[0]).exists()
    assert not Streamed.objects.filter(case=burst[0]).exists()


def put_right(issue: HotIssue, line: Line) -> Rectification:
    return rectifying.begin(issue.pk, line.official_id, by=make.viewer(line.city, Role.SUPERVISOR), at=AFTER)


def test_an_issue_that_is_being_put_right_stays_the_issue_of_its_cases(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    whole = HotIssue.objects.get()
    begun = HotIssue.objects.create(
        city=line.city,
        name="earlier",
        title="自来水管爆裂",
        titled_by=burst[6],
        first_at=AT,
        last_at=AT,
        measured_at=AT,
    )
    Member.objects.filter(case__in=burst[6:]).update(issue=begun)
    rectification = put_right(begun, line)

    for _ in range(2):
        anew(line)

    whole.refresh_from_db()
    assert set(Member.objects.values_list("issue", flat=True)) == {begun.pk}
    assert whole.merged_into == begun
    supervisor = make.viewer(line.city, Role.SUPERVISOR)
    shown = rectification_of(supervisor, begun.pk)
    assert shown is not None
    assert (shown.id, shown.title) == (rectification.pk, HotIssue.objects.get(pk=begun.pk).title)


def test_an_issue_that_is_being_put_right_outlives_its_group(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()
    put_right(issue, line)
    Member.objects.all().delete()
    others = [one.pk for one in burst if one != issue.titled_by]
    Case.objects.filter(pk__in=others).update(confidential=True)

    anew(line)

    shown = rectification_of(make.viewer(line.city, Role.SUPERVISOR), issue.pk)
    assert shown is not None
    assert shown.title == issue.title


def test_the_command_says_how_far_it_is(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    week(line)

    call_command("insight", "rebuild")

    said = capsys.readouterr()
    assert "安澜市: 20 cases grouped in" in said.out
    assert "读入归并 20/20" in said.err
