"""The SMPP 3.4 adapter: TextGateway over one transceiver, or a transmitter and a receiver.

Source: SMPP 3.4, Issue 1.2.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from minhu.carriers.alphabet import Segment, TooLong, segments
from minhu.carriers.errors import CarrierError
from minhu.carriers.links import AnswerOverdue, Intake, Link, LinkLost, hand_over, let_answers_come
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.dialect import SmppDialect, SmppReader, SmppSession
from minhu.carriers.smpp.pdus import Pdu
from minhu.carriers.smpp.receipts import IdForms
from minhu.carriers.smpp.settings import BindMode, SmppSettings
from minhu.carriers.text import Accepted, Caps, Fate, Outgoing, Rejected, Sink, Submitted, Unknown

RETRYABLE = frozenset({0x08, 0x14, 0x58, 0x64})
"""System error, queue full, throttled, temporary application error: refused now, not for ever."""

BINDS: dict[BindMode, tuple[str, ...]] = {
    BindMode.TRANSCEIVER: ("bind_transceiver",),
    BindMode.SEPARATE: ("bind_transmitter", "bind_receiver"),
}
"""The connections of a mode; the first is the one that sends."""

INTERNATIONAL, NATIONAL_UNKNOWN, ALPHANUMERIC = (1, 1), (0, 1), (5, 0)
"""Type of number and numbering plan (SMPP 3.4 §5.2.5, §5.2.6)."""


class SmppGateway:
    """TextGateway over SMPP. Its threads, one a connection and one that stores, live from ``start`` to ``stop``."""

    caps = Caps(per_part_receipts=True)

    def __init__(
        self, name: str, settings: SmppSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        self._name = name
        self._now = now
        self._settings = settings
        self._forms = IdForms(settings.receipt_ids)
        # Not from zero: a restart must not number the next long text like the last one.
        self._references = itertools.count(random.randrange(0x10000))  # noqa: S311 - no secret
        self._stopped = threading.Event()
        self._intake: Intake[Pdu] | None = None
        self._links: tuple[Link[Pdu], ...] = ()

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        settings = self._settings
        self._stopped.clear()
        reader = SmppReader(self._name, self._forms, self._now)
        intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        self._intake = intake
        self._links = tuple(
            Link(f"{self._name}-{bind}", SmppDialect(bind, settings, intake.put), settings)
            for bind in BINDS[settings.mode]
        )
        intake.start()
        for link in self._links:
            link.start()

    def stop(self) -> None:
        """Take no more, let answers come for a few seconds, store and answer what has arrived, unbind."""
        self._stopped.set()
        let_answers_come(self._links[0].session if self._links else None)
        if self._intake is not None:
            self._intake.stop()
        for link in self._links:
            link.stop()
        self._links, self._intake = (), None

    def up(self) -> bool:
        links = self._links
        return bool(links) and all(link.session is not None for link in links)

    @property
    def trouble(self) -> str:
        """Why the link is down, in the words of the socket or of the standard; "" when all is well."""
        return next((link.trouble for link in self._links if link.trouble), "")

    def submit(self, text: Outgoing) -> Submitted:
        try:
            parts = segments(text.body, reference=next(self._references), wide_reference=self._settings.wide_reference)
            route = _address("source_addr", text.sender) | _address("dest_addr", text.recipient)
        except TooLong:
            return Rejected("too-long", retryable=False)
        except ValueError:
            return Rejected("bad-number", retryable=False)
        patience = self._settings.response_seconds
        return hand_over(parts, lambda part: self._ask(part, route), patience_seconds=patience, stopped=self._stopped)

    def query(self, text_id: str) -> Fate | None:
        """SMPP asks by the gateway's id, which the outbox keeps and we do not; receipts tell."""
        return None

    def _ask(self, part: Segment, route: dict[str, Any]) -> Submitted:
        session = self._transmitter()
        sequence = session.next_sequence()
        try:
            answer = session.ask(self._submit_sm(part, route, sequence), sequence)
        except LinkLost:
            return Unknown("the link was lost before the answer")
        except AnswerOverdue:
            return Unknown(f"no answer in {self._settings.response_seconds:g} s")
        return self._outcome(answer)

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

    def _transmitter(self) -> SmppSession:
        if self._stopped.is_set():
            raise CarrierError(f"{self._name}: stopping", permanent=False)
        link = self._links[0] if self._links else None
        if link is None or link.session is None:
            why = link.trouble if link is not None else "not started"
            raise CarrierError(f"{self._name}: the link is down: {why}", permanent=False)
        return link.session

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
