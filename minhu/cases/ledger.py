"""The promise ledger: promises are made with an owner and a due time, and kept by evidence only.

These functions work inside the transaction of an action or a job, under the lock of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from minhu.cases.models import Case, Promise, Reply, Transfer
from minhu.directory.models import Line, Official
from minhu.intake import quick
from minhu.intake.models import Call, Text
from minhu.rules.calendar import china
from minhu.rules.escalation import Clock, clock
from minhu.rules.words import COUNTS_AS_ANSWERED, PartyKind, PromiseKind, Urgency

STAFF = "工作人员"

EVIDENCE_TALK_SECONDS = 5.0
"""A call shorter than this has not been a conversation."""

ALL_KINDS = tuple(PromiseKind)
OF_THE_CASE = tuple(kind for kind in PromiseKind if kind is not PromiseKind.RECTIFY)
"""That a matter of many is put right is owed beyond the end of each case, by whoever puts it right."""
ANSWERED_BY_A_REPLY = (PromiseKind.CALL_BACK, PromiseKind.REPLY, PromiseKind.CLARIFY)
"""What is kept when the citizen has his answer. That a case goes to somebody is kept by its going there alone."""

_PERSONS = frozenset(kind.value for kind in (*COUNTS_AS_ANSWERED, PartyKind.CITIZEN))


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owes it: an official, a desk, or the staff of an office. name: as citizens are told."""

    name: str
    official_id: int | None = None
    desk_id: int | None = None
    office_id: int | None = None


def official_owns(official: Official) -> Owner:
    return Owner(official.name, official_id=official.pk)


def staff_own(line: Line | None, city_id: int) -> Owner:
    """The staff of the line's office; of the city when it came to no line."""
    return Owner(STAFF, office_id=line.official.office_id if line else city_id)


def line_owns(line: Line | None, city_id: int) -> Owner:
    """The line's official; the city's staff where there is no line."""
    return official_owns(line.official) if line else staff_own(None, city_id)


def call_owner(call: Call) -> Owner:
    """Who owes what the journal of a call promised."""
    if call.promise_owner_kind in {PartyKind.STAFF.value, PartyKind.DUTY.value} and call.promise_owner_id:
        return Owner(STAFF, desk_id=call.promise_owner_id)
    if call.promise_owner_kind in {PartyKind.OFFICIAL.value, PartyKind.DEPUTY.value} and call.promise_owner_id:
        return Owner(call.line.official.name if call.line else "", official_id=call.promise_owner_id)
    return line_owns(call.line, call.city_id)


def owed(case: Case, kind: PromiseKind, due_at: datetime, owner: Owner, *, at: datetime) -> Promise:
    """A new promise, not saved, with the instants of its clock."""
    times = clock(at, due_at, Urgency(case.urgency), china())
    return Promise(
        city_id=case.city_id,
        case=case,
        kind=kind.value,
        maker=owner.name,
        owner_official_id=owner.official_id,
        owner_desk_id=owner.desk_id,
        owner_office_id=owner.office_id,
        made_at=at,
        due_at=due_at,
        remind_at=times.remind_at,
        escalate_at=times.escalate_at,
        next_at=times.remind_at,
    )


def clock_of(one: Promise, urgency: Urgency) -> Clock:
    """The instants of a promise: as they were stored, or reckoned for one from before they were."""
    if one.remind_at is None or one.escalate_at is None:
        return clock(one.made_at, one.due_at, urgency, china())
    return Clock(one.remind_at, one.due_at, one.escalate_at)


def promise(case: Case, kind: PromiseKind, due_at: datetime, owner: Owner, *, at: datetime) -> Promise:
    """Promise it; an open promise of the same kind stands as it is, and no second one is made."""
    there = open_promises(case, (kind,)).first()
    if there is not None:
        return there
    made = owed(case, kind, due_at, owner, at=at)
    quick.insert(made)
    return made


def open_promises(case: Case, kinds: Iterable[PromiseKind] = ALL_KINDS) -> QuerySet[Promise]:
    """What is still owed on a case."""
    return Promise.objects.filter(
        case=case, kind__in=[kind.value for kind in kinds], kept_at=None, released_at=None
    ).order_by("due_at")


def keep_by_call(case: Case, call: Call, kinds: Iterable[PromiseKind], *, at: datetime) -> int:
    """A conversation keeps these promises, if it was one, and if it ended after they were made."""
    if not was_conversation(call):
        return 0
    kept = open_promises(case, kinds).filter(made_at__lt=call.ended_at)
    return kept.update(kept_at=at, evidence_call=call)


def keep_by_text(case: Case, text: Text, kinds: Iterable[PromiseKind], *, at: datetime) -> int:
    """A delivered text (or, for a clarification, the citizen's answer) keeps the promises made before it."""
    return open_promises(case, kinds).filter(made_at__lte=text.at).update(kept_at=at, evidence_text=text)


def keep_by_reply(case: Case, reply: Reply, kinds: Iterable[PromiseKind], *, at: datetime) -> int:
    """A filed reply keeps them where it was given on a call, or can be read on the matter's page only."""
    return open_promises(case, kinds).filter(made_at__lte=reply.at).update(kept_at=at, evidence_reply=reply)


def keep_by_transfer(case: Case, transfer: Transfer, *, at: datetime) -> int:
    """The case went where it was promised to go."""
    kept = open_promises(case, (PromiseKind.FORWARD,)).filter(made_at__lte=transfer.handed_at)
    return kept.update(kept_at=at, evidence_transfer=transfer)


def give_to(case: Case, kinds: Iterable[PromiseKind], owner: Owner) -> int:
    """Somebody else owes it now; what the citizen was told, and by whom, stands."""
    return open_promises(case, kinds).update(
        owner_official=owner.official_id, owner_desk_id=owner.desk_id, owner_office=owner.office_id
    )


def release(case: Case, reason: str, kinds: Iterable[PromiseKind] = ALL_KINDS, *, at: datetime) -> int:
    """What was owed falls away, with a reason."""
    return open_promises(case, kinds).update(released_at=at, released_reason=reason[:120])


def was_conversation(call: Call) -> bool:
    """Whether the citizen was spoken with on this call; a recorder is nobody."""
    by_a_person = call.answered_by_kind in _PERSONS and call.ended_at is not None
    return by_a_person and (call.talk_seconds or 0.0) >= EVIDENCE_TALK_SECONDS
