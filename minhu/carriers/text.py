"""The texting port: one interface that every SMS gateway adapter fits.

Inbound, a gateway is acknowledged only after ``Sink.inbound`` has returned, and it returns only once the text is on
disk; when it raises, the adapter tells the gateway "not accepted", and the gateway brings the text again.

Outbound, ``submit`` is called once for an outgoing text. ``Unknown`` means the text may or may not have gone: it is
never sent again by the adapter nor by its caller (exactly-once sending does not exist in these protocols).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Caps:
    """What a gateway can and cannot do.

    free_text: any content, not only approved templates. cold_inbound: brings texts from people we never wrote to.
    receipts: tells of delivery. per_part_receipts: one receipt a segment. idempotent_submit: the same id is sent once.
    can_query: the fate of a submitted text can be asked. max_variable: longest template variable in characters; 0: any.
    inbound_ids: each delivery has an id of its own, the same when it is brought again.
    """

    free_text: bool = True
    templates_only: bool = False
    cold_inbound: bool = True
    receipts: bool = True
    per_part_receipts: bool = False
    idempotent_submit: bool = False
    can_query: bool = False
    max_variable: int = 0
    inbound_ids: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text to send. id: ours, unique, at most 36 characters. sender, recipient: E.164 or short code."""

    id: str
    sender: str
    recipient: str
    body: str
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has it. ids: the gateway's own ids, one per segment."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The gateway refused and did not send. retryable: throttled or full, not wrong."""

    code: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have gone, it may not: the link broke between handing over and the answer."""

    why: str


Submitted = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Part:
    """Where a segment belongs in a long text (concatenation UDH or SAR fields). number counts from 1."""

    reference: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """One text, or one segment of a long one, as the gateway brought it.

    key: repeats of the same delivery carry the same key (the gateway's id, else a hash over sender, recipient, header
    and body). sender, recipient: as the gateway wrote them, not normalised. part: None for a whole text.
    """

    gateway: str
    key: str
    sender: str
    recipient: str
    body: str
    received_at: datetime
    part: Part | None = None


class Fate(StrEnum):
    """What a receipt says of a sent text."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway's word on one segment. gateway_id: as in Accepted.ids. May arrive before the answer to submit."""

    gateway: str
    gateway_id: str
    fate: Fate
    code: str = ""


class Sink(Protocol):
    """Where an adapter hands what comes in. Called on the adapter's own thread."""

    def inbound(self, batch: Sequence[Inbound]) -> None:
        """Store them all, durably, in one transaction. Raises when nothing was stored: do not acknowledge any."""

    def receipt(self, batch: Sequence[Receipt]) -> None:
        """Store them all, durably. Repeats and early ones are welcome."""


class TextGateway(Protocol):
    """One SMS gateway. ``start`` runs the link on threads of its own until ``stop``; it reconnects by itself."""

    @property
    def name(self) -> str: ...

    @property
    def caps(self) -> Caps: ...

    def start(self, sink: Sink) -> None: ...

    def stop(self) -> None:
        """Unbind and release; texts already handed over are answered for first (a few seconds at most)."""

    def up(self) -> bool:
        """Whether the link is bound now."""

    @property
    def trouble(self) -> str:
        """Why the link is down, in a line for the operator; "" while it is up."""

    def submit(self, text: Outgoing) -> Submitted:
        """Hand one text over; blocks until the gateway answers. Safe to call from several threads.

        Raises: CarrierError when nothing was handed over (link down): it may be tried again.
        """

    def query(self, text_id: str) -> Fate | None:
        """What became of a text, where the gateway can tell; else None."""
