"""How a matter begins: from a call, a text, the form. Inside the transaction of whoever takes the contact in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.cases.models import Case, Contact
from minhu.directory.models import Line
from minhu.intake import codes, outbox, quick
from minhu.intake.citizens import thread_id_of
from minhu.intake.models import Call, Citizen, Text, Thread, WebMessage
from minhu.rules import access
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind, CaseState, Channel

WORKING = frozenset({CaseState.NEW, CaseState.CLARIFYING, CaseState.HELD, CaseState.REOPENED})
"""Somebody is at it: a second contact of the same citizen to the same line belongs to it."""

_LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Seed:
    """What a new case starts from. code: told to the citizen already; "" for a fresh one. kind_by: see Case."""

    city_id: int
    line: Line | None
    citizen_id: int
    at: datetime
    code: str = ""
    kind: CaseKind = CaseKind.REQUEST
    body: str = ""
    place: str = ""
    confidential: bool = False
    state: CaseState = CaseState.NEW
    kind_by: str = ""


def new_case(seed: Seed) -> Case:
    """A case, not saved. The line's official holds it."""
    body = storable(seed.body, MAX_BODY)
    return Case(
        city_id=seed.city_id,
        code=seed.code or codes.allot()[0],
        line=seed.line,
        citizen_id=seed.citizen_id,
        holder=seed.line.official if seed.line else None,
        kind=seed.kind.value,
        kind_by=seed.kind_by,
        state=seed.state.value,
        title=title_of(body),
        body=body,
        place=seed.place,
        confidential=seed.confidential,
        opened_at=seed.at,
    )


def open_case(seed: Seed) -> Case:
    """A new case, saved."""
    case = new_case(seed)
    quick.insert(case)
    return case


def title_of(body: str) -> str:
    """The first words of a matter."""
    first = body.strip().splitlines()[0] if body.strip() else ""
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1] + "…"


WORDS = ("body", "title", "read_at")
"""The columns that new words change."""


def add_words(case: Case, words: str) -> None:
    """The citizen said more; the matter's words grow and are to be read anew, not saved (``WORDS``)."""
    case.body = storable("\n".join(filter(None, (case.body, words.strip()))), MAX_BODY)
    case.title, case.read_at = case.title or title_of(case.body), None


def of_call(case: Case, call: Call) -> Contact:
    return Contact(case=case, channel=Channel.CALL.value, call=call, at=call.received_at)


def of_text(case: Case, text: Text, meaning: str) -> Contact:
    return Contact(case=case, channel=Channel.TEXT.value, text=text, meaning=meaning, at=text.at)


def of_web(case: Case, message: WebMessage) -> Contact:
    return Contact(case=case, channel=Channel.WEB.value, web=message, at=message.at)


def tell(case: Case, citizen: Citizen, draft: outbox.Draft, *, key: str, at: datetime, first: bool = False) -> Text:
    """Queue a text to the citizen about his matter, in the thread of its line. first: nothing was texted on it yet."""
    thread = Thread(
        pk=thread_id_of(case.city_id, case.line_id, citizen.pk, at),
        city_id=case.city_id,
        line_id=case.line_id,
        citizen=citizen,
    )
    return outbox.queue(thread, draft, key=key, by=access.system(case.city_id), at=at, first=first)
