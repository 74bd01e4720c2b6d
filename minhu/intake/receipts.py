"""What gateways say of texts that were sent. Repeats, early ones and wrong orders are welcome; nothing goes back.

A segment's fate only ever rises: nothing known, pending, failed, delivered. A text is delivered when all segments are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from minhu.intake.models import EarlyReceipt, Segment, Text
from minhu.rules.plain import storable
from minhu.rules.words import Direction, TextState

KEPT_FOR = timedelta(days=3)
"""How long a receipt waits for the segment it speaks of."""

CLOCKS_APART = timedelta(seconds=2)
"""How far the clocks of the process that sends and of the one that is called with receipts may differ."""


class Fate(StrEnum):
    """As ``carriers.text.Fate``."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PENDING = "pending"


_RANK = {"": 0, Fate.PENDING.value: 1, Fate.FAILED.value: 2, Fate.DELIVERED.value: 3}
_OPEN_TO_RECEIPTS = (TextState.SENDING, TextState.SENT, TextState.UNKNOWN, TextState.FAILED)


class ReceiptLike(Protocol):
    """As ``carriers.text.Receipt``. gateway_id: the gateway's id of a segment, or our own id of the text."""

    @property
    def gateway(self) -> str: ...
    @property
    def gateway_id(self) -> str: ...
    @property
    def fate(self) -> StrEnum: ...
    @property
    def code(self) -> str: ...


def store(batch: Sequence[ReceiptLike], *, at: datetime | None = None) -> None:
    """Keep what the gateway said, durably; apply it now, or when the answer to its submit has come too."""
    at = at or timezone.now()
    by_gateway: dict[str, list[str]] = {}
    with transaction.atomic():
        for one in batch:
            _keep(one, at)
            by_gateway.setdefault(one.gateway[:40], []).append(storable(one.gateway_id, 80))
    for gateway, ids in by_gateway.items():
        settle_early(gateway, ids, at=at)


@transaction.atomic
def settle_early(gateway: str, gateway_ids: Iterable[str], *, at: datetime) -> None:
    """Apply the kept receipts of these ids whose segments are known by now.

    Both who brings a receipt and who brings a segment call this after their commit, so one of them sees both.
    """
    ids = sorted(set(gateway_ids))
    kept = {
        one.gateway_id: one
        for one in EarlyReceipt.objects.filter(gateway=gateway, gateway_id__in=ids).order_by("id").select_for_update()
    }
    if not kept:
        return
    segments: dict[str, Segment] = {}
    for segment in Segment.objects.filter(gateway=gateway, gateway_id__in=list(kept)).select_related("text"):
        there = segments.get(segment.gateway_id)
        if there is None or there.pk < segment.pk:
            segments[segment.gateway_id] = segment
    touched: set[int] = set()
    done: list[int] = []
    for gateway_id, receipt in kept.items():
        found = segments.get(gateway_id)
        text_id = _tell_segment(found, receipt) if found else _tell_text(receipt, at)
        if text_id:
            touched.add(text_id)
            done.append(receipt.pk)
    _settle_texts(sorted(touched), at)
    EarlyReceipt.objects.filter(pk__in=done).delete()


def sweep(*, at: datetime | None = None, limit: int = 1000) -> None:
    """Try the receipts that still wait once more, and forget those that nobody asked for."""
    at = at or timezone.now()
    EarlyReceipt.objects.filter(came_at__lt=at - KEPT_FOR).delete()
    by_gateway: dict[str, list[str]] = {}
    for gateway, gateway_id in EarlyReceipt.objects.order_by("id").values_list("gateway", "gateway_id")[:limit]:
        by_gateway.setdefault(gateway, []).append(gateway_id)
    for gateway, ids in by_gateway.items():
        settle_early(gateway, ids, at=at)


def _keep(one: ReceiptLike, at: datetime) -> None:
    fate = Fate(one.fate.value).value
    kept, new = EarlyReceipt.objects.select_for_update().get_or_create(
        gateway=one.gateway[:40],
        gateway_id=storable(one.gateway_id, 80),
        defaults={"fate": fate, "code": storable(one.code, 20), "came_at": at},
    )
    if not new and _RANK[fate] >= _RANK[kept.fate]:
        kept.fate, kept.code, kept.came_at = fate, storable(one.code, 20), at
        kept.save(update_fields=["fate", "code", "came_at"])


def _tell_segment(segment: Segment, receipt: EarlyReceipt) -> int | None:
    if not _speaks_of(segment.text, receipt):
        return None
    if _RANK[receipt.fate] > _RANK[segment.fate]:
        Segment.objects.filter(pk=segment.pk).update(fate=receipt.fate)
        if receipt.fate == Fate.FAILED and receipt.code:
            Text.objects.filter(pk=segment.text_id).update(fault=f"not delivered: {receipt.code}"[:120])
    return segment.text_id


def _tell_text(receipt: EarlyReceipt, at: datetime) -> int | None:
    """A receipt by our own id of the text settles it as a whole, also when the answer to submit never came."""
    text = Text.objects.filter(pk=_own_number(receipt.gateway_id), direction=Direction.OUTBOUND).first()
    if text is None or own_id(text) != receipt.gateway_id or text.attempt_at is None:
        return None
    segment, _ = Segment.objects.get_or_create(
        text=text, gateway_id=receipt.gateway_id, defaults={"gateway": receipt.gateway}
    )
    return _tell_segment(segment, receipt)


def _speaks_of(text: Text, receipt: EarlyReceipt) -> bool:
    """Not of an earlier text that had the same id at the gateway. Our own ids never come again."""
    if text.attempt_at is None:
        return False
    return receipt.gateway_id == own_id(text) or receipt.came_at >= text.attempt_at - CLOCKS_APART


def own_id(text: Text) -> str:
    """Our id for the gateway: not used again even when an old backup makes the database count anew."""
    return f"{text.pk}-{hashlib.sha256((text.key or '').encode()).hexdigest()[:12]}"


def _own_number(gateway_id: str) -> int:
    number, dash, _ = gateway_id.partition("-")
    return int(number) if dash and number.isascii() and number.isdigit() and len(number) < 19 else 0


def _settle_texts(ids: list[int], at: datetime) -> None:
    for text in Text.objects.filter(pk__in=ids).order_by("id").select_for_update(no_key=True):
        fates = set(text.segments.values_list("fate", flat=True))
        if text.state not in _OPEN_TO_RECEIPTS:
            continue
        if fates == {Fate.DELIVERED.value}:
            text.state, text.settled_at, text.fault = TextState.DELIVERED, at, ""
        elif Fate.FAILED.value in fates:
            text.state, text.settled_at = TextState.FAILED, at
        elif text.state != TextState.FAILED:
            text.state = TextState.SENT
        text.save(update_fields=["state", "settled_at", "fault"])
