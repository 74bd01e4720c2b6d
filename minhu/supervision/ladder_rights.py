"""Who decides on an official, and who reads what is said about him. Deny by default.

decided_by(viewer)      condition on officials: a supervisor who answers for his office, and neither he himself, nor
                        under him, nor of his own office without being above him
read_by(viewer)         condition on proposals: himself, those who may decide, and for what was taken his superior
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from minhu.cases.authority import blocking_of
from minhu.directory.models import Official
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.ladder import Step
from minhu.rules.words import Role
from minhu.supervision.models import Proposal

DECIDES = (Role.SUPERVISOR,)
SEES_COUNTS = (Role.SUPERVISOR, Role.LEADERSHIP)
"""Leadership learns how many, and of nobody by name."""

_TOLD_TO_THE_SUPERIOR = (Step.INTERVIEW.value, Step.REFERRAL.value)


def officials_of(viewer: Viewer) -> QuerySet[Official]:
    """The officials on whom the viewer may decide."""
    if viewer.account_id is None or not viewer.has(*DECIDES):
        return Official.objects.none()
    scope = scope_of(Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants), DECIDES)
    here = Official.objects.filter(city=viewer.city_id)
    if not scope.whole_city:
        here = here.filter(office__in=scope.offices)
    return here.exclude(pk__in=blocking_of(viewer).officials)


def decided_by(viewer: Viewer) -> Q:
    """Condition on what has an official."""
    return Q(official__in=officials_of(viewer))


def himself(viewer: Viewer) -> Q:
    """Condition on what is about the viewer."""
    return Q(pk__in=[]) if viewer.official_id is None else Q(official=viewer.official_id)


def read_by(viewer: Viewer) -> Q:
    """Condition on proposals."""
    seen = himself(viewer) | decided_by(viewer)
    if viewer.official_id is not None:
        seen |= Q(
            pk__in=Proposal.objects.filter(
                official__superior=viewer.official_id, decision="taken", step__in=_TOLD_TO_THE_SUPERIOR
            ).exclude(appeal__granted=True)
        )
    return seen


def locked(proposal_id: int, may: Q) -> Proposal:
    """The proposal, locked, for whom the condition lets. Raises: NotYours."""
    found = Proposal.objects.select_for_update(no_key=True, of=("self",)).select_related("official")
    one = found.filter(may, pk=proposal_id).first()
    if one is None:
        raise NotYours
    return one


def account_of(viewer: Viewer) -> int:
    """Whoever decides has a name. Raises: NotYours."""
    if viewer.account_id is None:
        raise NotYours
    return viewer.account_id
