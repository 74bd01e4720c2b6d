"""What people decide about groups, which the rule keeps to: also after a restart and when all is grouped anew.

Refusal
├── NotYours       (intake.scope) he does not see the issue or the case
├── MayNotGroup    he sees it, but only staff and supervision change groups
├── CannotGroup    a confidential case, and one that must be kept from somebody, is in no issue
└── NothingToUndo  it was undone already, or its cases are elsewhere by now
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from minhu.audit import trail
from minhu.cases.authority import seen
from minhu.cases.models import Case
from minhu.insight import membership, turns
from minhu.insight.issues import may_be_grouped, visible
from minhu.insight.models import HotIssue, Member, Merge, Streamed
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import Role

CHANGES_GROUPS = (Role.STAFF, Role.SUPERVISOR)


class MayNotGroup(Refusal):
    code = "may_not_group"
    words = "您可以查看这个热点，但只有工作人员和督查人员能调整。"


class CannotGroup(Refusal):
    code = "cannot_group"
    words = "保密件和需要回避的诉求不归入热点。"


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    words = "这次合并已经撤销，或者其中的诉求已经调整到别处，请刷新页面看最新情况。"


@transaction.atomic
def take_out(issue_id: int, case_id: int, *, by: Viewer, at: datetime) -> None:
    """The case is another matter; the rule will not put it back. Raises: NotYours, MayNotGroup."""
    turn = turns.locked(by.city_id, at)
    issue = _issue(by, issue_id)
    _case(by, case_id)
    member = Member.objects.select_related("issue").filter(issue=issue, case=case_id).first()
    if member is None:
        raise NotYours
    names = membership.leave(member)
    membership.keep_apart(by.city_id, str(case_id), member.issue.name, by=by.account_id, at=at)
    turns.changed(turn, names)
    trail.record(by, "take_out_of_issue", issue, case=case_id)


@transaction.atomic
def put_in(issue_id: int, case_id: int, *, by: Viewer, at: datetime) -> None:
    """The case is of this matter; the rule will leave it there. Raises: NotYours, MayNotGroup, CannotGroup."""
    turn = turns.locked(by.city_id, at)
    issue = _issue(by, issue_id)
    case = _case(by, case_id)
    if not Case.objects.filter(may_be_grouped(by.city_id), pk=case_id).exists():
        raise CannotGroup
    before = Member.objects.select_related("issue").filter(case=case_id).first()
    if before is not None and before.issue_id == issue.pk:
        return
    names = {issue.name, str(case_id)} | (membership.leave(before) if before else set())
    Streamed.objects.get_or_create(case=case, defaults={"city_id": by.city_id, "at": at})
    Member.objects.create(case=case, issue=issue, by_id=by.account_id, at=at)
    membership.no_longer_apart(by.city_id, str(case_id), issue.name)
    turns.changed(turn, names)
    trail.record(by, "put_into_issue", issue, case=case_id)


@transaction.atomic
def merge(issue_id: int, other_id: int, *, by: Viewer, at: datetime) -> Merge:
    """The other is of this matter too, and becomes part of it. Raises: NotYours, MayNotGroup."""
    turn = turns.locked(by.city_id, at)
    issue, other = _issue(by, issue_id), _issue(by, other_id)
    if issue.pk == other.pk:
        raise NotYours
    made = membership.merge(issue, other, by=by.account_id, at=at)
    membership.no_longer_apart(by.city_id, issue.name, other.name)
    turns.changed(turn, (issue.name, other.name))
    trail.record(by, "merge_issues", issue, other=other.pk, cases=len(made.cases))
    return made


@transaction.atomic
def undo_merge(merge_id: int, *, by: Viewer, at: datetime) -> HotIssue:
    """They are two matters after all; the rule will not merge them again.

    Raises: NotYours, MayNotGroup, NothingToUndo.
    """
    turn = turns.locked(by.city_id, at)
    made = Merge.objects.select_related("gone").filter(pk=merge_id).first()
    if made is None:
        raise NotYours
    issue = _issue(by, made.into_id)
    back = Member.objects.filter(issue=issue, case__in=made.cases)
    if made.undone_at is not None or made.gone.merged_into_id != issue.pk or not back.exists():
        raise NothingToUndo
    back.update(issue=made.gone)
    made.gone.merged_into, made.undone_at = None, at
    made.gone.save(update_fields=["merged_into"])
    made.save(update_fields=["undone_at"])
    membership.keep_apart(by.city_id, made.gone.name, issue.name, by=by.account_id, at=at)
    turns.changed(turn, (issue.name, made.gone.name))
    trail.record(by, "undo_merge_of_issues", issue, other=made.gone_id)
    return made.gone


def may_change(viewer: Viewer) -> bool:
    """Whether he may change groups that he sees."""
    return viewer.has(*CHANGES_GROUPS)


def _issue(by: Viewer, issue_id: int) -> HotIssue:
    if not visible(by).filter(pk=issue_id).exists():
        raise NotYours
    if not may_change(by):
        raise MayNotGroup
    return HotIssue.objects.get(pk=issue_id)


def _case(by: Viewer, case_id: int) -> Case:
    case = Case.objects.filter(seen(by), pk=case_id).first()
    if case is None:
        raise NotYours
    return case
