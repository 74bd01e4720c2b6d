"""A believable fortnight of an official. Pure: the same seed and day give the same meetings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from minhu.ops.city.data import MeetingWords
from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import Presence

DAYS = 14


@dataclass(frozen=True, slots=True)
class Meeting:
    """One entry of a calendar."""

    state: Presence
    since: datetime
    until: datetime
    words: str


@dataclass(frozen=True, slots=True)
class _Habits:
    """Chances, in per cent."""

    morning: int
    afternoon: int
    second: int


_LEADER = _Habits(morning=70, afternoon=65, second=35)
_OTHERS = _Habits(morning=50, afternoon=45, second=20)
_TRAVELS, _ON_LEAVE, _RESTS_AT_WEEKENDS = 5, 3, 40


def fortnight(
    person: str, first_day: date, words: MeetingWords, calendar: WorkingCalendar, *, seed: int, leader: bool
) -> tuple[Meeting, ...]:
    """The entries of DAYS days. leader: the city's own leaders sit in more meetings than others."""
    return tuple(
        meeting
        for ahead in range(DAYS)
        for meeting in _day(person, first_day + timedelta(days=ahead), words, calendar, seed=seed, leader=leader)
    )


def as_ics(meetings: tuple[Meeting, ...]) -> str:
    """The same entries as a calendar program writes them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Minhu//Demo//ZH"]
    for meeting in meetings:
        uid = hashlib.sha256(f"{meeting.since.isoformat()}{meeting.words}".encode()).hexdigest()[:24]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@demo.invalid",
            f"DTSTAMP:{_utc(meeting.since)}",
            f"DTSTART:{_utc(meeting.since)}",
            f"DTEND:{_utc(meeting.until)}",
            f"SUMMARY:{meeting.words}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _day(
    person: str, day: date, words: MeetingWords, calendar: WorkingCalendar, *, seed: int, leader: bool
) -> Iterator[Meeting]:
    random = Random(f"{seed}/{person}/{day}")  # noqa: S311 - a play, not a secret
    if not calendar.assume_working_day(day):
        if _happens(_RESTS_AT_WEEKENDS, random):
            yield _entry(Presence.RESTING, day, time(0), 24 * 60, random.choice(words.resting))
        return
    if _happens(_ON_LEAVE, random):
        yield _entry(Presence.RESTING, day, time(0), 24 * 60, random.choice(words.resting))
        return
    if _happens(_TRAVELS, random):
        yield _entry(Presence.TRAVELLING, day, time(7, 30), 12 * 60, random.choice(words.travelling))
        return
    habits = _LEADER if leader else _OTHERS
    if _happens(habits.morning, random):
        yield from _meetings(day, (8, 40), random.choice(words.morning), habits, random)
    if _happens(habits.afternoon, random):
        yield from _meetings(day, (14, 40), random.choice(words.afternoon), habits, random)


def _meetings(day: date, earliest: tuple[int, int], words: str, habits: _Habits, random: Random) -> Iterator[Meeting]:
    hour, minute = earliest
    start = time(hour, minute - 10 + 10 * random.randrange(3)) if minute < 50 else time(hour, minute)
    minutes = random.choice((40, 50, 60, 60, 80, 90))
    yield _entry(Presence.MEETING, day, start, minutes, words)
    if _happens(habits.second, random):
        later = (datetime.combine(day, start) + timedelta(minutes=minutes + random.choice((10, 20, 40)))).time()
        yield _entry(Presence.MEETING, day, later, random.choice((30, 40, 60)), "碰头会")


def _entry(state: Presence, day: date, start: time, minutes: int, words: str) -> Meeting:
    since = datetime.combine(day, start, SHANGHAI)
    return Meeting(state, since, since + timedelta(minutes=minutes), words)


def _happens(per_cent: int, random: Random) -> bool:
    return random.randrange(100) < per_cent


def _utc(moment: datetime) -> str:
    return (moment - (moment.utcoffset() or timedelta())).strftime("%Y%m%dT%H%M%SZ")
