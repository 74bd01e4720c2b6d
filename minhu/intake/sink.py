"""Where gateways hand what comes in: the jobs process for its connections, the web process for those that call.

As ``carriers.text.Sink``, which this part does not know.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import close_old_connections
from prometheus_client import Counter

from minhu.intake import inbound, receipts

ARRIVED = Counter("minhu_texts_arrived", "Texts and segments stored", ["gateway"])


class StoringSink:
    """Returns once it is on disk; raising means: bring it again.

    keys_are_ids: the gateway gives each delivery an id of its own.
    """

    def __init__(self, *, keys_are_ids: bool = False) -> None:
        self._keys_are_ids = keys_are_ids

    def inbound(self, batch: Sequence[inbound.Arrival]) -> None:
        inbound.store(batch, keys_are_ids=self._keys_are_ids)
        if batch:
            ARRIVED.labels(batch[0].gateway).inc(len(batch))

    def receipt(self, batch: Sequence[receipts.ReceiptLike]) -> None:
        receipts.store(batch)


class ThreadSink(StoringSink):
    """For an adapter's own thread, whose connection nobody else looks after."""

    def inbound(self, batch: Sequence[inbound.Arrival]) -> None:
        close_old_connections()
        super().inbound(batch)

    def receipt(self, batch: Sequence[receipts.ReceiptLike]) -> None:
        close_old_connections()
        super().receipt(batch)
