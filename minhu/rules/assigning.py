"""Taking back an assignment: staff gave a matter to the wrong official, and see it at once.

Only while nothing has come of it: what was said to a citizen, or begun for him, is not unsaid.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.rules.errors import Refusal
from minhu.rules.words import CaseState

UNDO_WITHIN = timedelta(minutes=10)
UNTOUCHED = frozenset({CaseState.NEW, CaseState.CLARIFYING})


class TooLateToUndo(Refusal):
    """The time to take it back is over, or it was taken back."""

    code = "too_late_to_undo"
    words = "分派超过十分钟或已经撤销，不能再撤销；需要换人的，请联系承办领导转办。"


class BegunAlready(Refusal):
    """Somebody has begun to work on it."""

    code = "begun_already"
    words = "对方已经开始办理，不能撤销；需要换人的，请联系承办领导转办。"


def undo_assignment(assigned_at: datetime, *, undone: bool, state: CaseState, begun: bool, at: datetime) -> None:
    """Whether an assignment may be taken back. begun: calls, texts or hand-overs since.

    Raises: TooLateToUndo, BegunAlready.
    """
    if undone or at - assigned_at > UNDO_WITHIN:
        raise TooLateToUndo
    if begun or state not in UNTOUCHED:
        raise BegunAlready
