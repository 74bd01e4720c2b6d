"""Rectification of a hot issue (整改): its life, who may do what, in what time, and when it counts as done.

    begun ─research→ researched ─start→ under_way ─claim→ claimed ─verify→ verified ─publish→ published
                                            ↑               │fail
                                            ├────start─── failed                verified, published ─reopen→ reopened
                                            └────start─── reopened
    any of them before verified ─call_off→ called_off, which is the end

    after(state, act)            where an act leads
    may(parts, state, act)       whether somebody who is this to a rectification may do it now
    order(seed, codes)           in which order reporters are asked, as anybody with seed and codes computes it
    judged(tally)                what the sample says: done, not done, or not yet

It is done only when a sample of those who reported it says so, each on a call or in a text of his own.

Refusal
├── NotPossibleNow     the state does not allow it
├── SayIt              words are needed: the research, a measure, what came of it, what the public reads
├── NoMeasures         nothing is planned, or nothing new after it failed or came back
├── NotAllDone         a measure is still open
├── DueUnclear         the due day is past, no working day, or too far away
├── NobodyToAsk        nobody who reported it can be asked, so that nobody could say that it is done
├── NoEvidence         no conversation with him and no text of his since the sample was drawn
└── AskedAlready       he has answered

Source: Regulations on Petitions 2022, Art. 36-39 (time, telling the petitioner); Blum, CRYPTO 1981 (commit, reveal).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import legal_day
from minhu.rules.deadlines import add_working_days
from minhu.rules.errors import Refusal

RESEARCH_DAYS, START_DAYS, LONGEST_DAYS, RECHECK_DAYS, PUBLISH_DAYS, LATE_DAYS = 5, 3, 60, 5, 5, 5
"""Working days: for the owner to look into it, then to begin, at most to put it right; to ask the sample; to publish;
at least ahead for who reports it late.
"""
SMALLEST_SAMPLE, LARGEST_SAMPLE = 5, 30
SAMPLE_OF, LEAST_REACHED, SOLVED_PERCENT = 5, 60, 80
"""One in so many reporters is asked; so many percent of the sample must be reached; of those, say it is solved."""
LONGEST = 1000
SEED_BYTES = 32


class RectifyState(StrEnum):
    """CLAIMED: the owner says it is done. VERIFIED: reporters say so too. REOPENED: reports came back. CALLED_OFF: it
    will not be done, for a reason that reporters are told.
    """

    BEGUN = "begun"
    RESEARCHED = "researched"
    UNDER_WAY = "under_way"
    CLAIMED = "claimed"
    FAILED = "failed"
    VERIFIED = "verified"
    PUBLISHED = "published"
    REOPENED = "reopened"
    CALLED_OFF = "called_off"


class RectifyAct(StrEnum):
    """VERIFY, FAIL, REOPEN are nobody's to do: the answers, or new reports, do them."""

    RESEARCH = "research"
    PLAN = "plan"
    START = "start"
    DO = "do"
    CLAIM = "claim"
    RECHECK = "recheck"
    VERIFY = "verify"
    FAIL = "fail"
    PUBLISH = "publish"
    REOPEN = "reopen"
    GIVE = "give"
    CALL_OFF = "call_off"


class Part(StrEnum):
    """What somebody is to a rectification. HELPER: works in the owner's office. STAFF: anywhere else."""

    OWNER = "owner"
    HELPER = "helper"
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    LEADERSHIP = "leadership"
    SYSTEM = "system"


class NotPossibleNow(Refusal):
    code = "rectify_not_possible_now"
    words = "这项整改现在的状态不能这样办，请刷新页面看最新情况。"


class SayIt(Refusal):
    code = "rectify_say_it"
    words = "请写明内容，一千字以内。"


class NoMeasures(Refusal):
    code = "rectify_no_measures"
    words = "还没有要办的措施，请先写明做什么、谁来做、什么时候做完。"


class NotAllDone(Refusal):
    code = "rectify_not_all_done"
    words = "还有措施没有做完，全部做完并写明结果以后才能申请核验。"


class DueUnclear(Refusal):
    code = "rectify_due_unclear"
    words = f"期限要在今天以后、{LONGEST_DAYS}个工作日以内，请重新选择；措施的期限不能晚于整改期限。"


class NobodyToAsk(Refusal):
    code = "rectify_nobody_to_ask"
    words = "反映过这件事的群众里没有能回访的，不能核验。请先确认关联的诉求是否正确。"


class NoEvidence(Refusal):
    code = "rectify_no_evidence"
    words = "抽取样本以后，还没有和这位群众通过话，也没有收到他的短信。请先回访，再登记。"


class AskedAlready(Refusal):
    code = "rectify_asked_already"
    words = "这位群众的回访结果已经登记过，不能更改。"


DONE = frozenset({RectifyState.VERIFIED, RectifyState.PUBLISHED})
"""Reporters said that it is solved."""
OVER = DONE | {RectifyState.CALLED_OFF}
NEXT: Mapping[tuple[RectifyState, RectifyAct], RectifyState] = {
    (RectifyState.BEGUN, RectifyAct.RESEARCH): RectifyState.RESEARCHED,
    (RectifyState.RESEARCHED, RectifyAct.START): RectifyState.UNDER_WAY,
    (RectifyState.FAILED, RectifyAct.START): RectifyState.UNDER_WAY,
    (RectifyState.REOPENED, RectifyAct.START): RectifyState.UNDER_WAY,
    (RectifyState.UNDER_WAY, RectifyAct.CLAIM): RectifyState.CLAIMED,
    (RectifyState.CLAIMED, RectifyAct.VERIFY): RectifyState.VERIFIED,
    (RectifyState.CLAIMED, RectifyAct.FAIL): RectifyState.FAILED,
    (RectifyState.VERIFIED, RectifyAct.PUBLISH): RectifyState.PUBLISHED,
    (RectifyState.VERIFIED, RectifyAct.REOPEN): RectifyState.REOPENED,
    (RectifyState.PUBLISHED, RectifyAct.REOPEN): RectifyState.REOPENED,
    **{(state, RectifyAct.CALL_OFF): RectifyState.CALLED_OFF for state in RectifyState if state not in OVER},
}
"""Acts that change the state."""

_PLANNING = frozenset({RectifyState.RESEARCHED, RectifyState.UNDER_WAY, RectifyState.FAILED, RectifyState.REOPENED})
WITHIN: Mapping[RectifyAct, frozenset[RectifyState]] = {
    RectifyAct.PLAN: _PLANNING,
    RectifyAct.DO: frozenset({RectifyState.UNDER_WAY}),
    RectifyAct.RECHECK: frozenset({RectifyState.CLAIMED}),
    RectifyAct.GIVE: frozenset(RectifyState) - OVER,
}
"""Acts that leave the state as it is."""

_WAITS = {
    RectifyState.BEGUN: RESEARCH_DAYS,
    RectifyState.RESEARCHED: START_DAYS,
    RectifyState.CLAIMED: RECHECK_DAYS,
    RectifyState.VERIFIED: PUBLISH_DAYS,
    RectifyState.REOPENED: RESEARCH_DAYS,
}
_OWNERS = frozenset({Part.OWNER, Part.HELPER})
BEGINS = frozenset({Part.SUPERVISOR, Part.LEADERSHIP})
"""Who begins one, names its owner, publishes what came of it, or calls it off."""
MAY: Mapping[RectifyAct, frozenset[Part]] = {
    RectifyAct.RESEARCH: _OWNERS,
    RectifyAct.PLAN: _OWNERS,
    RectifyAct.DO: _OWNERS,
    RectifyAct.START: frozenset({Part.OWNER}),
    RectifyAct.CLAIM: frozenset({Part.OWNER}),
    RectifyAct.RECHECK: frozenset({Part.STAFF, Part.SUPERVISOR}),
    RectifyAct.VERIFY: frozenset({Part.SYSTEM}),
    RectifyAct.FAIL: frozenset({Part.SYSTEM}),
    RectifyAct.PUBLISH: BEGINS,
    RectifyAct.REOPEN: frozenset({Part.SYSTEM}),
    RectifyAct.GIVE: BEGINS,
    RectifyAct.CALL_OFF: BEGINS,
}


def after(state: RectifyState, act: RectifyAct) -> RectifyState:
    """Where an act leads. Raises: NotPossibleNow."""
    if state in WITHIN.get(act, frozenset()):
        return state
    try:
        return NEXT[state, act]
    except KeyError:
        raise NotPossibleNow from None


def may(parts: Iterable[Part], state: RectifyState, act: RectifyAct) -> bool:
    """Deny by default. Whoever puts it right does not say himself that it is right, whatever else he is."""
    held = frozenset(parts)
    held = held & _OWNERS or held
    possible = (state, act) in NEXT or state in WITHIN.get(act, frozenset())
    return possible and not MAY[act].isdisjoint(held)


def said(words: str, longest: int = LONGEST) -> str:
    """Words that are needed. Raises: SayIt."""
    words = words.strip()
    if not words or len(words) > longest:
        raise SayIt
    return words


def waits_until(
    state: RectifyState, promised: datetime | None, at: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """Until when the next step is to be made from a state entered at ``at``; promised: when it is to be put right."""
    match state:
        case RectifyState.UNDER_WAY | RectifyState.FAILED:
            return promised
        case RectifyState.PUBLISHED | RectifyState.CALLED_OFF:
            return None
        case _:
            return add_working_days(at, _WAITS[state], calendar)


def promised_due(due_at: datetime, at: datetime, calendar: WorkingCalendar) -> datetime:
    """What a reporter is told: the due time, or, where he comes late, a time that is still ahead."""
    return max(due_at, add_working_days(at, LATE_DAYS, calendar))


def due_at_end_of(day: date, at: datetime, calendar: WorkingCalendar) -> datetime:
    """End of office hours of the day until which it is to be put right. Raises: DueUnclear."""
    if day <= legal_day(at) or not calendar.assume_working_day(day):
        raise DueUnclear
    for days in range(1, LONGEST_DAYS + 1):
        due = add_working_days(at, days, calendar)
        if legal_day(due) == day:
            return due
    raise DueUnclear


def require_measures(open_measures: int) -> None:
    """Raises: NoMeasures."""
    if not open_measures:
        raise NoMeasures


def require_all_done(open_measures: int) -> None:
    """Raises: NotAllDone."""
    if open_measures:
        raise NotAllDone


# ---- the re-check


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a sample is. size: how many are to be reached; left: those who may still answer or replace others."""

    size: int
    reached: int
    solved: int
    left: int


def sample_size(reporters: int) -> int:
    """How many are to be reached of so many who can be: one in five, five at least, thirty at most."""
    return min(reporters, max(SMALLEST_SAMPLE, min(ceil(reporters / SAMPLE_OF), LARGEST_SAMPLE)))


def least_reached(size: int) -> int:
    """How many of a sample must have been reached where nobody is left to replace the others."""
    return max(1, ceil(size * LEAST_REACHED / 100))


def judged(tally: Tally) -> Verdict | None:
    """What the sample says; None while somebody is left to ask, or too few were reached to say anything."""
    if tally.reached < tally.size and (tally.left or tally.reached < least_reached(tally.size)):
        return None
    return Verdict.PASSED if tally.solved * 100 >= SOLVED_PERCENT * tally.reached else Verdict.FAILED


def commitment(seed: str) -> str:
    """Published before the work begins, so that the owner cannot know, nor anybody choose, who will be asked."""
    return hashlib.sha256(seed.encode()).hexdigest()


def order(seed: str, codes: Iterable[str], *, first: Iterable[str] = ()) -> Sequence[str]:
    """The codes in the order in which their reporters are asked: by HMAC-SHA256 of the code under the seed.

    first: those who said last time that it was not solved are asked again before all others.
    """
    again = frozenset(first)

    def rank(code: str) -> tuple[bool, str]:
        return code not in again, hmac.new(seed.encode(), code.encode(), hashlib.sha256).hexdigest()

    return sorted(codes, key=rank)
