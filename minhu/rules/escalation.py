"""What falls due unmet becomes visible one level higher by itself: at 80, 100 and 120 % of the time (rule C7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.deadlines import add_working_time, working_time_between
from minhu.rules.words import Rung, Urgency


@dataclass(frozen=True, slots=True)
class Clock:
    """The three instants of a promise. due_at is the 100 %."""

    remind_at: datetime
    due_at: datetime
    escalate_at: datetime

    def instant(self, rung: Rung) -> datetime:
        return {Rung.REMIND: self.remind_at, Rung.OVERDUE: self.due_at, Rung.ESCALATE: self.escalate_at}[rung]


def clock(made_at: datetime, due_at: datetime, urgency: Urgency, calendar: WorkingCalendar) -> Clock:
    """When 80 and 120 % have run: of the working time until it is due; of plain time where it is urgent.

    A promise that has no working time in it (by tomorrow six, given at night) runs in plain time too.
    """
    plain = max(due_at - made_at, timedelta())
    working = working_time_between(made_at, due_at, calendar)
    if urgency is Urgency.URGENT or not working:
        return Clock(made_at + plain * 0.8, due_at, due_at + plain * 0.2)
    remind_at = add_working_time(made_at, working * 0.8, calendar)
    return Clock(min(remind_at, due_at), due_at, add_working_time(due_at, working * 0.2, calendar))


def reached(times: Clock, at: datetime, *, after: int = 0) -> tuple[Rung, ...]:
    """The rungs that have come at ``at`` and lie above the one that was reached before."""
    return tuple(rung for rung in Rung if rung > after and times.instant(rung) <= at)


def next_rung(after: int) -> Rung | None:
    """The rung above; None at the top."""
    return next((rung for rung in Rung if rung > after), None)
