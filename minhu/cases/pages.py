"""One case, one call, one thread, as officials and staff see them. Raises NotYours for what is not the viewer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from minhu.cases.authority import complaints_kept_from, seen, seen_case
from minhu.cases.handled import AdditionRow, AttachmentRow, ExtensionRow, JoinedRow, TransferRow, acts_of, handled
from minhu.cases.models import Case
from minhu.cases.opening import WORKING
from minhu.cases.rows import (
    TEXT_JOINS,
    CallRow,
    PromiseRow,
    TextRow,
    call_row,
    call_rows,
    hidden_among,
    promise_rows,
    shown,
    text_rows,
)
from minhu.intake import confirming
from minhu.intake.models import Call, Recording, Text, Thread
from minhu.intake.scope import OF_CITIZENS, NotYours, require, scope_of
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.words import CaseKind, CaseState, Door, StepKind, Urgency


@dataclass(frozen=True, slots=True)
class NoteRow:
    body: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """score: the citizen's rating of it; words: what he added."""

    done: str
    done_by: str
    by: str
    at: datetime
    by_call: UUID | None
    text_state: str
    score: int | None
    words: str
    rated_at: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that happened. acts: what its state allows the viewer now. promises: open and kept, by due time.

    with_unit: whom it is handed to now, "" when the official works on it himself. transfers_left: how often it may
    still be handed over. forward_due_at: until when, if it is to be. parent_id, joined: cases of the same matter, of
    which the viewer sees these. unreachable: he was tried often enough for a reply without contact. may_go_up: the
    citizen may turn to the next higher leader.
    """

    id: int
    code: str
    state: CaseState
    kind: CaseKind
    urgent: bool
    confidential: bool
    title: str
    body: str
    place: str
    who: str
    masked: str
    name: str
    citizen_id: int
    has_number: bool
    number_confirmed: bool
    line_id: int | None
    line: str
    official: str
    holder_id: int | None
    holder: str
    opened_at: datetime
    first_contact_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    reopened: int
    thread_id: int | None
    acts: frozenset[Act]
    promises: tuple[PromiseRow, ...]
    calls: tuple[CallRow, ...]
    texts: tuple[TextRow, ...]
    web: tuple[datetime, ...]
    replies: tuple[ReplyRow, ...]
    notes: tuple[NoteRow, ...]
    door: Door | None
    with_unit: str
    transfers: tuple[TransferRow, ...]
    transfers_left: int
    forward_due_at: datetime | None
    extension: ExtensionRow | None
    attempts: tuple[datetime, ...]
    unreachable: bool
    attachments: tuple[AttachmentRow, ...]
    additions: tuple[AdditionRow, ...]
    avoids: tuple[str, ...]
    named: tuple[str, ...]
    parent_id: int | None
    joined: tuple[JoinedRow, ...]
    may_go_up: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the journal; detail as the switch wrote it, without numbers."""

    at: datetime
    kind: StepKind
    party_kind: str
    party_id: int | None
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """peaks: how loud it is over its length, a byte a bar; empty where that was not drawn."""

    id: int
    file: str
    seconds: float
    recorded_at: datetime
    peaks: bytes = b""

    @property
    def bars(self) -> tuple[tuple[int, int, int], ...]:
        """Each bar of the drawing: from the left, from the top, and its height, of 40."""
        heights = [max(2, peak * 40 // 255) for peak in self.peaks]
        return tuple((at * 4, 20 - height // 2, height) for at, height in enumerate(heights))


@dataclass(frozen=True, slots=True)
class CallPage:
    """A call with its journal. may_wrap_up: somebody spoke, and it is not written up yet."""

    call: CallRow
    citizen_id: int | None
    reason: str
    diversion: str
    steps: tuple[StepRow, ...]
    recordings: tuple[RecordingRow, ...]
    texts: tuple[TextRow, ...]
    note: str
    may_wrap_up: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """All texts between a citizen and a line, oldest first. case_id: of the matter open now, or the latest."""

    id: int
    who: str
    citizen_id: int
    line_id: int | None
    line: str
    official: str
    texts: tuple[TextRow, ...]
    case_id: int | None


def case_page(viewer: Viewer, case_id: int, at: datetime | None = None) -> CasePage:
    """Raises: NotYours."""
    at = at or timezone.now()
    case = seen_case(viewer, case_id)
    thread = Thread.objects.filter(citizen=case.citizen, line=case.line).first()
    told = Text.objects.filter(thread=thread, code=case.code).values("pk")
    texts = Text.objects.filter(pk__in=told.union(case.contacts.filter(text__isnull=False).values("text")))
    texts = texts.exclude(complaints_kept_from(viewer))
    contacts = list(case.contacts.filter(web__isnull=False).order_by("at"))
    return CasePage(
        id=case.pk,
        code=case.code,
        state=CaseState(case.state),
        kind=CaseKind(case.kind),
        urgent=case.urgency == Urgency.URGENT.value,
        confidential=case.confidential,
        title=case.title,
        body=case.body,
        place=case.place,
        who=shown(case.citizen),
        masked=case.citizen.masked,
        name=case.citizen.name or _typed_name(case),
        citizen_id=case.citizen_id,
        has_number=case.citizen.number_sealed is not None,
        number_confirmed=any(one.web_id for one in contacts) and confirming.is_confirmed(case.code),
        line_id=case.line_id,
        line=case.line.number if case.line else "",
        official=case.line.official.name if case.line else "",
        holder_id=case.holder_id,
        holder=case.holder.name if case.holder else "",
        opened_at=case.opened_at,
        first_contact_at=case.first_contact_at,
        replied_at=case.replied_at,
        closed_at=case.closed_at,
        reopened=case.reopened,
        thread_id=thread.pk if thread else None,
        acts=acts_of(viewer, case),
        promises=promise_rows(case.promises.all(), at),
        calls=call_rows(Call.objects.filter(contact__case=case).order_by("received_at"), viewer),
        texts=text_rows(texts.select_related(*TEXT_JOINS).order_by("at", "id")),
        web=tuple(one.at for one in contacts),
        replies=_replies(case),
        notes=tuple(
            NoteRow(note.body, str(note.by) if note.by else "", note.at)
            for note in case.notes.select_related("by").order_by("at", "id")
        ),
        door=Door(case.door) if case.door else None,
        **handled(viewer, case, at),
    )


def call_page(viewer: Viewer, call_id: UUID) -> CallPage:
    """Raises: NotYours."""
    calls = Call.objects.select_related("citizen", "line__official__office", "contact__case", "wrap_up")
    try:
        call = calls.prefetch_related("recordings__peaks").get(OF_CITIZENS, pk=call_id)
    except Call.DoesNotExist:
        raise NotYours from None
    require(viewer, call.line, call.city_id)
    row, wrapped = call_row(call), getattr(call, "wrap_up", None)
    if row.case_id is not None and hidden_among(viewer, {row.case_id}):
        raise NotYours
    texts = Text.objects.filter(call=call).select_related(*TEXT_JOINS).order_by("at", "id")
    return CallPage(
        call=row,
        citizen_id=call.citizen_id,
        reason=call.reason,
        diversion=call.diversion,
        steps=tuple(
            StepRow(step.at, StepKind(step.kind), step.party_kind, step.party_id, dict(step.detail))
            for step in call.steps.order_by("seq")
        ),
        recordings=tuple(
            RecordingRow(one.pk, one.file, one.seconds, one.recorded_at, _peaks_of(one))
            for one in call.recordings.all()
            if one.file
        ),
        texts=text_rows(texts),
        note=wrapped.note if wrapped else "",
        may_wrap_up=wrapped is None and bool(call.answered_by_kind) and call.ended_at is not None,
    )


def thread_page(viewer: Viewer, thread_id: int) -> ThreadPage:
    """Raises: NotYours."""
    threads = Thread.objects.filter(scope_of(viewer).lines()).select_related("citizen", "line__official")
    thread = threads.filter(pk=thread_id).first()
    if thread is None:
        raise NotYours
    about = Case.objects.filter(citizen=thread.citizen, line=thread.line)
    hidden = about.exclude(seen(viewer))
    texts = thread.texts.exclude(contact__case__in=hidden).exclude(code__in=hidden.values("code"))
    if not texts.exists() and thread.texts.exists():
        raise NotYours
    texts = texts.exclude(complaints_kept_from(viewer))
    cases = about.filter(seen(viewer)).order_by("-opened_at")
    working = cases.filter(state__in=[state.value for state in WORKING]).first() or cases.first()
    return ThreadPage(
        id=thread.pk,
        who=shown(thread.citizen),
        citizen_id=thread.citizen_id,
        line_id=thread.line_id,
        line=thread.line.number if thread.line else "",
        official=thread.line.official.name if thread.line else "",
        texts=text_rows(texts.select_related(*TEXT_JOINS).order_by("at", "id")),
        case_id=working.pk if working else None,
    )


def citizen_of(viewer: Viewer, case_id: int) -> int:
    """The citizen of a case the viewer may see. Raises: NotYours."""
    return seen_case(viewer, case_id).citizen_id


def _typed_name(case: Case) -> str:
    names = case.contacts.filter(web__isnull=False).values_list("web__name", flat=True)
    return next(filter(None, names), "")


def _replies(case: Case) -> tuple[ReplyRow, ...]:
    rows = []
    for reply in case.replies.select_related("rating", "text", "by").order_by("at", "id"):
        rating = getattr(reply, "rating", None)
        rows.append(
            ReplyRow(
                done=reply.done,
                done_by=reply.done_by,
                by=str(reply.by) if reply.by else "",
                at=reply.at,
                by_call=reply.call_id,
                text_state=reply.text.state if reply.text else "",
                score=rating.score if rating else None,
                words=rating.words if rating else "",
                rated_at=rating.at if rating else None,
            )
        )
    return tuple(rows)


def _peaks_of(recording: Recording) -> bytes:
    return bytes(recording.peaks.bars) if hasattr(recording, "peaks") else b""
