"""Rows as pages show them: frozen values, the citizen masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from minhu.cases.authority import seen
from minhu.cases.ledger import STAFF
from minhu.cases.models import Case, Contact, Promise
from minhu.intake.models import Call, Citizen, Recording, Text
from minhu.rules.access import Viewer
from minhu.rules.onetime import hidden
from minhu.rules.texts import render
from minhu.rules.words import CaseState, Outcome, PromiseKind, Urgency


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """Something owed. who: the citizen, by name or masked number. about: what is known of the matter, "" if nothing.

    maker: who said so. owner: who owes it now, by name. may_call: the citizen has a number. contacts: how often he was
    in touch. evidence: what kept it: call, text, reply or transfer; "" while it is owed. rung: how far its time has run
    and was told (80, 100, 120). was_due_at: before more time was given. window_*: when the citizen wants to be called.
    """

    id: int
    kind: PromiseKind
    case_id: int
    code: str
    state: CaseState
    urgent: bool
    confidential: bool
    who: str
    about: str
    made_at: datetime
    due_at: datetime
    overdue: bool
    attempts: int
    last_attempt_at: datetime | None
    kept_at: datetime | None
    released_at: datetime | None
    evidence: str
    rung: int
    was_due_at: datetime | None
    window_from: datetime | None
    window_until: datetime | None
    maker: str
    owner: str
    owner_official_id: int | None
    line_id: int | None
    line: str
    official: str
    may_call: bool
    contacts: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. at: when it came. official, line: whose published number. outcome: of its wrap-up, if any."""

    id: UUID
    at: datetime
    who: str
    direction: str
    state: str
    line_id: int | None
    line: str
    official: str
    answered_by_kind: str
    answered_by: str
    answered_at: datetime | None
    ended_at: datetime | None
    ring_seconds: float | None
    talk_seconds: float | None
    promise_due_at: datetime | None
    outcome: Outcome | None
    case_id: int | None
    code: str
    about: str
    recording_id: int | None


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text. ours: it went out. by: who wrote it, "" for the software.

    said: the shorter words that went in place of the body, where the gateway takes no longer ones.
    """

    id: int
    thread_id: int
    at: datetime
    ours: bool
    body: str
    state: str
    by: str
    who: str
    line: str
    official: str
    fault: str
    gap: bool
    case_id: int | None
    said: str = ""


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A message left with the recorder."""

    recording_id: int
    call_id: UUID
    case_id: int | None
    at: datetime
    seconds: float
    who: str
    line: str
    official: str


def shown(citizen: Citizen | None) -> str:
    """How a citizen is called on a page."""
    return (citizen.name or citizen.masked if citizen else "") or _("未显示号码")


_OWNERS = ("case__extension", "owner_official", "owner_office")


def promise_rows(promises: QuerySet[Promise], at: datetime, *, most: int | None = None) -> tuple[PromiseRow, ...]:
    """The overdue first: in the order of their due times. most: only so many of them."""
    if most is not None:  # picked alone: to carry all that is joined through the sorting costs more than asking twice
        picked = list(promises.order_by("due_at", "pk").values_list("pk", flat=True)[:most])
        promises = Promise.objects.filter(pk__in=picked)
    rows = promises.select_related("case__citizen", "case__line__official", *_OWNERS)
    found = sorted(rows.order_by(), key=lambda one: (one.due_at, one.pk))
    contacts: dict[int, int] = {}
    for case_id in Contact.objects.filter(case__in={one.case_id for one in found}).values_list("case_id", flat=True):
        contacts[case_id] = contacts.get(case_id, 0) + 1
    return tuple(_promise_row(one, contacts.get(one.case_id, 0), at) for one in found)


def _promise_row(one: Promise, contacts: int, at: datetime) -> PromiseRow:
    case: Case = one.case
    line, extension = case.line, getattr(case, "extension", None)
    return PromiseRow(
        id=one.pk,
        kind=PromiseKind(one.kind),
        case_id=case.pk,
        code=case.code,
        state=CaseState(case.state),
        urgent=case.urgency == Urgency.URGENT.value,
        confidential=case.confidential,
        who=shown(case.citizen),
        about=case.title,
        made_at=one.made_at,
        due_at=one.due_at,
        overdue=one.kept_at is None and one.released_at is None and one.due_at < at,
        attempts=one.attempts,
        last_attempt_at=one.last_attempt_at,
        kept_at=one.kept_at,
        released_at=one.released_at,
        evidence=_evidence(one),
        rung=one.rung,
        was_due_at=extension.was_due_at if extension is not None and extension.promise_id == one.pk else None,
        window_from=one.window_from,
        window_until=one.window_until,
        maker=one.maker,
        owner=_owner(one),
        owner_official_id=one.owner_official_id,
        line_id=case.line_id,
        line=line.number if line else "",
        official=line.official.name if line else "",
        may_call=case.citizen.number_sealed is not None and one.kept_at is None,
        contacts=contacts,
    )


def _owner(one: Promise) -> str:
    if one.owner_official is not None:
        return one.owner_official.name
    unit = one.owner_office
    return unit.name if unit is not None and unit.pk != one.city_id and one.maker != STAFF else one.maker


def _evidence(one: Promise) -> str:
    kept_by = {
        "call": one.evidence_call_id,
        "text": one.evidence_text_id,
        "reply": one.evidence_reply_id,
        "transfer": one.evidence_transfer_id,
    }
    return next((name for name, found in kept_by.items() if found is not None), "")


def call_rows(calls: QuerySet[Call], viewer: Viewer) -> tuple[CallRow, ...]:
    """Calls with what the viewer may know of them, in the order given."""
    rows = calls.select_related("citizen", "line__official", "contact__case", "wrap_up").prefetch_related(
        Prefetch("recordings", Recording.objects.exclude(file="").order_by("id"))
    )
    found = list(rows)
    cases = {call.contact.case_id for call in found if hasattr(call, "contact")}
    hidden = hidden_among(viewer, cases)
    return tuple(call_row(call, hidden) for call in found)


def hidden_among(viewer: Viewer, case_ids: Collection[int]) -> frozenset[int]:
    """Which of these cases the viewer may not see."""
    if not case_ids:
        return frozenset()
    shown_ids = Case.objects.filter(seen(viewer), pk__in=case_ids).values_list("pk", flat=True)
    return frozenset(case_ids) - frozenset(shown_ids)


def call_row(call: Call, hidden: Collection[int] = ()) -> CallRow:
    """A call; of one that belongs to a hidden case, no more than that it came."""
    contact = getattr(call, "contact", None)
    if contact is not None and contact.case_id in hidden:
        return replace(call_row_of(call, None), code="", recording_id=None)
    return call_row_of(call, contact)


def call_row_of(call: Call, contact: Contact | None) -> CallRow:
    wrapped = getattr(call, "wrap_up", None)
    recording = next(iter(call.recordings.all()), None)
    return CallRow(
        id=call.pk,
        at=call.received_at,
        who=shown(call.citizen),
        direction=call.direction,
        state=call.state,
        line_id=call.line_id,
        line=call.line.number if call.line else call.dialled,
        official=call.line.official.name if call.line else "",
        answered_by_kind=call.answered_by_kind,
        answered_by=call.answered_by_name,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        ring_seconds=call.ring_seconds,
        talk_seconds=call.talk_seconds,
        promise_due_at=call.promise_due_at,
        outcome=Outcome(wrapped.outcome) if wrapped else None,
        case_id=contact.case_id if contact else None,
        code=contact.case.code if contact else call.code,
        about=contact.case.title if contact else "",
        recording_id=recording.pk if recording else None,
    )


def text_rows(texts: Iterable[Text]) -> tuple[TextRow, ...]:
    """Texts, loaded with thread, citizen, line, official, contact and writer."""
    return tuple(_text_row(text) for text in texts)


def _text_row(text: Text) -> TextRow:
    line, contact = text.thread.line, getattr(text, "contact", None)
    one_time = str(text.variables.get("number", "")) if text.template == "number_code" else ""
    return TextRow(
        id=text.pk,
        thread_id=text.thread_id,
        at=text.at,
        ours=text.direction == "outbound",
        body=hidden(text.body, one_time),
        state=text.state,
        by=str(text.written_by) if text.written_by else "",
        who=shown(text.thread.citizen),
        line=line.number if line else "",
        official=line.official.name if line else "",
        fault=text.fault,
        gap=text.gap,
        case_id=contact.case_id if contact else None,
        said=hidden(render(text.sent_as, text.variables, at=text.at), one_time) if text.sent_as else "",
    )


TEXT_JOINS = ("thread__citizen", "thread__line__official", "contact", "written_by")
