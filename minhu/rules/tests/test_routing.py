"""The plan table, and the invariants that hold for every plan."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules import routing
from minhu.rules.calendar import china
from minhu.rules.hours import Hours
from minhu.rules.plans import CallerNow, Hold, LineNow, OfferKey, Party, Plan, PresenceNow, Record, Ring, Say
from minhu.rules.quiet import is_quiet
from minhu.rules.words import LineMode, PartyKind, Presence, PresenceSource

CALENDAR = china()
TEN = datetime(2026, 11, 23, 2, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 18, tzinfo=UTC)
ZHOU = Party(PartyKind.OFFICIAL, 1, "周明远", "+8619900000001")
SEATS = (Party(PartyKind.STAFF, 11, "一号座席", "8001"), Party(PartyKind.STAFF, 12, "二号座席", "8002"))
DUTY = Party(PartyKind.DUTY, 21, "值班", "8009")
SECRETARY = Party(PartyKind.DEPUTY, 31, "秘书", "8005")
LINE = LineNow(7, "+8619900000000", LineMode.FRONT, ZHOU, "市交通运输局局长", PresenceNow(), staff=SEATS, duty=DUTY)
CALLER = CallerNow("+8613900000021", mobile=True)


def plan_at(at: datetime = TEN, line: LineNow = LINE, caller: CallerNow = CALLER) -> Plan:
    return routing.plan(line, caller, at=at, calendar=CALENDAR)


def in_state(state: Presence, until: datetime | None = None) -> LineNow:
    return replace(LINE, presence=PresenceNow(state, until, PresenceSource.MANUAL))


def rings(plan: Plan) -> list[Ring]:
    found: list[Ring] = []
    for step in plan.steps:
        match step:
            case Ring():
                found.append(step)
            case Hold(then=then):
                found.append(then)
            case OfferKey(then=then_rings):
                found.extend(then_rings)
            case Say() | Record():
                pass
    return found


def rung(plan: Plan) -> set[Party]:
    return {party for ring in rings(plan) for party in ring.parties}


def test_an_available_official_rings_first_then_all_staff_at_once() -> None:
    plan = plan_at()

    assert [step for step in plan.steps if isinstance(step, Ring)] == [Ring((ZHOU,), 20), Ring(SEATS, 20)]
    assert plan.reason == "available"


def test_in_a_meeting_staff_ring_and_the_text_says_until_when() -> None:
    eleven_thirty = TEN + timedelta(hours=1, minutes=30)

    plan = plan_at(line=in_state(Presence.MEETING, eleven_thirty))

    assert rung(plan) == set(SEATS)
    assert plan.promise.due_at == eleven_thirty + timedelta(minutes=30)
    assert plan.text is not None
    assert plan.text.template == "missed_meeting"


def test_a_busy_official_lets_the_caller_wait_a_minute_at_most() -> None:
    hold = plan_at(line=in_state(Presence.ON_CALL)).steps[0]

    assert isinstance(hold, Hold)
    assert hold.seconds == 60


def test_at_night_only_the_duty_officer_rings_and_only_after_a_key() -> None:
    plan = plan_at(NIGHT)

    assert rung(plan) == {DUTY}
    assert not [step for step in plan.steps if isinstance(step, Ring)]
    assert not is_quiet(plan.promise.due_at)


def test_without_staff_on_duty_they_are_skipped() -> None:
    assert rung(plan_at(line=replace(LINE, staff=()))) == {ZHOU}


def test_whoever_is_owed_a_callback_is_told_when_and_reaches_the_one_who_owes_it() -> None:
    due = TEN + timedelta(hours=1)

    plan = plan_at(caller=replace(CALLER, callback_due_at=due))

    assert ZHOU in rung(plan)
    assert plan.promise.due_at == due


def test_a_promise_that_is_past_due_is_made_anew() -> None:
    plan = plan_at(caller=replace(CALLER, callback_due_at=TEN - timedelta(hours=1)))

    assert plan.promise.due_at > TEN


def test_a_muted_caller_still_gets_the_recorder_and_a_promise() -> None:
    plan = plan_at(caller=replace(CALLER, muted=True))

    assert rung(plan) == set()
    assert any(isinstance(step, Record) for step in plan.steps)
    assert plan.promise.due_at > TEN


def test_a_delegate_is_rung_in_place_of_the_official() -> None:
    assert ZHOU not in rung(plan_at(line=replace(LINE, delegates=(SECRETARY,))))


def test_a_caller_who_hides_his_number_is_asked_to_leave_one() -> None:
    plan = plan_at(caller=CallerNow())

    assert plan.text is None
    assert any(isinstance(step, Say) and "anonymous_number" in step.prompts for step in plan.steps)


def test_a_used_up_call_budget_leaves_the_official_in_peace() -> None:
    assert rung(plan_at(line=replace(LINE, budget_left_minutes=0))) == set(SEATS)


def test_after_hours_on_friday_the_promise_is_for_monday_morning() -> None:
    line = replace(LINE, hours=Hours.parse("mon-fri 08:30-12:00 14:30-18:00"))
    friday_evening = datetime(2026, 11, 27, 11, tzinfo=UTC)

    assert plan_at(friday_evening, line).promise.due_at == datetime(2026, 11, 30, 1, tzinfo=UTC)


def test_a_promise_skips_the_october_holiday() -> None:
    line = replace(LINE, hours=Hours.parse("mon-fri 08:30-12:00 14:30-18:00"))
    last_evening = datetime(2026, 9, 30, 11, tzinfo=UTC)

    assert plan_at(last_evening, line).promise.due_at == datetime(2026, 10, 8, 1, tzinfo=UTC)


INSTANTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
DELAYS = st.none() | st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=40))


@st.composite
def situations(draw: st.DrawFn) -> tuple[LineNow, CallerNow, datetime]:
    at = draw(INSTANTS)

    def moment() -> datetime | None:
        delay = draw(DELAYS)
        return None if delay is None else at + delay

    line = LineNow(
        line_id=1,
        number="+8619900000000",
        mode=draw(st.sampled_from(LineMode)),
        official=ZHOU,
        title="局长",
        presence=PresenceNow(draw(st.sampled_from(Presence)), moment()),
        staff=draw(st.sampled_from([(), SEATS[:1], SEATS])),
        delegates=draw(st.sampled_from([(), (SECRETARY,)])),
        duty=draw(st.sampled_from([None, DUTY])),
        hours=Hours.parse(draw(st.sampled_from(["", "mon-fri 08:30-12:00", "sun 00:00-05:00", "sat 22:00-24:00"]))),
        budget_left_minutes=draw(st.none() | st.integers(-5, 60)),
    )
    number = draw(st.sampled_from(["", "+8613900000021", "+865585112345", "12345"]))
    caller = CallerNow(
        number=number,
        mobile=number.startswith("+861"),
        callback_due_at=moment(),
        callback_by=draw(st.sampled_from([None, ZHOU, SEATS[0]])),
        muted=draw(st.booleans()),
        urgent_case=draw(st.booleans()),
    )
    return line, caller, at


@given(situations())
def test_every_plan_ends_in_a_dated_promise_outside_the_quiet_hours(
    situation: tuple[LineNow, CallerNow, datetime],
) -> None:
    line, caller, at = situation

    plan = routing.plan(line, caller, at=at, calendar=CALENDAR)

    assert plan.promise.due_at > at
    assert plan.promise.due_at - at < timedelta(days=41 if caller.callback_due_at else 15)
    if plan.promise.due_at != caller.callback_due_at:
        assert not is_quiet(plan.promise.due_at)


@given(situations())
def test_no_plan_rings_an_official_who_is_resting(situation: tuple[LineNow, CallerNow, datetime]) -> None:
    line, caller, at = situation
    resting = replace(line, presence=replace(line.presence, state=Presence.RESTING))

    assert ZHOU not in rung(routing.plan(resting, caller, at=at, calendar=CALENDAR))


@given(situations())
def test_a_backstop_call_never_rings_the_official_again(situation: tuple[LineNow, CallerNow, datetime]) -> None:
    line, caller, at = situation
    backstop = replace(line, mode=LineMode.BACKSTOP)

    assert ZHOU not in rung(routing.plan(backstop, caller, at=at, calendar=CALENDAR))


@given(situations())
def test_in_the_quiet_hours_nobody_rings_without_a_key(situation: tuple[LineNow, CallerNow, datetime]) -> None:
    line, caller, at = situation
    plan = routing.plan(line, caller, at=at, calendar=CALENDAR)

    if is_quiet(at):
        assert not [step for step in plan.steps if isinstance(step, Ring | Hold)]


@given(situations())
def test_every_plan_ends_in_finite_time_with_the_recorder(situation: tuple[LineNow, CallerNow, datetime]) -> None:
    line, caller, at = situation
    plan = routing.plan(line, caller, at=at, calendar=CALENDAR)

    assert plan.longest_seconds <= 300
    assert any(isinstance(step, Record) for step in plan.steps)
    assert any(isinstance(step, Say) and step.due for step in plan.steps)
    assert all(ring.parties for ring in rings(plan))


@given(situations())
def test_only_a_mobile_caller_is_texted(situation: tuple[LineNow, CallerNow, datetime]) -> None:
    line, caller, at = situation

    assert (routing.plan(line, caller, at=at, calendar=CALENDAR).text is not None) == caller.mobile


def test_a_spot_check_cannot_change_a_plan_because_routing_is_not_told_of_it() -> None:
    known = {field.name for kind in (LineNow, CallerNow) for field in fields(kind)}
    known |= set(inspect.signature(routing.plan).parameters)

    assert not [name for name in known if "check" in name or "inspect" in name]


@pytest.mark.parametrize("state", list(Presence))
def test_every_presence_has_a_row(state: Presence) -> None:
    assert plan_at(line=in_state(state)).reason
