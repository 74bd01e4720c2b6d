"""Who is told of a complaint, once each: who must act on it now, and the official what was found about him.

    came_in, asked, stated, found, appealed, decided     each within the transaction of what it tells of
    late, gone_up                                        its time is over: whoever owes it, one level higher

A notice has the office in it and no word of the citizen. Those of supervision and leadership go to accounts and not to
a role, because not everybody who holds the role may know of each complaint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from minhu.cases import noticing
from minhu.cases.authority import barred
from minhu.cases.noticing import News
from minhu.directory.models import Account, Office
from minhu.directory.queries import viewer_of
from minhu.rules.access import Viewer
from minhu.rules.complaints import ComplaintAct, ComplaintState, Part, may
from minhu.rules.words import NoticeKind, Role
from minhu.supervision.complaint_rights import parts_of
from minhu.supervision.models import Complaint

_TO_ASK = (NoticeKind.COMPLAINED, NoticeKind.ASK_LATE, NoticeKind.ASK_UP)
_TO_STATE = (NoticeKind.ASKED, NoticeKind.STATE_LATE, NoticeKind.STATE_UP)
_TO_DECIDE = (NoticeKind.APPEALED, NoticeKind.DECIDE_LATE, NoticeKind.DECIDE_UP)


def came_in(one: Complaint, *, at: datetime) -> None:
    """Supervision is to look at it."""
    _tell(one, NoticeKind.COMPLAINED, one.ask_due_at, at, accounts=_who_may(one, ComplaintAct.ASK))


def asked(one: Complaint, *, at: datetime) -> None:
    """The official is to speak."""
    noticing.settled(*_TO_ASK, about_id=one.pk, at=at)
    _tell(one, NoticeKind.ASKED, one.due_at, at, officials=_accused(one))


def stated(one: Complaint, *, at: datetime) -> None:
    """He spoke."""
    noticing.settled(*_TO_STATE, about_id=one.pk, at=at)


def found(one: Complaint, *, at: datetime) -> None:
    """He reads what was found, and may appeal."""
    noticing.settled(*_TO_STATE, about_id=one.pk, at=at)
    _tell(one, NoticeKind.FOUND, one.appeal_until, at, officials=_accused(one))


def appealed(one: Complaint, *, at: datetime) -> None:
    """Another supervisor than the first is to decide."""
    _tell(one, NoticeKind.APPEALED, one.decide_due_at, at, accounts=_who_may(one, ComplaintAct.DECIDE))


def decided(one: Complaint, *, at: datetime) -> None:
    """He reads what stands."""
    noticing.settled(*_TO_DECIDE, about_id=one.pk, at=at)
    _tell(one, NoticeKind.DECIDED, None, at, officials=_accused(one))


def late(one: Complaint, act: ComplaintAct, kind: NoticeKind, due_at: datetime, *, at: datetime) -> int:
    """The time for an act is over: whoever owes it is reminded; returns how many."""
    if act is ComplaintAct.STATE:
        return _tell(one, kind, due_at, at, officials=_accused(one))
    return _tell(one, kind, due_at, at, accounts=_who_may(one, act))


def gone_up(one: Complaint, act: ComplaintAct, kind: NoticeKind, due_at: datetime, *, at: datetime) -> int:
    """It is far over: of the official his superior and supervision are told, of supervision leadership."""
    if act is ComplaintAct.STATE:
        finders = _who_may(one, ComplaintAct.FIND)
        return _tell(one, kind, due_at, at, officials=_superior(one), accounts=finders)
    return _tell(one, kind, due_at, at, accounts=_leadership(one))


def _tell(
    one: Complaint,
    kind: NoticeKind,
    due_at: datetime | None,
    at: datetime,
    *,
    officials: Iterable[int] = (),
    accounts: Iterable[int] = (),
) -> int:
    officials, accounts = list(officials), list(accounts)
    news = News(one.city_id, kind, one.pk, _words(one, kind), due_at=due_at)
    noticing.tell(news, officials=officials, accounts=accounts, at=at)
    return len(officials) + len(accounts)


def _words(one: Complaint, kind: NoticeKind) -> str:
    """The office it is about; for who is to see to it that an official speaks, also whom."""
    official = one.official or (one.line.official if one.line else None)
    if official is None:
        return Office.objects.get(pk=one.city_id).name
    return f"{official.office} {official.name}" if kind is NoticeKind.STATE_UP else str(official.office)


def _accused(one: Complaint) -> list[int]:
    return [one.official_id] if one.official_id is not None else []


def _superior(one: Complaint) -> list[int]:
    above = one.official.superior_id if one.official else None
    if above is None or one.case.confidential or barred([one.case_id], official_id=above):
        return []
    return [above]


def _who_may(one: Complaint, act: ComplaintAct) -> list[int]:
    """Accounts of supervision that may do it now; nobody decides on what he found himself."""
    state = ComplaintState(one.state)
    found_by = set(one.findings.values_list("by", flat=True)) if act is ComplaintAct.DECIDE else set()
    able = _accounts(one, Role.SUPERVISOR, lambda viewer: may(parts_of(viewer, one), state, act))
    return [account_id for account_id in able if account_id not in found_by]


def _leadership(one: Complaint) -> list[int]:
    return _accounts(one, Role.LEADERSHIP, lambda viewer: Part.LEADERSHIP in parts_of(viewer, one))


def _accounts(one: Complaint, role: Role, fits: Callable[[Viewer], bool]) -> list[int]:
    held = Account.objects.filter(is_active=True, grants__role=role.value, grants__office__city=one.city_id)
    those = held.select_related("official").distinct().order_by("pk")
    return [account.pk for account in those if fits(viewer_of(account))]
