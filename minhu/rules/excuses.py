"""Why a miss does not count against an official (免责情形), whether a check, a complaint or an interview."""

from __future__ import annotations

from enum import StrEnum


class Excuse(StrEnum):
    """The settled list.

    PROTECTED_MEETING: one that may not be interrupted, in his calendar before. LEAVE_WITH_DELEGATE: somebody stood in.
    OUTAGE: ours or the carrier's. CALLER_NOT_REACHED: rung back as often as promised. HONEST_ERROR: tolerated, as he
    meant well, kept to the rules, did not gain by it and put it right (容错).
    """

    OUT_OF_REMIT = "out_of_remit"
    ABUSIVE_CALLER = "abusive_caller"
    OUTAGE = "outage"
    EMERGENCY_DUTY = "emergency_duty"
    PROTECTED_MEETING = "protected_meeting"
    LEAVE_WITH_DELEGATE = "leave_with_delegate"
    CALLER_HUNG_UP = "caller_hung_up"
    CALLER_NOT_REACHED = "caller_not_reached"
    HONEST_ERROR = "honest_error"
