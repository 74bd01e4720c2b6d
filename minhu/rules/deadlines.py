"""Due times. Working time runs in office hours on working days; what is urgent runs in plain time (rule C8).

Source: 3-domain C3 and C8; office hours are those most cities publish.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI, local
from minhu.rules.errors import Refusal
from minhu.rules.words import CaseKind, Urgency

OFFICE_HOURS = ((time(8, 30), time(12)), (time(14, 30), time(18)))
WORKING_DAY = timedelta(hours=7)

URGENT_FIRST_CONTACT = timedelta(hours=2)
FIRST_CONTACT_DAYS = 1
REPLY_DAYS = {
    CaseKind.ENQUIRY: 1,
    CaseKind.REQUEST: 5,
    CaseKind.SUGGESTION: 5,
    CaseKind.COMPLAINT: 15,
    CaseKind.REPORT: 15,
}
WRAP_UP_WITHIN = timedelta(hours=4)
CLOSE_WITHOUT_RATING_AFTER = timedelta(days=7)
CLARIFY_DAYS = 1


class NoMoreTime(Refusal):
    """Time is asked for once, before it has run out, and with a reason."""

    code = "no_more_time"
    words = "这件诉求已经延期过一次，不能再延，请尽快办理。"


class TooLate(NoMoreTime):
    code = "too_late"
    words = "已经超过答复时限，不能再申请延期，请尽快办理并向群众说明。"


class TooLong(NoMoreTime):
    code = "too_long_an_extension"
    words = "延长的时间不能超过这类诉求的办理时限，请少延几天。"


def add_working_time(start: datetime, delta: timedelta, calendar: WorkingCalendar) -> datetime:
    """The instant at which so much office time has passed. Days past the calendar count as Monday to Friday.

    Raises: ValueError for a negative delta.
    """
    if delta < timedelta():
        raise ValueError("working time runs forward only")
    here = local(start)
    day, left = here.date(), delta
    while True:
        for opens, closes in _spans(day, calendar):
            begin = max(here, opens)
            if begin < closes and left <= closes - begin:
                return (begin + left).astimezone(start.tzinfo)
            left -= max(closes - begin, timedelta())
        day += timedelta(days=1)


def working_time_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """How much office time lies between; none when ``end`` is not after ``start``."""
    here, there = local(start), local(end)
    day, total = here.date(), timedelta()
    while day <= there.date():
        for opens, closes in _spans(day, calendar):
            total += max(min(there, closes) - max(here, opens), timedelta())
        day += timedelta(days=1)
    return total


def add_working_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """End of office hours of the n-th working day after the day of ``start``, which itself does not count."""
    day = local(start).date()
    for _ in range(days):
        day += timedelta(days=1)
        while not calendar.assume_working_day(day):
            day += timedelta(days=1)
    return datetime.combine(day, OFFICE_HOURS[-1][1], SHANGHAI).astimezone(start.tzinfo)


def first_contact_due(urgency: Urgency, at: datetime, calendar: WorkingCalendar) -> datetime:
    """When somebody must have spoken or written to the citizen."""
    if urgency is Urgency.URGENT:
        return at + URGENT_FIRST_CONTACT
    return add_working_days(at, FIRST_CONTACT_DAYS, calendar)


def reply_due(kind: CaseKind, at: datetime, calendar: WorkingCalendar, urgency: Urgency = Urgency.NORMAL) -> datetime:
    """When the citizen must have an answer to the matter itself."""
    if urgency is Urgency.URGENT:
        return at + timedelta(days=REPLY_DAYS[kind])
    return add_working_days(at, REPLY_DAYS[kind], calendar)


def extended_due(
    kind: CaseKind, due_at: datetime, days: int, calendar: WorkingCalendar, *, at: datetime, urgency: Urgency
) -> datetime:
    """The new due time when ``days`` more are asked for at ``at``; at most as many as the kind has to begin with.

    Raises: TooLate, TooLong.
    """
    if at > due_at:
        raise TooLate
    if not 1 <= days <= REPLY_DAYS[kind]:
        raise TooLong
    if urgency is Urgency.URGENT:
        return due_at + timedelta(days=days)
    return add_working_days(due_at, days, calendar)


def wrap_up_due(answered_at: datetime, calendar: WorkingCalendar) -> datetime:
    """When a call answered by the official goes to staff, if he has not said what came of it."""
    return add_working_time(answered_at, WRAP_UP_WITHIN, calendar)


def _spans(day: date, calendar: WorkingCalendar) -> list[tuple[datetime, datetime]]:
    if not calendar.assume_working_day(day):
        return []
    return [
        (datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI))
        for opens, closes in OFFICE_HOURS
    ]
