"""Between the gateways and the tables: stores what comes in before the gateway is told so, sends what is queued.

A text's attempt is committed before a gateway is called, and what the gateway said is committed after; in between no
transaction is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import assert_never

import structlog
from django.db import close_old_connections
from prometheus_client import Counter

from minhu.carriers.errors import CarrierError
from minhu.carriers.text import Accepted, Inbound, Outgoing, Receipt, Rejected, TextGateway, Unknown
from minhu.intake import inbound, outbox, receipts

log = structlog.get_logger(__name__)

SENT = Counter("minhu_texts_submitted", "Texts handed to a gateway, by what it said", ["gateway", "answer"])
ARRIVED = Counter("minhu_texts_arrived", "Texts and segments stored", ["gateway"])


class StoringSink:
    """Where gateways hand what comes in. Returns once it is on disk; raising means: bring it again.

    keys_are_ids: the gateway gives each delivery an id of its own.
    """

    def __init__(self, *, keys_are_ids: bool = False) -> None:
        self._keys_are_ids = keys_are_ids

    def inbound(self, batch: Sequence[Inbound]) -> None:
        close_old_connections()
        inbound.store(batch, keys_are_ids=self._keys_are_ids)
        if batch:
            ARRIVED.labels(batch[0].gateway).inc(len(batch))

    def receipt(self, batch: Sequence[Receipt]) -> None:
        close_old_connections()
        receipts.store(batch)


class Sender:
    """Hands queued texts to one gateway, several at a time.

    worker: a name that no other running process has, and that a restarted one has again. default_sender: shown for
    texts that belong to no line.
    """

    def __init__(self, gateway: TextGateway, *, worker: str, default_sender: str, window: int) -> None:
        self._gateway = gateway
        self._worker = worker
        self._default_sender = default_sender
        self._window = window
        self._pool = ThreadPoolExecutor(window, thread_name_prefix=f"send-{gateway.name}")

    def send_some(self) -> int:
        """Send what is due, at most one window; returns how many were taken in hand. Nothing while the link is down."""
        if not self._gateway.up():
            return 0
        claimed = outbox.claim(self._worker, self._window)
        list(self._pool.map(self._send, claimed))
        return len(claimed)

    def stop(self) -> None:
        self._pool.shutdown()

    def _send(self, text: outbox.ToSend) -> None:
        close_old_connections()
        outgoing = Outgoing(
            id=text.id,
            sender=text.sender or self._default_sender,
            recipient=text.recipient,
            body=text.body,
            template=text.template,
            variables=text.variables,
        )
        try:
            answer = self._gateway.submit(outgoing)
        except CarrierError as error:
            SENT.labels(self._gateway.name, "not_handed_over").inc()
            outbox.not_handed_over(text.text_id, str(error))
            return
        SENT.labels(self._gateway.name, type(answer).__name__.lower()).inc()
        match answer:
            case Accepted(ids=ids):
                outbox.submitted(text.text_id, self._gateway.name, ids)
            case Rejected(code=code, retryable=retryable):
                log.warning("text_rejected", text=text.text_id, code=code, retryable=retryable)
                outbox.rejected(text.text_id, self._gateway.name, code, retryable=retryable)
            case Unknown(why=why):
                log.warning("text_in_doubt", text=text.text_id, why=why)
                outbox.in_doubt(text.text_id, self._gateway.name, why)
            case unknown:
                assert_never(unknown)
