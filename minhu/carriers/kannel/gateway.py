"""The Kannel adapter: TextGateway as one of bearerbox's boxes.

Kannel's answer means that the text is in its spool, which it does not force to disk; only a receipt means more.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from minhu.carriers.alphabet import GSM, Segment, TooLong, cut_header, decode, segments
from minhu.carriers.kannel import pdus
from minhu.carriers.kannel.dialect import WANTED_REPORTS, KannelDialect, KannelReader
from minhu.carriers.kannel.pdus import Ack, Coding, Kind, Nack, Sms
from minhu.carriers.kannel.settings import KannelSettings
from minhu.carriers.links import Intake, Link, LinkedGateway
from minhu.carriers.text import Accepted, Caps, Outgoing, Rejected, Sink, Submitted, Unknown

IDS = uuid.UUID("6d696e68-7500-5000-8000-746578747300")
"""Namespace of the ids of our segments."""


class KannelGateway(LinkedGateway[Sms, Ack]):
    """TextGateway over Kannel."""

    caps = Caps(per_part_receipts=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: KannelSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        super().__init__(name, settings.response_seconds)
        self._now = now
        self._settings = settings

    def start(self, sink: Sink) -> None:
        settings = self._settings
        reader = KannelReader(self._name, self._now)
        intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        dialect = KannelDialect(self._name, settings, intake.put)
        self._begin(intake, [Link(self._name, dialect, settings)])

    def submit(self, text: Outgoing) -> Submitted:
        if not re.fullmatch(r"\+?[0-9]{3,20}", text.recipient):
            return Rejected("bad-number", retryable=False)
        try:
            wide = self._settings.wide_reference
            cut = segments(text.body, reference=next(self._references), wide_reference=wide)
        except TooLong:
            return Rejected("too-long", retryable=False)
        parts = [self._sms(text, one, number) for number, one in enumerate(cut, start=1)]
        return self._in_pieces(parts, self._ask)

    def _sms(self, text: Outgoing, segment: Segment, number: int) -> Sms:
        header, octets = cut_header(segment.octets) if segment.udhi else (b"", segment.octets)
        coding = Coding.UCS2
        if segment.data_coding == GSM:
            coding, octets = Coding.GSM, decode(octets, GSM).encode()
        id_ = str(uuid.uuid5(IDS, f"{text.id}/{number}")).encode()
        return Sms(
            sender=text.sender.encode(),
            receiver=text.recipient.encode(),
            udhdata=header or None,
            msgdata=octets,
            time=int(self._now().timestamp()),
            smsc_id=self._settings.smsc_id.encode() or None,
            service=b"minhu",
            id=id_,
            sms_type=Kind.PUSH,
            coding=coding,
            dlr_mask=WANTED_REPORTS,
            dlr_url=id_,
            charset=b"UTF-8",
            boxc_id=self._settings.box_id.encode() or None,
        )

    def _ask(self, sms: Sms) -> Submitted:
        answer = self._asked(self._session(), pdus.pack(sms), sms.id)
        if isinstance(answer, Unknown):
            return answer
        if answer.nack in {Nack.STORED, Nack.QUEUED}:
            return Accepted(((sms.id or b"").decode(),))
        return Rejected(f"Kannel nack {answer.nack}", retryable=answer.nack == Nack.FAILED_FOR_NOW)
