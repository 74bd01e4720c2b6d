"""What every telephone engine keeps to, whatever network it stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from minhu.carriers.fake.media import write_wav
from minhu.carriers.tests.sip_voice_world import SipVoiceWorld
from minhu.carriers.tests.voice_worlds import ANSWERING, BUSY, DECLINING, IGNORING, FakeVoiceWorld, VoiceWorld
from minhu.carriers.voice import (
    BridgeId,
    Digit,
    EndedBy,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    LegRinging,
    OpId,
    PlayDone,
    RecordDone,
    RecordLimits,
)

Scene = Callable[[VoiceWorld], Awaitable[None]]
Play = Callable[[Scene], None]

WORLDS: dict[str, type[VoiceWorld]] = {"fake": FakeVoiceWorld, "sip": SipVoiceWorld}

OFFICIAL = LegId("official")
STAFF = LegId("staff")
SHOWN = "05712345"


@pytest.fixture(params=sorted(WORLDS))
def play(request: pytest.FixtureRequest) -> Play:
    """Runs a scene in a fresh world."""
    return WORLDS[request.param].run


async def answered_citizen(world: VoiceWorld) -> LegId:
    caller = await world.citizen_rings("8001")
    await world.until(LegIncoming, caller.leg)
    assert world.engine.answer(caller.leg)
    await world.until(LegAnswered, caller.leg)
    return caller.leg


async def answered_official(world: VoiceWorld) -> LegId:
    assert world.engine.dial(OFFICIAL, ANSWERING, caller_id=SHOWN)
    await world.until(LegAnswered, OFFICIAL)
    return OFFICIAL


def test_a_call_tells_who_rings_and_which_number_he_dialled(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        caller = await world.citizen_rings("8001", caller="13900000001")
        incoming = await world.until(LegIncoming, caller.leg)

        assert incoming.request_uri == "8001"
        assert incoming.from_ == "13900000001"
        assert incoming.node == world.engine.node

    play(scene)


def test_a_caller_who_gives_up_before_any_answer_ends_the_leg_once(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        caller = await world.citizen_rings("8001")
        await world.until(LegIncoming, caller.leg)
        world.engine.ring(caller.leg)
        caller.hangs_up()
        ended = await world.until(LegEnded, caller.leg)

        assert (ended.sip_code, ended.by) == (487, EndedBy.CALLER)
        assert world.events[-1] is ended
        assert len(world.endings(caller.leg)) == 1

    play(scene)


def test_an_official_who_answers_is_heard_of_in_order(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        await answered_official(world)
        (await world.telephone(OFFICIAL)).hangs_up()
        ended = await world.until(LegEnded, OFFICIAL)

        assert [type(event) for event in world.of(OFFICIAL)] == [LegRinging, LegAnswered, LegEnded]
        assert (ended.sip_code, ended.by) == (200, EndedBy.CALLER)

    play(scene)


def test_a_busy_official_is_told_as_486(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        world.engine.dial(OFFICIAL, BUSY, caller_id=SHOWN)
        ended = await world.until(LegEnded, OFFICIAL)

        assert (ended.sip_code, ended.by) == (486, EndedBy.CALLER)

    play(scene)


def test_an_official_who_declines_is_told_as_603(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        world.engine.dial(OFFICIAL, DECLINING, caller_id=SHOWN)
        ended = await world.until(LegEnded, OFFICIAL)

        assert (ended.sip_code, ended.by) == (603, EndedBy.CALLER)

    play(scene)


def test_an_official_who_does_not_answer_in_time_is_told_as_408(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        world.engine.dial(OFFICIAL, IGNORING, caller_id=SHOWN, timeout_seconds=2.0)
        ended = await world.until(LegEnded, OFFICIAL)

        assert (ended.sip_code, ended.by) == (408, EndedBy.NETWORK)
        assert any(isinstance(event, LegRinging) for event in world.of(OFFICIAL))

    play(scene)


def test_an_official_whose_call_we_cancel_stops_ringing(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        world.engine.dial(OFFICIAL, IGNORING, caller_id=SHOWN)
        await world.until(LegRinging, OFFICIAL)
        assert world.engine.hangup(OFFICIAL)
        ended = await world.until(LegEnded, OFFICIAL)

        assert (ended.sip_code, ended.by) == (487, EndedBy.US)

    play(scene)


def test_a_caller_turned_away_hears_the_given_code(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        caller = await world.citizen_rings("8001")
        await world.until(LegIncoming, caller.leg)
        world.engine.hangup(caller.leg, 404)
        ended = await world.until(LegEnded, caller.leg)

        assert (ended.sip_code, ended.by) == (404, EndedBy.US)

    play(scene)


def test_a_repeated_command_does_nothing_twice(play: Play, tmp_path: Path) -> None:
    async def scene(world: VoiceWorld) -> None:
        citizen, official = await answered_citizen(world), await answered_official(world)
        engine = world.engine
        prompt, message = OpId("prompt"), OpId("message")
        limits = RecordLimits(beep=False)

        assert engine.answer(citizen)
        assert not engine.dial(OFFICIAL, ANSWERING, caller_id=SHOWN)
        assert [engine.play(citizen, [], prompt) for _ in range(2)] == [True, True]
        assert [engine.record(official, str(tmp_path / "m.wav"), limits, message) for _ in range(2)] == [True, True]
        assert [engine.bridge(BridgeId("b"), (citizen, official)) for _ in range(2)] == [True, True]
        assert [engine.unbridge(BridgeId("b")) for _ in range(2)] == [True, False]
        assert [engine.hangup(leg) for leg in (citizen, official) for _ in range(2)] == [True, False] * 2
        await world.until(LegEnded, citizen)
        await world.until(LegEnded, official)
        await world.engine.stop()

        for leg in (citizen, official):
            kinds = [type(event) for event in world.of(leg)]
            assert len(kinds) == len(set(kinds)), kinds
            assert kinds[-1] is LegEnded

    play(scene)


def test_a_gone_leg_answers_no_to_everything(play: Play, tmp_path: Path) -> None:
    async def scene(world: VoiceWorld) -> None:
        citizen, official = await answered_citizen(world), await answered_official(world)
        engine = world.engine
        engine.hangup(citizen)
        await world.until(LegEnded, citizen)

        assert not engine.trying(citizen)
        assert not engine.ring(citizen)
        assert not engine.answer(citizen)
        assert not engine.hangup(citizen)
        assert not engine.play(citizen, [], OpId("p"))
        assert not engine.record(citizen, str(tmp_path / "m.wav"), RecordLimits(), OpId("r"))
        assert not engine.stop_op(OpId("p"))
        assert not engine.bridge(BridgeId("b"), (citizen, official))
        assert not engine.unbridge(BridgeId("b"))
        assert not engine.ring(LegId("never there"))
        assert world.of(citizen)[-1] == world.endings(citizen)[0]

    play(scene)


def test_when_one_hangs_up_the_other_stays_on_the_line(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        citizen, official = await answered_citizen(world), await answered_official(world)
        world.engine.bridge(BridgeId("b"), (citizen, official))
        assert {state.bridge for state in world.engine.snapshot()} == {BridgeId("b")}
        (await world.telephone(official)).hangs_up()
        await world.until(LegEnded, official)

        (left,) = world.engine.snapshot()
        assert (left.leg, left.answered, left.bridge) == (citizen, True, None)
        assert not world.engine.unbridge(BridgeId("b"))

    play(scene)


def test_a_prompt_that_is_stopped_says_so(play: Play, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.wav"
    write_wav(prompt, seconds=0.1)

    async def scene(world: VoiceWorld) -> None:
        citizen = await answered_citizen(world)
        whole, cut = OpId("whole"), OpId("cut")
        world.engine.play(citizen, [str(prompt)], whole)
        done = await world.until(PlayDone, citizen)
        world.engine.play(citizen, [str(prompt)], cut, loop=True)
        assert world.engine.stop_op(cut)
        stopped = await world.until(PlayDone, citizen, and_also=lambda event: event.op == cut)

        assert done == PlayDone(citizen, whole, completed=True)
        assert not stopped.completed

    play(scene)


def test_a_recording_is_whole_on_disk_before_the_call_is_told_as_ended(play: Play, tmp_path: Path) -> None:
    async def scene(world: VoiceWorld) -> None:
        caller = await world.citizen_rings("8001")
        await world.until(LegIncoming, caller.leg)
        world.engine.answer(caller.leg)
        await world.until(LegAnswered, caller.leg)
        path = tmp_path / "message.wav"
        assert world.engine.record(caller.leg, str(path), RecordLimits(beep=False), OpId("r"))
        caller.hangs_up()
        done = await world.until(RecordDone, caller.leg)
        await world.until(LegEnded, caller.leg)

        assert path.read_bytes()[:4] == b"RIFF"
        assert done.path == str(path)
        assert [type(event) for event in world.of(caller.leg)][-2:] == [RecordDone, LegEnded]

    play(scene)


def test_a_conversation_is_recorded_while_it_goes_on_until_its_leg_ends(play: Play, tmp_path: Path) -> None:
    async def scene(world: VoiceWorld) -> None:
        citizen, official = await answered_citizen(world), await answered_official(world)
        world.engine.bridge(BridgeId("b"), (citizen, official))
        limits = RecordLimits(silence_seconds=0.0, beep=False, stop_digits="")
        assert world.engine.record(official, str(tmp_path / "talk.wav"), limits, OpId("r"))
        assert {state.bridge for state in world.engine.snapshot()} == {BridgeId("b")}
        (await world.telephone(official)).hangs_up()
        await world.until(RecordDone, official)
        await world.until(LegEnded, official)

        assert (tmp_path / "talk.wav").read_bytes()[:4] == b"RIFF"

    play(scene)


@pytest.mark.parametrize("play", [name for name, world in WORLDS.items() if world.presses_keys], indirect=True)
def test_keys_the_citizen_presses_arrive_in_order(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        caller = await world.citizen_rings("8001")
        await world.until(LegIncoming, caller.leg)
        world.engine.answer(caller.leg)
        await world.until(LegAnswered, caller.leg)
        caller.presses("12#")
        await world.until(Digit, caller.leg, and_also=lambda event: event.digit == "#")

        assert [event.digit for event in world.of(caller.leg) if isinstance(event, Digit)] == ["1", "2", "#"]

    play(scene)


def test_stopping_ends_every_call_once_and_takes_no_more(play: Play) -> None:
    async def scene(world: VoiceWorld) -> None:
        citizen = await answered_citizen(world)
        world.engine.dial(STAFF, IGNORING, caller_id=SHOWN)
        await world.until(LegRinging, STAFF)
        await world.engine.stop()

        assert world.engine.snapshot() == ()
        assert [len(world.endings(leg)) for leg in (citizen, STAFF)] == [1, 1]

    play(scene)
