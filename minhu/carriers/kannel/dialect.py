"""The words between a box and bearerbox: identify, heartbeat, ack, and what each message that comes in is for."""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from minhu.carriers.alphabet import part_of_header, sound
from minhu.carriers.kannel import pdus
from minhu.carriers.kannel.pdus import Ack, Admin, Coding, Command, Heartbeat, Kind, Nack, Sms
from minhu.carriers.kannel.settings import KannelSettings
from minhu.carriers.links import Inbox, Session
from minhu.carriers.text import Fate, Inbound, Receipt

log = logging.getLogger(__name__)

REFUSAL_PAUSE_SECONDS = 0.1
"""Before we refuse a text: bearerbox brings it again at once, and a full disk must not become a busy loop."""

DELIVERED, FAILED, REFUSED = 1, 2, 16
"""Bits of dlr_mask. Buffered (4) and taken by the carrier (8) say nothing that we do not assume."""
WANTED_REPORTS = DELIVERED | FAILED | REFUSED

_FATES = {DELIVERED: Fate.DELIVERED, FAILED: Fate.FAILED, REFUSED: Fate.FAILED}
_STAT = re.compile(rb"\b(?:stat|err):([A-Z0-9:]+)")
_NO_PLUS = re.compile(r"\+(1[01][0-9]*|[0-9]{1,7})")
"""Short codes that Kannel writes with a plus, because the carrier called them international."""

KannelSession = Session[Ack]


class KannelDialect:
    """What a Link needs of the box protocol. inbox: takes the deliveries of one read."""

    last_sequence = sys.maxsize
    patience = sys.maxsize
    """Bearerbox answers no question of ours; a heartbeat that cannot be written tells that it is gone."""

    def __init__(self, label: str, settings: KannelSettings, inbox: Inbox[Sms]) -> None:
        self._label = label
        self._settings = settings
        self._inbox = inbox

    def agree(self, session: KannelSession, until: float, stopping: threading.Event) -> None:
        """Say who we are; bearerbox does not answer, and brings nothing before."""
        session.write(pdus.pack(Admin(Command.IDENTIFY, self._settings.box_id.encode() or None)))

    def enquire(self, session: KannelSession) -> None:
        session.write(pdus.pack(Heartbeat(0)))

    def leave(self, session: KannelSession) -> None:
        session.break_off()

    def take_in(self, session: KannelSession) -> str | None:
        deliveries: list[Sms] = []
        ended: str | None = None
        for message in pdus.take_messages(session.buffer):
            match message:
                case Sms():
                    deliveries.append(message)
                case Ack():
                    session.answered(message.id, message)
                case Admin(command=Command.SHUTDOWN | Command.RESTART):
                    ended = "bearerbox is shutting down"
                case _:
                    log.debug("%s: nothing to do for %r", self._label, message)
        if deliveries:
            self._inbox(session, deliveries)
        return ended


class KannelReader:
    """Reads what bearerbox brings into what the port speaks of. now: the clock by which texts are said to have come."""

    def __init__(self, gateway: str, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._now = now

    def answer(self, sms: Sms, *, stored: bool) -> bytes:
        if not stored:
            time.sleep(REFUSAL_PAUSE_SECONDS)
        return pdus.pack(Ack(Nack.STORED if stored else Nack.FAILED_FOR_NOW, sms.time, sms.id))

    def read(self, sms: Sms) -> Inbound | Sequence[Receipt]:
        if sms.sms_type in {Kind.REPORT, Kind.REPORT_TO_PHONE}:
            return self._receipts(sms)
        return Inbound(
            gateway=self._gateway,
            key=_word(sms.id),
            sender=_number(sms.sender),
            recipient=_number(sms.receiver),
            body=_words(sms),
            received_at=self._now(),
            part=sound(part_of_header(sms.udhdata or b"")),
        )

    def _receipts(self, sms: Sms) -> list[Receipt]:
        """dlr_url is what we gave the text as such: its id."""
        fate = _FATES.get(sms.dlr_mask, Fate.PENDING)
        said = [] if fate is Fate.DELIVERED else _STAT.findall(sms.msgdata or b"")
        if not sms.dlr_url:
            log.warning("%s: a delivery report without an id was left out", self._gateway)
            return []
        return [Receipt(self._gateway, _word(sms.dlr_url), fate, b" ".join(said).decode())]


def _words(sms: Sms) -> str:
    encoding = {Coding.UCS2.value: "utf-16-be", Coding.OCTETS.value: "latin-1"}.get(sms.coding, "utf-8")
    return (sms.msgdata or b"").decode(encoding, "replace").replace("\0", "\ufffd")


def _number(octets: bytes | None) -> str:
    number = _word(octets)
    return number.removeprefix("+") if _NO_PLUS.fullmatch(number) else number


def _word(octets: bytes | None) -> str:
    return (octets or b"").decode("latin-1").replace("\0", "\ufffd")
