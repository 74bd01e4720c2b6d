"""The demo's own time of day.

Somebody who tries the demo at midnight would meet a city asleep: nobody rings in the quiet hours. So the demo may run
on a clock that is set forward to the next working morning, the same for all its processes. Demo mode only.
"""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI, local

VARIABLE = "MINHU_DEMO_SHIFT_SECONDS"
DAY_FROM, DAY_UNTIL = time(8, 30), time(20)
MORNING = time(9, 30)
LAST_SEEN = "last_seen.txt"


def shift_seconds(now: datetime, calendar: WorkingCalendar, *, not_before: datetime | None = None) -> int:
    """How far to set the clock forward so that the city is awake; 0 by day on a working day.

    not_before: the latest time an earlier run in the same folder has seen; its clock never goes back.
    """
    wanted = max(now, not_before) if not_before else now
    here = local(wanted)
    if not (calendar.assume_working_day(here.date()) and DAY_FROM <= here.time() < DAY_UNTIL):
        day = here.date() if here.time() < DAY_FROM else here.date() + timedelta(days=1)
        while not calendar.assume_working_day(day):
            day += timedelta(days=1)
        wanted = datetime.combine(day, MORNING, SHANGHAI)
    return max(0, math.ceil((wanted - now).total_seconds()))


def last_seen(folder: Path) -> datetime | None:
    """The latest time of day an earlier demo in this folder has seen."""
    try:
        return datetime.fromisoformat((folder / LAST_SEEN).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def remember_time(folder: Path) -> None:
    """Note what time it is in the demo, for the next run."""
    fresh = folder / f"{LAST_SEEN}.new"
    fresh.write_text(timezone.now().isoformat(), encoding="ascii")
    fresh.replace(folder / LAST_SEEN)


def run_on_demo_time() -> None:
    """Set this process's clock forward by what the environment says. Called once, at the start of a demo process."""
    seconds = int(os.environ.get(VARIABLE, "0"))
    if not seconds or settings.MODE != "demo":
        return
    shift = timedelta(seconds=seconds)

    def now() -> datetime:
        return datetime.now(UTC) + shift

    timezone.now = now
