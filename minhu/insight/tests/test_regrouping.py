"""What people decide about groups stands: over a restart, and against the rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from minhu.audit.models import TrailEntry
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight import regrouping
from minhu.insight.issue_page import issue_page
from minhu.insight.models import HotIssue, Member, Merge
from minhu.insight.regrouping import CannotGroup, MayNotGroup, NothingToUndo
from minhu.insight.tests.burst import AT, BURST, OTHERS, cases, citizens, read, restarted, used_to, week
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.words import Role
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


def members(issue: HotIssue) -> set[int]:
    return set(Member.objects.filter(issue=issue).values_list("case", flat=True))


@pytest.mark.parametrize("which", [0, 3], ids=["the first, after which the group is named", "another"])
def test_a_case_taken_out_stays_out_and_the_rest_stays_together(line: Line, which: int) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    issue, out = HotIssue.objects.get(), burst[which]

    regrouping.take_out(issue.pk, out.pk, by=staff(line), at=AFTER)
    more = cases(line, BURST[:3], citizens(line.city, 3), at=AFTER)
    read(line.city, at=AFTER + timedelta(days=3))
    restarted()
    more += cases(line, BURST[3:], citizens(line.city, 5), at=AFTER + timedelta(days=3))
    read(line.city, at=AFTER + timedelta(days=9))

    assert issue.pk in {one.pk for one in HotIssue.objects.filter(merged_into=None)}
    assert out.pk not in members(issue)
    assert {one.pk for one in burst} - {out.pk} <= members(issue)
    assert TrailEntry.objects.filter(act="take_out_of_issue").count() == 1


def test_a_case_put_in_by_hand_counts_and_stays_after_a_restart(line: Line) -> None:
    week(line)
    other = cases(line, OTHERS[:1], citizens(line.city, 1))[0]
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()

    regrouping.put_in(issue.pk, other.pk, by=staff(line), at=AFTER)
    read(line.city, at=AFTER)
    issue.refresh_from_db()
    assert issue.reporters == 9

    restarted()
    cases(line, BURST[:1], citizens(line.city, 1), at=AFTER)
    read(line.city, at=AFTER + timedelta(days=1))
    issue.refresh_from_db()
    assert (issue.reporters, other.pk in members(issue)) == (10, True)


def test_taking_out_is_undone_by_putting_in(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    issue, by = HotIssue.objects.get(), staff(line)
    regrouping.take_out(issue.pk, burst[2].pk, by=by, at=AFTER)
    assert [one.case_id for one in issue_page(by, issue.pk).taken_out] == [burst[2].pk]

    regrouping.put_in(issue.pk, burst[2].pk, by=by, at=AFTER)

    assert issue_page(by, issue.pk).taken_out == ()
    assert members(issue) == {one.pk for one in burst}


def test_two_merged_by_hand_are_one_and_an_undone_merge_is_not_made_again(line: Line) -> None:
    burst = week(line)
    bus = cases(line, BUS, citizens(line.city, 3))
    read(line.city, at=AFTER)
    first, second = HotIssue.objects.order_by("pk")
    by, told_at = staff(line), first.alerted_at
    made = regrouping.merge(second.pk, first.pk, by=by, at=AFTER)
    read(line.city, at=AFTER)
    second.refresh_from_db()
    assert (second.reporters, second.alerted_at, members(first)) == (11, told_at, set())
    assert issue_page(by, second.pk).merges[0].cases in {3, 8}

    regrouping.undo_merge(made.pk, by=by, at=AFTER)
    restarted()
    cases(line, BURST[:2], citizens(line.city, 2), at=AFTER + timedelta(days=1))
    read(line.city, at=AFTER + timedelta(days=2))

    assert {one.pk for one in burst} <= members(first) or {one.pk for one in burst} <= members(second)
    assert {one.pk for one in bus} in (members(first), members(second))
    with pytest.raises(NothingToUndo):
        regrouping.undo_merge(made.pk, by=by, at=AFTER)
    assert Merge.objects.get().undone_at is not None


def test_what_a_decision_overtakes_is_not_written(line: Line) -> None:
    """The pass that read before somebody decided gives way, and the next one reads what he decided."""
    from minhu.insight import streaming, turns

    burst = week(line)
    read(line.city, at=AFTER)
    turn = turns.take(line.city_id, "jobs-1", AFTER)
    assert turn is not None
    regrouping.take_out(HotIssue.objects.get().pk, burst[5].pk, by=staff(line), at=AFTER)

    with pytest.raises(turns.LostTurn):
        turns.hold(line.city_id, "jobs-1", turn.decided)
    assert streaming.sweep(line.city_id, holder="jobs-1", at=AFTER) == 0
    assert HotIssue.objects.get().reporters == 7


def test_who_may_change_groups(line: Line) -> None:
    burst = week(line)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get().pk
    stranger = make.official(make.office(line.city))
    acts: tuple[Callable[[Viewer], object], ...] = (
        lambda by: regrouping.take_out(issue, burst[0].pk, by=by, at=AFTER),
        lambda by: regrouping.put_in(issue, burst[0].pk, by=by, at=AFTER),
        lambda by: regrouping.merge(issue, issue, by=by, at=AFTER),
    )
    for act in acts:
        with pytest.raises(MayNotGroup):
            act(make.viewer(line.city, Role.LEADERSHIP))
        with pytest.raises(MayNotGroup):
            act(make.viewer(line.official.office, Role.OFFICIAL, official=line.official))
        with pytest.raises(NotYours):
            act(make.viewer(stranger.office, Role.OFFICIAL, official=stranger))
        with pytest.raises(NotYours):
            act(make.viewer(line.city, Role.OPERATOR))
        with pytest.raises(NotYours):
            act(make.viewer(make.city("远市"), Role.STAFF))


def test_a_confidential_case_is_not_put_in(line: Line) -> None:
    week(line)
    secret = cases(line, OTHERS[:1], citizens(line.city, 1))[0]
    Case.objects.filter(pk=secret.pk).update(confidential=True)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get().pk

    with pytest.raises(CannotGroup):
        regrouping.put_in(issue, secret.pk, by=make.viewer(line.city, Role.SUPERVISOR), at=AFTER)
    with pytest.raises(NotYours):
        regrouping.put_in(issue, secret.pk, by=staff(line), at=AFTER)
