"""Whom a case must never reach, and who may see a confidential one (rule C2).

Refusal
├── TooWide           (rules.conflicts) the city as a whole cannot be avoided
├── NoSuchAccused     (intake) no such office or official in this city
├── FindAnother       it is with somebody who must not have it, and nobody above him may: say who takes it
└── ReasonNeeded      (handing_over)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import barred, current_transfer, locked, reaches
from minhu.cases.handing_over import ReasonNeeded, leave
from minhu.cases.models import Case, Conflict, Named
from minhu.cases.rating import superior_for
from minhu.directory.models import Office, Official
from minhu.directory.tree import tree_of
from minhu.intake.actions import NoSuchAccused
from minhu.intake.models import WebMessage
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.conflicts import InConflict, TooWide, who_blocks
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import CaseState, PromiseKind, TransferEnd

_NEED_NO_HOLDER = frozenset({CaseState.NEW, CaseState.CLARIFYING, CaseState.WITHDRAWN})


class FindAnother(Refusal):
    code = "find_another"
    words = "现在的承办人需要回避，上级也不合适，请先指定由谁承办。"


@dataclass(frozen=True, slots=True)
class About:
    """Whom a complaint is about: an office or an official."""

    office_id: int | None = None
    official_id: int | None = None


@transaction.atomic
def set_conflict(
    case_id: int, about: About, *, by: Viewer, reason: str, holder_id: int | None = None, at: datetime | None = None
) -> Case:
    """From now on the case never reaches them or anybody under them; whoever holds it and must not, loses it.

    holder_id: who takes it then; without one, the first superior it may reach, or (for a new case) staff. Setting the
    same again changes nothing. Raises: NotYours, NotAllowed, NoSuchAccused, TooWide, FindAnother, InConflict,
    ReasonNeeded.
    """
    at = at or timezone.now()
    reason = storable(reason.strip(), 300)
    if not reason:
        raise ReasonNeeded
    case = locked(case_id, by, Act.AVOID)
    if not add_conflict(case, about, reason, by_id=by.account_id, at=at):
        return case
    _move_away(case, holder_id, at)
    trail.record(by, "set_conflict", case, reason, office=about.office_id, official=about.official_id)
    return case


@transaction.atomic
def name(case_id: int, official_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> Named:
    """An official may see a confidential case. Raises: NotYours, NotAllowed, InConflict, ReasonNeeded."""
    reason = storable(reason.strip(), 300)
    if not reason:
        raise ReasonNeeded
    case = locked(case_id, by, Act.NAME)
    official = Official.objects.filter(pk=official_id, city_id=case.city_id, left_on=None).first()
    if official is None:
        raise NotYours
    if barred([case.pk], official_id=official.pk):
        raise InConflict
    made, new = Named.objects.get_or_create(
        case=case, official=official,
        defaults={"reason": reason, "by_id": by.account_id, "at": at or timezone.now()},
    )  # fmt: skip
    if new:
        trail.record(by, Act.NAME, case, reason, official=official.pk)
    return made


@transaction.atomic
def make_confidential(case_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """From now on only the official it is with, those named for it and supervision see it; a unit loses it.

    Raises: NotYours, NotAllowed.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.AVOID)
    if case.confidential:
        return case
    case.confidential, case.parent = True, None
    case.save(update_fields=["confidential", "parent"])
    Case.objects.filter(parent=case).update(parent=None)
    _take_back(case, at)
    trail.record(by, "make_confidential", case)
    return case


def add_conflict(case: Case, about: About, reason: str, *, by_id: int | None, at: datetime) -> bool:
    """Keep a conflict; False when it was there. Raises: NoSuchAccused, TooWide."""
    if about.office_id == case.city_id:
        raise TooWide
    office = Office.objects.filter(pk=about.office_id or 0, city_id=case.city_id).first()
    official = Official.objects.filter(pk=about.official_id or 0, city_id=case.city_id).first()
    if (office is None) == (official is None):
        raise NoSuchAccused
    _, new = Conflict.objects.get_or_create(
        case=case, office=office, official=official,
        defaults={"city_id": case.city_id, "reason": reason, "by_id": by_id, "at": at},
    )  # fmt: skip
    return new


def _move_away(case: Case, holder_id: int | None, at: datetime) -> None:
    there = current_transfer(case)
    offices = [there.office_id] if there is not None and there.office_id is not None else []
    if there is not None and barred([case.pk], official_id=there.official_id, office_ids=offices):
        _take_back(case, at)
    if case.parent_id is not None and case.parent is not None and reaches(case.parent, [case.pk]):
        case.parent = None
        case.save(update_fields=["parent"])
    if case.holder_id is not None and barred([case.pk], official_id=case.holder_id):
        _give_to_another(case, holder_id)


def _take_back(case: Case, at: datetime) -> None:
    """It is no longer with the unit, and the official owes the reply again."""
    if leave(case, TransferEnd.CONFLICT, at=at) is not None and case.holder is not None:
        ledger.give_to(case, (PromiseKind.REPLY,), ledger.official_owns(case.holder))


def _give_to_another(case: Case, holder_id: int | None) -> None:
    if holder_id is not None:
        other = Official.objects.filter(pk=holder_id, city_id=case.city_id, left_on=None).first()
        if other is None:
            raise NotYours
        if barred([case.pk], official_id=other.pk):
            raise InConflict
    else:
        other = superior_for(case)
    if other is None and CaseState(case.state) not in _NEED_NO_HOLDER:
        raise FindAnother
    case.holder = other
    case.save(update_fields=["holder"])
    owner = ledger.official_owns(other) if other else ledger.staff_own(None, case.city_id)
    ledger.give_to(case, ledger.OF_THE_CASE, owner)


def conflicts_of(case: Case, message: WebMessage) -> list[Conflict]:
    """Whom the citizen says that his complaint is about, not saved."""
    said: list[dict[str, int]] = []
    if message.about_office_id is not None:
        said.append({"office_id": message.about_office_id})
    if message.about_official_id is not None:
        said.append({"official_id": message.about_official_id})
    return [
        Conflict(city_id=case.city_id, case=case, reason="群众填写的被反映对象", by=None, at=message.at, **one)
        for one in said
    ]


def keep_from_the_accused(case: Case, message: WebMessage) -> None:
    """A new case, not saved, that is about its own official goes to the first superior who may have it, or to staff."""
    about = conflicts_of(case, message)
    if not about or case.holder is None:
        return
    tree = tree_of(case.city_id)
    for official_id in (case.holder.pk, *tree.chain(case.holder.pk)):
        blocking = who_blocks(tree, official_id=official_id)
        if not any(blocking.by(one.office_id, one.official_id) for one in about):
            case.holder = Official.objects.get(pk=official_id)
            return
    case.holder = None
