"""Who sees which rectification, and who may do what with it. Deny by default.

    visible(viewer)              the one condition behind every list and page
    parts_of(viewer, one)        what the viewer is to it; rules.rectifying says what that opens
    locked(id, by, act)          the rectification, locked, for somebody who may do this now
    members_of(issue)            the cases of an issue that are nobody's secret
    may_own(issue, official)     whether no case of it must never reach him (rule C2)

A rectification shows what a group of cases is about. So it is hidden from everybody whom one of these cases must never
reach, and cases of which only those named for them may know do not belong to it.

Refusal
├── NotYours          (intake.scope) it is not with the viewer, or must not reach him, or does not exist: one answer
└── NotPossibleNow    (rules.rectifying) the state does not allow it
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from minhu.cases.authority import barred, blocked_for, is_system
from minhu.cases.models import Case
from minhu.directory.models import Official
from minhu.insight.models import HotIssue, Member, Rectification
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.rectifying import MAY, NotPossibleNow, Part, RectifyAct, RectifyState, may
from minhu.rules.words import CaseState, Role

_OVERSEES = {Part.SUPERVISOR: Role.SUPERVISOR, Part.LEADERSHIP: Role.LEADERSHIP}
_WORKS = (Role.STAFF, Role.UNIT)


def visible(viewer: Viewer) -> QuerySet[Rectification]:
    """What the viewer may know of: its owner and his office, staff, supervision and leadership of the city."""
    here = Rectification.objects.filter(city_id=viewer.city_id)
    if is_system(viewer):
        return here
    his = Q(owner=viewer.official_id) if viewer.official_id is not None else Q(pk__in=[])
    his |= Q(office__in=scope_of(viewer, _WORKS).offices)
    if _whole_city(viewer, Role.STAFF) or any(_whole_city(viewer, role) for role in _OVERSEES.values()):
        his = Q()
    return here.filter(his).exclude(issue__in=kept_from(viewer))


def kept_from(viewer: Viewer) -> QuerySet[HotIssue]:
    """Issues with a case that must never reach the viewer."""
    secret = Member.objects.filter(blocked_for(viewer))
    return HotIssue.objects.filter(Q(members__in=secret) | Q(merged__members__in=secret))


def parts_of(viewer: Viewer, one: Rectification) -> frozenset[Part]:
    """What the viewer is to it, whatever its state."""
    if is_system(viewer):
        return frozenset({Part.SYSTEM})
    parts = {part for part, role in _OVERSEES.items() if _whole_city(viewer, role)}
    if viewer.official_id is not None and viewer.official_id == one.owner_id:
        parts.add(Part.OWNER)
    works = scope_of(Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants), _WORKS)
    if not works.whole_city and one.office_id in works.offices:
        parts.add(Part.HELPER)
    elif viewer.has(Role.STAFF):
        parts.add(Part.STAFF)
    return frozenset(parts)


def locked(rectification_id: int, by: Viewer, act: RectifyAct) -> Rectification:
    """For this transaction. Raises: NotYours, NotPossibleNow."""
    held = Rectification.objects.select_for_update(no_key=True, of=("self",)).select_related("issue", "owner__office")
    one = held.filter(pk=rectification_id).first()
    if one is None or not visible(by).filter(pk=rectification_id).exists():
        raise NotYours
    parts = parts_of(by, one)
    if may(parts, RectifyState(one.state), act):
        return one
    if not any(may(parts, state, act) for state in RectifyState):
        raise NotYours
    raise NotPossibleNow


def may_do(viewer: Viewer, one: Rectification) -> frozenset[RectifyAct]:
    """What the viewer may do with it now."""
    parts = parts_of(viewer, one)
    return frozenset(act for act in MAY if may(parts, RectifyState(one.state), act))


def may_begin(viewer: Viewer) -> bool:
    """Whether he begins rectifications in his city."""
    return any(_whole_city(viewer, role) for role in _OVERSEES.values())


def members_of(issue: HotIssue) -> QuerySet[Case]:
    """The cases of an issue, wherever it was merged, less confidential ones and those that belong elsewhere."""
    of_it = Member.objects.filter(issue__in=same_issues(issue)).values("case")
    return Case.objects.filter(pk__in=of_it, confidential=False, door="").exclude(state=CaseState.WITHDRAWN.value)


def same_issues(issue: HotIssue) -> list[int]:
    """It, what it was merged into, and what was merged into that; each step is one query, and there are few."""
    while issue.merged_into is not None:
        issue = issue.merged_into
    return [issue.pk, *HotIssue.objects.filter(merged_into=issue).values_list("pk", flat=True)]


def may_own(issue: HotIssue, official: Official) -> bool:
    """Whether no case of the issue must never reach him, confidential ones too (rule C2)."""
    cases = Member.objects.filter(issue__in=same_issues(issue)).values_list("case", flat=True)
    return not barred(list(cases), official_id=official.pk, office_ids=[official.office_id])


def _whole_city(viewer: Viewer, role: Role) -> bool:
    """Whether he holds a role for the city itself."""
    return any(grant.role is role and grant.office_id == viewer.city_id for grant in viewer.grants)
