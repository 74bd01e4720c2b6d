"""What an official is doing now, from everything that was said about it. Manual beats calendar until its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from minhu.rules.plans import PresenceNow
from minhu.rules.words import Presence, PresenceSource

_BUSIER_FIRST = (Presence.RESTING, Presence.TRAVELLING, Presence.MEETING, Presence.AVAILABLE)


@dataclass(frozen=True, slots=True)
class Span:
    """One statement: doing this from ``since`` to ``until`` (None: until said otherwise; manual only)."""

    state: Presence
    source: PresenceSource
    since: datetime
    until: datetime | None


def presence_now(spans: Iterable[Span], at: datetime) -> PresenceNow:
    """The presence at an instant: the latest manual statement in force, else the calendar, else available.

    Meetings that touch or overlap are one: ``until`` is the end of the last of them.
    """
    spans = tuple(spans)
    in_force = [span for span in spans if span.since <= at and (span.until is None or at < span.until)]
    manual = [span for span in in_force if span.source is PresenceSource.MANUAL]
    if manual:
        latest = max(manual, key=lambda span: span.since)
        return PresenceNow(latest.state, latest.until, latest.source)
    calendar = [span for span in in_force if span.source is PresenceSource.CALENDAR]
    if not calendar:
        return PresenceNow()
    busiest = min(calendar, key=lambda span: _BUSIER_FIRST.index(span.state))
    return PresenceNow(busiest.state, _joined_end(busiest, spans), busiest.source)


def _joined_end(span: Span, spans: tuple[Span, ...]) -> datetime | None:
    end = span.until
    same = [other for other in spans if other.source is span.source and other.state is span.state]
    for other in sorted(same, key=lambda other: other.since):
        if end is None or other.until is None:
            return None
        if other.since <= end < other.until:
            end = other.until
    return end
