"""What a plan is made from, as one short value: when it changes, the plan is made anew. Loads no arrays.

A few queries for a whole city, so that it can be asked every minute.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from minhu.cases.models import Promise
from minhu.directory.models import CalendarFeed, Line, Official, PresenceSpan
from minhu.planner.models import DayPlan, PlannedCall
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.planning import Task
from minhu.rules.words import PromiseKind

LATE = timedelta(minutes=10)
"""A planned call that was not placed so long after its time is planned anew."""
_MOST = 55
"""Characters of the hash that leave room for the day."""


def inputs_now(city_id: int, at: datetime) -> dict[tuple[int, Task], str]:
    """By official with a line in use, and task. The morning is one of the inputs."""
    lines: dict[int, list[str]] = defaultdict(list)
    rows = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__left_on=None).order_by("pk")
    for pk, official_id, hours, published in rows.values_list("pk", "official_id", "opening_hours", "published_from"):
        lines[official_id].append(f"{pk} {hours} {published}")
    set_by_him = Official.objects.filter(pk__in=list(lines)).exclude(callback_hours="", daily_call_minutes=None)
    for official_id, minutes, slot in set_by_him.values_list("pk", "daily_call_minutes", "callback_hours"):
        lines[official_id].append(f"{minutes} {slot}")
    today = legal_day(at)
    calendars, owed, missed = _calendars(lines, today), _owed(lines), _missed(lines, at)
    found = {}
    for official_id, own in lines.items():
        common = [*own, *calendars[official_id]]
        found[official_id, Task.WINDOWS] = f"{today:%Y%m%d} {_short(common)[:_MOST]}"
        found[official_id, Task.DAY] = _short([str(today), *common, *owed[official_id], *missed[official_id]])
    return found


def may_wait(before: str, now: str) -> bool:
    """Whether nothing but the day is another for the windows, or there are none yet: that is work for the night."""
    return not before or before.partition(" ")[2] == now.partition(" ")[2]


def _calendars(officials: Iterable[int], today: date) -> dict[int, list[str]]:
    begin = datetime.combine(today - timedelta(days=today.weekday()), time(), SHANGHAI)
    spans = PresenceSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=begin), official__in=list(officials), since__lt=begin + timedelta(days=7)
    ).order_by("since", "pk")
    found: dict[int, list[str]] = defaultdict(list)
    for official_id, state, source, since, until in spans.values_list(
        "official_id", "state", "source", "since", "until"
    ):
        found[official_id].append(f"{state} {source} {since} {until}")
    faults = CalendarFeed.objects.filter(official__in=list(officials)).exclude(fault="")
    for official_id, fault in faults.values_list("official_id", "fault"):
        found[official_id].append(fault)
    return found


def _owed(officials: Iterable[int]) -> dict[int, list[str]]:
    rows = Promise.objects.filter(
        owner_official__in=list(officials), kind=PromiseKind.CALL_BACK.value, kept_at=None, released_at=None
    ).order_by("pk")
    found: dict[int, list[str]] = defaultdict(list)
    for pk, official_id, due, begin, end in rows.values_list(
        "pk", "owner_official_id", "due_at", "window_from", "window_until"
    ):
        if official_id is not None:
            found[official_id].append(f"{pk} {due} {begin} {end}")
    return found


def _missed(officials: Iterable[int], at: datetime) -> dict[int, list[str]]:
    """Calls of today's plans whose time has gone by and that are still owed."""
    latest: dict[int, int] = {}
    plans = DayPlan.objects.filter(official__in=list(officials), day_on=legal_day(at)).order_by("pk")
    for pk, official_id in plans.values_list("pk", "official_id"):
        latest[official_id] = pk
    rows = PlannedCall.objects.filter(
        plan__in=latest.values(), end_at__lt=at - LATE, promise__kept_at=None, promise__released_at=None
    ).order_by("promise_id")
    found: dict[int, list[str]] = defaultdict(list)
    for official_id, promise_id, end in rows.values_list("plan__official_id", "promise_id", "end_at"):
        found[official_id].append(f"late {promise_id} {end}")
    return found


def _short(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
