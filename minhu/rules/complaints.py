"""Complaints of how a matter was dealt with: their life, who may do and see what, and in what time.

    after(state, act)            where an act leads
    may(parts, state, act)       whether somebody who is this to a complaint may do it now
    sees(parts, state)           how much of it is shown to him

Refusal
├── NotPossibleNow     the state does not allow it
├── NotYetHeard        the official has neither spoken nor has his time run out
├── SayWhy             a finding, a question and an appeal need words
├── ExcuseNeeded       what is excused is excused for a reason of the list
├── NotImpartial       he is complained of, or is under him, or found on it before
├── TooLateToAppeal    the time for it is over
├── AppealedAlready    each side appeals once
└── TooOften           three complaints of one matter were looked into

Source: Regulations on Petitions 2022, Art. 28 (recusal), Art. 35-36 (review by another, within a time).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.deadlines import add_working_days
from minhu.rules.errors import Refusal
from minhu.rules.excuses import Excuse

OPEN_DAYS = 1
STATEMENT_DAYS = 3
APPEAL_DAYS = 10
DECIDE_DAYS = 15
"""Working days: for supervision to ask, the official to speak, either side to appeal, another supervisor to decide."""
MOST_PER_MATTER = 3
LONGEST = 1000


class ComplaintState(StrEnum):
    """RECEIVED: supervision has not looked at it. ASKED: the official is heard. SETTLED: decided on appeal."""

    RECEIVED = "received"
    ASKED = "asked"
    FOUND = "found"
    APPEALED = "appealed"
    SETTLED = "settled"


UNDER_WAY = frozenset({ComplaintState.RECEIVED, ComplaintState.ASKED, ComplaintState.APPEALED})
"""What the citizen adds goes to the complaint that is under way; no second one is begun."""


class ComplaintAct(StrEnum):
    ASK = "ask"
    STATE = "state"
    FIND = "find"
    APPEAL = "appeal"
    DECIDE = "decide"


class Ground(StrEnum):
    """What the citizen complains of."""

    UNANSWERED = "unanswered"
    NOT_CALLED_BACK = "not_called_back"
    FOBBED_OFF = "fobbed_off"
    RUDE = "rude"
    NOT_SOLVED = "not_solved"
    OTHER = "other"


class Verdict(StrEnum):
    """What was found. PERFUNCTORY: true, and dealt with for show (敷衍应付)."""

    TRUE = "true"
    PERFUNCTORY = "perfunctory"
    NOT_TRUE = "not_true"
    NOT_PROVABLE = "not_provable"
    EXCUSED = "excused"


UPHELD = frozenset({Verdict.TRUE, Verdict.PERFUNCTORY})


class Side(StrEnum):
    CITIZEN = "citizen"
    OFFICIAL = "official"


class Part(StrEnum):
    """What somebody is to a complaint. ACCUSED: the official complained of; SUPERIOR: the one right above him."""

    SUPERVISOR = "supervisor"
    LEADERSHIP = "leadership"
    ACCUSED = "accused"
    SUPERIOR = "superior"
    CITIZEN = "citizen"


class Shown(StrEnum):
    """How much: ALL with evidence and words; what he is ASKED, with the facts and without the citizen; the RESULT."""

    ALL = "all"
    ASKED = "asked"
    RESULT = "result"
    NOTHING = "nothing"


class NotPossibleNow(Refusal):
    code = "complaint_not_possible_now"
    words = "这件反映现在的状态不能这样办，请刷新页面看最新情况。"


class NotYetHeard(Refusal):
    code = "complaint_not_yet_heard"
    words = "当事人还没有说明，说明时限也没有到，现在不能作出认定。"


class SayWhy(Refusal):
    code = "complaint_say_why"
    words = "请写明内容，一千字以内。"


class ExcuseNeeded(Refusal):
    code = "complaint_excuse_needed"
    words = "认定“有正当理由”时要选一项理由；认定其他结果时不选。"


class NotImpartial(Refusal):
    code = "complaint_not_impartial"
    words = "按回避规定，被反映人和他的下属不能办理这件反映；复核要由没有作出原认定的人办理。"


class TooLateToAppeal(Refusal):
    code = "complaint_too_late_to_appeal"
    words = "申请复核的时限已经过了，原认定有效。"


class AppealedAlready(Refusal):
    code = "complaint_appealed_already"
    words = "已经申请过复核，请等复核结果。"


class TooOften(Refusal):
    code = "complaint_too_often"
    words = "这件事已经核实过三次。对结果不认可的，请在时限内申请复核；有新的事，请重新提交。"


NEXT: Mapping[tuple[ComplaintState, ComplaintAct], ComplaintState] = {
    (ComplaintState.RECEIVED, ComplaintAct.ASK): ComplaintState.ASKED,
    (ComplaintState.ASKED, ComplaintAct.STATE): ComplaintState.ASKED,
    (ComplaintState.ASKED, ComplaintAct.FIND): ComplaintState.FOUND,
    (ComplaintState.FOUND, ComplaintAct.APPEAL): ComplaintState.APPEALED,
    (ComplaintState.APPEALED, ComplaintAct.APPEAL): ComplaintState.APPEALED,
    (ComplaintState.APPEALED, ComplaintAct.DECIDE): ComplaintState.SETTLED,
}
MAY: Mapping[ComplaintAct, frozenset[Part]] = {
    ComplaintAct.ASK: frozenset({Part.SUPERVISOR}),
    ComplaintAct.STATE: frozenset({Part.ACCUSED}),
    ComplaintAct.FIND: frozenset({Part.SUPERVISOR}),
    ComplaintAct.APPEAL: frozenset({Part.ACCUSED, Part.CITIZEN}),
    ComplaintAct.DECIDE: frozenset({Part.SUPERVISOR}),
}
_FROM_ASKED = frozenset(ComplaintState) - {ComplaintState.RECEIVED}
_FROM_FOUND = _FROM_ASKED - {ComplaintState.ASKED}
_SEES: Mapping[Part, tuple[Shown, frozenset[ComplaintState]]] = {
    Part.SUPERVISOR: (Shown.ALL, frozenset(ComplaintState)),
    Part.LEADERSHIP: (Shown.RESULT, _FROM_FOUND),
    Part.ACCUSED: (Shown.ASKED, _FROM_ASKED),
    Part.SUPERIOR: (Shown.RESULT, _FROM_FOUND),
    Part.CITIZEN: (Shown.RESULT, frozenset(ComplaintState)),
}


def after(state: ComplaintState, act: ComplaintAct) -> ComplaintState:
    """Where an act leads. Raises: NotPossibleNow."""
    try:
        return NEXT[state, act]
    except KeyError:
        raise NotPossibleNow from None


def may(parts: Iterable[Part], state: ComplaintState, act: ComplaintAct) -> bool:
    """Deny by default. Whoever is complained of judges nothing of it, whatever else he is."""
    held = frozenset(parts)
    held = held - {Part.SUPERVISOR} if Part.ACCUSED in held else held
    return (state, act) in NEXT and not MAY[act].isdisjoint(held)


def sees(parts: Iterable[Part], state: ComplaintState) -> Shown:
    """The most that one of his parts opens; whoever is complained of sees no more than that."""
    held = frozenset(parts)
    held = held & {Part.ACCUSED} if Part.ACCUSED in held else held
    open_to_him = {_SEES[part][0] for part in held if state in _SEES[part][1]}
    return next((one for one in Shown if one in open_to_him), Shown.NOTHING)


def ask_due(made_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when supervision looks at it and asks the official."""
    return add_working_days(made_at, OPEN_DAYS, calendar)


def statement_due(asked_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when the official is waited for."""
    return add_working_days(asked_at, STATEMENT_DAYS, calendar)


def appeal_until(found_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when either side may ask for another look."""
    return add_working_days(found_at, APPEAL_DAYS, calendar)


def decide_due(appealed_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when another supervisor decides on an appeal."""
    return add_working_days(appealed_at, DECIDE_DAYS, calendar)


def require_heard(due_at: datetime, *, stated: bool, at: datetime) -> None:
    """Raises: NotYetHeard."""
    if not stated and at < due_at:
        raise NotYetHeard


def require_excuse(verdict: Verdict, excuse: Excuse | None) -> None:
    """Raises: ExcuseNeeded."""
    if (verdict is Verdict.EXCUSED) != (excuse is not None):
        raise ExcuseNeeded


def require_in_time(until: datetime, *, at: datetime) -> None:
    """Raises: TooLateToAppeal."""
    if at > until:
        raise TooLateToAppeal


def said(words: str) -> str:
    """Words that are needed. Raises: SayWhy."""
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise SayWhy
    return words


TOLD: Mapping[Verdict, str] = {
    Verdict.TRUE: "情况属实",
    Verdict.PERFUNCTORY: "情况属实，存在敷衍",
    Verdict.NOT_TRUE: "情况不属实",
    Verdict.NOT_PROVABLE: "现有记录无法查实",
    Verdict.EXCUSED: "情况属实，但有正当理由",
}
"""What was found, as a citizen is told it by text; nothing of how it was found out."""
