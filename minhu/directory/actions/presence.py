"""What an official says he is doing, and the calendar it is read from otherwise."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory import versions
from minhu.directory.authority import require_himself_or_help
from minhu.directory.calendars.ics import busy_spans
from minhu.directory.errors import CalendarUnusable, NotAState, TimesUnusable
from minhu.directory.models import CalendarFeed, Official, PresenceSpan
from minhu.rules.access import Viewer
from minhu.rules.words import Presence, PresenceSource

LARGEST_CALENDAR_BYTES = 2 * 1024 * 1024


@transaction.atomic
def switch_presence(
    official_id: int, state: Presence, until: datetime | None, by: Viewer, *, note: str = ""
) -> PresenceSpan:
    """The manual switch: this state from now until ``until`` (None: until said otherwise). Beats the calendar.

    Raises: NotAllowed, NotAState, TimesUnusable.
    """
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    if state is Presence.ON_CALL:
        raise NotAState
    at = timezone.now()
    if until is not None and until <= at:
        raise TimesUnusable
    _end_manual(official, at)
    span = PresenceSpan.objects.create(
        official=official,
        state=state.value,
        source=PresenceSource.MANUAL.value,
        since=at,
        until=until,
        note=note.strip()[:120],
    )
    versions.bump()
    trail.record(by, "switch_presence", official, state=state, until=until)
    return span


@transaction.atomic
def clear_presence(official_id: int, by: Viewer) -> None:
    """Back to what the calendar says. Raises: NotAllowed."""
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    if _end_manual(official, timezone.now()):
        versions.bump()
        trail.record(by, "clear_presence", official)


@transaction.atomic
def set_calendar(official_id: int, address: str, *, by: Viewer) -> CalendarFeed:
    """Read presence from the calendar at an address (http, https; webcal is taken as https) from now on.

    Raises: NotAllowed, CalendarUnusable.
    """
    parts = urlsplit(address.strip())
    scheme = "https" if parts.scheme in {"webcal", "webcals"} else parts.scheme
    if scheme not in {"http", "https"} or not parts.hostname:
        raise CalendarUnusable("日历地址须以 https:// 或 http:// 开头。")
    return _set_feed(official_id, by, address=parts._replace(scheme=scheme).geturl(), shown=parts.hostname)


@transaction.atomic
def hand_in_calendar(official_id: int, name: str, content: bytes, *, by: Viewer) -> CalendarFeed:
    """Read presence from an ICS file handed in. Raises: NotAllowed, CalendarUnusable."""
    if len(content) > LARGEST_CALENDAR_BYTES:
        raise CalendarUnusable("日历文件超过 2 MB，请只导出今后的日程。")
    text = content.decode("utf-8-sig", "replace")
    busy_spans(text, timezone.now())  # raises CalendarUnusable
    return _set_feed(official_id, by, content=text, shown=name)


@transaction.atomic
def remove_calendar(official_id: int, *, by: Viewer) -> None:
    """Stop reading the calendar; what it said of the future is forgotten. Raises: NotAllowed."""
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    deleted, _ = CalendarFeed.objects.filter(official=official).delete()
    if deleted:
        PresenceSpan.objects.filter(
            official=official, source=PresenceSource.CALENDAR.value, since__gt=timezone.now()
        ).delete()
        versions.bump()
        trail.record(by, "remove_calendar", official)


def _set_feed(official_id: int, by: Viewer, *, shown: str, address: str = "", content: str = "") -> CalendarFeed:
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    feed, _ = CalendarFeed.objects.update_or_create(
        official=official,
        defaults={
            "address_sealed": privacy.seal(address) if address else None,
            "content_sealed": None if address else privacy.seal(content),
            "shown": shown[:120],
            "tried_at": None,
            "read_at": None,
            "fault": "",
        },
    )
    trail.record(by, "set_calendar", official, shown=shown[:120])
    return feed


def _end_manual(official: Official, at: datetime) -> int:
    manual = PresenceSpan.objects.filter(official=official, source=PresenceSource.MANUAL.value)
    not_begun, _ = manual.filter(since__gte=at).delete()
    return not_begun + manual.filter(Q(until__isnull=True) | Q(until__gt=at)).update(until=at)
