"""The SMPP 3.4 adapter: TextGateway over one transceiver, or a transmitter and a receiver.

Source: SMPP 3.4, Issue 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from minhu.carriers.alphabet import Segment, TooLong, segments
from minhu.carriers.links import Intake, Link, LinkedGateway
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.dialect import SmppDialect, SmppReader
from minhu.carriers.smpp.pdus import Pdu
from minhu.carriers.smpp.receipts import IdForms
from minhu.carriers.smpp.settings import BindMode, SmppSettings
from minhu.carriers.text import Accepted, Caps, Outgoing, Rejected, Sink, Submitted, Unknown

RETRYABLE = frozenset({0x08, 0x14, 0x58, 0x64})
"""System error, queue full, throttled, temporary application error: refused now, not for ever."""

BINDS: dict[BindMode, tuple[str, ...]] = {
    BindMode.TRANSCEIVER: ("bind_transceiver",),
    BindMode.SEPARATE: ("bind_transmitter", "bind_receiver"),
}
"""The connections of a mode; the first is the one that sends."""

INTERNATIONAL, NATIONAL_UNKNOWN, ALPHANUMERIC = (1, 1), (0, 1), (5, 0)
"""Type of number and numbering plan (SMPP 3.4 §5.2.5, §5.2.6)."""


class SmppGateway(LinkedGateway[Pdu, Pdu]):
    """TextGateway over SMPP."""

    caps = Caps(per_part_receipts=True)

    def __init__(
        self, name: str, settings: SmppSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        super().__init__(name, settings.response_seconds)
        self._now = now
        self._settings = settings
        self._forms = IdForms(settings.receipt_ids)

    def start(self, sink: Sink) -> None:
        settings = self._settings
        reader = SmppReader(self._name, self._forms, self._now)
        intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        binds = BINDS[settings.mode]
        self._begin(
            intake, [Link(f"{self._name}-{bind}", SmppDialect(bind, settings, intake.put), settings) for bind in binds]
        )

    def submit(self, text: Outgoing) -> Submitted:
        try:
            parts = segments(text.body, reference=next(self._references), wide_reference=self._settings.wide_reference)
            route = _address("source_addr", text.sender) | _address("dest_addr", text.recipient)
        except TooLong:
            return Rejected("too-long", retryable=False)
        except ValueError:
            return Rejected("bad-number", retryable=False)
        return self._in_pieces(parts, lambda part: self._ask(part, route))

    def _ask(self, part: Segment, route: dict[str, Any]) -> Submitted:
        session = self._session()
        sequence = session.next_sequence()
        answer = self._asked(session, self._submit_sm(part, route, sequence), sequence)
        return answer if isinstance(answer, Unknown) else self._outcome(answer)

    def _submit_sm(self, part: Segment, route: dict[str, Any], sequence: int) -> bytes:
        return pdus.request(
            "submit_sm",
            sequence,
            **route,
            short_message=part.octets,
            data_coding=part.data_coding,
            esm_class=pdus.UDHI if part.udhi else 0,
            registered_delivery=1,
        )

    def _outcome(self, answer: Pdu) -> Submitted:
        if answer.status != pdus.ESME_ROK or answer.command != pdus.SUBMIT_SM_RESP:
            return Rejected(pdus.describe(answer.status), retryable=answer.status in RETRYABLE)
        message_id = pdus.message_id(answer.body)
        self._forms.remember(message_id)
        return Accepted((message_id,))


def _address(field: str, number: str) -> dict[str, Any]:
    """SMPP's fields for an address: E.164, a national or short code, or a name. Raises ValueError."""
    digits = number.removeprefix("+")
    if re.fullmatch(r"[0-9]{1,20}", digits):
        ton, npi = INTERNATIONAL if number.startswith("+") else NATIONAL_UNKNOWN
    elif re.fullmatch(r"[ -~]{1,11}", number):
        digits, (ton, npi) = number, ALPHANUMERIC
    else:
        raise ValueError(number)
    full = "destination_addr" if field == "dest_addr" else field
    return {full: digits, f"{field}_ton": ton, f"{field}_npi": npi}
