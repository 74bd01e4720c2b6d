"""Calling citizens: when, how often, and when somebody counts as unreachable (rule C4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from minhu.rules.clock import local
from minhu.rules.errors import Refusal
from minhu.rules.quiet import is_quiet

ATTEMPTS = 3
ATTEMPT_DAYS = 2


class QuietNow(Refusal):
    """Nobody is rung out of his sleep."""

    code = "quiet_now"
    words = "现在是夜间（23:00—6:00），不给群众打电话，请六点以后再拨。"


class OutsideWindow(Refusal):
    """The citizen said when it suits him."""

    code = "outside_window"
    words = "群众约了接电话的时间，现在还不到，请按约定的时段回电。"


class WindowUnclear(Refusal):
    code = "window_unclear"
    words = "约定的时段要在将来、先起后止，并且避开夜间，请重新填写。"


def may_ring(at: datetime, window: tuple[datetime | None, datetime | None] = (None, None)) -> None:
    """Whether a citizen may be rung at ``at``; past the window he said he may, for he still waits.

    Raises: QuietNow, OutsideWindow.
    """
    if is_quiet(at):
        raise QuietNow
    if window[0] is not None and at < window[0]:
        raise OutsideWindow


def checked_window(begins: datetime, ends: datetime, *, at: datetime) -> None:
    """Raises: WindowUnclear."""
    if not at <= begins < ends or is_quiet(begins) or is_quiet(ends):
        raise WindowUnclear


def is_unreachable(attempts: Iterable[datetime]) -> bool:
    """Three attempts, on two days, at different hours of the clock."""
    hours, days = set(), set()
    for one in attempts:
        here = local(one)
        hours.add(here.hour)
        days.add(here.date())
    return len(hours) >= ATTEMPTS and len(days) >= ATTEMPT_DAYS
