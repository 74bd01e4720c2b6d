"""Handing a case to somebody else (转办): at most once, within a working day, and not after it came back (rule C1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.deadlines import add_working_days
from minhu.rules.errors import Refusal

HOP_LIMIT = 1
"""Where a city has not set another."""
MOST_HOPS = 2
FORWARD_DAYS = 1


class TransferUsedUp(Refusal):
    """It was handed over as often as the city allows."""

    code = "transfer_used_up"
    words = "这件诉求已经转办过，不能再转，请直接办理或向群众答复。"


class HeldHimself(Refusal):
    """It came back: from the unit that it is not for, or from the citizen whom the reply did not help."""

    code = "held_himself"
    words = "这件诉求已退回或群众要求重办，按规定由领导本人办理，不能再转。"


@dataclass(frozen=True, slots=True)
class Hops:
    """What has become of a case so far. used: transfers made; came_back: a unit said it is not theirs."""

    used: int
    came_back: bool
    reopened: int


def next_hop(hops: Hops, hop_limit: int) -> int:
    """The number of the transfer that may now be made, from 1. Raises: TransferUsedUp, HeldHimself."""
    if hops.came_back or hops.reopened:
        raise HeldHimself
    if hops.used >= hop_limit:
        raise TransferUsedUp
    return hops.used + 1


def may_go_on(hops: Hops, hop_limit: int) -> bool:
    """Whether it may be handed over (once more)."""
    try:
        next_hop(hops, hop_limit)
    except (TransferUsedUp, HeldHimself):
        return False
    return True


def forward_due(since: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when a case that came at ``since`` is to be handed over: the same or the next working day."""
    return add_working_days(since, FORWARD_DAYS, calendar)
