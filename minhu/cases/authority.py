"""Who sees which case, and who may act on it. Deny by default.

    seen(viewer)              the one condition behind every list, page, search and export
    seen_case(viewer, id)     a case under that condition
    of_seen(viewer)           the same for what belongs to a case
    notes_seen(viewer)        the same for internal notes
    ways(viewer)              what it is made of, where each way is to be sought by itself
    locked(id, by, act)       the case, locked, for somebody who sees it and may do this
    barred(...)               whether a case must never reach an official or an office

Refusal
├── NotYours      (intake.scope) the case is not with the viewer, or must not reach him, or does not exist: one answer
└── NotAllowed    (rules.rights) he sees it, but this is not his to do
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from minhu.cases.models import Case, Conflict, Named, Notice, Transfer
from minhu.directory.once import once
from minhu.directory.tree import tree_of
from minhu.intake.scope import NotYours, Scope, scope_of
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.conflicts import Blocking, can_be_barred, who_blocks
from minhu.rules.rights import Part, require_right
from minhu.rules.words import NoticeKind, Role

SEES_CONFIDENTIAL = (Role.SUPERVISOR,)
"""Besides the holder and the officials named for it. A confidential case is no business of staff or units."""

HEARS_COMPLAINTS = (Role.SUPERVISOR,)
"""What a citizen texts of how he is dealt with is for supervision of the whole city, whoever it may be about."""

UNIT = (Role.UNIT,)
CAME_UP = (NoticeKind.ESCALATE, NoticeKind.WENT_UP)
"""What a superior is told of becomes his to see, with the whole record."""

_PARTS = {Role.STAFF: Part.STAFF, Role.SUPERVISOR: Part.SUPERVISOR, Role.LEADERSHIP: Part.LEADERSHIP}


@once
def seen(viewer: Viewer) -> Q:
    """Condition for the cases the viewer may see: his by office, post, hand-over, name, or because they came up to
    him; and not a conflict.
    """
    return _reached(viewer, scope_of(viewer), scope_of(viewer, SEES_CONFIDENTIAL))


@once
def seen_case(viewer: Viewer, case_id: int) -> Case:
    """A case that the viewer may see, with whom it is about and with. Raises: NotYours."""
    cases = Case.objects.select_related("citizen", "line__official__office", "holder__office")
    case = cases.filter(seen(viewer), pk=case_id).first()
    if case is None:
        raise NotYours
    return case


def of_seen(viewer: Viewer, case: str = "case") -> Exists:
    """Condition for what belongs to a case that the viewer may see. case: the way to it.

    Asked of each row by itself: to gather all the cases he may see first takes longer the older the city's records are.
    """
    return Exists(Case.objects.filter(seen(viewer), pk=OuterRef(case)))


def notes_seen(viewer: Viewer) -> Q:
    """Condition for the cases whose internal notes the viewer may read: that a case came to his line is not enough."""
    scopes = (scope_of(viewer), scope_of(viewer, SEES_CONFIDENTIAL))
    return _reached(viewer, *(replace(scope, official_id=None) for scope in scopes))


def ways(viewer: Viewer) -> tuple[Q, ...]:
    """Each way by which a case may come to be the viewer's to see, conflicts aside: by its line, by
    hand-over, and to an official by holding it, by name, and because it came up to him.
    """
    return _ways(viewer, scope_of(viewer), scope_of(viewer, SEES_CONFIDENTIAL))


def _ways(viewer: Viewer, scope: Scope, confidential: Scope) -> tuple[Q, ...]:
    by_line = _by_line(scope, confidential)
    if viewer.official_id is None and not viewer.has(*UNIT):
        return (by_line,)
    handed = Q(pk__in=handed_to(viewer).values("case_id"), confidential=False)
    if viewer.official_id is None:
        return by_line, handed
    named = Named.objects.filter(official=viewer.official_id).values("case")
    return (
        by_line,
        handed,
        Q(city_id=viewer.city_id, holder_id=viewer.official_id),
        Q(city_id=viewer.city_id, pk__in=named),
        Q(pk__in=came_up(viewer).values("case"), confidential=False),
    )


def _by_line(scope: Scope, confidential: Scope) -> Q:
    if scope == confidential:
        return scope.lines()
    ordinary = scope.lines() & Q(confidential=False)
    if confidential.nothing:
        return ordinary
    return ordinary | confidential.lines() & Q(confidential=True, pk__isnull=False)


def _reached(viewer: Viewer, scope: Scope, confidential: Scope) -> Q:
    condition = reduce(or_, _ways(viewer, scope, confidential))
    kept = _conflicts_of(viewer)
    return condition if kept is None else condition & ~Q(pk__in=kept.values("case_id"))


def complaints_kept_from(viewer: Viewer) -> Q:
    """Condition on texts that the viewer must not read: complaints of handling, and what was said to them."""
    if is_system(viewer) or (viewer.official_id is None and scope_of(viewer, HEARS_COMPLAINTS).whole_city):
        return Q(pk__in=[])
    return Q(contact__meaning="complaint") | Q(template__startswith="complaint_")


def hidden_from(viewer: Viewer) -> QuerySet[Case]:
    """The cases of the viewer's own lines and offices that he may not see: confidential ones, and conflicts."""
    special = Q(confidential=True) | blocked_for(viewer, "pk")
    return Case.objects.filter(scope_of(viewer).lines() & special).exclude(seen(viewer))


def locked(case_id: int, by: Viewer, act: Act) -> Case:
    """The case, locked for this transaction. Raises: NotYours, NotAllowed."""
    try:
        case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    except Case.DoesNotExist:
        raise NotYours from None
    if not Case.objects.filter(seen(by), pk=case_id).exists():
        raise NotYours
    require_right(parts_of(by, case), act)
    return case


def parts_of(viewer: Viewer, case: Case) -> frozenset[Part]:
    """What the viewer is to a case that he sees."""
    if is_system(viewer):
        return frozenset({Part.SYSTEM})
    parts = set()
    if viewer.official_id is not None and case.holder_id == viewer.official_id:
        parts.add(Part.HOLDER)
    if handed_to(viewer).filter(case=case).exists():
        parts.add(Part.UNIT)
    if viewer.official_id is not None and Named.objects.filter(case=case, official=viewer.official_id).exists():
        parts.add(Part.NAMED)
    if not case.confidential and came_up(viewer).filter(case=case).exists():
        parts.add(Part.SUPERIOR)
    for role, part in _PARTS.items():
        if viewer.has(role) and scope_of(viewer, (role,)).covers(case.line, case.city_id):
            parts.add(part)
    return frozenset(parts - ({Part.STAFF} if case.confidential else set()))


def barred(case_ids: Iterable[int], *, official_id: int | None = None, office_ids: Iterable[int] = ()) -> bool:
    """Whether one of these cases must never reach this official, or whoever works for these offices."""
    accused = list(Conflict.objects.filter(case__in=list(case_ids)).values_list("city_id", "office_id", "official_id"))
    if not accused:
        return False
    blocking = who_blocks(tree_of(accused[0][0]), official_id=official_id, office_ids=office_ids)
    return any(blocking.by(office, official) for _, office, official in accused)


def reaches(case: Case, others: Iterable[int]) -> bool:
    """Whether other cases would come, with this one, to somebody they must never reach."""
    others = list(others)
    there = current_transfer(case)
    if case.holder_id is not None and barred(others, official_id=case.holder_id):
        return True
    offices = [there.office_id] if there is not None and there.office_id is not None else []
    return there is not None and barred(others, official_id=there.official_id, office_ids=offices)


def blocked_for(viewer: Viewer, path: str = "case") -> Q:
    """Condition on rows that point to a case which must never reach the viewer."""
    kept = _conflicts_of(viewer)
    return Q(pk__in=[]) if kept is None else Q(**{f"{path}__in": kept.values("case_id")})


def is_system(viewer: Viewer) -> bool:
    """Whether the software acts by itself."""
    return viewer.account_id is None and viewer.name == "system"


@once
def current_transfer(case: Case) -> Transfer | None:
    """Whom the case is handed to now; None when the official works on it himself."""
    return Transfer.objects.select_related("office", "official").filter(case=case, ended_at=None).first()


def handed_to(viewer: Viewer) -> QuerySet[Transfer]:
    """What is with the viewer's unit, or with him as a deputy."""
    mine = Transfer.objects.filter(city_id=viewer.city_id, ended_at=None)
    unit = scope_of(viewer, UNIT)
    to_me = Q(office_id__in=unit.offices) if unit.offices else Q(pk__in=[])
    if viewer.official_id is not None:
        to_me |= Q(official_id=viewer.official_id)
    return mine.filter(to_me)


def came_up(viewer: Viewer) -> QuerySet[Notice]:
    """What the viewer was told as a superior: of a promise long overdue, or because the citizen turned to him."""
    kinds = [kind.value for kind in CAME_UP]
    to_him = Notice.objects.filter(city_id=viewer.city_id, to_official=viewer.official_id or 0, kind__in=kinds)
    return to_him.filter(case__isnull=False)


def _conflicts_of(viewer: Viewer) -> QuerySet[Conflict] | None:
    """The conflicts that keep cases from the viewer; None where there are none, as for most who look."""
    offices = _offices_of(viewer)
    if is_system(viewer) or not can_be_barred(viewer.city_id, official_id=viewer.official_id, office_ids=offices):
        return None
    if not _any_conflict(viewer.city_id):
        return None
    blocking = blocking_of(viewer)
    here = Conflict.objects.filter(city_id=viewer.city_id)
    return here.filter(Q(office_id__in=blocking.offices) | Q(official_id__in=blocking.officials))


@once
def _any_conflict(city_id: int) -> bool:
    return Conflict.objects.filter(city_id=city_id).exists()


@once
def blocking_of(viewer: Viewer) -> Blocking:
    """Which accusations keep cases from the viewer: as an official, and by the offices his roles are for."""
    return who_blocks(tree_of(viewer.city_id), official_id=viewer.official_id, office_ids=_offices_of(viewer))


def _offices_of(viewer: Viewer) -> list[int]:
    return [grant.office_id for grant in viewer.grants if grant.office_id is not None]
