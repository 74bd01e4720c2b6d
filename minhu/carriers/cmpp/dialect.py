"""CMPP's words on a link: connect, active test, terminate, and what each PDU that comes in is for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from minhu.carriers.alphabet import GBK, decode
from minhu.carriers.cmpp import pdus, reports
from minhu.carriers.cmpp.pdus import ANSWER, Command, Delivery, Pdu
from minhu.carriers.cmpp.settings import CmppSettings
from minhu.carriers.errors import CarrierError
from minhu.carriers.links import Inbox, Session
from minhu.carriers.text import Inbound, Receipt

log = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")
ASCII_FORMAT = 0

CmppSession = Session[Pdu]


class CmppDialect:
    """What a Link needs of CMPP. inbox: takes the deliveries of one read."""

    last_sequence = 0xFFFFFFFF

    def __init__(self, label: str, settings: CmppSettings, inbox: Inbox[Pdu], now: Callable[[], datetime]) -> None:
        self.patience = settings.enquiries
        self._label = label
        self._settings = settings
        self._inbox = inbox
        self._now = now

    def agree(self, session: CmppSession, until: float, stopping: threading.Event) -> None:
        settings = self._settings
        sequence = session.next_sequence()
        timestamp = int(self._now().astimezone(CHINA).strftime("%m%d%H%M%S"))
        session.write(pdus.connect(sequence, settings, timestamp))
        while time.monotonic() < until and not stopping.is_set():
            pdu = next(pdus.take_pdus(session.buffer), None)
            if pdu is None:
                session.read(min(0.5, until - time.monotonic()))
            elif (pdu.command, pdu.sequence) == (Command.CONNECT | ANSWER, sequence):
                return self._judge(pdu.body, timestamp)
        raise CarrierError("no answer to the connect", permanent=False)

    def _judge(self, answer: bytes, timestamp: int) -> None:
        """Raises CarrierError when we are not let in."""
        settings = self._settings
        read = pdus.read_connect_answer(settings.version, answer)
        if read.status:
            raise CarrierError(f"connect refused: {reports.refused_connect(read.status)}", permanent=True)
        proof = pdus.proof_of(settings.source_addr, settings.secret, timestamp)
        if not pdus.ismg_knows_secret(answer, settings.version, proof, settings.secret):
            log.warning("%s: the ISMG did not prove that it knows the secret; many do not", self._label)

    def enquire(self, session: CmppSession) -> None:
        session.write(pdus.active_test(session.next_sequence()))

    def leave(self, session: CmppSession) -> None:
        session.write(pdus.terminate(session.next_sequence()))

    def take_in(self, session: CmppSession) -> str | None:
        deliveries: list[Pdu] = []
        ended: str | None = None
        for pdu in pdus.take_pdus(session.buffer):
            match pdu.command:
                case Command.DELIVER:
                    deliveries.append(pdu)
                case Command.ACTIVE_TEST:
                    session.write(pdus.active_test_answer(pdu.sequence))
                case Command.TERMINATE:
                    session.write(pdus.terminate_answer(pdu.sequence))
                    ended = "ended by the ISMG"
                case command if command == Command.TERMINATE | ANSWER:
                    ended = ""
                case command if command & ANSWER:
                    session.answered(pdu.sequence, pdu)
                case command:
                    log.warning("%s: command 0x%08X is not ours to answer", self._label, command)
        if deliveries:
            self._inbox(session, deliveries)
        return ended


class CmppReader:
    """Reads DELIVER into what the port speaks of. now: the clock by which texts are said to have come."""

    def __init__(self, gateway: str, settings: CmppSettings, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._settings = settings
        self._lines = {f"{settings.code}{extension}": line for line, extension in settings.extensions.items()}
        self._now = now

    def answer(self, pdu: Pdu, *, stored: bool) -> bytes:
        settings = self._settings
        if not stored and settings.refuse_by_silence:
            return b""
        msg_id = int.from_bytes(pdu.body[:8].ljust(8, b"\0"), "big")
        return pdus.deliver_answer(settings.version, pdu.sequence, msg_id, pdus.OK if stored else pdus.OTHER_ERROR)

    def read(self, pdu: Pdu) -> Inbound | Sequence[Receipt]:
        delivery = pdus.read_delivery(self._settings.version, pdu.body)
        report = delivery.report
        if report is None:
            return self._text(delivery)
        fate = reports.fate(report.stat)
        return [Receipt(self._gateway, pdus.msg_id_text(report.msg_id), fate, report.stat)]

    def _text(self, delivery: Delivery) -> Inbound:
        now = self._now()
        coding = GBK if delivery.msg_fmt == ASCII_FORMAT else delivery.msg_fmt  # GBK holds ASCII, and some send it so
        return Inbound(
            gateway=self._gateway,
            key=_key(delivery, now),
            sender=delivery.sender,
            recipient=self._lines.get(delivery.recipient, delivery.recipient),
            body=decode(delivery.octets, coding),
            received_at=now,
            part=delivery.part,
        )


def _key(delivery: Delivery, now: datetime) -> str:
    """Msg_Id, the year it leaves out, and a hash of what was delivered.

    The hash because ISMGs are met that give all segments of a text one Msg_Id, or every text zero.
    """
    content = blake2b(delivery.octets, digest_size=8)
    content.update(repr((delivery.sender, delivery.recipient, delivery.part)).encode())
    return f"{_year_of(delivery.msg_id, now)}{pdus.msg_id_text(delivery.msg_id)}-{content.hexdigest()}"


def _year_of(msg_id: int, now: datetime) -> int:
    """The year that brings the month in a Msg_Id nearest to now: a text of December may come again in January."""
    here = now.astimezone(CHINA)
    ahead = (msg_id >> 60) - here.month
    return here.year - (ahead > 6) + (ahead < -6)
