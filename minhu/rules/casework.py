"""What may happen to a case, as a table."""

from __future__ import annotations

from enum import StrEnum

from minhu.rules.errors import Refusal
from minhu.rules.words import CaseKind, CaseState, Outcome


class Act(StrEnum):
    """What people do with a case."""

    CLARIFY = "clarify"
    CLARIFIED = "clarified"
    HOLD = "hold"
    REPLY = "reply"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    GIVE_BACK = "give_back"
    EXTEND = "extend"
    SHOW_DOOR = "show_door"
    JOIN = "join"
    PART = "part"
    CALL_BACK = "call_back"
    NOTE = "note"
    ATTACH = "attach"
    NAME = "name"
    AVOID = "avoid"
    SORT = "sort"


class NotPossibleNow(Refusal):
    """The case is not in a state that allows this."""

    code = "not_possible_now"
    words = "这件诉求现在的状态不能这样办，请刷新页面看最新情况。"


NEXT: dict[tuple[CaseState, Act], CaseState] = {
    (CaseState.NEW, Act.CLARIFY): CaseState.CLARIFYING,
    (CaseState.CLARIFYING, Act.CLARIFIED): CaseState.NEW,
    (CaseState.NEW, Act.HOLD): CaseState.HELD,
    (CaseState.NEW, Act.REPLY): CaseState.REPLIED,
    (CaseState.CLARIFYING, Act.HOLD): CaseState.HELD,
    (CaseState.CLARIFYING, Act.REPLY): CaseState.REPLIED,
    (CaseState.HELD, Act.REPLY): CaseState.REPLIED,
    (CaseState.REPLIED, Act.CLOSE): CaseState.CLOSED,
    (CaseState.REPLIED, Act.REOPEN): CaseState.REOPENED,
    (CaseState.REOPENED, Act.HOLD): CaseState.HELD,
    (CaseState.REOPENED, Act.REPLY): CaseState.REPLIED,
    (CaseState.NEW, Act.TRANSFER): CaseState.HELD,
    (CaseState.HELD, Act.TRANSFER): CaseState.HELD,
    (CaseState.HELD, Act.GIVE_BACK): CaseState.HELD,
    (CaseState.HELD, Act.EXTEND): CaseState.HELD,
    (CaseState.NEW, Act.SHOW_DOOR): CaseState.REPLIED,
    (CaseState.CLARIFYING, Act.SHOW_DOOR): CaseState.REPLIED,
    (CaseState.HELD, Act.SHOW_DOOR): CaseState.REPLIED,
    (CaseState.NEW, Act.JOIN): CaseState.NEW,
    (CaseState.CLARIFYING, Act.JOIN): CaseState.CLARIFYING,
    (CaseState.HELD, Act.JOIN): CaseState.HELD,
    (CaseState.NEW, Act.SORT): CaseState.NEW,
    (CaseState.CLARIFYING, Act.SORT): CaseState.CLARIFYING,
    (CaseState.HELD, Act.SORT): CaseState.HELD,
    (CaseState.REOPENED, Act.SORT): CaseState.REOPENED,
    (CaseState.NEW, Act.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.CLARIFYING, Act.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.HELD, Act.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.REPLIED, Act.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.REOPENED, Act.WITHDRAW): CaseState.WITHDRAWN,
}


def after(state: CaseState, act: Act) -> CaseState:
    """The state a case is in after an act. Raises: NotPossibleNow."""
    try:
        return NEXT[state, act]
    except KeyError:
        raise NotPossibleNow from None


ALWAYS = frozenset({Act.ASSIGN, Act.PART, Act.CALL_BACK, Act.NOTE, Act.ATTACH, Act.NAME, Act.AVOID})
"""Acts that leave the state as it is, whatever it is; what else they need is said where they are done."""


def kind_after_wrap_up(outcome: Outcome) -> CaseKind:
    """The kind of matter a wrapped-up call is taken for."""
    return CaseKind.ENQUIRY if outcome is Outcome.ENQUIRY else CaseKind.REQUEST


ANSWERED_ON_THE_CALL = frozenset({Outcome.SOLVED, Outcome.ENQUIRY})
"""The connected call itself is the reply."""

LEAVES_A_REPLY_DUE = frozenset({Outcome.FOLLOW_UP, Outcome.TO_DEPUTY, Outcome.TO_COUNTY, Outcome.TO_HOTLINE})
"""The citizen was told that somebody will see to it."""

GOES_TO_OTHERS = frozenset({Outcome.TO_DEPUTY, Outcome.TO_COUNTY, Outcome.TO_HOTLINE})
"""The official said that he will hand it over: he does so the same or the next working day (rule C1)."""
