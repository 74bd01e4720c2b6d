"""Supervision found that a matter is not solved: it goes back to the official himself, or is opened anew.

These functions work inside the transaction of the finding.
"""

from __future__ import annotations

from datetime import datetime

from minhu.audit import trail
from minhu.cases import ledger, noticing
from minhu.cases.models import Case, Conflict, Named
from minhu.cases.opening import Seed, new_case, tell
from minhu.cases.rating import send_back_replied
from minhu.intake import outbox, quick
from minhu.rules import access, deadlines
from minhu.rules.calendar import china
from minhu.rules.words import CaseKind, CaseState, NoticeKind, PromiseKind, Role, Urgency


def send_back(case_id: int, *, at: datetime) -> Case | None:
    """The matter as it is worked on from now: itself, or a new one where it was closed.

    None where nothing is to be done: somebody is still at it, the citizen withdrew it, or nobody ever held it.
    """
    case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    if case.state == CaseState.REPLIED.value:
        send_back_replied(case, at)
        trail.record(access.system(case.city_id), "reopen", case, "督查认定没有办好", times=case.reopened)
        return case
    if case.state == CaseState.CLOSED.value and case.holder is not None:
        return _anew(case, at)
    return None


def _anew(old: Case, at: datetime) -> Case:
    """The same matter begins again with the same official; whom the closed one must not reach, it must not."""
    seed = Seed(
        old.city_id, old.line, old.citizen_id, at, kind=CaseKind(old.kind), body=old.body, place=old.place,
        confidential=old.confidential, state=CaseState.HELD, kind_by=old.kind_by,
    )  # fmt: skip
    case = new_case(seed)
    case.holder, case.title, case.urgency = old.holder, old.title, old.urgency
    case.urgency_by = old.urgency_by
    quick.insert(case)
    Conflict.objects.bulk_create(
        Conflict(
            city_id=old.city_id, case=case, office_id=one.office_id, official_id=one.official_id, reason=one.reason,
            by_id=one.by_id, at=at,
        )
        for one in old.conflicts.all()
    )  # fmt: skip
    Named.objects.bulk_create(
        Named(case=case, official_id=one.official_id, reason=one.reason, by_id=one.by_id, at=at)
        for one in old.named.all()
    )
    _promise_again(case, at)
    trail.record(access.system(case.city_id), "open_case", case, "督查认定没有办好", again=old.pk)
    return case


def _promise_again(case: Case, at: datetime) -> None:
    if case.holder is None:
        raise ValueError("a matter is opened anew with who held it")
    owner = ledger.official_owns(case.holder)
    due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
    made = ledger.promise(case, PromiseKind.REPLY, due_at, owner, at=at)
    noticing.tell_owner(case, NoticeKind.REOPENED, owner, Role.STAFF, at=at)
    if case.citizen.number_sealed is not None:
        variables = {"code": case.code, "due": made.due_at.isoformat()}
        draft = outbox.Draft(template="reopened", variables=variables, code=case.code, asked_for=True)
        tell(case, case.citizen, draft, key=f"reopened:{case.pk}:0", at=at, first=True)
