"""Who rings when a citizen calls, and what he is promised when nobody can answer: the plan table of 3-domain.

Nothing here knows whether a call is a spot check, so a check cannot change a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from minhu.rules.calendar import WorkingCalendar
from minhu.rules.clock import SHANGHAI, legal_day, local
from minhu.rules.plans import (
    CallerNow,
    Hold,
    LineNow,
    OfferKey,
    Party,
    Plan,
    Promised,
    Record,
    Ring,
    Say,
    Step,
    TextOut,
)
from minhu.rules.quiet import after_quiet, is_quiet
from minhu.rules.words import LineMode, Presence, PromiseKind


@dataclass(frozen=True, slots=True)
class Policy:
    """The city's own numbers.

    callback_*: how soon a call back is promised after the official is free again. longest_absence: a citizen is not
    made to wait for the end of a longer one; staff see the promise and call in the official's name.
    """

    official_ring_seconds: int = 20
    staff_ring_seconds: int = 20
    duty_ring_seconds: int = 30
    hold_seconds: int = 60
    key_seconds: int = 5
    message_seconds: int = 120
    silence_seconds: int = 5
    callback_after_meeting: timedelta = timedelta(minutes=30)
    callback_after_miss: timedelta = timedelta(hours=2)
    longest_absence: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Situation:
    """One row of the plan table. ring_first: the official (or his delegates) may be rung at once."""

    reason: str
    prompts: tuple[str, ...] = ()
    ring_first: bool = False
    staff: bool = True
    hold: bool = False


def plan(
    line: LineNow, caller: CallerNow, *, at: datetime, calendar: WorkingCalendar, policy: Policy | None = None
) -> Plan:
    """The plan for one call to a published line at an instant.

    Every plan ends with a promise that the caller holds unless a person answers, and takes finite time.
    """
    policy = policy or Policy()
    situation = _situation(line, caller, at)
    promised = _promise(line, caller, at, calendar, policy)
    steps: list[Step] = []
    if situation.ring_first:
        steps.append(Ring(_first(line), policy.official_ring_seconds))
    if situation.hold:
        steps.append(Hold(situation.prompts, policy.hold_seconds, Ring((line.official,), policy.official_ring_seconds)))
    if situation.staff and line.staff:
        steps.append(Ring(line.staff, policy.staff_ring_seconds))
    steps.extend(_ending(line, situation, caller, policy))
    return Plan(situation.reason, tuple(steps), promised, _text(line, caller, situation, promised))


def _situation(line: LineNow, caller: CallerNow, at: datetime) -> _Situation:
    """The first row of the table that fits."""
    return _whatever_he_does(line, caller, at) or _outside_the_windows(line, at) or _by_presence(line.presence.state)


def _whatever_he_does(line: LineNow, caller: CallerNow, at: datetime) -> _Situation | None:
    if caller.muted:
        return _Situation("muted", ("muted_notice",), staff=False)
    if is_quiet(at):
        return _Situation("quiet_hours", staff=False)
    if line.mode is LineMode.BACKSTOP:
        return _Situation("backstop", _absence(line.presence.state))
    if caller.callback_due_at is not None and caller.callback_due_at > at:
        return _Situation("callback_due", ("callback_due",), ring_first=_may_ring(line, at))
    return None


def _outside_the_windows(line: LineNow, at: datetime) -> _Situation | None:
    if line.delegates:
        return _Situation("delegate", ring_first=True)
    if not line.hours.is_open(at):
        return _Situation("closed")
    if line.budget_left_minutes is not None and line.budget_left_minutes <= 0:
        return _Situation("budget_used_up")
    return None


def _by_presence(state: Presence) -> _Situation:
    match state:
        case Presence.AVAILABLE:
            return _Situation("available", ring_first=True)
        case Presence.MEETING | Presence.TRAVELLING | Presence.RESTING:
            return _Situation(state.value, _absence(state))
        case Presence.ON_CALL:
            return _Situation("on_call", ("on_call_wait",), hold=True)
        case unknown:
            assert_never(unknown)


def _may_ring(line: LineNow, at: datetime) -> bool:
    return bool(line.delegates) or (line.presence.state is Presence.AVAILABLE and line.hours.is_open(at))


def _first(line: LineNow) -> tuple[Party, ...]:
    return line.delegates or (line.official,)


def _absence(state: Presence) -> tuple[str, ...]:
    match state:
        case Presence.MEETING:
            return ("in_meeting",)
        case Presence.TRAVELLING:
            return ("travelling",)
        case _:
            return ()


def _ending(line: LineNow, situation: _Situation, caller: CallerNow, policy: Policy) -> tuple[Step, ...]:
    told: tuple[Step, ...]
    if situation.reason == "quiet_hours" and line.duty is not None:
        duty = Ring((line.duty,), policy.duty_ring_seconds)
        told = (OfferKey(("quiet_hours",), "1", policy.key_seconds, (duty,)),)
    elif situation.hold or situation.reason == "quiet_hours":
        told = ()
    else:
        told = (Say(situation.prompts),) if situation.prompts else ()
    no_number = ("anonymous_number",) if not caller.number else ()
    return (
        *told,
        Say(("callback_by",), due=True),
        Say((*no_number, "leave_message")),
        Record(policy.message_seconds, policy.silence_seconds),
        Say(("message_thanks",)),
    )


def _promise(line: LineNow, caller: CallerNow, at: datetime, calendar: WorkingCalendar, policy: Policy) -> Promised:
    if caller.callback_due_at is not None and caller.callback_due_at > at:
        return Promised(PromiseKind.CALL_BACK, caller.callback_by or line.official, caller.callback_due_at)
    return Promised(PromiseKind.CALL_BACK, line.official, callback_due(line, at=at, calendar=calendar, policy=policy))


def callback_due(line: LineNow, *, at: datetime, calendar: WorkingCalendar, policy: Policy | None = None) -> datetime:
    """By when the official calls back: half an hour after he is free again, within an answer window.

    Published weekend hours stand; weekdays that are days off are skipped. Never in the quiet hours.
    """
    policy = policy or Policy()
    away = line.presence.state not in {Presence.AVAILABLE, Presence.ON_CALL}
    until = line.presence.until if away else None
    if until is not None and until > at:
        free, margin = min(until, at + policy.longest_absence), policy.callback_after_meeting
    else:
        free, margin = at, policy.callback_after_miss
    opening = _answer_window(line, free, calendar)
    due = opening + (margin if opening == free else policy.callback_after_meeting)
    if is_quiet(due):
        due = _answer_window(line, after_quiet(due), calendar) + policy.callback_after_meeting
    return due


def _answer_window(line: LineNow, free: datetime, calendar: WorkingCalendar) -> datetime:
    opening = after_quiet(line.hours.next_opening(free))
    for _ in range(31):
        day = legal_day(opening)
        if line.hours.spans is None or day.weekday() >= 5 or calendar.assume_working_day(day):
            break
        midnight = local(opening).replace(hour=0, minute=0, second=0, microsecond=0)
        following = _next_midnight(midnight).astimezone(free.tzinfo)
        opening = after_quiet(line.hours.next_opening(following))
    return opening


def _next_midnight(midnight: datetime) -> datetime:
    return (midnight + timedelta(days=1)).replace(tzinfo=SHANGHAI)


def _text(line: LineNow, caller: CallerNow, situation: _Situation, promised: Promised) -> TextOut | None:
    if not caller.number or not caller.mobile:
        return None
    variables = {"name": line.official.name, "title": line.title, "due": promised.due_at.isoformat()}
    until = line.presence.until
    if situation.reason == "meeting" and until is not None:
        return TextOut("missed_meeting", {**variables, "until": until.isoformat()})
    template = {
        "meeting": "missed_meeting_open",
        "travelling": "missed_travelling",
        "quiet_hours": "missed_quiet",
        "callback_due": "missed_again",
    }
    return TextOut(template.get(situation.reason, "missed"), variables)
