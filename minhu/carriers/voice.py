"""The voice port: what a telephone engine tells us (events) and what we may ask of it (commands).

An engine translates between this port and a network. It takes no decision: how long to ring, whom, and what to say
is the switch's business. Identifiers are given by the caller of a command, so a repeated command does nothing twice;
"that leg is already gone" is an answer (``False``), never an exception.

Events of one leg arrive in order, on the event loop, through the one ``Sink`` given to ``start``.

    CarrierError            the outside world failed (see carriers/errors.py)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, Protocol

LegId = NewType("LegId", str)
"""One leg: one SIP dialog or early dialog between us and a telephone."""

OpId = NewType("OpId", str)
"""One running operation on a leg, such as a prompt or a recording."""

BridgeId = NewType("BridgeId", str)


class EndedBy(StrEnum):
    """Which side ended a leg."""

    CALLER = "caller"
    """The far end hung up, cancelled or refused."""
    US = "us"
    NETWORK = "network"
    """Time-out, unreachable, media lost, transport failure."""


@dataclass(frozen=True, slots=True)
class Diversion:
    """One earlier destination of the call, from Diversion (RFC 5806) or History-Info (RFC 7044).

    number: user part as it stood, not normalised.
    reason: ``user-busy``, ``no-answer``, ``unavailable``, ``unconditional`` …, or the SIP cause as text (``486``).
    """

    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LegIncoming:
    """A call has come in; nothing was answered yet, not even ``100 Trying``: see ``VoiceEngine.trying``.

    request_uri, to, from_: user parts of the URIs (a number or a name), not normalised.
    asserted: user part of P-Asserted-Identity, else of Remote-Party-ID, else "".
    anonymous: the caller withheld the number (Privacy: id, or an anonymous From).
    diversions: most recent first, of Diversion headers; history: the same of History-Info.
    node: name of the engine instance; trunk: name of the trunk the call came by.
    attempt: the far end's own name for this call, the same whenever it is offered to us again; "" when it has none.
    """

    leg: LegId
    node: str
    trunk: str
    request_uri: str
    to: str
    from_: str
    asserted: str = ""
    anonymous: bool = False
    diversions: tuple[Diversion, ...] = ()
    history: tuple[Diversion, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The far end of a leg we dialled is ringing (first 180 or 183)."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """A leg we dialled was answered (200), or a leg we answered is confirmed (ACK)."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is gone. Always the last event of a leg, and always sent once.

    sip_code: final response that ended it (486 busy, 487 cancelled, 408 no answer …), 200 for an ordinary BYE.
    """

    leg: LegId
    sip_code: int
    cause: str
    by: EndedBy


@dataclass(frozen=True, slots=True)
class Digit:
    """A key was pressed (RFC 4733 event, or SIP INFO)."""

    leg: LegId
    digit: str


@dataclass(frozen=True, slots=True)
class PlayDone:
    """A prompt ended by itself, or was stopped (``completed`` False)."""

    leg: LegId
    op: OpId
    completed: bool = True


@dataclass(frozen=True, slots=True)
class RecordDone:
    """A recording ended and the file is complete on disk.

    path: the WAV file. seconds: length of speech kept; 0.0 when nobody spoke.
    """

    leg: LegId
    op: OpId
    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NodeUp:
    node: str


@dataclass(frozen=True, slots=True)
class NodeDown:
    node: str
    why: str = ""


Event = LegIncoming | LegRinging | LegAnswered | LegEnded | Digit | PlayDone | RecordDone | NodeUp | NodeDown
Sink = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class RecordLimits:
    """When a recording ends by itself.

    silence_seconds: this long without speech ends it; 0 for never. max_seconds: whole length limit. beep: play a tone
    first. stop_digits: keys that end it.
    """

    max_seconds: float = 120.0
    silence_seconds: float = 5.0
    beep: bool = True
    stop_digits: str = "#"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, so that a plan is refused at configuration and not in the middle of a call."""

    record: bool = True
    early_media: bool = True
    digits: bool = True


@dataclass(frozen=True, slots=True)
class LegState:
    """One live leg, as ``snapshot`` tells it."""

    leg: LegId
    answered: bool
    bridge: BridgeId | None = None


class VoiceEngine(Protocol):
    """A telephone engine. Commands return at once; what comes of them arrives as events.

    Every command returns False, and does nothing, when the leg it names is already gone.
    """

    @property
    def node(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def start(self, sink: Sink) -> None:
        """Open the sockets and begin to deliver events.

        Raises: CarrierError(permanent=True) when an address is taken.
        """

    async def stop(self, *, drain_seconds: float = 0.0) -> None:
        """Refuse new calls (503), let live ones end for ``drain_seconds``, hang up the rest, release every port."""

    def accept_calls(self, accepting: bool) -> None:
        """Whether new calls are taken; otherwise they get 503 with Retry-After."""

    def trying(self, leg: LegId) -> bool:
        """Send 100 Trying: we have this call, durably. The engine never sends it by itself.

        RFC 3261 §17.2.1 asks for a 100 within 200 ms; the far end repeats its INVITE after 500 ms, which the engine
        absorbs, so a commit of a few milliseconds fits well before it.
        """

    def ring(self, leg: LegId) -> bool:
        """Send 180 Ringing to a caller."""

    def answer(self, leg: LegId) -> bool:
        """Send 200 with our media address to a caller. Doing it again does nothing."""

    def hangup(self, leg: LegId, sip_code: int = 200) -> bool:
        """End a leg, whatever its state: final response ``sip_code`` (4xx–6xx), CANCEL or BYE."""

    def dial(
        self,
        leg: LegId,
        to: str,
        *,
        caller_id: str,
        trunk: str = "",
        timeout_seconds: float = 60.0,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        """Call ``to`` (E.164 or extension) over a trunk ("" = the default), showing ``caller_id``.

        Ends with LegEnded(408, by=NETWORK) when unanswered for ``timeout_seconds``. False when ``leg`` is in use.
        """

    def play(self, leg: LegId, prompts: Sequence[str], op: OpId, *, loop: bool = False) -> bool:
        """Speak WAV files (8 kHz mono paths, in order) to an answered leg, as one operation."""

    def record(self, leg: LegId, path: str, limits: RecordLimits, op: OpId) -> bool:
        """Record what the leg says to a WAV file at ``path``; ends with RecordDone, also when the leg hangs up."""

    def stop_op(self, op: OpId) -> bool:
        """Stop a prompt or a recording early; its Done event follows."""

    def bridge(self, bridge: BridgeId, legs: tuple[LegId, LegId]) -> bool:
        """Let two answered legs hear each other. When one ends the other stays, and hears nothing."""

    def unbridge(self, bridge: BridgeId) -> bool: ...

    def snapshot(self) -> tuple[LegState, ...]:
        """Every live leg, to reconcile after a restart."""
