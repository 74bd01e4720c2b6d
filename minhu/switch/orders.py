"""Calls that the console asked for. A conditional update hands each to one switch only. Runs on the clerk's thread."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy
from minhu.intake.models import CallOrder, Citizen
from minhu.intake.ordering import LOST_AFTER, STALE_AFTER
from minhu.rules.plans import Party
from minhu.rules.quiet import is_quiet
from minhu.rules.words import PartyKind
from minhu.switch.ports import Order

log = structlog.get_logger(__name__)

AT_ONCE = 20


def claim(node: str) -> Sequence[Order]:
    """The waiting orders that this switch got, as many as its trunk may carry at once; all of it in one transaction."""
    waiting = (
        CallOrder.objects.filter(claimed_at__isnull=True).select_related("citizen", "calls_as").order_by("asked_at")
    )
    found = list(waiting[:AT_ONCE])
    if not found:
        return ()
    found = found[: max(0, settings.ORDERED_CALLS - _under_way(node))]
    with transaction.atomic():
        return [_order(order) for order in found if _take(order, node)]


def _take(order: CallOrder, node: str) -> bool:
    """Whether it is ours and still wanted: not too old, and not in the quiet hours."""
    now = timezone.now()
    unwanted = now - order.asked_at > STALE_AFTER or is_quiet(now)
    taken = CallOrder.objects.filter(pk=order.pk, claimed_at__isnull=True).update(
        claimed_by=node, claimed_at=now, result="expired" if unwanted else ""
    )
    return bool(taken) and not unwanted


def _under_way(node: str) -> int:
    since = timezone.now() - LOST_AFTER
    return CallOrder.objects.filter(claimed_by=node, result="", claimed_at__gt=since).count()


def _order(order: CallOrder) -> Order:
    party = Party(PartyKind(order.party_kind), order.party_id, "", privacy.unseal(order.party_number_sealed))
    number, shown = _number(order.citizen), _number(order.calls_as)
    return Order(order.pk, order.line_id, party, order.citizen_id, number, shown, order.city_id)


def _number(citizen: Citizen | None) -> str:
    sealed = citizen.number_sealed if citizen else None
    return privacy.unseal(sealed) if sealed else ""
