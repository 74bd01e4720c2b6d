"""Weeks from Monday to Sunday in Shanghai, and when one is told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from minhu.rules.clock import SHANGHAI, legal_day

TOLD_AT = time(8)
"""On the Monday after."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days. Raises: ValueError when monday is none."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday():
            raise ValueError(f"{self.monday} is no Monday")

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.monday, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The first instant that is not in it."""
        return datetime.combine(self.after.monday, time(), SHANGHAI)

    @property
    def told_at(self) -> datetime:
        """When the digest of it is due."""
        return datetime.combine(self.after.monday, TOLD_AT, SHANGHAI)

    @property
    def before(self) -> Week:
        return Week(self.monday - timedelta(weeks=1))

    @property
    def after(self) -> Week:
        return Week(self.monday + timedelta(weeks=1))


def last_week(at: datetime) -> Week:
    """The last week that is over."""
    today = legal_day(at)
    return Week(today - timedelta(days=today.weekday() + 7))
