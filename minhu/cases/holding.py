"""A supervisor keeps a matter beyond its time, for a reason, and lets it go again (暂缓删除).

Refusal
├── NotYours          (intake.scope) only supervision holds matters, and only those it may see
├── HeldAlready
├── NotHeld
└── ErasedAlready
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases.authority import seen
from minhu.cases.models import Case, Hold
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import Role


class HeldAlready(Refusal):
    code = "held_already"
    words = "这件诉求已经暂缓删除。"


class NotHeld(Refusal):
    code = "not_held"
    words = "这件诉求没有暂缓删除。"


class ErasedAlready(Refusal):
    code = "erased_already"
    words = "这件诉求的内容已经到期删除，不能再保留。"


@transaction.atomic
def hold(code: str, *, by: Viewer, reason: str, at: datetime | None = None) -> Hold:
    """Keep it until it is let go. Raises: see above."""
    case = _locked(code, by)
    if by.account_id is None:
        raise NotYours
    if case.erased_at is not None:
        raise ErasedAlready
    if case.holds.filter(released_at=None).exists():
        raise HeldAlready
    said = storable(reason.strip(), 300) or "督查需要"
    made = Hold.objects.create(case=case, reason=said, by_id=by.account_id, at=at or timezone.now())
    trail.record(by, "hold", case, said)
    return made


@transaction.atomic
def release(code: str, *, by: Viewer, at: datetime | None = None) -> None:
    """Its time runs as if it had never been held. Raises: NotYours, NotHeld."""
    case = _locked(code, by)
    if not case.holds.filter(released_at=None).update(released_at=at or timezone.now()):
        raise NotHeld
    trail.record(by, "release_hold", case)


def _locked(code: str, by: Viewer) -> Case:
    case = Case.objects.select_for_update().filter(seen(by), city_id=by.city_id, code=code).first()
    if case is None or not by.has(Role.SUPERVISOR):
        raise NotYours
    return case
