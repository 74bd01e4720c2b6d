"""Telling people on our side: in the transaction of what they are told about, and never past a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from minhu.cases.authority import barred, blocked_for, of_seen
from minhu.cases.ledger import Owner
from minhu.cases.models import Case, Conflict, Named, Note, Notice, Promise
from minhu.directory.models import Account
from minhu.intake.scope import scope_of
from minhu.rules.access import Viewer
from minhu.rules.words import NoticeKind, Role


@dataclass(frozen=True, slots=True)
class News:
    """Something to be told that is about no case. kind: of ABOUT_NO_CASE, and says whose row about_id is."""

    city_id: int
    kind: NoticeKind
    about_id: int
    words: str
    due_at: datetime | None = None


def to_official(
    case: Case, kind: NoticeKind, official_id: int, *, at: datetime, promise: Promise | None = None
) -> Notice:
    """A notice for one official, not saved."""
    return Notice(
        city_id=case.city_id, case=case, kind=kind.value, promise=promise, to_official_id=official_id, at=at
    )  # fmt: skip


def to_role(
    case: Case, kind: NoticeKind, role: Role, office_id: int, *, at: datetime, promise: Promise | None = None
) -> Notice:
    """A notice for whoever holds a role at an office, not saved."""
    return Notice(
        city_id=case.city_id, case=case, kind=kind.value, promise=promise, to_role=role.value, to_office_id=office_id,
        at=at,
    )  # fmt: skip


def tell_owner(case: Case, kind: NoticeKind, owner: Owner, role: Role, *, at: datetime) -> None:
    """Tell who owes it now: an official, or a role at an office."""
    if owner.official_id is not None:
        keep([to_official(case, kind, owner.official_id, at=at)])
    elif owner.office_id is not None:
        keep([to_role(case, kind, role, owner.office_id, at=at)])


def mention(case: Case, note: Note, accounts: Iterable[Account], *, at: datetime) -> None:
    """Tell those who are mentioned in a note and may see it; the caller has asked whether they may."""
    Notice.objects.bulk_create(
        Notice(
            city_id=case.city_id, case=case, kind=NoticeKind.MENTIONED.value, note=note, to_account=account, at=at
        )
        for account in accounts
    )  # fmt: skip


def tell(
    news: News,
    *,
    officials: Iterable[int] = (),
    accounts: Iterable[int] = (),
    roles: Iterable[Role] = (),
    office_id: int | None = None,
    at: datetime,
) -> None:
    """Tell officials, accounts, and who holds one of these roles at an office; each once, however often asked."""
    to: list[dict[str, object]] = [{"to_official_id": one} for one in officials]
    to += [{"to_account_id": one} for one in accounts]
    to += [{"to_role": role.value, "to_office_id": office_id} for role in roles]
    Notice.objects.bulk_create(
        [
            Notice(
                city_id=news.city_id, kind=news.kind.value, about_id=news.about_id, words=news.words[:300],
                due_at=news.due_at, at=at, **one,
            )
            for one in to
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def settled(*kinds: NoticeKind, about_id: int, at: datetime) -> None:
    """Nobody needs to be told of it any more: somebody saw to it."""
    Notice.objects.filter(kind__in=[one.value for one in kinds], about_id=about_id, read_at=None).update(read_at=at)


def readable(viewer: Viewer) -> QuerySet[Notice]:
    """Of those addressed to him what he may read: of cases that he sees, of notes that mention him, of no case."""
    visible = Q(case=None) | Q(of_seen(viewer))
    mentioned = Q(kind=NoticeKind.MENTIONED.value, case__confidential=False) & ~blocked_for(viewer)
    return addressed_to(viewer).filter(visible | mentioned)


def addressed_to(viewer: Viewer) -> QuerySet[Notice]:
    """Notices for him by name, by post, or by a role he holds at the office or above it."""
    to_him = Q(to_official=viewer.official_id) if viewer.official_id is not None else Q(pk__in=[])
    if viewer.account_id is not None:
        to_him |= Q(to_account=viewer.account_id)
    for role in {grant.role for grant in viewer.grants}:
        scope = scope_of(viewer, (role,))
        to_him |= Q(to_role=role.value) & (Q() if scope.whole_city else Q(to_office__in=scope.offices))
    return Notice.objects.filter(to_him, city_id=viewer.city_id)


def keep(notices: Sequence[Notice]) -> int:
    """Save those that reach nobody the case must never reach; returns how many."""
    cases = {one.case_id for one in notices if one.case_id is not None}
    secret = dict(Case.objects.filter(pk__in=cases, confidential=True).values_list("pk", "holder_id"))
    named = set(Named.objects.filter(case__in=secret).values_list("case_id", "official_id"))
    accused = set(Conflict.objects.filter(case__in=cases).values_list("case_id", flat=True))
    told = [
        one
        for one in notices
        if (one.case_id not in accused or not _reaches_a_conflict(one))
        and (one.case_id is None or one.case_id not in secret or _may_know(one, secret[one.case_id], named))
    ]
    Notice.objects.bulk_create(told)
    return len(told)


def _may_know(one: Notice, holder_id: int | None, named: set[tuple[int, int]]) -> bool:
    """Of a confidential case: the official it is with, those named for it, and supervision."""
    if one.to_official_id is not None:
        return one.to_official_id == holder_id or (one.case_id, one.to_official_id) in named
    return one.to_role == Role.SUPERVISOR.value


def _reaches_a_conflict(one: Notice) -> bool:
    offices = [one.to_office_id] if one.to_office_id is not None else []
    return one.case_id is not None and barred([one.case_id], official_id=one.to_official_id, office_ids=offices)
