"""The demo's own time of day.

Somebody who tries the demo at midnight would meet a city asleep: nobody rings in the quiet hours. So the demo may run
on a clock that is set forward to the next working morning, the same for all its processes. Demo mode only.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI, local

VARIABLE = "MINHU_DEMO_SHIFT_SECONDS"
DAY_FROM, DAY_UNTIL = time(8, 30), time(20)
MORNING = time(9, 30)


def shift_seconds(now: datetime, calendar: WorkingCalendar) -> int:
    """How far to set the clock forward so that the city is awake; 0 by day on a working day."""
    here = local(now)
    if calendar.assume_working_day(here.date()) and DAY_FROM <= here.time() < DAY_UNTIL:
        return 0
    day = here.date() if here.time() < DAY_FROM else here.date() + timedelta(days=1)
    while not calendar.assume_working_day(day):
        day += timedelta(days=1)
    return round((datetime.combine(day, MORNING, SHANGHAI) - here).total_seconds())


def run_on_demo_time() -> None:
    """Set this process's clock forward by what the environment says. Called once, at the start of a demo process."""
    seconds = int(os.environ.get(VARIABLE, "0"))
    if not seconds or settings.MODE != "demo":
        return
    shift = timedelta(seconds=seconds)

    def now() -> datetime:
        return datetime.now(UTC) + shift

    timezone.now = now
