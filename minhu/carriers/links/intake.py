"""What comes in over a link, on one thread: stored as whole batches, and only then answered.

While one batch is being committed the next one gathers, so the disk sets the pace and not the number of texts.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from minhu.carriers.links.session import Session
from minhu.carriers.text import Inbound, Receipt, Sink

log = logging.getLogger(__name__)

Delivered = TypeVar("Delivered")
Given = TypeVar("Given", contravariant=True)

Inbox = Callable[[Session[Any], list[Delivered]], None]
"""Takes the deliveries of one read; must not block."""


class Reader(Protocol[Given]):
    """What an intake needs of a protocol. Called on the intake's thread; ``answer`` on the link's too."""

    def read(self, delivery: Given) -> Inbound | Sequence[Receipt]:
        """What a delivery says; a receipt that says nothing gives no Receipt."""

    def answer(self, delivery: Given, *, stored: bool) -> bytes:
        """The octets that tell the gateway whether we have it."""


class Intake(Generic[Delivered]):
    """Hands deliveries to the sink and answers them. What finds no room to wait is answered "later" at once.

    batch: most that are stored in one transaction. limit: most that may wait for it.
    """

    def __init__(self, label: str, sink: Sink, reader: Reader[Delivered], *, batch: int, limit: int) -> None:
        self._label = label
        self._sink = sink
        self._reader = reader
        self._largest = self._batch = batch
        self._limit = limit
        self._queue: deque[tuple[Session[Any], Delivered]] = deque()
        self._news = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"{label}-intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what has arrived; what comes later stays unanswered, and is brought again."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join()

    def put(self, session: Session[Any], deliveries: list[Delivered]) -> None:
        """Take in what one read has brought. Never blocks."""
        with self._news:
            if self._stopping:
                return
            room = max(self._limit - len(self._queue), 0)
            self._queue.extend((session, delivery) for delivery in deliveries[:room])
            self._news.notify()
        if deliveries[room:]:
            self._answer([(session, delivery) for delivery in deliveries[room:]], stored=False)

    # ---- on the thread

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._queue and not self._stopping:
                    self._news.wait()
                if not self._queue:
                    return
                taken = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch))]
            try:
                self._take_in(taken)
            except Exception:  # one delivery that we cannot read must not end all others
                log.exception("%s: a fault of ours; %d stay unanswered", self._label, len(taken))

    def _take_in(self, taken: list[tuple[Session[Any], Delivered]]) -> None:
        texts: list[Inbound] = []
        receipts: list[Receipt] = []
        text_arrivals, receipt_arrivals = [], []
        for arrival in taken:
            read = self._reader.read(arrival[1])
            if isinstance(read, Inbound):
                texts.append(read)
                text_arrivals.append(arrival)
            else:
                receipts.extend(read)
                receipt_arrivals.append(arrival)
        self._hand_over(text_arrivals, lambda: self._sink.inbound(texts))
        self._hand_over(receipt_arrivals, lambda: self._sink.receipt(receipts) if receipts else None)

    def _hand_over(self, arrivals: list[tuple[Session[Any], Delivered]], store: Callable[[], None]) -> None:
        """Store, then answer. After a failure the next ones go one by one, so that one bad text holds up no other."""
        if not arrivals:
            return
        stored = True
        try:
            store()
        except Exception:  # whatever failed, nothing is stored, and the gateway must bring it again
            log.exception("%s: %d not stored; the gateway will bring them again", self._label, len(arrivals))
            stored = False
            self._batch = 1
        else:
            self._batch = min(self._batch * 2, self._largest)
        self._answer(arrivals, stored=stored)

    def _answer(self, arrivals: Iterable[tuple[Session[Any], Delivered]], *, stored: bool) -> None:
        """Answer many deliveries, in one write a connection."""
        answers: dict[Session[Any], list[bytes]] = {}
        for session, delivery in arrivals:
            answers.setdefault(session, []).append(self._reader.answer(delivery, stored=stored))
        for session, octets in answers.items():
            try:
                session.write(b"".join(octets))
            except OSError:
                log.info("the link was lost before %d deliveries were answered; they will come again", len(octets))
