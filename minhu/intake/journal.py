"""Writes what the switch tells of calls: the hot path. Many entries go in one transaction, each kind in one statement.

Everything here may be done twice: rows are added unless there, a call that has ended is not changed again.
Must be called inside a transaction (``apply`` opens none), on the connection of the calling thread.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from minhu.audit import privacy
from minhu.intake.entries import Context, Entry, Opened, OrderDone, Owed, Receipt, Stand, Step, Voice
from minhu.intake.models import CallOrder, Recording
from minhu.intake.sheets import CALLS, CODES, STANDS, STEPS, TEXTS, Row, as_json
from minhu.rules.numbers import mask
from minhu.rules.words import CallState, CitizenKind, Direction, TextState

KNOWN_NUMBERS = 100_000
RECEIPT_URGENCY = 3

LookUp = Callable[[Opened, int], Context]
"""What is known of a citizen (row id) who rings; asked before his call is added."""


def receipt_key(call: UUID) -> str:
    """Idempotency key of the one text that a missed call makes."""
    return f"call:{call}:receipt"


class Journal:
    """One writer. home_city: where calls to unknown numbers are filed. Not for several threads at once."""

    def __init__(self, home_city: int) -> None:
        self._home_city = home_city
        self._known: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._found: dict[tuple[int, str], int] = {}
        self._new: set[tuple[int, str]] = set()
        self._connection: BaseDatabaseWrapper  # that of the thread which writes, not of the one which makes us

    def apply(self, entries: Sequence[Entry], look_up: LookUp | None = None) -> dict[UUID, Context]:
        """Write them all; what ``look_up`` knows of each new caller comes back by call."""
        self._found, self._new = {}, set()
        self._connection = connections[DEFAULT_DB_ALIAS]
        opened = [entry for entry in entries if isinstance(entry, Opened)]
        contexts = self._open(opened, look_up) if opened else {}
        stands = {entry.call: entry for entry in entries if isinstance(entry, Stand)}
        STANDS.write(self._connection, [_stand_row(entry) for entry in stands.values()])
        STEPS.write(self._connection, [_step_row(entry) for entry in entries if isinstance(entry, Step)])
        for entry in entries:
            match entry:
                case Receipt():
                    self._queue(entry)
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

    # ---- calls

    def _open(self, opened: Sequence[Opened], look_up: LookUp | None) -> dict[UUID, Context]:
        contexts: dict[UUID, Context] = {}
        rows = []
        for entry in opened:
            city_id = entry.city_id or self._home_city
            citizen = entry.citizen_id or self._citizen(city_id, entry.number, entry.at)
            fresh = (city_id, entry.number) in self._new
            context = look_up(entry, citizen) if look_up and citizen and not fresh else Context(citizen)
            contexts[entry.call] = context
            rows.append(_call_row(entry, city_id, citizen))
        CALLS.write(self._connection, rows)
        CODES.write(self._connection, [(entry.code,) for entry in opened if entry.code and not entry.code_is_allotted])
        for entry in opened:
            if entry.order is not None:
                _start_order(entry.order, entry.call)
        return contexts

    def _citizen(self, city_id: int, number: str, at: datetime) -> int | None:
        if not number:
            return None
        key = (city_id, number)
        known = self._known.get(key) or self._found.get(key)
        if known is None:
            known, first_seen = _find_or_add_citizen(city_id, number, at)
            self._found[key] = known
            if first_seen:
                self._new.add(key)
        return known

    # ---- texts

    def _queue(self, receipt: Receipt) -> None:
        city_id = receipt.city_id or self._home_city
        citizen = self._citizen(city_id, receipt.number, receipt.at)
        if citizen is None:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO intake_thread (city_id, line_id, citizen_id, last_at) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (line_id, citizen_id) DO UPDATE SET last_at = excluded.last_at RETURNING id",
                [city_id, receipt.line_id, citizen, _time(receipt.at)],
            )
            (thread,) = cursor.fetchone()
        TEXTS.write(self._connection, [_text_row(receipt, city_id, thread)])


def _find_or_add_citizen(city_id: int, number: str, at: datetime) -> tuple[int, bool]:
    """The row's id, and whether it was made now."""
    seen_at = _time(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_citizen (city_id, number_sealed, number_key, masked, name, kind, language, elderly, "
            "mute_reason, first_seen_at) VALUES (%s, %s, %s, %s, '', %s, 'zh', %s, '', %s) "
            "ON CONFLICT (city_id, number_key) DO UPDATE SET masked = excluded.masked "
            "RETURNING id, first_seen_at",
            [
                city_id,
                privacy.seal(number),
                privacy.lookup_key(number),
                mask(number),
                CitizenKind.PERSON.value,
                False,
                seen_at,
            ],
        )
        found, first_seen_at = cursor.fetchone()
    return int(found), str(first_seen_at)[: len(seen_at or "")] == seen_at


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
