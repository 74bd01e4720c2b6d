"""The Kannel adapter: TextGateway as one of bearerbox's boxes.

Kannel's answer means that the text is in its spool, which it does not force to disk; only a receipt means more.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from minhu.carriers.alphabet import GSM, Segment, TooLong, cut_header, decode, segments
from minhu.carriers.errors import CarrierError
from minhu.carriers.kannel import pdus
from minhu.carriers.kannel.dialect import WANTED_REPORTS, KannelDialect, KannelReader, KannelSession
from minhu.carriers.kannel.pdus import Ack, Coding, Kind, Nack, Sms
from minhu.carriers.kannel.settings import KannelSettings
from minhu.carriers.links import AnswerOverdue, Intake, Link, LinkLost, hand_over, let_answers_come
from minhu.carriers.text import Accepted, Caps, Fate, Outgoing, Rejected, Sink, Submitted, Unknown

IDS = uuid.UUID("6d696e68-7500-5000-8000-746578747300")
"""Namespace of the ids of our segments."""


class KannelGateway:
    """TextGateway over Kannel. Its threads, one that reads and one that stores, live from ``start`` to ``stop``."""

    caps = Caps(per_part_receipts=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: KannelSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        self._name = name
        self._now = now
        self._settings = settings
        # Not from zero: a restart must not number the next long text like the last one.
        self._references = itertools.count(random.randrange(0x10000))  # noqa: S311 - no secret
        self._stopped = threading.Event()
        self._intake: Intake[Sms] | None = None
        self._link: Link[Ack] | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        settings = self._settings
        self._stopped.clear()
        reader = KannelReader(self._name, self._now)
        self._intake = Intake(self._name, sink, reader, batch=settings.batch, limit=settings.inbound_limit)
        dialect = KannelDialect(self._name, settings, self._intake.put)
        self._link = Link(self._name, dialect, settings)
        self._intake.start()
        self._link.start()

    def stop(self) -> None:
        """Take no more, let answers come for a few seconds, store and answer what has arrived, hang up."""
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
        """Why the link is down, in the words of the socket; "" when all is well."""
        return self._link.trouble if self._link else ""

    def submit(self, text: Outgoing) -> Submitted:
        if not re.fullmatch(r"\+?[0-9]{3,20}", text.recipient):
            return Rejected("bad-number", retryable=False)
        try:
            wide = self._settings.wide_reference
            cut = segments(text.body, reference=next(self._references), wide_reference=wide)
        except TooLong:
            return Rejected("too-long", retryable=False)
        parts = [self._sms(text, one, number) for number, one in enumerate(cut, start=1)]
        return hand_over(parts, self._ask, patience_seconds=self._settings.response_seconds, stopped=self._stopped)

    def query(self, text_id: str) -> Fate | None:
        """Kannel cannot be asked; reports tell."""
        return None

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
        session = self._session()
        try:
            answer = session.ask(pdus.pack(sms), sms.id)
        except LinkLost:
            return Unknown("the link was lost before the answer")
        except AnswerOverdue:
            return Unknown(f"no answer in {self._settings.response_seconds:g} s")
        if answer.nack in {Nack.STORED, Nack.QUEUED}:
            return Accepted(((sms.id or b"").decode(),))
        return Rejected(f"Kannel nack {answer.nack}", retryable=answer.nack == Nack.FAILED_FOR_NOW)

    def _session(self) -> KannelSession:
        if self._stopped.is_set():
            raise CarrierError(f"{self._name}: stopping", permanent=False)
        if self._link is None or self._link.session is None:
            why = self._link.trouble if self._link else "not started"
            raise CarrierError(f"{self._name}: the link is down: {why}", permanent=False)
        return self._link.session
