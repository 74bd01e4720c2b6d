"""Who is alerted outside the console, how, and what became of it. The sending itself is of ``ops.alerting``.

    add_device, add_number, end    a way to alert oneself, and back
    queue_due      a job: what is new for whoever wants to be alerted
    claim          what is to be done about one alert now: push it, or fall back
    fall_back      it did not arrive, or there is no device: a text message, if he gave a number

An alert says only that something waits. What it is, is read in the console after signing in.

Refusal
└── NotADevice    the browser gave no address and keys that a message can be sent to
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.cases import noticing
from minhu.cases.models import Alert, AlertWay, Notice
from minhu.directory import queries as directory
from minhu.directory.models import Account
from minhu.intake import outbox
from minhu.intake.citizens import citizen_of, thread_of
from minhu.intake.scope import NotYours
from minhu.rules import access, numbers
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.numbers import NotANumber

ARRIVES_WITHIN = timedelta(minutes=5)
"""How long an alert that a push service took may be on its way, before a text goes instead."""

MOST_TRIES, TRIED_AGAIN_AFTER = 3, timedelta(minutes=1)
_NEWS_FOR = timedelta(hours=1)
_OPEN = Q(ended_at=None)


class NotADevice(Refusal):
    code = "not_a_device"
    words = "这台设备现在不能接收提醒，请换一个浏览器，或用短信提醒。"


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser gave: the address at its maker's push service, and its keys, as base64url."""

    endpoint: str
    p256dh: str
    auth: str
    name: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that this worker sees to now. ways: his devices; none: fall back."""

    id: int
    token: str
    ways: tuple[AlertWay, ...]


def ways_of(by: Viewer) -> list[AlertWay]:
    """How he is alerted now."""
    if by.account_id is None:
        return []
    return list(AlertWay.objects.filter(_OPEN, account_id=by.account_id).order_by("id"))


@transaction.atomic
def add_device(device: Device, *, by: Viewer, at: datetime | None = None) -> AlertWay:
    """Alert him on this device from now on; one that somebody else signed in on before is now his."""
    if by.account_id is None:
        raise NotYours
    at = at or timezone.now()
    AlertWay.objects.filter(_OPEN, endpoint=device.endpoint).update(ended_at=at)
    way = AlertWay.objects.create(
        account_id=by.account_id, endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth,
        name=device.name[:60], at=at,
    )  # fmt: skip
    trail.record(by, "alert_here", way)
    return way


@transaction.atomic
def add_number(typed: str, *, by: Viewer, at: datetime | None = None) -> AlertWay:
    """Text him where no device can be reached; one number at a time. Raises: NotANumber."""
    if by.account_id is None:
        raise NotYours
    at, number = at or timezone.now(), numbers.normalise(typed)
    if not numbers.is_mobile(number):
        raise NotANumber
    AlertWay.objects.filter(_OPEN, account_id=by.account_id, endpoint="").update(ended_at=at)
    way = AlertWay.objects.create(
        account_id=by.account_id, number_sealed=privacy.seal(number), name=numbers.mask(number), at=at
    )  # fmt: skip
    trail.record(by, "alert_by_text", way)
    return way


@transaction.atomic
def end(way_id: int, *, by: Viewer, at: datetime | None = None) -> None:
    """Not there any more. Raises: NotYours."""
    way = next((one for one in ways_of(by) if one.pk == way_id), None)
    if way is None:
        raise NotYours
    if gone(way.pk, at=at or timezone.now()):
        trail.record(by, "alert_no_more", way)


def arrived(token: str, *, at: datetime | None = None) -> None:
    """The browser says so. Whoever knows the token can do no more than that."""
    Alert.objects.filter(token=token, arrived_at=None).update(arrived_at=at or timezone.now())


def queue_due(at: datetime) -> int:
    """Alerts for what is new to whoever has a way, and may read it; how many."""
    made = 0
    first = dict(AlertWay.objects.filter(_OPEN).values_list("account").annotate(Min("at")))
    for account in Account.objects.filter(pk__in=first, is_active=True):
        since = max(at - _NEWS_FOR, first[account.pk])
        mine = noticing.readable(directory.viewer_of(account)).filter(read_at=None, at__gte=since)
        fresh = mine.exclude(alerts__account=account)
        rows = [
            Alert(notice=one, account=account, token=secrets.token_urlsafe(16), at=at, next_at=at) for one in fresh[:50]
        ]
        made += len(Alert.objects.bulk_create(rows, ignore_conflicts=True))
    return made


def claim(at: datetime) -> Claimed | None:
    """The next alert to see to, which no other worker sees to meanwhile; what was read or has arrived is over."""
    due = Alert.objects.filter(next_at__lte=at)
    seen = Notice.objects.filter(pk__in=due.values("notice"), read_at__isnull=False)
    due.filter(Q(arrived_at__isnull=False) | Q(notice__in=seen)).update(next_at=None)
    for alert in due.order_by("next_at", "id")[:5]:
        again = {"tries": F("tries") + 1, "next_at": at + TRIED_AGAIN_AFTER}
        if not Alert.objects.filter(pk=alert.pk, tries=alert.tries, next_at=alert.next_at).update(**again):
            continue
        ways = AlertWay.objects.filter(_OPEN, account_id=alert.account_id).exclude(endpoint="")
        push = alert.pushed_at is None and alert.tries < MOST_TRIES
        return Claimed(alert.pk, alert.token, tuple(ways) if push else ())
    return None


def pushed(alert_id: int, *, at: datetime) -> None:
    """A push service took it; now it has to arrive."""
    Alert.objects.filter(pk=alert_id).update(pushed_at=at, next_at=at + ARRIVES_WITHIN)


def gone(way_id: int, *, at: datetime) -> bool:
    """The push service does not know the browser any more. Whether that is new."""
    return AlertWay.objects.filter(_OPEN, pk=way_id).update(ended_at=at) > 0


@transaction.atomic
def fall_back(alert_id: int, *, at: datetime) -> bool:
    """A text instead, once, where he gave a number; whether one goes."""
    alert = Alert.objects.select_for_update(no_key=True, of=("self",)).select_related("notice").get(pk=alert_id)
    if alert.text_id is not None or alert.arrived_at is not None:
        return False
    way = AlertWay.objects.filter(_OPEN, account_id=alert.account_id, endpoint="").first()
    alert.next_at = None
    if way is not None and way.number_sealed is not None:
        city_id = alert.notice.city_id
        citizen = citizen_of(city_id, privacy.unseal(way.number_sealed), at)
        draft = outbox.Draft(template="alert", asked_for=True)
        by = access.system(city_id)
        alert.text = outbox.queue(thread_of(citizen, None, at), draft, key=f"alert:{alert.pk}", by=by, at=at)
    alert.save(update_fields=["next_at", "text"])
    return alert.text_id is not None
