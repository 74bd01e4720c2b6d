"""Sends alerts: by web push to each device, and by text message where none arrives."""

from __future__ import annotations

import json
from datetime import datetime

import structlog
from django.conf import settings

from minhu.carriers.errors import CarrierError
from minhu.carriers.push import post, vapid
from minhu.carriers.push.sealing import Keys
from minhu.cases import alerting
from minhu.cases.alerting import Claimed

log = structlog.get_logger(__name__)


def send_due(at: datetime) -> int:
    """Queue what is new, and see to what is due, one after the other; how many that were."""
    alerting.queue_due(at)
    seen_to = 0
    while (claimed := alerting.claim(at)) is not None:
        _see_to(claimed, at)
        seen_to += 1
    return seen_to


def _see_to(claimed: Claimed, at: datetime) -> None:
    """No transaction is open while a push service is spoken to."""
    taken, trouble = 0, 0
    for way in claimed.ways if settings.PUSH_KEY else ():
        words = json.dumps({"token": claimed.token}).encode()
        by = post.Sender(vapid.key_of(settings.PUSH_KEY), settings.PUBLIC_ADDRESS, settings.PUSH_INSIDE)
        try:
            post.send(way.endpoint, Keys.read(way.p256dh, way.auth), words, by, at=at)
        except CarrierError as fault:
            trouble += not fault.permanent
            if fault.permanent:
                alerting.gone(way.pk, at=at)
            log.warning("push_failed", way=way.pk, alert=claimed.id, fault=str(fault))
        else:
            taken += 1
    if taken:
        alerting.pushed(claimed.id, at=at)
    elif not trouble:  # nothing that a later try could better
        alerting.fall_back(claimed.id, at=at)
