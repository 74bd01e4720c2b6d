"""What people see of matters: Today for an official, the queue for staff, pages, and the citizen's view by code.

Each takes the viewer and returns only what he may see; a page of what is not his answers NotYours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from minhu.cases.attaching import open_attachment
from minhu.cases.authority import complaints_kept_from, hidden_from, of_seen
from minhu.cases.by_code import open_by_code
from minhu.cases.listening import listen
from minhu.cases.models import Contact, Promise
from minhu.cases.owing import (
    Desk,
    DeskRow,
    Ledger,
    LedgerPart,
    NoticeRow,
    canned_replies,
    desk,
    due_today,
    ledger,
    notices,
)
from minhu.cases.pages import CallPage, CasePage, ThreadPage, call_page, case_page, citizen_of, thread_page
from minhu.cases.ringing import Ringing, ringing
from minhu.cases.rows import (
    TEXT_JOINS,
    CallRow,
    PromiseRow,
    TextRow,
    VoiceRow,
    call_rows,
    promise_rows,
    shown,
    text_rows,
)
from minhu.cases.tracking import NoSuchCode, TooManyLookups, TrackedCase, TrackedPromise, TrackedReply, by_code
from minhu.directory.models import QuickReply
from minhu.intake.gateways import own_words_go
from minhu.intake.models import Call, Recording, Text
from minhu.intake.scope import OF_CITIZENS, scope_of
from minhu.rules import deadlines
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import local
from minhu.rules.words import COUNTS_AS_ANSWERED, Direction, PartyKind, PromiseKind, TextState

__all__ = [
    "CallPage", "CallRow", "CasePage", "Desk", "DeskRow", "Ledger", "LedgerPart", "NoSuchCode", "NoticeRow",
    "PromiseRow", "Queue", "Ringing", "TextRow", "ThreadPage", "Today", "TooManyLookups", "TrackedCase",
    "TrackedPromise", "TrackedReply", "VoiceRow", "by_code", "call_page", "calls_of_day", "canned_replies",
    "case_page", "citizen_of", "desk", "due_today", "ledger", "listen", "notices", "open_attachment",
    "open_by_code", "owed", "ringing", "staff_queue", "thread_page", "today",
]  # fmt: skip

WRAP_UP_SHOWN_FOR = timedelta(days=7)
VOICE_SHOWN_FOR = timedelta(days=7)
LONGEST_CALL = timedelta(days=1)
"""No call lasts longer; so calls are sought by when they came, which they are sorted by."""
_MOST_ROWS, _MOST_WAITING = 200, 100
_IN_PERSON = [kind.value for kind in COUNTS_AS_ANSWERED]


@dataclass(frozen=True, slots=True)
class Tallies:
    """来电, 已接, 待回, 超时: of the day's inbound calls, and of promises open now."""

    calls: int
    answered: int
    owed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class QuickReplyTo:
    """The call a tapped quick reply goes to: the one ringing, else the latest that nobody answered."""

    call_id: UUID
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class QuickReplyRow:
    id: int
    label: str
    body: str


@dataclass(frozen=True, slots=True)
class Today:
    """An official's day. due_today: what he or his offices promised for today and still owe.

    promises: callbacks and replies owed in his name, by due time. calls: latest first.
    """

    at: datetime
    due_today: int
    tallies: Tallies
    ringing: tuple[Ringing, ...]
    promises: tuple[PromiseRow, ...]
    to_wrap_up: tuple[CallRow, ...]
    calls: tuple[CallRow, ...]
    quick_reply_to: QuickReplyTo | None
    quick_replies: tuple[QuickReplyRow, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for staff, the overdue first.

    ringing: calls to their lines that are on their way.
    due_today: promises of their offices that fall due on this day. callbacks: owed by anybody in the viewer's offices.
    clarifications: unclear matters to call about. unassigned: matters that came to no line. to_wrap_up: answered calls
    that the official has not written up in four working hours. unknown_texts: to numbers that are not published.
    in_doubt: texts that may or may not have gone, or failed.
    """

    at: datetime
    ringing: tuple[Ringing, ...]
    due_today: int
    callbacks: tuple[PromiseRow, ...]
    clarifications: tuple[PromiseRow, ...]
    unassigned: tuple[PromiseRow, ...]
    to_wrap_up: tuple[CallRow, ...]
    unknown_texts: tuple[TextRow, ...]
    voice_messages: tuple[VoiceRow, ...]
    in_doubt: tuple[TextRow, ...]


def today(viewer: Viewer, at: datetime) -> Today:
    """The viewer's own lines if he is an official, else those of his offices."""
    calls = calls_of_day(viewer, at)
    inbound = [call for call in calls if call.direction == Direction.INBOUND.value]
    promises = owed(viewer, at)
    on_the_way = ringing(viewer, _my_calls(viewer))
    return Today(
        at=at,
        due_today=due_today(viewer, at),
        tallies=Tallies(
            calls=len(inbound),
            answered=sum(call.answered_by_kind in _IN_PERSON for call in inbound),
            owed=len(promises),
            overdue=sum(promise.overdue for promise in promises),
        ),
        ringing=on_the_way,
        promises=promises,
        to_wrap_up=call_rows(_not_wrapped_up(viewer, at).order_by("-answered_at")[:20], viewer),
        calls=calls,
        quick_reply_to=_quick_reply_to(on_the_way, inbound),
        quick_replies=_quick_replies(viewer) if own_words_go() else (),
    )


def owed(viewer: Viewer, at: datetime) -> tuple[PromiseRow, ...]:
    """Callbacks and replies owed: by the official himself if the viewer is one, else by anybody he answers for."""
    mine = _open_promises(viewer).filter(kind__in=[PromiseKind.CALL_BACK.value, PromiseKind.REPLY.value])
    if viewer.official_id is not None:
        mine = mine.filter(Q(owner_official=viewer.official_id) | Q(case__line__official=viewer.official_id))
    return promise_rows(mine, at, most=_MOST_WAITING)


def calls_of_day(viewer: Viewer, at: datetime) -> tuple[CallRow, ...]:
    """The legal day's calls, latest first."""
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return call_rows(
        _my_calls(viewer)
        .filter(received_at__gte=midnight, received_at__lt=midnight + timedelta(days=1))
        .order_by("-received_at")[:_MOST_ROWS],
        viewer,
    )


def staff_queue(viewer: Viewer, at: datetime) -> Queue:
    """Everything that waits for staff of the viewer's offices."""
    scope, open_promises = scope_of(viewer), _open_promises(viewer)
    late = [
        call
        for call in call_rows(_not_wrapped_up(viewer, at).order_by("answered_at")[:_MOST_WAITING], viewer)
        if call.answered_at and deadlines.wrap_up_due(call.answered_at, china()) <= at
    ]
    hidden = hidden_from(viewer)
    texts = Text.objects.filter(scope.lines("thread__line")).exclude(contact__case__in=hidden)
    texts = texts.exclude(code__in=hidden.values("code")).exclude(complaints_kept_from(viewer))
    texts = texts.select_related(*TEXT_JOINS)
    unknown = texts.filter(thread__line=None, direction=Direction.INBOUND.value, contact=None, settled_at=None)
    in_doubt = Text.objects.filter(state=TextState.UNKNOWN.value, attempt_at__gt=at - VOICE_SHOWN_FOR).values("pk")
    failed = Text.objects.filter(state=TextState.FAILED.value, settled_at__gt=at - timedelta(days=1)).values("pk")
    doubt = texts.filter(pk__in=in_doubt.union(failed))
    to_call_back = open_promises.filter(kind=PromiseKind.CALL_BACK.value)
    to_clarify = open_promises.filter(kind=PromiseKind.CLARIFY.value)
    return Queue(
        at=at,
        ringing=ringing(viewer, _my_calls(viewer)),
        due_today=due_today(viewer, at),
        callbacks=promise_rows(to_call_back.filter(case__holder__isnull=False), at, most=_MOST_WAITING),
        clarifications=promise_rows(to_clarify, at, most=_MOST_WAITING),
        unassigned=promise_rows(open_promises.filter(case__holder=None), at, most=_MOST_WAITING),
        to_wrap_up=tuple(late),
        unknown_texts=text_rows(unknown.order_by("at")[:_MOST_ROWS]),
        voice_messages=_voices(viewer, at),
        in_doubt=text_rows(doubt.order_by("-at")[:_MOST_ROWS]),
    )


def _my_calls(viewer: Viewer) -> QuerySet[Call]:
    """An official's Today is of his own lines, also when he is somebody's superior."""
    calls = Call.objects.filter(scope_of(viewer).lines(), OF_CITIZENS)
    if viewer.official_id is not None:
        calls = calls.filter(line__official=viewer.official_id)
    return calls


def _open_promises(viewer: Viewer) -> QuerySet[Promise]:
    return Promise.objects.filter(of_seen(viewer), city_id=viewer.city_id, kept_at=None, released_at=None)


def _not_wrapped_up(viewer: Viewer, at: datetime) -> QuerySet[Call]:
    """Calls on which somebody spoke with a citizen and that say nothing yet of what came of it."""
    spoke = [*_IN_PERSON, PartyKind.CITIZEN.value]
    return _my_calls(viewer).filter(
        received_at__gt=at - WRAP_UP_SHOWN_FOR - LONGEST_CALL,
        answered_by_kind__in=spoke,
        ended_at__isnull=False,
        answered_at__gt=at - WRAP_UP_SHOWN_FOR,
        wrap_up=None,
    )


def _quick_reply_to(rings: tuple[Ringing, ...], inbound: list[CallRow]) -> QuickReplyTo | None:
    if rings:
        return QuickReplyTo(rings[0].id, rings[0].received_at, rings[0].who)
    missed = next((call for call in inbound if call.ended_at and call.answered_by_kind not in _IN_PERSON), None)
    return QuickReplyTo(missed.id, missed.at, missed.who) if missed else None


def _quick_replies(viewer: Viewer) -> tuple[QuickReplyRow, ...]:
    offered = Q(official=None)
    if viewer.official_id is not None:
        offered |= Q(official=viewer.official_id)
    rows = QuickReply.objects.filter(offered, city_id=viewer.city_id).order_by("order", "id")
    return tuple(QuickReplyRow(row.pk, row.label, row.body) for row in rows[:12])


def _voices(viewer: Viewer, at: datetime) -> tuple[VoiceRow, ...]:
    """Messages of recent days on matters where nobody has spoken with the citizen yet."""
    recordings = Recording.objects.filter(
        scope_of(viewer).lines("call__line"),
        call__direction=Direction.INBOUND.value,
        call__received_at__gt=at - VOICE_SHOWN_FOR - LONGEST_CALL,
        recorded_at__gt=at - VOICE_SHOWN_FOR,
        seconds__gt=0,
    ).exclude(call__contact__case__first_contact_at__isnull=False)
    recordings = recordings.exclude(call__contact__case__in=hidden_from(viewer))
    found = recordings.select_related("call__citizen", "call__line__official").order_by("recorded_at")[:_MOST_ROWS]
    cases = dict(Contact.objects.filter(call__in=[one.call_id for one in found]).values_list("call_id", "case_id"))
    return tuple(
        VoiceRow(
            recording_id=one.pk,
            call_id=one.call_id,
            case_id=cases.get(one.call_id),
            at=one.recorded_at,
            seconds=one.seconds,
            who=shown(one.call.citizen),
            line=one.call.line.number if one.call.line else "",
            official=one.call.line.official.name if one.call.line else "",
        )
        for one in found
    )
