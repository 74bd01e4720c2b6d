"""SMPP's words on a link: bind, enquire, unbind, and what each PDU that comes in is for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b

from minhu.carriers.alphabet import decode
from minhu.carriers.errors import CarrierError
from minhu.carriers.links import Inbox, Session
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.pdus import Delivery, Pdu, read_delivery
from minhu.carriers.smpp.receipts import IdForms, read_report
from minhu.carriers.smpp.settings import SmppSettings
from minhu.carriers.text import Inbound, Receipt

log = logging.getLogger(__name__)

SmppSession = Session[Pdu]


class SmppDialect:
    """What a Link needs of SMPP. bind: which of the three binds. inbox: takes the deliveries of one read."""

    last_sequence = 0x7FFFFFFF
    patience = 1

    def __init__(self, bind: str, settings: SmppSettings, inbox: Inbox[Pdu]) -> None:
        self._bind = bind
        self._settings = settings
        self._inbox = inbox

    def agree(self, session: SmppSession, until: float, stopping: threading.Event) -> None:
        settings = self._settings
        sequence = session.next_sequence()
        session.write(
            pdus.request(
                self._bind,
                sequence,
                system_id=settings.system_id,
                password=settings.password,
                system_type=settings.system_type,
            )
        )
        while time.monotonic() < until and not stopping.is_set():
            answer = next(pdus.take_pdus(session.buffer), None)
            if answer is None:
                session.read(min(0.5, until - time.monotonic()))
            elif answer.sequence != sequence or not answer.command & pdus.RESPONSE_BIT:
                continue
            elif answer.status != pdus.ESME_ROK:
                raise CarrierError(f"bind refused: {pdus.describe(answer.status)}", permanent=True)
            else:
                return
        raise CarrierError("no answer to the bind", permanent=False)

    def enquire(self, session: SmppSession) -> None:
        session.write(pdus.header_only(pdus.ENQUIRE_LINK, session.next_sequence()))

    def leave(self, session: SmppSession) -> None:
        session.write(pdus.header_only(pdus.UNBIND, session.next_sequence()))

    def take_in(self, session: SmppSession) -> str | None:
        deliveries: list[Pdu] = []
        ended: str | None = None
        for pdu in pdus.take_pdus(session.buffer):
            if pdu.command == pdus.DELIVER_SM:
                deliveries.append(pdu)
            elif pdu.command == pdus.UNBIND_RESP:
                ended = ""
            elif pdu.command & pdus.RESPONSE_BIT:
                session.answered(pdu.sequence, pdu)
            else:
                ended = self._reply(session, pdu) or ended
        if deliveries:
            self._inbox(session, deliveries)
        return ended

    def _reply(self, session: SmppSession, pdu: Pdu) -> str | None:
        """Answer a request of the SMSC. Why the connection has ended, when it has unbound."""
        match pdu.command:
            case pdus.ENQUIRE_LINK:
                session.write(pdus.header_only(pdus.ENQUIRE_LINK_RESP, pdu.sequence))
            case pdus.UNBIND:
                session.write(pdus.header_only(pdus.UNBIND_RESP, pdu.sequence))
                return "unbound by the SMSC"
            case pdus.ALERT_NOTIFICATION | pdus.OUTBIND:
                pass  # neither has an answer
            case _:
                session.write(pdus.header_only(pdus.GENERIC_NACK, pdu.sequence, pdus.ESME_RINVCMDID))
        return None


class SmppReader:
    """Reads deliver_sm into what the port speaks of. now: the clock by which texts are said to have come."""

    def __init__(self, gateway: str, forms: IdForms, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._forms = forms
        self._now = now

    def answer(self, pdu: Pdu, *, stored: bool) -> bytes:
        return pdus.deliver_resp(pdu.sequence, pdus.ESME_ROK if stored else pdus.ESME_RX_T_APPN)

    def read(self, pdu: Pdu) -> Inbound | Sequence[Receipt]:
        delivery = read_delivery(pdu.body)
        return self._receipts(delivery) if delivery.is_receipt else self._text(delivery)

    def _text(self, delivery: Delivery) -> Inbound:
        """SMPP numbers no delivery, so the key is a hash of what was delivered.

        Somebody who writes the same words again gets the same key: the store tells a repeated delivery from a
        repeated wish by the time between them.
        """
        parts = (delivery.sender, delivery.recipient, repr(delivery.part), delivery.header.hex())
        key = blake2b("\0".join(parts).encode(), digest_size=16)
        key.update(b"\0%d\0" % delivery.data_coding + delivery.octets)
        return Inbound(
            gateway=self._gateway,
            key=key.hexdigest(),
            sender=delivery.sender,
            recipient=delivery.recipient,
            body=decode(delivery.octets, delivery.data_coding),
            received_at=self._now(),
            part=delivery.part,
        )

    def _receipts(self, delivery: Delivery) -> list[Receipt]:
        report = read_report(delivery)
        if report is None:
            log.warning("%s: a delivery receipt without an id was left out", self._gateway)
            return []
        return [Receipt(self._gateway, self._forms.as_answered(report), report.fate, report.code)]
