"""Every published number is dialled once a quarter, to see that it is alive and is the right person's.

Refusal
├── NotWaiting      there is nothing to correct, or it is corrected
└── NotProposed     nobody has said yet what is to be corrected
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.deadlines import add_working_days
from minhu.rules.errors import Refusal

CORRECT_WITHIN_DAYS = 10
"""Working days in which a number that is wrong is corrected, approved and published anew."""


class Health(StrEnum):
    """What came of dialling a published number."""

    ALIVE = "alive"
    DEAD = "dead"
    WRONG_PERSON = "wrong_person"
    NEVER_ANSWERED = "never_answered"


TO_CORRECT = frozenset({Health.DEAD, Health.WRONG_PERSON, Health.NEVER_ANSWERED})


class NotWaiting(Refusal):
    code = "correction_not_waiting"
    words = "这个号码没有待更正的事项，请刷新页面。"


class NotProposed(Refusal):
    code = "correction_not_proposed"
    words = "单位还没有说明怎样更正，不能批准。"


class SayHow(Refusal):
    code = "correction_say_how"
    words = "请写明怎样更正，例如新号码和启用日期。"


def correction_due(found_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when the number is published anew."""
    return add_working_days(found_at, CORRECT_WITHIN_DAYS, calendar)
