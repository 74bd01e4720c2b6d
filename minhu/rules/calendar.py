"""The working calendar: weekends, days off, and make-up workdays (调休).

Source: the State Council's yearly notice, as collected by the ``holidays`` package; the operator can correct a year.
Past the last year whose notice is known the calendar refuses instead of guessing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import holidays

from minhu.rules.errors import Refusal

FIRST_YEAR, LAST_YEAR = 2019, 2026
"""Years whose official notice is in the table; checked against the notices. Raise LAST_YEAR when a new one is out."""


class CalendarEnds(Refusal):
    """The working days of that year are not known yet."""

    code = "calendar_ends"
    words = "工作日历还没有这一年的放假安排，请管理员更新后再试。"


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked. days_off: holidays, also on weekdays; workdays: weekend days that are worked."""

    first_day: date
    last_day: date
    days_off: frozenset[date] = field(default_factory=frozenset)
    workdays: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day. Raises: CalendarEnds."""
        if not self.first_day <= day <= self.last_day:
            raise CalendarEnds
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.days_off

    def assume_working_day(self, day: date) -> bool:
        """As ``is_working_day``; where the notice is not out yet, Monday to Friday.

        For promises to people who are on the phone now: a caller cannot be refused for want of a calendar.
        """
        try:
            return self.is_working_day(day)
        except CalendarEnds:
            return day.weekday() < 5


@cache
def china(last_year: int = LAST_YEAR) -> WorkingCalendar:
    """The calendar of mainland China."""
    years = range(FIRST_YEAR, last_year + 1)
    table = holidays.country_holidays("CN", years=years)
    return WorkingCalendar(
        first_day=date(FIRST_YEAR, 1, 1),
        last_day=date(last_year, 12, 31),
        days_off=frozenset(day for day in table if day.year in years),
        workdays=frozenset(day for day in table.weekend_workdays if day.year in years),
    )
