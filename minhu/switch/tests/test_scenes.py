"""What a citizen lives through, for each row of the plan table."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from minhu.carriers.fake import Answers, Busy, Declines, Ignores, Silent
from minhu.carriers.voice import Diversion
from minhu.intake.entries import Context
from minhu.rules.hours import Hours
from minhu.rules.plans import Party, PresenceNow
from minhu.rules.words import CallState, LineMode, PartyKind, Presence, StepKind
from minhu.switch.ports import Order
from minhu.switch.tests.town import CITIZEN, DUTY, LANDLINE, LINE, MONDAY_10, STAFF, WANG, WANGS_LINE, Town, play

ORDER = UUID(int=5)


def test_the_official_answers_in_person() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=4.0, talk_seconds=60.0))
        caller = town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(0.1)
        assert caller.was_told_trying
        assert caller.rang
        await town.quiet()

        call = town.ledger.one
        assert (call.state, call.answered_by_kind, call.answered_by_name) == (CallState.ANSWERED, "official", "王明")
        assert call.ring_seconds == pytest.approx(4.0, abs=0.1)
        assert call.talk_seconds == pytest.approx(60.0, abs=0.1)
        assert call.owed is None
        assert not town.ledger.receipts
        assert caller.ended is not None

    play(scene)


@pytest.mark.parametrize("handset", [Busy(), Declines(), Ignores(), Silent()])
def test_when_the_official_does_not_take_it_staff_do(handset: Busy | Declines | Ignores | Silent) -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, handset)
        town.engine.handset(STAFF[1].number, Answers(after_seconds=3.0, talk_seconds=30.0))
        town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        call = town.ledger.one
        assert (call.answered_by_kind, call.answered_by_id) == ("staff", 22)
        assert call.owed is None
        cancelled = [far for far in town.engine.far_ends if far.number == STAFF[0].number]
        assert [far.answered for far in cancelled] == [False]
        assert cancelled[0].ended is not None

    play(scene)


def test_nobody_takes_it_and_the_caller_leaves_a_message_and_holds_a_promise() -> None:
    async def scene(town: Town) -> None:
        caller = town.engine.call(LINE, caller=CITIZEN)
        caller.says_seconds = 12.0
        await town.quiet()

        call = town.ledger.one
        assert call.state is CallState.DIVERTED
        assert call.owed is not None
        assert call.owed.owner_id == WANG.id
        assert MONDAY_10 < call.owed.due_at <= MONDAY_10 + timedelta(hours=3)
        (text,) = town.ledger.receipts.values()
        assert call.code in text.body
        assert text.number == CITIZEN
        (voice,) = town.ledger.voices
        assert voice.seconds == pytest.approx(12.0)
        assert caller.heard[0] == "callback_by"
        assert caller.heard[-1] == "message_thanks"
        assert "leave_message" in caller.heard

    play(scene)


def test_in_a_meeting_the_official_is_not_rung() -> None:
    async def scene(town: Town) -> None:
        town.set_line(presence=PresenceNow(Presence.MEETING, MONDAY_10 + timedelta(hours=1)))
        caller = town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        assert WANG.number not in {far.number for far in town.engine.far_ends}
        call = town.ledger.one
        assert call.owed is not None
        assert call.owed.due_at == MONDAY_10 + timedelta(hours=1, minutes=30)
        (text,) = town.ledger.receipts.values()
        assert "正在开会" in text.body
        assert caller.heard[:2] == ["in_meeting", "callback_by"]

    play(scene)


def test_a_second_caller_waits_and_is_put_through_when_the_first_has_hung_up() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=2.0, talk_seconds=40.0))
        town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(10)
        second = town.engine.call(LINE, caller=LANDLINE)
        await town.quiet()

        assert second.heard[:2] == ["on_call_wait", "hold_music"]
        assert [call.answered_by_kind for call in town.ledger.stands.values()] == ["official", "official"]

    play(scene)


def test_whoever_waits_too_long_goes_to_staff() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=2.0, talk_seconds=400.0))
        town.engine.handset(STAFF[0].number, Answers(after_seconds=2.0, talk_seconds=10.0))
        town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(10)
        town.engine.call(LINE, caller=LANDLINE)
        await town.quiet()

        assert [call.answered_by_kind for call in town.ledger.stands.values()] == ["official", "staff"]

    play(scene)


def test_thirty_calls_at_once_are_each_answered_or_promised() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=2.0, talk_seconds=20.0))
        town.engine.handset(STAFF[0].number, Answers(after_seconds=2.0, talk_seconds=50.0))
        for number in range(30):
            town.engine.call(LINE, caller=f"+86154000020{number:02d}")
        await town.quiet()

        calls = list(town.ledger.stands.values())
        assert len(calls) == 30
        assert all(bool(call.answered_by_kind) != bool(call.owed) for call in calls)
        assert sum(call.answered_by_kind == "official" for call in calls) >= 2
        talks = sorted(
            (call.answered_at, call.ended_at) for call in calls if call.answered_at and call.answered_by_id == WANG.id
        )
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(talks) if first[1])

    play(scene)


def test_at_night_only_a_key_press_rings_the_duty_officer() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(DUTY.number, Answers(after_seconds=2.0, talk_seconds=30.0))
        caller = town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(1)
        caller.presses("1")
        patient = town.engine.call(LINE, caller=LANDLINE)
        await town.quiet()

        urgent, other = town.ledger.stands.values()
        assert urgent.answered_by_kind == "duty"
        assert StepKind.KEY in town.ledger.kinds(urgent.call)
        assert other.owed is not None
        assert "quiet_hours" in patient.heard
        assert WANG.number not in {far.number for far in town.engine.far_ends}

    play(scene, lambda: Town(at=MONDAY_10 + timedelta(hours=15)))


def test_a_caller_who_is_owed_a_call_keeps_the_same_promise_and_code() -> None:
    async def scene(town: Town) -> None:
        due = MONDAY_10 + timedelta(hours=1)
        town.ledger.known[CITIZEN] = Context(
            9, callback_due_at=due, callback_owner_kind="official", callback_owner_id=WANG.id, code="CODE2345"
        )
        town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        call = town.ledger.one
        assert call.owed is not None
        assert (call.code, call.owed.due_at) == ("CODE2345", due)

    play(scene)


def test_a_muted_caller_still_gets_the_recorder() -> None:
    async def scene(town: Town) -> None:
        town.ledger.known[CITIZEN] = Context(9, muted=True)
        caller = town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        assert len(town.engine.far_ends) == 1
        assert "leave_message" in caller.heard
        assert town.ledger.one.owed is not None

    play(scene)


@pytest.mark.parametrize("header", ["diversions", "history"])
def test_a_call_forwarded_by_the_carrier_does_not_ring_the_official_again(header: str) -> None:
    async def scene(town: Town) -> None:
        came_from = (Diversion("13888888888", "unconditional"), Diversion(LINE, "user-busy"))
        if header == "diversions":
            town.engine.call("9000", caller=CITIZEN, diversions=came_from)
        else:
            town.engine.call("9000", caller=CITIZEN, history=came_from)
        await town.quiet()

        (opened,) = town.ledger.opened.values()
        assert (opened.line_id, opened.diversion, opened.reason) == (1, LINE, "user-busy")
        assert WANG.number not in {far.number for far in town.engine.far_ends}
        assert STAFF[0].number in {far.number for far in town.engine.far_ends}
        assert town.ledger.one.owed is not None

    play(scene)


def test_history_that_only_names_the_dialled_number_is_no_diversion() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(talk_seconds=5.0))
        town.engine.call(LINE, caller=CITIZEN, history=(Diversion(LINE),))
        await town.quiet()

        assert town.ledger.one.answered_by_kind == "official"

    play(scene)


def test_a_withheld_number_is_served_and_asked_for_a_number() -> None:
    async def scene(town: Town) -> None:
        caller = town.engine.call(LINE, caller="")
        await town.quiet()

        assert "anonymous_number" in caller.heard
        assert town.ledger.one.owed is not None
        assert not town.ledger.receipts

    play(scene)


def test_a_landline_gets_a_spoken_promise_and_no_text() -> None:
    async def scene(town: Town) -> None:
        caller = town.engine.call(LINE, caller=LANDLINE)
        await town.quiet()

        assert caller.heard[0] == "callback_by"
        assert caller.heard[-4:-2] == ["before", "call_back"]
        assert not town.ledger.receipts

    play(scene)


def test_a_number_that_is_not_published_is_told_so_and_journaled() -> None:
    async def scene(town: Town) -> None:
        caller = town.engine.call("05589999999", caller=CITIZEN)
        await town.quiet()

        assert caller.heard == ["not_in_service"]
        (opened,) = town.ledger.opened.values()
        assert (opened.line_id, opened.dialled) == (None, "05589999999")
        assert town.ledger.one.ended_at is not None

    play(scene)


@pytest.mark.parametrize("after_seconds", [0.0, 0.05, 5.0, 25.0, 41.0, 42.5, 50.0])
def test_whoever_hangs_up_early_holds_a_promise_and_gets_one_text(after_seconds: float) -> None:
    async def scene(town: Town) -> None:
        town.ledger.keep_seconds = 0.1
        caller = town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(after_seconds)
        caller.hangs_up()
        await town.quiet()

        call = town.ledger.one
        assert call.owed is not None
        assert call.state in {CallState.ABANDONED, CallState.DIVERTED}
        assert len(town.ledger.receipts) == 1
        assert town.engine.snapshot() == ()

    play(scene)


def test_when_the_disk_has_no_room_the_caller_is_told_that_no_message_can_be_taken() -> None:
    async def scene(town: Town) -> None:
        town.ledger.no_room = True
        caller = town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        assert "no_recorder" in caller.heard
        assert town.ledger.one.owed is not None
        assert len(town.ledger.receipts) == 1

    play(scene)


def test_a_call_that_cannot_be_kept_anywhere_is_promised_nothing() -> None:
    async def scene(town: Town) -> None:
        town.ledger.full = True
        caller = town.engine.call(LINE, caller=CITIZEN)
        await asyncio.sleep(30)

        assert not caller.was_told_trying
        assert caller.heard == ["not_kept"]
        assert caller.ended is not None

    play(scene)


def test_closed_hours_and_budget_reach_staff_only() -> None:
    async def scene(town: Town) -> None:
        town.set_line(hours=Hours.parse("tue 09:00-10:00"))
        town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()
        town.set_line(hours=WANGS_LINE.hours, budget_left_minutes=1)
        town.engine.handset(WANG.number, Answers(after_seconds=1.0, talk_seconds=65.0))
        town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()
        town.engine.call(LINE, caller=LANDLINE)
        await town.quiet()

        closed, talked, used_up = town.ledger.stands.values()
        assert [call.answered_by_kind for call in (closed, talked, used_up)] == ["", "official", ""]

    play(scene)


def test_a_line_in_backstop_mode_rings_staff() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(STAFF[0].number, Answers(talk_seconds=5.0))
        town.engine.call(LINE, caller=CITIZEN)
        await town.quiet()

        assert town.ledger.one.answered_by_kind == "staff"

    play(scene, lambda: Town(replace(WANGS_LINE, mode=LineMode.BACKSTOP)))


# ---- click-to-call


def _order() -> Order:
    return Order(ORDER, 1, WANG, 9, CITIZEN)


def test_click_to_call_rings_the_official_first_and_shows_the_published_number() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=3.0))
        town.engine.handset(CITIZEN, Answers(after_seconds=5.0, talk_seconds=90.0))
        town.board.place([_order()])
        await town.quiet()

        first, second = town.engine.far_ends
        assert (first.number, second.number) == (WANG.number, CITIZEN)
        assert second.shown == LINE
        assert first.heard[0] == "official_callback"
        call = town.ledger.one
        assert (call.answered_by_kind, call.answered_by_id) == (PartyKind.CITIZEN.value, 9)
        assert call.talk_seconds == pytest.approx(90.0, abs=0.1)
        assert town.ledger.results == {ORDER: "connected"}

    play(scene)


@pytest.mark.parametrize(
    ("official", "citizen", "result"),
    [
        (Busy(), Answers(), "party_not_reached"),
        (Ignores(), Answers(), "party_not_reached"),
        (Answers(), Busy(), "citizen_not_reached"),
        (Answers(), Ignores(), "citizen_not_reached"),
        (Answers(talk_seconds=1.0), Answers(), "party_left"),
    ],
)
def test_a_callback_that_fails_is_journaled_as_an_attempt(
    official: Busy | Ignores | Answers, citizen: Busy | Ignores | Answers, result: str
) -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, official)
        town.engine.handset(CITIZEN, citizen)
        town.board.place([_order()])
        await town.quiet()

        call = town.ledger.one
        assert (call.answered_at, call.talk_seconds) == (None, None)
        assert call.ended_at is not None
        assert town.ledger.results == {ORDER: result}
        assert town.engine.snapshot() == ()

    play(scene)


def test_while_he_calls_back_the_official_counts_as_on_a_call() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=1.0))
        town.engine.handset(CITIZEN, Answers(after_seconds=1.0, talk_seconds=300.0))
        town.board.place([_order()])
        await asyncio.sleep(20)
        caller = town.engine.call(LINE, caller=LANDLINE)
        await asyncio.sleep(5)

        assert caller.heard[0] == "on_call_wait"
        caller.hangs_up()
        await town.quiet()

    play(scene)


def test_a_check_rings_the_inspector_first_and_shows_the_check_number_of_no_line() -> None:
    inspector = Party(PartyKind.STAFF, 40, "", LANDLINE)

    async def scene(town: Town) -> None:
        town.engine.handset(LANDLINE, Answers(after_seconds=2.0))
        town.engine.handset(LINE, Answers(after_seconds=6.0, talk_seconds=30.0))
        town.board.place([Order(ORDER, None, inspector, 9, LINE, shown=CITIZEN, city_id=1)])
        await town.quiet()

        first, second = town.engine.far_ends
        assert (first.number, second.number, second.shown) == (LANDLINE, LINE, CITIZEN)
        assert "official_callback" not in first.heard
        (opened,) = town.ledger.opened.values()
        assert (opened.line_id, opened.city_id) == (None, 1)
        assert town.ledger.results == {ORDER: "connected"}
        (voice,) = town.ledger.voices
        assert voice.call == opened.call
        assert town.ledger.kinds(opened.call)[-2:] == [StepKind.RECORDED, StepKind.ENDED]

    play(scene)


@pytest.mark.parametrize("who_leaves", ["inspector", "line"])
def test_what_the_line_says_in_a_check_is_kept_whoever_hangs_up_first(who_leaves: str) -> None:
    inspector, first = Party(PartyKind.STAFF, 40, "", LANDLINE), who_leaves == "inspector"

    async def scene(town: Town) -> None:
        town.engine.handset(LANDLINE, Answers(after_seconds=2.0, talk_seconds=20.0 if first else None))
        town.engine.handset(LINE, Answers(after_seconds=6.0, talk_seconds=None if first else 30.0))
        town.board.place([Order(ORDER, None, inspector, 9, LINE, shown=CITIZEN, city_id=1)])
        await town.quiet()

        assert len(town.ledger.voices) == 1
        assert town.engine.snapshot() == ()

    play(scene)


def test_a_conversation_with_a_citizen_is_not_recorded() -> None:
    async def scene(town: Town) -> None:
        town.engine.handset(WANG.number, Answers(after_seconds=3.0))
        town.engine.handset(CITIZEN, Answers(after_seconds=5.0, talk_seconds=90.0))
        town.board.place([_order()])
        await town.quiet()

        assert not town.ledger.voices

    play(scene)
