"""Quiet hours, 23:00 to 06:00: nobody is called or texted then, but for what cannot wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from minhu.rules.clock import local

QUIET_FROM, QUIET_UNTIL = time(23), time(6)


def is_quiet(at: datetime) -> bool:
    """Whether the instant lies in the quiet hours."""
    hour = local(at).time()
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def after_quiet(at: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in."""
    if not is_quiet(at):
        return at
    here = local(at)
    morning = here.replace(hour=QUIET_UNTIL.hour, minute=QUIET_UNTIL.minute, second=0, microsecond=0)
    if here.time() >= QUIET_FROM:
        morning += timedelta(days=1)
    return morning.astimezone(at.tzinfo)
