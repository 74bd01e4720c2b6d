"""What is said on the phone: a promise in prompts, each a short recording.

A city replaces any prompt by its own recording of the same name.
"""

from __future__ import annotations

from datetime import datetime

from minhu.rules.clock import legal_day, local

NOT_IN_SERVICE = ("not_in_service",)
APOLOGY = ("apology",)
NO_RECORDER = ("no_recorder",)
FOR_OFFICIAL = ("official_callback",)
CITIZEN_NOT_REACHED = ("citizen_not_reached",)
RINGBACK = ("ringback",)
HOLD_MUSIC = ("hold_music",)


def say_due(due_at: datetime, at: datetime) -> tuple[str, ...]:
    """``today hour_11 minute_30``; tomorrow; else month and day."""
    here = local(due_at)
    days = (here.date() - legal_day(at)).days
    near = {0: ("today",), 1: ("tomorrow",), 2: ("day_after_tomorrow",)}
    day = near.get(days, (f"month_{here.month}", f"day_{here.day}"))
    minute = f"minute_{here.minute:02d}"
    return (*day, f"hour_{here.hour}") if here.minute == 0 else (*day, f"hour_{here.hour}", minute)


def say_position(position: int) -> tuple[str, ...]:
    """How many are waiting for the same person: ``waiting_1`` to ``waiting_9``, then ``waiting_many``."""
    return (f"waiting_{position}",) if position <= 9 else ("waiting_many",)
