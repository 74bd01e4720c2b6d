"""Who sees which matter, and who may act on it. Deny by default.

Refusal
└── NotYours    (intake.scope) the matter is not with the viewer, or does not exist: the same answer
"""

from __future__ import annotations

from django.db.models import Q

from minhu.cases.models import Case
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.words import Role

SEES_CONFIDENTIAL = (Role.SUPERVISOR,)
"""Besides the holder. A confidential matter is nobody else's business, also not of staff."""


def seen(viewer: Viewer) -> Q:
    """Condition for the cases the viewer may see."""
    condition = _in_scope(viewer) & Q(confidential=False)
    condition |= scope_of(viewer, SEES_CONFIDENTIAL).lines() & Q(confidential=True, pk__isnull=False)
    if viewer.official_id is not None:
        condition |= Q(city_id=viewer.city_id, holder_id=viewer.official_id)
    return condition


def locked(case_id: int, by: Viewer) -> Case:
    """The case, locked for this transaction. Raises: NotYours."""
    case = Case.objects.select_for_update(no_key=True, of=("self",)).filter(pk=case_id).first()
    if case is None or not Case.objects.filter(seen(by), pk=case_id).exists():
        raise NotYours
    return case


def _in_scope(viewer: Viewer) -> Q:
    return scope_of(viewer).lines()
