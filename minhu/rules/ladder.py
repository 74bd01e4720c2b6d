"""The ladder (处理): which step the software proposes to supervision, and on what. A person decides.

The policy in words is docs/reference/ladder.md; its table of examples is tried against ``propose`` line by line.

Refusal
├── DecidedAlready     it is decided once
├── NotSoAnyMore       what it rests on has been excused, is disputed, or is too old by now
├── SayWhy             a decision, a hearing and an appeal have a reason
├── HeardAlready       his word is taken down once, and weighed once
├── HearHimFirst       nothing is held against him before he has spoken, or had the time to
├── TooLate            the time for it is over
├── NotDecided         there is nothing to read, to appeal against or to carry out yet
├── OnAppeal           nothing is carried out while he appeals
├── AnotherDecides     an appeal is decided by somebody who did not decide the step
├── NotThisStep        an interview belongs to the step of that name, a referral to that one
├── NotAhead           an interview is told beforehand
├── NotYetHeld         what came of it is recorded afterwards
└── ArrangedAlready    there is one interview, and another only after one that was missed with an excuse
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.deadlines import add_working_days
from minhu.rules.errors import Refusal
from minhu.rules.excuses import Excuse

STATEMENT_WORKING_DAYS = 3
"""Working days in which he may say his word on an event; until then it leads to nothing."""
APPEAL_WORKING_DAYS = 10


class Step(StrEnum):
    """A rung of the ladder, the lowest first."""

    REMINDER = "reminder"
    INTERVIEW = "interview"
    REFERRAL = "referral"


RUNGS = tuple(Step)


class EventKind(StrEnum):
    """What counts. COMPLAINT: found true, of any kind but PERFUNCTORY."""

    FAILED_CHECK = "failed_check"
    COMPLAINT = "complaint"
    PERFUNCTORY = "perfunctory"
    MISSED_INTERVIEW = "missed_interview"


class Standing(StrEnum):
    """DISPUTED: his word is awaited or not weighed yet, or he appeals. EXCUSED: it does not count."""

    STANDS = "stands"
    DISPUTED = "disputed"
    EXCUSED = "excused"


class Outcome(StrEnum):
    """What became of a proposal. OVERTURNED: taken, and set aside on appeal."""

    OPEN = "open"
    TAKEN = "taken"
    DISMISSED = "dismissed"
    ON_APPEAL = "on_appeal"
    OVERTURNED = "overturned"


SET_ASIDE = frozenset({Outcome.DISMISSED, Outcome.ON_APPEAL, Outcome.OVERTURNED})
"""What is new in such a proposal does not count; on appeal, for as long as that lasts."""


class Reason(StrEnum):
    """Why just this step. ONE_AT_A_TIME: so many events would allow a higher one, but none is skipped."""

    COUNT = "count"
    ONE_AT_A_TIME = "one_at_a_time"
    PERFUNCTORY = "perfunctory"
    NOT_ATTENDED = "not_attended"


class DecidedAlready(Refusal):
    code = "ladder_decided_already"
    words = "这项处理已经作出决定，不能再改；有异议请走申诉。"


class NotSoAnyMore(Refusal):
    code = "ladder_not_so_any_more"
    words = "它所依据的情形已有变化（免责、有争议或者超过期限），不能采纳，只能不采纳并写明理由。"


class SayWhy(Refusal):
    code = "ladder_say_why"
    words = "请写明理由，五百字以内。"


class HeardAlready(Refusal):
    code = "ladder_heard_already"
    words = "已经登记过了，不能重复登记。"


class HearHimFirst(Refusal):
    code = "ladder_hear_him_first"
    words = "本人还在说明期限内，也还没有说明，现在只能认定免责，不能认定计入。"


class TooLate(Refusal):
    code = "ladder_too_late"
    words = "已经过了期限，不能再登记。"


class NotDecided(Refusal):
    code = "ladder_not_decided"
    words = "这项处理还没有采纳，不能这样办。"


class OnAppeal(Refusal):
    code = "ladder_on_appeal"
    words = "本人正在申诉，申诉有结论前不执行。"


class AnotherDecides(Refusal):
    code = "ladder_another_decides"
    words = "申诉要由没有参与原决定的人来定，请交给另一位督查人员。"


class NotThisStep(Refusal):
    code = "ladder_not_this_step"
    words = "这一步不是这样办的，请刷新页面。"


class NotAhead(Refusal):
    code = "ladder_not_ahead"
    words = "约谈时间要在现在之后，并写明地点，好让本人事先知道。"


class NotYetHeld(Refusal):
    code = "ladder_not_yet_held"
    words = "还没有到约谈时间，结束后再登记。"


class ArrangedAlready(Refusal):
    code = "ladder_arranged_already"
    words = "这次约谈已经登记过了，不能再安排。"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many events within the window lead to which step; from the settings."""

    window: timedelta = timedelta(days=90)
    reminder: int = 1
    interview: int = 2
    referral: int = 3

    def step_of(self, count: int) -> Step | None:
        """The highest step that so many events allow."""
        needed = zip(RUNGS, (self.reminder, self.interview, self.referral), strict=True)
        return max((step for step, least in needed if count >= least), key=RUNGS.index, default=None)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may count against an official. key: its one name, such as ``check:12``. at: when it happened."""

    key: str
    kind: EventKind
    at: datetime
    standing: Standing = Standing.STANDS


@dataclass(frozen=True, slots=True)
class Past:
    """A proposal that was made before. new: the events that occasioned it; rests_on: all that it counted."""

    step: Step
    outcome: Outcome
    new: frozenset[str]
    rests_on: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The step to be proposed. rests_on: all events counted, the oldest first; new: those that occasion it."""

    step: Step
    rests_on: tuple[Event, ...]
    new: frozenset[str]
    reason: Reason


def propose(events: Iterable[Event], past: Sequence[Past], policy: Thresholds, *, at: datetime) -> Proposal | None:
    """The one step to propose for one official at ``at``, or none."""
    if any(one.outcome is Outcome.OPEN for one in past):
        return None
    counted = _counted(events, past, policy.window, at)
    occasions = {key for one in past for key in one.new}
    new = [one for one in counted if one.key not in occasions]
    step, reason = _step(counted, new, past, policy)
    return Proposal(step, tuple(counted), frozenset(one.key for one in new), reason) if new and step else None


def rests_still(made: Past, events: Iterable[Event], others: Sequence[Past], policy: Thresholds, at: datetime) -> bool:
    """Whether a proposal could be made as it was, from what is known at ``at``. others: all but it."""
    known = [one for one in events if one.key in made.rests_on]
    again = propose(known, others, policy, at=at)
    return again is not None and RUNGS.index(again.step) >= RUNGS.index(made.step)


def statement_until(told_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when he may say his word on an event."""
    return add_working_days(told_at, STATEMENT_WORKING_DAYS, calendar)


def appeal_until(decided_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when he may appeal against a step."""
    return add_working_days(decided_at, APPEAL_WORKING_DAYS, calendar)


def standing_of(*, until: datetime, stated: bool, weighed: bool, excuse: Excuse | None, at: datetime) -> Standing:
    """Of a failed check or a missed interview. until: for his word; weighed: supervision has said."""
    if excuse is not None:
        return Standing.EXCUSED
    if weighed or (not stated and at >= until):
        return Standing.STANDS
    return Standing.DISPUTED


def _counted(events: Iterable[Event], past: Sequence[Past], window: timedelta, at: datetime) -> list[Event]:
    """What stands, is no older than the window, and is neither set aside nor used up by a referral."""
    gone = {key for one in past if one.outcome in SET_ASIDE for key in one.new}
    gone |= {key for one in past if one.step is Step.REFERRAL and one.outcome is Outcome.TAKEN for key in one.rests_on}
    stands = [one for one in events if one.standing is Standing.STANDS and at - window < one.at <= at]
    return sorted((one for one in stands if one.key not in gone), key=lambda one: (one.at, one.key))


def _step(
    counted: Sequence[Event], new: Sequence[Event], past: Sequence[Past], policy: Thresholds
) -> tuple[Step | None, Reason]:
    kinds = {one.kind for one in new}
    if EventKind.MISSED_INTERVIEW in kinds:
        return Step.REFERRAL, Reason.NOT_ATTENDED
    allowed = policy.step_of(len(counted))
    step = _no_higher_than(allowed, _highest_taken(counted, past))
    if EventKind.PERFUNCTORY in kinds and step in {None, Step.REMINDER}:
        return Step.INTERVIEW, Reason.PERFUNCTORY
    return step, Reason.COUNT if step is allowed else Reason.ONE_AT_A_TIME


def _highest_taken(counted: Sequence[Event], past: Sequence[Past]) -> int:
    """How many rungs he stands up the ladder: by steps taken on events that still count; 0 for none."""
    keys = {one.key for one in counted}
    taken = [one.step for one in past if one.outcome is Outcome.TAKEN and keys & one.new]
    return max((RUNGS.index(step) + 1 for step in taken), default=0)


def _no_higher_than(allowed: Step | None, taken: int) -> Step | None:
    """One rung above what was taken at most."""
    return None if allowed is None else RUNGS[min(RUNGS.index(allowed), taken)]
