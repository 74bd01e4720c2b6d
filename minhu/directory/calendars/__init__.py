"""Presence read from calendars: fetched every five minutes, faults kept on the feed for people to see.

Nothing of an entry is kept but when and of what state it is: what a meeting is about is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory import versions
from minhu.directory.authority import require_himself_or_help
from minhu.directory.calendars.fetching import fetch
from minhu.directory.calendars.ics import Busy, busy_spans
from minhu.directory.errors import CalendarUnusable
from minhu.directory.models import CalendarFeed, Official, PresenceSpan
from minhu.rules.access import Viewer, system
from minhu.rules.words import PresenceSource

READ_EVERY = timedelta(minutes=5)
FILE_EVERY = timedelta(hours=1)
"""A file does not change, but its recurring entries must be carried on."""
FETCHED_AT_ONCE = 8

Fetch = Callable[[str], str]
"""The text at an address. Raises: CalendarUnusable."""


def read_due(at: datetime, *, limit: int = 200, fetch: Fetch = fetch) -> int:
    """Read the calendars whose time has come; returns how many were tried. Safe with several workers."""
    claimed = list(_claim(at, limit))
    with ThreadPoolExecutor(FETCHED_AT_ONCE) as pool:  # no database in these threads
        outcomes = pool.map(lambda feed: _text_of(feed, fetch), claimed)
        for feed, outcome in zip(claimed, outcomes, strict=True):
            _take(feed, outcome, at)
    return len(claimed)


def read_calendar(official_id: int, *, by: Viewer, fetch: Fetch = fetch) -> CalendarFeed:
    """Read one calendar at once, as a person asked. A fault stands on the feed returned. Raises: NotAllowed."""
    official = Official.objects.select_related("office").get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    feed = CalendarFeed.objects.select_related("official").get(official=official)
    _take(feed, _text_of(feed, fetch), timezone.now())
    feed.refresh_from_db()
    return feed


def _claim(at: datetime, limit: int) -> Iterable[CalendarFeed]:
    due = (
        Q(tried_at__isnull=True)
        | Q(address_sealed__isnull=False, tried_at__lte=at - READ_EVERY)
        | Q(content_sealed__isnull=False, tried_at__lte=at - FILE_EVERY)
    )
    feeds = CalendarFeed.objects.filter(due, official__left_on__isnull=True).select_related("official")
    for feed in feeds.order_by(F("tried_at").asc(nulls_first=True), "id")[:limit]:
        if CalendarFeed.objects.filter(pk=feed.pk, tried_at=feed.tried_at).update(tried_at=at):
            yield feed


def _text_of(feed: CalendarFeed, fetch: Fetch) -> str | CalendarUnusable:
    try:
        if feed.address_sealed is not None:
            return fetch(privacy.unseal(feed.address_sealed))
        return privacy.unseal(feed.content_sealed or b"")
    except CalendarUnusable as fault:
        return fault
    except privacy.PrivacyError:
        return CalendarUnusable("日历地址无法解密，请重新填写。")


def _take(feed: CalendarFeed, outcome: str | CalendarUnusable, at: datetime) -> None:
    """Put what was read in place of what was known; a calendar that cannot be read leaves the last known state."""
    found: tuple[Busy, ...] = ()
    if not isinstance(outcome, CalendarUnusable):
        try:
            found = busy_spans(outcome, at)
        except CalendarUnusable as fault:
            outcome = fault
    if isinstance(outcome, CalendarUnusable):
        CalendarFeed.objects.filter(pk=feed.pk).update(tried_at=at, fault=outcome.shown[:300])
        return
    with transaction.atomic():
        if CalendarFeed.objects.filter(pk=feed.pk).update(tried_at=at, read_at=at, fault=""):  # not removed meanwhile
            put_spans(feed.official_id, found, at, by=system(feed.official.city_id))


@transaction.atomic
def put_spans(official_id: int, found: tuple[Busy, ...], at: datetime, *, by: Viewer) -> None:
    """Put what a calendar says of an official's next days in place of what it said before."""
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    added, changed, removed = _put(official_id, found, at)
    if added or changed or removed:
        versions.bump()
        trail.record(by, "read_calendar", official, added=added, changed=changed, removed=removed)


def _put(official_id: int, found: tuple[Busy, ...], at: datetime) -> tuple[int, int, int]:
    """How many spans were added, changed, removed. What is past stays as it was."""
    spans = PresenceSpan.objects.filter(official_id=official_id, source=PresenceSource.CALENDAR.value)
    known = {(span.external_id, span.since): span for span in spans.filter(until__gt=at)}
    wanted = {(busy.key, busy.since): busy for busy in found}
    added = [
        PresenceSpan(
            official_id=official_id,
            state=busy.state.value,
            source=PresenceSource.CALENDAR.value,
            since=busy.since,
            until=busy.until,
            external_id=busy.key,
        )
        for place, busy in wanted.items()
        if place not in known
    ]
    PresenceSpan.objects.bulk_create(added)
    changed = 0
    for place in wanted.keys() & known.keys():
        span, busy = known[place], wanted[place]
        if (span.state, span.until) != (busy.state.value, busy.until):
            spans.filter(pk=span.pk).update(state=busy.state.value, until=busy.until)
            changed += 1
    gone = [known[place].pk for place in known.keys() - wanted.keys()]
    spans.filter(pk__in=gone, since__gte=at).delete()
    spans.filter(pk__in=gone, since__lt=at).update(until=at)
    return len(added), changed, len(gone)
