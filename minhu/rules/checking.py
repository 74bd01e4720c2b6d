"""Spot checks of lines: where one stands, when it may be placed, and what was found.

Refusal
├── NoNumber         the installation has no number to call from
├── NoTelephone      the inspector has not said which telephone rings first
├── NotNow           it is placed in its own hour, not before and not after
├── TriedEnough      it was tried three times
├── NothingToJudge   no call has reached the line yet, or it is not over
└── OverAlready      it is judged once
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minhu.rules.errors import Refusal

MOST_TRIES = 3
REACHES_WITHIN = timedelta(minutes=15)
"""A call from a check number to the line so soon after a try is that check."""
REVEAL_WITHIN = timedelta(days=7)
"""So long after the day its seed may be kept back for checks that are not over; then it is shown all the same."""


class CheckState(StrEnum):
    """Where a check stands. Until OVER or NOT_PLACED it is a citizen's call to everybody but its inspector."""

    DRAWN = "drawn"
    PLACED = "placed"
    JUDGED = "judged"
    OVER = "over"
    NOT_PLACED = "not_placed"


class CheckAct(StrEnum):
    REACH = "reach"
    JUDGE = "judge"
    CLOSE = "close"
    GIVE_UP = "give_up"


class Finding(StrEnum):
    """What a check found. UNJUDGED: nobody said; it counts neither way."""

    PASSED = "passed"
    FAILED = "failed"
    UNJUDGED = "unjudged"


class NotDrawn(StrEnum):
    """Why a day has no draw."""

    HOLIDAY = "holiday"
    NOT_COMMITTED = "not_committed"
    NO_CHECKER = "no_checker"
    NO_LINES = "no_lines"


class NoNumber(Refusal):
    code = "check_no_number"
    words = "还没有设置抽查专用号码，请管理员设置 MINHU_CHECK_NUMBERS。"


class NoTelephone(Refusal):
    code = "check_no_telephone"
    words = "请先登记您自己的电话：系统先打给您，再替您拨公布号码。"


class NotNow(Refusal):
    code = "check_not_now"
    words = "这次抽查只能在抽定的时段内拨打，请看页面上的时间。"


class TriedEnough(Refusal):
    code = "check_tried_enough"
    words = "这次抽查已经拨打三次，不再拨打，系统会记为“未能拨通”。"


class NothingToJudge(Refusal):
    code = "check_nothing_to_judge"
    words = "这次抽查的通话还没有结束，请打完电话再登记。"


class OverAlready(Refusal):
    code = "check_over_already"
    words = "这次抽查已经登记过，不能再改。"


NEXT: dict[tuple[CheckState, CheckAct], CheckState] = {
    (CheckState.DRAWN, CheckAct.REACH): CheckState.PLACED,
    (CheckState.DRAWN, CheckAct.GIVE_UP): CheckState.NOT_PLACED,
    (CheckState.PLACED, CheckAct.JUDGE): CheckState.JUDGED,
    (CheckState.PLACED, CheckAct.CLOSE): CheckState.OVER,
    (CheckState.JUDGED, CheckAct.CLOSE): CheckState.OVER,
}
ENDED = frozenset({CheckState.OVER, CheckState.NOT_PLACED})


@dataclass(frozen=True, slots=True)
class Judgement:
    """The inspector's part; None where he cannot say. himself: he spoke with the official in person."""

    himself: bool | None = None
    to_the_point: bool | None = None
    polite: bool | None = None
    note: str = ""


def after(state: CheckState, act: CheckAct) -> CheckState:
    """Where an act leads. Raises: OverAlready, NothingToJudge."""
    following = NEXT.get((state, act))
    if following is not None:
        return following
    raise NothingToJudge if state is CheckState.DRAWN else OverAlready


def may_place(state: CheckState, tries: int, from_at: datetime, until_at: datetime, *, at: datetime) -> None:
    """Raises: OverAlready, NotNow, TriedEnough."""
    if state is not CheckState.DRAWN:
        raise OverAlready
    if not from_at <= at < until_at:
        raise NotNow
    if tries >= MOST_TRIES:
        raise TriedEnough


def number_for(pool: Iterable[str], last_used: Mapping[str, datetime]) -> str:
    """The check number that this line knows least: never used there, or longest ago; "" when there is none."""
    return min(pool, key=lambda number: (number in last_used, last_used.get(number), number), default="")


def finding(*, answered: bool, promise_kept: bool | None, judgement: Judgement | None) -> Finding:
    """Whether the line did what it promises a citizen.

    answered: by a person. promise_kept: of the callback; None when none was due. judgement: None when nobody judged.
    """
    if judgement is None:
        return Finding.UNJUDGED
    if not answered and promise_kept is not True:
        return Finding.FAILED
    badly = judgement.polite is False or judgement.to_the_point is False
    return Finding.FAILED if badly or promise_kept is False else Finding.PASSED


def may_reveal(closes_at: datetime, open_checks: int, *, at: datetime) -> bool:
    """After the day, once nobody can learn from it that he is being checked."""
    return at >= closes_at and (not open_checks or at >= closes_at + REVEAL_WITHIN)
