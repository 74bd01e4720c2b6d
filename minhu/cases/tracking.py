"""A matter as the citizen sees it by its code: the same states and times as the officials see, no number and no name.

Refusal
├── NoSuchCode        nothing was given this code
├── TooManyLookups    this client guessed too often in the last hour
└── NotTakenInYet     it came a moment ago: it can be followed, and nothing can be done with it yet
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from django.db.models import F, Q, Sum
from django.utils import timezone

from minhu.audit import privacy
from minhu.cases import ledger
from minhu.cases.models import Case, CodeLookup, Extension, Transfer
from minhu.cases.status import STATES
from minhu.directory.models import Line
from minhu.intake.models import Call, WebMessage
from minhu.rules.casework import Act
from minhu.rules.errors import Refusal
from minhu.rules.keeping import ERASED
from minhu.rules.words import OPEN, CaseKind, CaseState, Door, PromiseKind

MOST_MISSES = 20
MISSES_WITHIN = timedelta(hours=1)
_WINDOW = timedelta(minutes=10)


class NoSuchCode(Refusal):
    code = "no_such_code"
    words = "没有查到这个编号，请对照短信核对后再试。"


class TooManyLookups(Refusal):
    code = "too_many_lookups"
    words = "查询次数太多，请一小时后再试。"


class NotTakenInYet(Refusal):
    code = "not_taken_in_yet"
    words = "您的事项刚刚收到，正在登记，请一分钟后再试。"


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
class TrackedTransfer:
    """To whom it was handed: the unit's or deputy's name, or 12345热线. ended_at: it is no longer with them."""

    to: str
    handed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrackedExtension:
    """More time, and why."""

    was_due_at: datetime
    due_at: datetime
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file that the citizen handed in (his) or was shown."""

    id: int
    name: str
    kind: str
    his: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TrackedReply:
    done: str
    done_by: str
    at: datetime
    score: int | None


@dataclass(frozen=True, slots=True)
class TrackedCase:
    """A case as the citizen sees it: the same states and times as the officials see, less the internal notes.

    state_words: as it is said to people. official, title, office: who answers for it; "" while nobody does. transfers:
    to whom it was handed. attempts: when he was called and did not answer. additions: what he added here. door: where
    it belongs, if it is not processed as a case. joined: it is answered together with others of the same matter.
    acts: what he may do now; of WITHDRAW, NOTE (add words), ATTACH, CLOSE (rate). may_go_up: to the next higher leader.
    """

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
    transfers: tuple[TrackedTransfer, ...] = ()
    extension: TrackedExtension | None = None
    attempts: tuple[datetime, ...] = ()
    additions: tuple[datetime, ...] = ()
    files: tuple[TrackedFile, ...] = ()
    door: Door | None = None
    joined: bool = False
    acts: frozenset[Act] = frozenset()
    may_go_up: bool = False


def by_code(code: str, client: str, *, at: datetime | None = None) -> TrackedCase:
    """The matter of a code. client: the network address of who asks; kept as a keyed hash, and only for misses.

    Raises: NoSuchCode, TooManyLookups.
    """
    at = at or timezone.now()
    key = _key_of(client, at)
    found = _case(code, at) or _not_taken_in_yet(code, at)
    if found is None:
        _miss(key, at)
    return found


def case_by_code(code: str, client: str, at: datetime) -> Case:
    """The case of a code, for what the citizen does with it. Raises: NoSuchCode, TooManyLookups, NotTakenInYet."""
    key = _key_of(client, at)
    case = Case.objects.filter(pk=case_id_of(code) or 0).first()
    if case is None and _not_taken_in_yet(code, at) is not None:
        raise NotTakenInYet
    if case is None:
        _miss(key, at)
    return case


def _key_of(client: str, at: datetime) -> bytes:
    """The keyed hash of a client that has not guessed too often. Raises: TooManyLookups."""
    key = privacy.lookup_key(f"client:{client}")
    lately = CodeLookup.objects.filter(client_key=key, window__gt=at - MISSES_WITHIN)
    if (lately.aggregate(misses=Sum("misses"))["misses"] or 0) >= MOST_MISSES:
        raise TooManyLookups
    return key


def _miss(key: bytes, at: datetime) -> NoReturn:
    """Count it, and say so. Not to be called in a transaction, which the refusal would roll back."""
    window = datetime.fromtimestamp(at.timestamp() // _WINDOW.total_seconds() * _WINDOW.total_seconds(), UTC)
    CodeLookup.objects.get_or_create(client_key=key, window=window)
    CodeLookup.objects.filter(client_key=key, window=window).update(misses=F("misses") + 1)
    raise NoSuchCode


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
        transfers=tuple(
            TrackedTransfer(receiver_name(one), one.handed_at, one.ended_at)
            for one in case.transfers.select_related("office", "official").order_by("hop")
        ),
        extension=_extension(case),
        attempts=tuple(case.attempts.order_by("at").values_list("at", flat=True)),
        additions=tuple(case.additions.order_by("at").values_list("at", flat=True)),
        files=tuple(
            TrackedFile(one.pk, one.name, one.kind, one.by_id is None, one.at)
            for one in case.attachments.exclude(name=ERASED).filter(Q(by=None) | Q(shown=True)).order_by("at", "id")
        ),
        door=Door(case.door) if case.door else None,
        joined=case.parent_id is not None,
        acts=_acts(state),
        may_go_up=may_go_up(case, at),
    )  # fmt: skip


def receiver_name(one: Transfer) -> str:
    """To whom a case was handed, as people call them."""
    if one.office is not None:
        return one.office.name
    return one.official.name if one.official is not None else "12345热线"


def may_go_up(case: Case, at: datetime) -> bool:
    """Something that was promised is overdue, or he has sent it back before."""
    overdue = ledger.open_promises(case).filter(due_at__lt=at).exists()
    return CaseState(case.state) in OPEN and (overdue or case.reopened > 0)


def _acts(state: CaseState) -> frozenset[Act]:
    if state not in OPEN:
        return frozenset()
    rate = {Act.CLOSE} if state is CaseState.REPLIED else set()
    return frozenset({Act.WITHDRAW, Act.NOTE, Act.ATTACH} | rate)


def _extension(case: Case) -> TrackedExtension | None:
    one = Extension.objects.filter(case=case).first()
    return TrackedExtension(one.was_due_at, one.due_at, one.reason, one.at) if one else None


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
