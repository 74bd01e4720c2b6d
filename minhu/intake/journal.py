"""Writes what the switch tells of calls: the hot path. Many entries go in one transaction, each kind in one statement.

Everything here may be done twice: rows are added unless there, a call that has ended is not changed again.
Must be called inside a transaction (``apply`` opens none), on the connection of the calling thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max

from minhu.audit import privacy
from minhu.intake.entries import Before, Context, Entry, Opened, OrderDone, Owed, Receipt, Stand, Step, Voice
from minhu.intake.models import Call, CallOrder, Recording
from minhu.intake.sheets import CALLS, CITIZENS, CODES, STANDS, STEPS, TEXTS, THREADS, Row, as_json
from minhu.rules.numbers import mask
from minhu.rules.words import CallState, CitizenKind, Direction, TextState

KNOWN_NUMBERS = 100_000
RECEIPT_URGENCY = 3

LookUp = Callable[[Opened, int], Context]
"""What is known of a citizen (row id) who rings; asked before his call is added."""


def receipt_key(call: UUID) -> str:
    """Idempotency key of the one text that a missed call makes."""
    return f"call:{call}:receipt"


Known = tuple[int, str]
"""A city's id and a number."""


class Journal:
    """One writer. home_city: where calls to unknown numbers are filed. Not for several threads at once."""

    def __init__(self, home_city: int) -> None:
        self._home_city = home_city
        self._known: OrderedDict[Known, int] = OrderedDict()
        self._found: dict[Known, int] = {}
        self._new: set[Known] = set()
        self._connection: BaseDatabaseWrapper  # that of the thread which writes, not of the one which makes us

    def apply(self, entries: Sequence[Entry], look_up: LookUp | None = None) -> dict[UUID, Context]:
        """Write them all; what ``look_up`` knows of each new caller comes back by call."""
        self._connection = connections[DEFAULT_DB_ALIAS]
        opened = [entry for entry in entries if isinstance(entry, Opened)]
        receipts = [entry for entry in entries if isinstance(entry, Receipt)]
        self._meet([*(entry for entry in opened if entry.citizen_id is None), *receipts])
        contexts = self._open(opened, look_up) if opened else {}
        stands = {entry.call: entry for entry in entries if isinstance(entry, Stand)}
        STANDS.write(self._connection, [_stand_row(entry) for entry in stands.values()])
        STEPS.write(self._connection, [_step_row(entry) for entry in entries if isinstance(entry, Step)])
        self._queue(receipts)
        for entry in entries:
            match entry:
                case Voice():
                    _add_recording(entry)
                case OrderDone():
                    _finish_order(entry)
                case _:
                    pass
        return contexts

    def committed(self) -> None:
        """The transaction of the last ``apply`` stands: what was found may be remembered."""
        self._known.update(self._found)
        self._found = {}
        while len(self._known) > KNOWN_NUMBERS:
            self._known.popitem(last=False)

    # ---- citizens

    def _meet(self, entries: Sequence[Opened | Receipt]) -> None:
        """Find or add the citizens of numbers that are not remembered."""
        self._found, self._new = {}, set()
        strangers: dict[Known, datetime] = {}
        for entry in entries:
            key = self._key(entry)
            if entry.number and key not in self._known:
                strangers.setdefault(key, entry.at)
        asked = {(city, privacy.lookup_key(number)): (city, number) for city, number in strangers}
        # In order, so that two switches that meet the same strangers do not wait for each other.
        rows = [_citizen_row(*place, asked[place][1], strangers[asked[place]]) for place in sorted(asked)]
        for found, city, key, first_seen_at in CITIZENS.write_and_tell(self._connection, rows):
            known = asked[int(city), bytes(key)]
            self._found[known] = int(found)
            if _same_time(first_seen_at, strangers[known]):
                self._new.add(known)

    def _key(self, entry: Opened | Receipt) -> Known:
        return entry.city_id or self._home_city, entry.number

    def _citizen(self, entry: Opened | Receipt) -> int | None:
        key = self._key(entry)
        return self._known.get(key) or self._found.get(key)

    # ---- calls

    def _open(self, opened: Sequence[Opened], look_up: LookUp | None) -> dict[UUID, Context]:
        contexts: dict[UUID, Context] = {}
        rows = []
        for entry in opened:
            citizen = entry.citizen_id or self._citizen(entry)
            fresh = self._key(entry) in self._new
            context = look_up(entry, citizen) if look_up and citizen and not fresh else Context(citizen)
            contexts[entry.call] = context
            rows.append(_call_row(entry, entry.city_id or self._home_city, citizen))
        if CALLS.write(self._connection, rows) < len(rows):
            for call, before in _there_before([entry.call for entry in opened]):
                contexts[call] = replace(contexts[call], before=before)
        CODES.write(self._connection, [(entry.code,) for entry in opened if entry.code and not entry.code_is_allotted])
        for entry in opened:
            if entry.order is not None:
                _start_order(entry.order, entry.call)
        return contexts

    # ---- texts

    def _queue(self, receipts: Sequence[Receipt]) -> None:
        about = [
            (receipt, receipt.city_id or self._home_city, citizen)
            for receipt in receipts
            if (citizen := self._citizen(receipt)) is not None
        ]
        touched = {(receipt.line_id, citizen): (city, receipt.at) for receipt, city, citizen in about}
        rows = [(city, line, citizen, _time(at)) for (line, citizen), (city, at) in sorted(touched.items())]
        told = THREADS.write_and_tell(self._connection, rows)
        threads = {(line, citizen): int(thread) for thread, line, citizen in told}
        texts = [_text_row(receipt, city, threads[receipt.line_id, citizen]) for receipt, city, citizen in about]
        TEXTS.write(self._connection, texts)


def _there_before(calls: Sequence[UUID]) -> Iterator[tuple[UUID, Before]]:
    """Those of the calls that are older than this transaction: they have a line of the journal already."""
    there = Call.objects.filter(pk__in=calls).annotate(last_seq=Max("steps__seq")).exclude(last_seq=None)
    for call in there:
        yield (
            call.pk,
            Before(
                at=call.received_at,
                node=call.node,
                over=call.ended_at is not None,
                answered=bool(call.answered_by_kind),
                code=call.code,
                next_seq=call.last_seq + 1,
            ),
        )


def _same_time(kept: object, at: datetime) -> bool:
    """Whether a database's time is this one."""
    text = _time(at) or ""
    return str(kept)[: len(text)] == text


def _add_recording(voice: Voice) -> None:
    if not Recording.objects.filter(call_id=voice.call, file=voice.file).exists():
        Recording.objects.create(
            call_id=voice.call,
            file=voice.file,
            seconds=voice.seconds,
            sha256=bytes.fromhex(voice.sha256),
            recorded_at=voice.at,
        )


def _start_order(order: UUID, call: UUID) -> None:
    CallOrder.objects.filter(pk=order, call__isnull=True).update(call_id=call)


def _finish_order(done: OrderDone) -> None:
    CallOrder.objects.filter(pk=done.order, result="").update(result=done.result)


# ---- rows, in the columns' order of ``sheets``


def _citizen_row(city_id: int, key: bytes, number: str, at: datetime) -> Row:
    person = CitizenKind.PERSON.value
    return (city_id, privacy.seal(number), key, mask(number), "", person, "zh", False, "", _time(at))


def _call_row(entry: Opened, city_id: int, citizen: int | None) -> Row:
    return (
        _id(entry.call),
        city_id,
        entry.line_id,
        citizen,
        entry.direction.value,
        CallState.RECEIVED.value,
        entry.node,
        entry.dialled,
        entry.diversion,
        entry.reason,
        _time(entry.at),
        "",
        "",
        entry.code,
        *_promise(entry.owed),
    )


def _stand_row(stand: Stand) -> Row:
    return (
        stand.state.value,
        stand.code,
        _time(stand.ringing_at),
        _time(stand.answered_at),
        _time(stand.ended_at),
        stand.ring_seconds,
        stand.talk_seconds,
        stand.answered_by_kind,
        stand.answered_by_id,
        stand.answered_by_name,
        stand.sip_code,
        *_promise(stand.owed),
        _id(stand.call),
    )


def _step_row(step: Step) -> Row:
    detail = as_json(dict(step.detail)) if step.detail else "{}"
    return (_id(step.call), step.seq, _time(step.at), step.kind.value, step.party_kind, step.party_id, detail)


def _text_row(receipt: Receipt, city_id: int, thread: int) -> Row:
    return (
        city_id,
        thread,
        Direction.OUTBOUND.value,
        TextState.QUEUED.value,
        receipt.body,
        receipt.variables.get("code", ""),
        receipt.template,
        as_json(dict(receipt.variables)),
        _time(receipt.at),
        receipt_key(receipt.call),
        RECEIPT_URGENCY,
        _time(receipt.at),
        "",
        0,
        "",
        "",
        False,
        _id(receipt.call),
    )


def _promise(owed: Owed | None) -> Row:
    if owed is None:
        return ("", None, "", None)
    return (owed.kind.value, _time(owed.due_at), owed.owner_kind.value, owed.owner_id)


def _id(call: UUID) -> str:
    return call.hex


def _time(at: datetime | None) -> str | None:
    """As Django stores a time in SQLite; PostgreSQL reads it too, as the session's zone is UTC."""
    if at is None:
        return None
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ")[: -len("+00:00")]
