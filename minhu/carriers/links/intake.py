"""What comes in over a link, on one thread: stored as whole batches, and only then answered.

While one batch is being committed the next one gathers, so the disk sets the pace and not the number of texts.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from minhu.carriers.links.session import Session
from minhu.carriers.text import Inbound, Receipt, Sink

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery. read: what it says, called on the intake's thread; a receipt that says nothing gives no Receipt.

    answer: the octets that say whether it was stored.
    """

    session: Session[Any]
    read: Callable[[], Inbound | Sequence[Receipt]]
    answer: Callable[[bool], bytes]


class Intake:
    """Hands deliveries to the sink and answers them. What finds no room to wait is answered "later" at once.

    batch: most that are stored in one transaction. limit: most that may wait for it.
    """

    def __init__(self, label: str, sink: Sink, *, batch: int, limit: int) -> None:
        self._label = label
        self._sink = sink
        self._largest = self._batch = batch
        self._limit = limit
        self._queue: deque[Arrival] = deque()
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

    def put(self, arrivals: list[Arrival]) -> None:
        """Take in what one read has brought. Never blocks."""
        with self._news:
            if self._stopping:
                return
            room = max(self._limit - len(self._queue), 0)
            self._queue.extend(arrivals[:room])
            self._news.notify()
        if arrivals[room:]:
            _answer(arrivals[room:], stored=False)

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

    def _take_in(self, taken: list[Arrival]) -> None:
        texts: list[tuple[Arrival, Inbound]] = []
        receipts: list[tuple[Arrival, Sequence[Receipt]]] = []
        for arrival in taken:
            match arrival.read():
                case Inbound() as text:
                    texts.append((arrival, text))
                case found:
                    receipts.append((arrival, found))
        reported = [receipt for _, found in receipts for receipt in found]
        self._hand_over([arrival for arrival, _ in texts], lambda: self._sink.inbound([text for _, text in texts]))
        self._hand_over(
            [arrival for arrival, _ in receipts], lambda: self._sink.receipt(reported) if reported else None
        )

    def _hand_over(self, arrivals: list[Arrival], store: Callable[[], None]) -> None:
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
        _answer(arrivals, stored=stored)


def _answer(arrivals: Iterable[Arrival], *, stored: bool) -> None:
    """Answer many deliveries, in one write a connection."""
    answers: dict[Session[Any], list[bytes]] = {}
    for arrival in arrivals:
        answers.setdefault(arrival.session, []).append(arrival.answer(stored))
    for session, octets in answers.items():
        try:
            session.write(b"".join(octets))
        except OSError:
            log.info("the link was lost before %d deliveries were answered; they will come again", len(octets))
