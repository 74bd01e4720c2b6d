"""What comes in over SMPP, on one thread: stored as whole batches, and only then answered.

While one batch is being committed the next one gathers, so the disk sets the pace and not the number of texts.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b

from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.alphabet import decode
from minhu.carriers.smpp.pdus import Delivery, Pdu, read_delivery
from minhu.carriers.smpp.receipts import IdForms, read_report
from minhu.carriers.smpp.session import Session
from minhu.carriers.smpp.settings import SmppSettings
from minhu.carriers.text import Inbound, Receipt, Sink

log = logging.getLogger(__name__)


Arrival = tuple[Session, int, Delivery]
"""Where it came from, its sequence number, what it says."""


class Intake:
    """Hands deliveries to the sink and answers them. What finds no room to wait is answered "later" at once."""

    def __init__(
        self, gateway: str, sink: Sink, forms: IdForms, settings: SmppSettings, *, now: Callable[[], datetime]
    ) -> None:
        self._gateway = gateway
        self._sink = sink
        self._forms = forms
        self._now = now
        self._largest = self._batch = settings.batch
        self._limit = settings.inbound_limit
        self._queue: deque[tuple[Session, Pdu]] = deque()
        self._news = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"smpp-{gateway}-intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what has arrived; what comes later stays unanswered, and is brought again."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join()

    def put(self, session: Session, deliveries: list[Pdu]) -> None:
        """Take in what one read has brought. Never blocks."""
        with self._news:
            if self._stopping:
                return
            room = max(self._limit - len(self._queue), 0)
            self._queue.extend((session, pdu) for pdu in deliveries[:room])
            self._news.notify()
        if deliveries[room:]:
            _answer([(session, pdu.sequence) for pdu in deliveries[room:]], pdus.ESME_RX_T_APPN)

    # ---- on the thread

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._queue and not self._stopping:
                    self._news.wait()
                if not self._queue:
                    return
                taken = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch))]
            self._take_in(taken)

    def _take_in(self, taken: list[tuple[Session, Pdu]]) -> None:
        arrivals = [(session, pdu.sequence, read_delivery(pdu.body)) for session, pdu in taken]
        self._hand_over([arrival for arrival in arrivals if not arrival[2].is_receipt], self._store_texts)
        self._hand_over([arrival for arrival in arrivals if arrival[2].is_receipt], self._store_receipts)

    def _hand_over(self, arrivals: list[Arrival], store: Callable[[list[Delivery]], None]) -> None:
        """Store, then answer. After a failure the next ones go one by one, so that one bad text holds up no other."""
        if not arrivals:
            return
        status = pdus.ESME_ROK
        try:
            store([delivery for _, _, delivery in arrivals])
        except Exception:  # whatever failed, nothing is stored, and the SMSC must bring it again
            log.exception("%s: %d not stored; the SMSC will bring them again", self._gateway, len(arrivals))
            status = pdus.ESME_RX_T_APPN
            self._batch = 1
        else:
            self._batch = min(self._batch * 2, self._largest)
        _answer([(session, sequence) for session, sequence, _ in arrivals], status)

    def _store_texts(self, deliveries: list[Delivery]) -> None:
        now = self._now()
        self._sink.inbound([self._text(delivery, now) for delivery in deliveries])

    def _store_receipts(self, deliveries: list[Delivery]) -> None:
        receipts = [receipt for delivery in deliveries for receipt in self._receipts(delivery)]
        if receipts:
            self._sink.receipt(receipts)

    def _text(self, delivery: Delivery, now: datetime) -> Inbound:
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
            received_at=now,
            part=delivery.part,
        )

    def _receipts(self, delivery: Delivery) -> list[Receipt]:
        report = read_report(delivery)
        if report is None:
            log.warning("%s: a delivery receipt without an id was left out", self._gateway)
            return []
        return [Receipt(self._gateway, self._forms.as_answered(report), report.fate, report.code)]


def _answer(where: Iterable[tuple[Session, int]], status: int) -> None:
    """Answer many deliveries, in one write a connection."""
    answers: dict[Session, list[bytes]] = {}
    for session, sequence in where:
        answers.setdefault(session, []).append(pdus.deliver_resp(sequence, status))
    for session, octets in answers.items():
        try:
            session.write(b"".join(octets))
        except OSError:
            log.info("the link was lost before %d deliveries were answered; they will come again", len(octets))
