"""Who sees which complaint, and who may do what with it. Deny by default.

    visible(viewer)              the one condition behind every list and page
    parts_of(viewer, one)        what the viewer is to a complaint; rules.complaints says what that opens
    locked(id, by, act)          the complaint, locked, for somebody who may do this now

Refusal
├── NotYours          (intake.scope) it is not with the viewer, or must not reach him, or does not exist: one answer
├── NotImpartial      (rules.complaints) a supervisor who is under the official complained of
└── NotPossibleNow    (rules.complaints) the state does not allow it
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from minhu.cases.authority import blocking_of, of_seen
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.complaints import ComplaintAct, ComplaintState, NotPossibleNow, Part, Shown, may, sees
from minhu.rules.words import Role
from minhu.supervision.models import Complaint

_FOUND = [ComplaintState.FOUND.value, ComplaintState.APPEALED.value, ComplaintState.SETTLED.value]
_BY_ROLE = {Part.SUPERVISOR: Role.SUPERVISOR, Part.LEADERSHIP: Role.LEADERSHIP}


def visible(viewer: Viewer) -> QuerySet[Complaint]:
    """What the viewer may know of at all; how much of each, ``shown_to`` says."""
    mine = _with_him(viewer)
    for part, role in _BY_ROLE.items():
        if viewer.has(role):
            mine |= _overseen(viewer, role) & _in_states(part)
    return Complaint.objects.filter(mine, city_id=viewer.city_id)


def parts_of(viewer: Viewer, one: Complaint) -> frozenset[Part]:
    """What the viewer is to it, whatever its state."""
    return parts_among(viewer, [one])[one.pk]


def parts_among(viewer: Viewer, several: Iterable[Complaint]) -> dict[int, frozenset[Part]]:
    """What the viewer is to each of them, loaded with official and case; a query for each of his two roles."""
    several = list(several)
    here = Complaint.objects.filter(pk__in=[one.pk for one in several])
    overseen = {
        part: set(here.filter(_overseen(viewer, role)).values_list("pk", flat=True))
        for part, role in _BY_ROLE.items()
        if viewer.has(role)
    }
    return {
        one.pk: _by_post(viewer, one) | {part for part, found in overseen.items() if one.pk in found} for one in several
    }


def shown_to(viewer: Viewer, one: Complaint) -> Shown:
    """How much of it the viewer sees."""
    return sees(parts_of(viewer, one), ComplaintState(one.state))


def locked(complaint_id: int, by: Viewer, act: ComplaintAct) -> Complaint:
    """For this transaction. Raises: NotYours, NotPossibleNow."""
    complaints = Complaint.objects.select_for_update(no_key=True, of=("self",))
    one = complaints.select_related("official", "case").filter(pk=complaint_id).first()
    if one is None or not visible(by).filter(pk=complaint_id).exists():
        raise NotYours
    parts = parts_of(by, one)
    if may(parts, ComplaintState(one.state), act):
        return one
    if any(may(parts, state, act) for state in ComplaintState):
        raise NotPossibleNow
    raise NotYours


def is_barred(viewer: Viewer, official_id: int | None) -> bool:
    """Whether a complaint about this official must not be handled by the viewer: it is about him or one above him."""
    return official_id is not None and official_id in blocking_of(viewer).officials


def _by_post(viewer: Viewer, one: Complaint) -> frozenset[Part]:
    if viewer.official_id is None or one.official is None:
        return frozenset()
    accused = {Part.ACCUSED} if one.official_id == viewer.official_id else set()
    above = one.official.superior_id == viewer.official_id and not one.case.confidential
    return frozenset(accused | ({Part.SUPERIOR} if above else set()))


def _with_him(viewer: Viewer) -> Q:
    """About him, once he is asked; about those right under him, once it is found."""
    if viewer.official_id is None:
        return Q(pk__in=[])
    about_his = Q(official__superior=viewer.official_id, case__confidential=False, state__in=_FOUND)
    return about_his | (Q(official=viewer.official_id) & ~Q(state=ComplaintState.RECEIVED.value))


def _overseen(viewer: Viewer, role: Role) -> Q:
    """In the offices of this role of his, on a matter he may see, and neither about him nor about one above him."""
    as_role = Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants)
    scope = scope_of(as_role, (role,)).lines("case__line")
    barred = Q(official__in=blocking_of(viewer).officials) if _may_be_barred(viewer) else Q(pk__in=[])
    return scope & Q(of_seen(viewer)) & ~barred


def _may_be_barred(viewer: Viewer) -> bool:
    return viewer.official_id is not None or any(one.office_id != viewer.city_id for one in viewer.grants)


def _in_states(part: Part) -> Q:
    return Q(state__in=[state.value for state in ComplaintState if sees({part}, state) is not Shown.NOTHING])
