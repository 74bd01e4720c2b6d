"""The calls back that officials owe, as the engine places them in a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from minhu.cases.models import Promise
from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK
from minhu.planner.engine.slots import Promised
from minhu.rules.clock import SHANGHAI
from minhu.rules.quiet import QUIET_FROM
from minhu.rules.words import PromiseKind, Urgency

MINUTES_OF_A_CALLBACK = 10
"""With dialling and writing up, on the grid of five minutes."""


def open_callbacks(
    city_id: int, officials: Collection[int], at: datetime, monday: date
) -> Mapping[int, tuple[Promised, ...]]:
    """By official, the one due first first. What may only begin after the week is left out. One query."""
    begin = datetime.combine(monday, time(), SHANGHAI)
    rows = Promise.objects.filter(
        city_id=city_id, owner_official__in=officials, kind=PromiseKind.CALL_BACK.value,
        kept_at__isnull=True, released_at__isnull=True,
    ).select_related("case").order_by("due_at", "id")  # fmt: skip
    found: dict[int, list[Promised]] = defaultdict(list)
    for promise in rows.only(
        "owner_official_id", "due_at", "window_from", "window_until", "case__code", "case__urgency"
    ):  # fmt: skip
        if (promised := _promised(promise, at, begin)) is not None and promise.owner_official_id is not None:
            found[promise.owner_official_id].append(promised)
    return {official: tuple(ones) for official, ones in found.items()}


def _promised(promise: Promise, at: datetime, week: datetime) -> Promised | None:
    earliest = _minute(max(at, promise.window_from or at), week)
    latest = _minute(min(promise.due_at, promise.window_until or promise.due_at), week)
    if not 0 <= earliest < MINUTES_A_WEEK:
        return None
    late = latest < earliest
    if late:  # he still waits: as soon as may be, on that day
        latest = earliest // MINUTES_A_DAY * MINUTES_A_DAY + QUIET_FROM.hour * 60
    return Promised(
        id=str(promise.pk),
        minutes=MINUTES_OF_A_CALLBACK,
        earliest=earliest,
        latest=min(latest, MINUTES_A_WEEK),
        urgent=late or promise.case.urgency == Urgency.URGENT.value,
        label=promise.case.code,
    )


def _minute(at: datetime, week: datetime) -> int:
    return -((week - at) // timedelta(minutes=1))
