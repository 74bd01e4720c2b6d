"""A matter as the citizen sees it by its code: the same states and times as the officials see, no number and no name.

Refusal
├── NoSuchCode        nothing was given this code
└── TooManyLookups    this client guessed too often in the last hour
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Sum
from django.utils import timezone

from minhu.audit import privacy
from minhu.cases.models import Case, CodeLookup
from minhu.cases.status import STATES
from minhu.directory.models import Line
from minhu.intake.models import Call, WebMessage
from minhu.rules.errors import Refusal
from minhu.rules.words import CaseKind, CaseState, PromiseKind

MOST_MISSES = 20
MISSES_WITHIN = timedelta(hours=1)
_WINDOW = timedelta(minutes=10)


class NoSuchCode(Refusal):
    code = "no_such_code"
    words = "没有查到这个编号，请对照短信核对后再试。"


class TooManyLookups(Refusal):
    code = "too_many_lookups"
    words = "查询次数太多，请一小时后再试。"


@dataclass(frozen=True, slots=True)
class TrackedPromise:
    """What the citizen was told would happen. by: the official's name, or 工作人员."""

    kind: PromiseKind
    by: str
    made_at: datetime
    due_at: datetime
    kept_at: datetime | None
    attempts: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class TrackedReply:
    done: str
    done_by: str
    at: datetime
    score: int | None


@dataclass(frozen=True, slots=True)
class TrackedCase:
    """state_words: as it is said to people. official, title, office: who it is with; "" while nobody has it."""

    code: str
    state: CaseState
    state_words: str
    kind: CaseKind
    opened_at: datetime
    official: str
    title: str
    office: str
    first_contact_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    promises: tuple[TrackedPromise, ...] = ()
    replies: tuple[TrackedReply, ...] = ()


def by_code(code: str, client: str, *, at: datetime | None = None) -> TrackedCase:
    """The matter of a code. client: the network address of who asks; kept as a keyed hash, and only for misses.

    Raises: NoSuchCode, TooManyLookups.
    """
    at = at or timezone.now()
    key = privacy.lookup_key(f"client:{client}")
    lately = CodeLookup.objects.filter(client_key=key, window__gt=at - MISSES_WITHIN)
    if (lately.aggregate(misses=Sum("misses"))["misses"] or 0) >= MOST_MISSES:
        raise TooManyLookups
    found = _case(code, at) or _not_taken_in_yet(code, at)
    if found is None:
        window = datetime.fromtimestamp(at.timestamp() // _WINDOW.total_seconds() * _WINDOW.total_seconds(), UTC)
        CodeLookup.objects.get_or_create(client_key=key, window=window)
        CodeLookup.objects.filter(client_key=key, window=window).update(misses=F("misses") + 1)
        raise NoSuchCode
    return found


def case_id_of(code: str) -> int | None:
    """The case a code leads to: its own, or that of a call which joined it and was given another code."""
    own = Case.objects.filter(code=code).values_list("pk", flat=True).first()
    return own or Case.objects.filter(contacts__call__code=code).values_list("pk", flat=True).first()


def forget_lookups(*, at: datetime) -> None:
    """Misses older than a day are of no use."""
    CodeLookup.objects.filter(window__lt=at - timedelta(days=1)).delete()


def _case(code: str, at: datetime) -> TrackedCase | None:
    case = Case.objects.select_related("holder__office").filter(pk=case_id_of(code) or 0).first()
    if case is None:
        return None
    holder = case.holder
    state = CaseState(case.state)
    promises = case.promises.filter(released_at=None).order_by("made_at", "id")
    return TrackedCase(
        code=case.code,
        state=state,
        state_words=STATES[state],
        kind=CaseKind(case.kind),
        opened_at=case.opened_at,
        official=holder.name if holder else "",
        title=holder.title if holder else "",
        office=holder.office.name if holder else "",
        first_contact_at=case.first_contact_at,
        replied_at=case.replied_at,
        closed_at=case.closed_at,
        reopened=case.reopened,
        promises=tuple(
            TrackedPromise(
                PromiseKind(one.kind), one.maker, one.made_at, one.due_at, one.kept_at, one.attempts,
                one.kept_at is None and one.due_at < at,
            )
            for one in promises
        ),
        replies=tuple(
            TrackedReply(reply.done, reply.done_by, reply.at, rating.score if rating else None)
            for reply in case.replies.select_related("rating").order_by("at", "id")
            for rating in [getattr(reply, "rating", None)]
        ),
    )  # fmt: skip


def _not_taken_in_yet(code: str, at: datetime) -> TrackedCase | None:
    """A contact of a moment ago, which no job has made a case of: it can be followed from the first second."""
    message = WebMessage.objects.select_related("line__official__office").filter(code=code).first()
    if message is not None:
        return _fresh(code, CaseKind(message.kind), message.line, message.at, message.promise_due_at, at)
    call = Call.objects.select_related("line__official__office").filter(code=code).order_by("received_at").first()
    if call is None:
        return None
    return _fresh(code, CaseKind.REQUEST, call.line, call.received_at, call.promise_due_at, at)


def _fresh(
    code: str, kind: CaseKind, line: Line | None, opened_at: datetime, due_at: datetime | None, at: datetime
) -> TrackedCase:
    official = line.official if line else None
    name = official.name if official else "工作人员"
    owed = TrackedPromise(PromiseKind.CALL_BACK, name, opened_at, due_at, None, 0, due_at < at) if due_at else None
    return TrackedCase(
        code=code,
        state=CaseState.NEW,
        state_words=STATES[CaseState.NEW],
        kind=kind,
        opened_at=opened_at,
        official=official.name if official else "",
        title=official.title if official else "",
        office=official.office.name if official else "",
        promises=(owed,) if owed else (),
    )
