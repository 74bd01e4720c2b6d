"""The CMPP adapter: TextGateway over one connection to an ISMG.

Source: China Mobile Peer to Peer 2.0 (April 2002) and 3.0 (2003).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from minhu.carriers.alphabet import UCS2, Segment, TooLong, segments
from minhu.carriers.cmpp import pdus, reports
from minhu.carriers.cmpp.dialect import ASCII_FORMAT, CmppDialect, CmppReader
from minhu.carriers.cmpp.pdus import Figures, Pdu, Submit
from minhu.carriers.cmpp.settings import LONGEST_CODE, CmppSettings
from minhu.carriers.errors import CarrierError
from minhu.carriers.links import AnswerOverdue, Intake, Link, LinkedGateway, LinkLost
from minhu.carriers.text import Accepted, Caps, Outgoing, Rejected, Sink, Submitted, Unknown

LONGEST_ASCII = 159
PLAIN = re.compile(r"[\n\r !\"#%-?A-Za-z]*")
"""Letters that have the same number in ASCII and in the GSM alphabet, so that it does not matter which the ISMG takes.

Longer texts go as UCS-2: gateways differ in how they put a header before seven-bit letters.
"""


class CmppGateway(LinkedGateway[Pdu, Pdu]):
    """TextGateway over CMPP."""

    caps = Caps(per_part_receipts=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: CmppSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        super().__init__(name, settings.response_seconds)
        self._now = now
        self._settings = settings

    def start(self, sink: Sink) -> None:
        settings = self._settings
        reader = CmppReader(self._name, settings, self._now)
        intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        dialect = CmppDialect(self._name, settings, intake.put, self._now)
        self._begin(intake, [Link(self._name, dialect, settings)])

    def submit(self, text: Outgoing) -> Submitted:
        try:
            submits = self._submits(text)
        except TooLong:
            return Rejected("too-long", retryable=False)
        except ValueError:
            return Rejected("bad-number", retryable=False)
        return self._in_pieces(submits, self._ask)

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
        answer = self._asked(session, pdus.submit(sequence, one, self._settings), sequence)
        if isinstance(answer, Unknown):
            return answer
        msg_id, result = pdus.read_submit_answer(self._settings.version, answer.body)
        if result == pdus.OK:
            return Accepted((pdus.msg_id_text(msg_id),))
        return Rejected(reports.refused_submit(result), retryable=str(result) in self._settings.retryable_results)
