"""Opening hours as people write them: ``mon-fri 08:30-12:00 14:30-18:00; sat 09:00-12:00``. Empty means always."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from minhu.rules.clock import SHANGHAI, local
from minhu.rules.errors import Refusal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class HoursUnreadable(Refusal):
    """Opening hours that cannot be understood."""

    code = "hours_unreadable"
    words = "开放时段写法不对，请写成：mon-fri 08:30-12:00 14:30-18:00。"


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly opening hours. spans: for each weekday (Monday first) the minutes of the day, half-open; None: always."""

    spans: tuple[tuple[tuple[int, int], ...], ...] | None = None

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read the written form. Raises: HoursUnreadable."""
        if not text.strip():
            return cls()
        week: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for rule in filter(None, (part.strip() for part in text.lower().split(";"))):
            days, _, rest = rule.partition(" ")
            spans = [_span(word) for word in rest.split()]
            if not spans:
                raise HoursUnreadable
            for day in _days(days):
                week[day].extend(spans)
        return cls(tuple(tuple(sorted(day)) for day in week))

    def is_open(self, at: datetime) -> bool:
        """Whether the instant lies in a span."""
        if self.spans is None:
            return True
        here = local(at)
        minute = here.hour * 60 + here.minute
        return any(start <= minute < end for start, end in self.spans[here.weekday()])

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself when open, else the start of the next span; ``at`` too when there is none at all."""
        if self.spans is None or self.is_open(at):
            return at
        here = local(at)
        for ahead in range(8):
            day = here.date() + timedelta(days=ahead)
            for start, _ in self.spans[day.weekday()]:
                opening = datetime.combine(day, time(start // 60, start % 60), SHANGHAI)
                if opening > here:
                    return opening.astimezone(at.tzinfo)
        return at


ALWAYS = Hours()


def _days(text: str) -> range | tuple[int, ...]:
    first, dash, last = text.partition("-")
    try:
        start = DAYS.index(first)
        end = DAYS.index(last) if dash else start
    except ValueError:
        raise HoursUnreadable from None
    return range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1))


def _span(word: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(word)
    if not match:
        raise HoursUnreadable
    from_hour, from_minute, to_hour, to_minute = (int(group) for group in match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or not start < end <= 24 * 60:
        raise HoursUnreadable
    return start, end
