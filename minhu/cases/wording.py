"""Prepared texts: what may stand in them, and putting it in."""

from __future__ import annotations

from datetime import datetime

from minhu.cases.ledger import open_promises
from minhu.cases.models import Case
from minhu.rules.access import Viewer
from minhu.rules.texts import say_time
from minhu.rules.words import PromiseKind


def placeholders(case: Case | None, viewer: Viewer, at: datetime) -> dict[str, str]:
    """What may stand in a prepared text, in braces: who writes, the official and his office, until when, the code."""
    owed = open_promises(case, (PromiseKind.CALL_BACK, PromiseKind.REPLY)).first() if case else None
    official = (case.holder or (case.line.official if case.line else None)) if case else None
    due = say_time(owed.due_at, at) if owed else ""
    return {
        "who": viewer.name,
        "name": viewer.name,
        "official": official.name if official else "",
        "title": official.title if official else "",
        "office": official.office.name if official else "",
        "place": case.place if case else "",
        "due": due,
        "until": due,
        "code": case.code if case else "",
    }


def filled(body: str, values: dict[str, str]) -> str:
    """The words with the values put in; a placeholder that is none stays as it is."""
    for name, value in values.items():
        body = body.replace("{" + name + "}", value)
    return body
