"""The one question by text about a matter that says neither where nor what; without an answer staff call."""

from __future__ import annotations

from datetime import datetime

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.models import Case, Promise
from minhu.cases.opening import tell
from minhu.intake import outbox, quick
from minhu.rules import access, deadlines
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.words import CaseState, Channel, PromiseKind


def ask_by_text(case: Case, *, at: datetime) -> Promise:
    """Staff will clear it up within a working day; meanwhile he is asked by text. Under the lock of the case."""
    case.state = after(CaseState(case.state), Act.CLARIFY).value
    case.save(update_fields=["state"])
    due_at = deadlines.add_working_days(at, deadlines.CLARIFY_DAYS, china())
    made = ledger.owed(case, PromiseKind.CLARIFY, due_at, ledger.staff_own(case.line, case.city_id), at=at)
    quick.insert(made)
    draft = outbox.Draft(template="clarify", variables={"code": case.code}, code=case.code, asked_for=True)
    tell(case, case.citizen, draft, key=f"clarify:{case.pk}", at=at)
    return made


def may_be_asked(case: Case) -> bool:
    """Whether a new matter that came by text, and was asked nothing yet, may be asked now that it was read."""
    if case.state != CaseState.NEW.value or case.citizen.number_sealed is None or case.first_contact_at is not None:
        return False
    if case.promises.filter(kind=PromiseKind.CLARIFY.value).exists():
        return False
    return set(case.contacts.values_list("channel", flat=True)) == {Channel.TEXT.value}


def ask_as_read(case: Case, *, at: datetime) -> bool:
    """The reader finds neither place nor thing in it: one question. Whether he was asked."""
    if not may_be_asked(case):
        return False
    owed = ask_by_text(case, at=at)
    trail.record(access.reader(case.city_id), "ask_clarification", case, due=owed.due_at)
    return True
