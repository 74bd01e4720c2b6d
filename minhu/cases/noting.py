"""Internal notes. Whoever is mentioned (@姓名) is told, if the case may reach him; the citizen never sees a note.

Refusal
├── NothingWritten    an empty note
└── InConflict        (rules.conflicts) somebody is mentioned whom the case must never reach
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.authority import locked, of_seen, seen
from minhu.cases.models import Case, Note, Notice
from minhu.directory.models import Account
from minhu.directory.queries import viewer_of
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.conflicts import InConflict
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable

LONGEST_NOTE = 1000


class NothingWritten(Refusal):
    code = "nothing_written"
    words = "备注是空的，请写几个字。"


@transaction.atomic
def write_note(case_id: int, body: str, *, by: Viewer, at: datetime | None = None) -> Note:
    """An internal note; those mentioned get a notice. Raises: NotYours, NotAllowed, NothingWritten, InConflict."""
    at = at or timezone.now()
    body = storable(body.strip(), LONGEST_NOTE)
    if not body:
        raise NothingWritten
    case = locked(case_id, by, Act.NOTE)
    told = mentioned(body, by.city_id)
    for account in told:
        if not Case.objects.filter(seen(viewer_of(account)), pk=case.pk).exists():
            raise InConflict(f"{account}不能看到这件诉求，请不要在备注里提到他。")
    note = Note.objects.create(case=case, body=body, by_id=by.account_id, at=at)
    noticing.mention(case, note, told, at=at)
    trail.record(by, "write_note", case, mentioned=[account.pk for account in told])
    return note


@transaction.atomic
def read_notice(notice_id: int, *, by: Viewer, at: datetime | None = None) -> None:
    """Somebody it was for has seen it. Raises: NotYours."""
    mine = noticing.addressed_to(by)
    if not mine.filter(Q(case=None) | Q(of_seen(by))).filter(pk=notice_id).exists():
        raise NotYours
    Notice.objects.filter(pk=notice_id, read_at=None).update(read_at=at or timezone.now())


def mentioned(body: str, city_id: int) -> list[Account]:
    """The accounts of the city whose names stand after an @; the longest name where one begins like another."""
    if "@" not in body:
        return []
    accounts = Account.objects.filter(is_active=True).select_related("official")
    here = accounts.filter(grants__office__city_id=city_id) | accounts.filter(official__city_id=city_id)
    names = {name: account for account in here.distinct() for name in _names(account)}
    found: dict[int, Account] = {}
    for piece in body.split("@")[1:]:
        fitting = [name for name in names if piece.startswith(name)]
        if fitting:
            account = names[max(fitting, key=len)]
            found[account.pk] = account
    return list(found.values())


def _names(account: Account) -> Iterable[str]:
    return filter(None, (str(account), account.username, account.official.name if account.official else ""))
