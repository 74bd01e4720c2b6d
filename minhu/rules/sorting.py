"""Of what kind a matter is and whether it can wait: who may say so, and what of it changes a due time.

Software proposes, people decide: what a person said is never overwritten by a reader, and a reader may say that a
matter cannot wait, never that it can.
"""

from __future__ import annotations

from datetime import datetime

from minhu.rules import deadlines
from minhu.rules.calendar import WorkingCalendar
from minhu.rules.words import CaseKind, PromiseKind, SaidBy, Urgency

_WEIGHT = {"": 0, SaidBy.READER.value: 1, SaidBy.CITIZEN.value: 2, SaidBy.PERSON.value: 3}


def may_say(by: SaidBy, before: str) -> bool:
    """Whether what was said by ``before`` ("" for nobody) may be said anew by ``by``."""
    return _WEIGHT[by.value] >= _WEIGHT[before]


def reader_may_raise(before: Urgency, to: Urgency) -> bool:
    """A reader raises urgency and never lowers it."""
    return before is Urgency.NORMAL and to is Urgency.URGENT


def brought_forward(
    owed: PromiseKind, kind: CaseKind, urgency: Urgency, made_at: datetime, at: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """When a promise would be due, had it been known at once what the matter is; None where that changes nothing.

    made_at: of the promise; at: when it became known. A citizen is never told a later time this way.
    """
    match owed:
        case PromiseKind.CALL_BACK if urgency is Urgency.URGENT:
            return deadlines.first_contact_due(urgency, at, calendar)
        case PromiseKind.REPLY:
            due_at = deadlines.reply_due(kind, made_at, calendar, urgency)
            return due_at if due_at > at else None
        case _:
            return None
