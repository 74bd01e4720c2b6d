"""How much of an official's own day calls may take, and when he calls back."""

from __future__ import annotations

from django.db import transaction

from minhu.audit import trail
from minhu.directory import versions
from minhu.directory.authority import require_himself_or_help
from minhu.directory.errors import LimitUnusable
from minhu.directory.models import Official
from minhu.rules.access import Viewer
from minhu.rules.hours import Hours
from minhu.rules.planning import MINUTES_A_DAY


@transaction.atomic
def set_own_time(official_id: int, *, by: Viewer, minutes: int | None, callback_hours: str) -> Official:
    """minutes: of calls and callbacks a day at most, None for no limit; callback_hours: "" for any gap of his day.

    Raises: NotAllowed, LimitUnusable, HoursUnreadable.
    """
    official = Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)
    require_himself_or_help(by, official)
    if minutes is not None and not 0 < minutes <= MINUTES_A_DAY:
        raise LimitUnusable
    Hours.parse(callback_hours)
    if (official.daily_call_minutes, official.callback_hours) != (minutes, callback_hours):
        official.daily_call_minutes, official.callback_hours = minutes, callback_hours
        official.save(update_fields=["daily_call_minutes", "callback_hours"])
        versions.bump()
        trail.record(by, "set_own_time", official, minutes=minutes, callbacks=callback_hours)
    return official
