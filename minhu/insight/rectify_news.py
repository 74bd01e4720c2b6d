"""Who is told of a rectification, once each: who must act now, and, when its time runs out, one level higher.

A notice is about a step of it, so that each time it comes back to somebody he is told again; it carries the title of
the issue and no word of a citizen, and reaches nobody whom a case of the issue must never reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from minhu.cases import noticing
from minhu.cases.noticing import News
from minhu.directory.models import Account
from minhu.directory.queries import viewer_of
from minhu.insight.issues import shown_title
from minhu.insight.models import Rectification, RectifyStep
from minhu.insight.rectify_rights import may_own, visible
from minhu.rules.rectifying import RectifyState
from minhu.rules.words import NoticeKind, Role, Rung

KINDS = {Rung.REMIND: NoticeKind.RECT_SOON, Rung.OVERDUE: NoticeKind.RECT_LATE, Rung.ESCALATE: NoticeKind.RECT_UP}
_OWNERS_TURN = frozenset({RectifyState.BEGUN, RectifyState.FAILED, RectifyState.REOPENED})
_FOR_OTHERS = frozenset({RectifyState.CLAIMED, RectifyState.VERIFIED, RectifyState.REOPENED})
_ALL = tuple(KINDS.values())


def moved(one: Rectification, before: RectifyStep | None, step: RectifyStep, *, at: datetime) -> None:
    """It came to another step: what was told of the one before is over, and whose turn it is now is told; the
    owner also that it was called off.
    """
    if before is not None:
        noticing.settled(NoticeKind.RECTIFY, *_ALL, about_id=before.pk, at=at)
    state = RectifyState(step.state)
    if state in _OWNERS_TURN or state is RectifyState.CALLED_OFF:
        _tell(one, NoticeKind.RECTIFY, step, officials=_owner(one), at=at)
    if state in _FOR_OTHERS:
        _tell(one, NoticeKind.RECTIFY, step, accounts=_accounts(one, Role.SUPERVISOR), at=at)


def rose(one: Rectification, step: RectifyStep, rung: Rung, *, at: datetime) -> int:
    """The time of a step has passed a rung: whoever has it is reminded; then his superior and supervision; returns to
    how many that was told.
    """
    asked = RectifyState(step.state) is RectifyState.CLAIMED
    match rung:
        case Rung.REMIND | Rung.OVERDUE if asked:
            return _tell(one, KINDS[rung], step, accounts=_accounts(one, Role.SUPERVISOR), at=at)
        case Rung.REMIND | Rung.OVERDUE:
            return _tell(one, KINDS[rung], step, officials=_owner(one), at=at)
        case Rung.ESCALATE:
            roles = (Role.LEADERSHIP,) if asked else (Role.SUPERVISOR,)
            above = [] if asked else _superior(one)
            return _tell(one, KINDS[rung], step, officials=above, accounts=_accounts(one, *roles), at=at)


def _tell(
    one: Rectification,
    kind: NoticeKind,
    step: RectifyStep,
    *,
    officials: Iterable[int] = (),
    accounts: Iterable[int] = (),
    at: datetime,
) -> int:
    officials, accounts = list(officials), list(accounts)
    news = News(one.city_id, kind, step.pk, shown_title(one.issue), due_at=step.due_at)
    noticing.tell(news, officials=officials, accounts=accounts, at=at)
    return len(officials) + len(accounts)


def _owner(one: Rectification) -> list[int]:
    """Nobody where a case came up that must not reach him: supervision finds another."""
    return [one.owner_id] if may_own(one.issue, one.owner) else []


def _superior(one: Rectification) -> list[int]:
    above = one.owner.superior
    return [above.pk] if above is not None and may_own(one.issue, above) else []


def _accounts(one: Rectification, *roles: Role) -> list[int]:
    """Who holds one of these roles for the whole city and may see it."""
    named = [role.value for role in roles]
    held = Account.objects.filter(is_active=True, grants__role__in=named, grants__office=one.city_id)
    those = held.select_related("official").distinct().order_by("pk")
    return [account.pk for account in those if visible(viewer_of(account)).filter(pk=one.pk).exists()]
