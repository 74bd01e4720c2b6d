"""The CMPP adapter: TextGateway over one connection to an ISMG.

Source: China Mobile Peer to Peer 2.0 (April 2002) and 3.0 (2003).
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

from minhu.carriers.alphabet import UCS2, Segment, TooLong, segments
from minhu.carriers.cmpp import pdus, reports
from minhu.carriers.cmpp.dialect import ASCII_FORMAT, CmppDialect, CmppReader, CmppSession
from minhu.carriers.cmpp.pdus import Figures, Pdu, Submit
from minhu.carriers.cmpp.settings import LONGEST_CODE, CmppSettings
from minhu.carriers.errors import CarrierError
from minhu.carriers.links import AnswerOverdue, Intake, Link, LinkLost, hand_over, let_answers_come
from minhu.carriers.text import Accepted, Caps, Fate, Outgoing, Rejected, Sink, Submitted, Unknown

LONGEST_ASCII = 159
PLAIN = re.compile(r"[\n\r !\"#%-?A-Za-z]*")
"""Letters that have the same number in ASCII and in the GSM alphabet, so that it does not matter which the ISMG takes.

Longer texts go as UCS-2: gateways differ in how they put a header before seven-bit letters.
"""


class CmppGateway:
    """TextGateway over CMPP. Its threads, one that reads and one that stores, live from ``start`` to ``stop``."""

    caps = Caps(per_part_receipts=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: CmppSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        self._name = name
        self._now = now
        self._settings = settings
        # Not from zero: a restart must not number the next long text like the last one.
        self._references = itertools.count(random.randrange(0x10000))  # noqa: S311 - no secret
        self._stopped = threading.Event()
        self._intake: Intake[Pdu] | None = None
        self._link: Link[Pdu] | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        settings = self._settings
        self._stopped.clear()
        reader = CmppReader(self._name, settings, self._now)
        self._intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        dialect = CmppDialect(self._name, settings, self._intake.put, self._now)
        self._link = Link(self._name, dialect, settings)
        self._intake.start()
        self._link.start()

    def stop(self) -> None:
        """Take no more, let answers come for a few seconds, store and answer what has arrived, take leave."""
        self._stopped.set()
        let_answers_come(self._link.session if self._link else None)
        if self._intake is not None:
            self._intake.stop()
        if self._link is not None:
            self._link.stop()
        self._link, self._intake = None, None

    def up(self) -> bool:
        return self._link is not None and self._link.session is not None

    @property
    def trouble(self) -> str:
        """Why the link is down, in the words of the socket or of the standard; "" when all is well."""
        return self._link.trouble if self._link else ""

    def submit(self, text: Outgoing) -> Submitted:
        try:
            submits = self._submits(text)
        except TooLong:
            return Rejected("too-long", retryable=False)
        except ValueError:
            return Rejected("bad-number", retryable=False)
        patience = self._settings.response_seconds
        return hand_over(submits, self._ask, patience_seconds=patience, stopped=self._stopped)

    def query(self, text_id: str) -> Fate | None:
        """CMPP can only ask how many, see ``figures``; reports tell of the single text."""
        return None

    def figures(self, day: date) -> Figures:
        """What the carrier counted on a day, to compare with our own count.

        Raises: CarrierError when it does not say.
        """
        session = self._session()
        sequence = session.next_sequence()
        try:
            return pdus.read_figures(session.ask(pdus.query(sequence, f"{day:%Y%m%d}"), sequence).body)
        except (LinkLost, AnswerOverdue) as error:
            raise CarrierError(f"{self._name}: no answer to the query", permanent=False) from error

    def _submits(self, text: Outgoing) -> list[Submit]:
        """The PDUs of a text. Raises TooLong; ValueError: a number that CMPP does not carry."""
        src_id, recipient = self._src_id(text.sender), self._recipient(text.recipient)
        cut = self._segments(text.body)
        return [
            Submit(src_id, recipient, one.octets, one.data_coding, one.udhi, number, len(cut))
            for number, one in enumerate(cut, start=1)
        ]

    def _segments(self, body: str) -> tuple[Segment, ...]:
        if len(body) <= LONGEST_ASCII and PLAIN.fullmatch(body):
            return (Segment(body.encode(), ASCII_FORMAT, udhi=False),)
        wide = self._settings.wide_reference
        return segments(body, reference=next(self._references), wide_reference=wide, coding=UCS2)

    def _src_id(self, sender: str) -> str:
        """The code and the sender's extension; the code alone for a line that has none."""
        settings = self._settings
        if sender.startswith(settings.code) and re.fullmatch(rf"[0-9]{{1,{LONGEST_CODE}}}", sender):
            return sender
        return f"{settings.code}{settings.extensions.get(sender, '')}"

    def _recipient(self, number: str) -> str:
        """Raises ValueError: the protocol carries numbers of the mainland only."""
        found = re.fullmatch(r"(?:\+?86)?(1[0-9]{10})", number)
        if found is None:
            raise ValueError(number)
        return self._settings.recipient_prefix + found[1]

    def _ask(self, one: Submit) -> Submitted:
        session = self._session()
        sequence = session.next_sequence()
        try:
            answer = session.ask(pdus.submit(sequence, one, self._settings), sequence)
        except LinkLost:
            return Unknown("the link was lost before the answer")
        except AnswerOverdue:
            return Unknown(f"no answer in {self._settings.response_seconds:g} s")
        msg_id, result = pdus.read_submit_answer(self._settings.version, answer.body)
        if result == pdus.OK:
            return Accepted((pdus.msg_id_text(msg_id),))
        return Rejected(reports.refused_submit(result), retryable=str(result) in self._settings.retryable_results)

    def _session(self) -> CmppSession:
        if self._stopped.is_set():
            raise CarrierError(f"{self._name}: stopping", permanent=False)
        if self._link is None or self._link.session is None:
            why = self._link.trouble if self._link else "not started"
            raise CarrierError(f"{self._name}: the link is down: {why}", permanent=False)
        return self._link.session
