"""What the switch writes of a call, as values. No Django here: the engine makes them, ``journal`` keeps them.

    Opened      the call has come (or was placed): the row is made, with the promise that holds if we die now
    Stand       how the call stands now: everything about it that changes
    Step        one line of its journal
    Receipt     the text the caller gets, queued
    Voice       a message that was recorded, sealed and stored
    OrderDone   what came of a call that the console ordered

Applying an entry twice, or a whole run of them again, changes nothing: a spool may be replayed after any crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from minhu.rules.words import CallState, Direction, PartyKind, PromiseKind, StepKind

Detail = Mapping[str, str | int | float | list[str]]


@dataclass(frozen=True, slots=True)
class Owed:
    """What the caller holds when nobody answers in person. owner_id: an official or a desk, by ``owner_kind``."""

    kind: PromiseKind
    due_at: datetime
    owner_kind: PartyKind
    owner_id: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A call begins. number: the citizen's, E.164, "" when withheld or unreadable; never written in the clear.

    city_id: of the line; 0 when no line was found, for the installation's own city.
    dialled, diversion, reason: as in intake.models.Call. owed: None for outbound calls and unknown lines.
    code_is_allotted: the code is known as given out already; otherwise it is noted with the call.
    order: the CallOrder that asked for it. citizen_id: known beforehand for outbound calls.
    """

    call: UUID
    direction: Direction
    at: datetime
    node: str
    city_id: int
    line_id: int | None
    number: str = ""
    dialled: str = ""
    diversion: str = ""
    reason: str = ""
    code: str = ""
    code_is_allotted: bool = False
    owed: Owed | None = None
    order: UUID | None = None
    citizen_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a call stands; the last one written wins until ``ended_at`` is set, then nothing changes any more."""

    call: UUID
    state: CallState
    code: str = ""
    owed: Owed | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ring_seconds: float | None = None
    talk_seconds: float | None = None
    answered_by_kind: str = ""
    answered_by_id: int | None = None
    answered_by_name: str = ""
    sip_code: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a call's journal. detail: ids and seconds, never a number in the clear."""

    call: UUID
    seq: int
    at: datetime
    kind: StepKind
    party_kind: str = ""
    party_id: int | None = None
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The text to a caller nobody answered. number: E.164, a mobile one. Once per call, whatever happens."""

    call: UUID
    city_id: int
    line_id: int
    number: str
    at: datetime
    template: str
    variables: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A message kept. file: name in the recordings' storage; sha256: of the WAV before sealing, in hex."""

    call: UUID
    file: str
    seconds: float
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderDone:
    """What came of a call that was ordered: ``connected``, ``party_not_reached`` …"""

    order: UUID
    result: str


Entry = Opened | Stand | Step | Receipt | Voice | OrderDone


@dataclass(frozen=True, slots=True)
class Before:
    """The same call as the journal has it already. at, node: when it came, and who took it. next_seq: its first free
    line. code: as it stands there."""

    at: datetime
    node: str
    over: bool
    answered: bool
    code: str
    next_seq: int


@dataclass(frozen=True, slots=True)
class Context:
    """What the database knows of a caller at the moment of his call.

    callback_due_at, callback_owner_*: a callback he was already promised on this line; code: of the matter it is about.
    before: the call was there already, and nothing was changed in it.
    """

    citizen_id: int | None = None
    callback_due_at: datetime | None = None
    callback_owner_kind: str = ""
    callback_owner_id: int | None = None
    code: str = ""
    urgent: bool = False
    muted: bool = False
    texts_today: int = 0
    before: Before | None = None


NOTHING_KNOWN = Context()
