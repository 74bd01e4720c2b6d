from __future__ import annotations

import logging
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from minhu.carriers.sip.media import Media, MediaEvent, NoPorts, OpDone
from minhu.carriers.tests.media.phone import LOUD, Leg, Phone, Studio, free_port_range, rivals
from minhu.carriers.voice import OpId, RecordLimits

OP = OpId("op")


def bridged(studio: Studio, left: Phone | None = None, right: Phone | None = None) -> tuple[Leg, Phone, Leg, Phone]:
    a, caller = studio.call(left)
    b, official = studio.call(right)
    studio.media.bridge(a.session, b.session)
    for leg, phone in ((a, caller), (b, official)):
        phone.say(leg.session)
        studio.deliver(leg, 1)
    caller.forget()
    official.forget()
    return a, caller, b, official


# Prompts


def test_a_caller_hears_a_prompt_to_its_end(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, phone = studio.call()
    leg.session.play([prompt(3), prompt(2, name="second")], OP, loop=False)
    studio.pass_time(0.12)
    heard = [phone.hear() for _ in range(6)]
    assert [len(set(packet.payload)) > 1 for packet in heard] == [True] * 5 + [False]
    assert leg.done == [OpDone(OP, completed=True)]


def test_sound_comes_evenly_numbered_and_stamped(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, phone = studio.call()
    leg.session.play([prompt(10)], OP, loop=True)
    studio.pass_time(0.5)
    heard = [phone.hear() for _ in range(25)]
    steps = {(b.sequence - a.sequence, b.stamp - a.stamp) for a, b in pairwise(heard)}
    assert steps == {(1, 160)}
    assert [packet.marker for packet in heard] == [True] + [False] * 24
    assert len({packet.source for packet in heard}) == 1


def test_a_stalled_clock_is_followed_by_no_burst(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, phone = studio.call()
    leg.session.play([prompt(100)], OP, loop=False)
    studio.pass_time(0.1)
    before = [phone.hear() for _ in range(5)][-1]
    studio.stall(0.7)
    for _ in range(10):
        studio.media.beat()
    after = phone.hear()
    assert phone.hears_nothing()
    assert after.sequence == before.sequence + 1
    assert after.stamp - before.stamp == pytest.approx(160 * 35, abs=160)


def test_a_prompt_starts_over_until_it_is_stopped(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, _ = studio.call()
    leg.session.play([prompt(2)], OP, loop=True)
    studio.pass_time(1.0)
    assert leg.done == []
    assert leg.session.stop_op(OP)
    assert leg.done == [OpDone(OP, completed=False)]
    assert not leg.session.stop_op(OP)


def test_a_second_prompt_stops_the_first(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, _ = studio.call()
    leg.session.play([prompt(5)], OP, loop=False)
    leg.session.play([prompt(1, name="second")], OpId("next"), loop=False)
    studio.pass_time(0.1)
    assert leg.done == [OpDone(OP, completed=False), OpDone(OpId("next"), completed=True)]


def test_a_missing_prompt_is_left_out_and_the_rest_is_heard(
    studio: Studio, prompt: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    leg, phone = studio.call()
    wrong = prompt(2, name="wrong", rate=44_100)
    with caplog.at_level(logging.WARNING):
        leg.session.play(["/nowhere/lost.wav", wrong, prompt(2)], OP, loop=False)
    studio.pass_time(0.06)
    assert [len(set(phone.hear().payload)) > 1 for _ in range(3)] == [True, True, False]
    assert leg.done == [OpDone(OP, completed=False)]
    assert "lost.wav" in caplog.text
    assert "8000 Hz" in caplog.text


def test_nothing_to_say_ends_at_once_and_does_not_hang(studio: Studio) -> None:
    leg, _ = studio.call()
    leg.session.play([], OP, loop=True)
    studio.pass_time(0.02)
    assert leg.done == [OpDone(OP, completed=False)]


def test_a_replaced_recording_is_heard_by_the_next_caller(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, phone = studio.call()
    path = prompt(1)
    leg.session.play([path], OP, loop=False)
    studio.pass_time(0.04)
    prompt(4)
    studio.pass_time(5)  # the disk is not looked at for every call
    phone.forget()
    leg.session.play([path], OpId("again"), loop=False)
    studio.pass_time(0.1)
    assert sum(len(set(phone.hear().payload)) > 1 for _ in range(5)) == 4


def test_an_answered_leg_without_a_prompt_hears_silence_not_nothing(studio: Studio) -> None:
    _, phone = studio.call()
    studio.pass_time(0.1)
    assert {phone.hear().payload for _ in range(5)} == {bytes([0xD5]) * 160}


# Bridges


def test_two_legs_hear_each_other_byte_for_byte(studio: Studio) -> None:
    a, caller, b, official = bridged(studio)
    caller.say(a.session, bytes(range(160)))
    official.say(b.session, bytes(range(50, 210)))
    studio.deliver(a, 2)
    studio.deliver(b, 2)
    assert official.hear().payload == bytes(range(160))
    assert caller.hear().payload == bytes(range(50, 210))


def test_what_one_says_is_recorded_while_the_other_hears_it(studio: Studio, tmp_path: Path) -> None:
    a, caller, _, official = bridged(studio)
    a.session.record(str(tmp_path / "talk.wav"), RecordLimits(silence_seconds=0, beep=False), OP)
    for _ in range(50):
        caller.say(a.session)
    studio.deliver(a, 51)
    heard = [official.hear() for _ in range(50)]
    a.session.close()

    assert {packet.payload for packet in heard} == {LOUD[caller.kind]}
    (done,) = a.done
    assert done.seconds == pytest.approx(1.0, abs=0.05)


def test_a_relayed_stream_is_our_own_and_keeps_its_gaps(studio: Studio) -> None:
    a, caller, _, official = bridged(studio)
    caller.say(a.session)
    caller.say(a.session)
    caller.say(a.session, skip=3)
    studio.deliver(a, 4)
    heard = [official.hear() for _ in range(3)]
    assert [packet.sequence - heard[0].sequence for packet in heard] == [0, 1, 5]
    assert [packet.stamp - heard[0].stamp for packet in heard] == [0, 160, 5 * 160]
    assert heard[0].source != caller.source


def test_numbers_run_on_when_a_prompt_gives_way_to_a_person(studio: Studio, prompt: Callable[..., str]) -> None:
    a, caller, b, official = bridged(studio)
    b.session.play([prompt(5)], OP, loop=False)
    studio.pass_time(0.1)
    caller.say(a.session)
    studio.deliver(a, 2)
    spoken = [official.hear() for _ in range(5)]
    studio.pass_time(0.02)
    caller.say(a.session)
    studio.deliver(a, 3)
    relayed = official.hear()
    assert spoken[0].marker
    assert relayed.marker
    assert relayed.sequence == (spoken[-1].sequence + 1) & 0xFFFF
    assert 0 < (relayed.stamp - spoken[-1].stamp) & 0xFFFFFFFF <= 3 * 160
    assert relayed.source == spoken[0].source


@pytest.mark.parametrize(("left", "right"), [(8, 0), (0, 8)])
def test_the_laws_are_translated_only_when_they_differ(studio: Studio, left: int, right: int) -> None:
    a, caller, _, official = bridged(studio, Phone(left), Phone(right))
    caller.say(a.session)
    studio.deliver(a, 2)
    heard = official.hear()
    assert heard.kind == right
    assert heard.payload != LOUD[left]
    assert len(heard.payload) == 160


def test_keys_reach_the_other_side_under_its_own_number_and_are_told(studio: Studio) -> None:
    a, caller, b, official = bridged(studio, Phone(keys=96), Phone(keys=110))
    caller.press(a.session, "5")
    studio.deliver(a, 10)
    assert {official.hear().kind for _ in range(9)} == {110}
    assert (a.digits, b.digits) == ("5", "")


def test_keys_stay_here_when_the_other_side_knows_none(studio: Studio) -> None:
    a, caller, _, official = bridged(studio, Phone(), Phone(keys=None))
    caller.press(a.session, "5")
    studio.deliver(a, 10)
    assert official.hears_nothing()
    assert a.digits == "5"


def test_when_one_leaves_the_other_stays_and_hears_silence(studio: Studio) -> None:
    a, caller, b, official = bridged(studio)
    a.session.close()
    official.forget()
    studio.pass_time(0.1)
    assert {official.hear().payload for _ in range(4)} == {bytes([0xD5]) * 160}
    assert not b.session.closed
    assert caller.port


def test_a_third_leg_takes_the_place_of_the_second(studio: Studio) -> None:
    a, caller, b, official = bridged(studio)
    c, staff = studio.call()
    studio.media.bridge(a.session, c.session)
    official.forget()
    caller.say(a.session)
    studio.deliver(a, 2)
    assert staff.hear().payload == LOUD[8]
    assert official.hears_nothing()
    studio.media.unbridge(c.session)
    studio.media.unbridge(b.session)


def test_a_silent_bridge_is_kept_open(studio: Studio) -> None:
    _, _, _, official = bridged(studio)
    studio.pass_time(3.1)
    kept = [official.hear() for _ in range(2)]
    assert {packet.payload for packet in kept} == {bytes([0xD5]) * 160}


# Who is heard


def test_a_caller_behind_nat_is_heard_and_answered_where_he_is(studio: Studio) -> None:
    leg, phone = studio.call()
    inside = Phone()
    studio.phones.append(inside)
    leg.session.answer(inside.sdp())
    inside.forget()
    phone.say(leg.session)
    studio.deliver(leg, 1)
    phone.forget()
    studio.pass_time(0.02)
    assert phone.hear().kind == 8


def test_a_stranger_is_not_heard_once_the_caller_is(studio: Studio) -> None:
    leg, phone = studio.call()
    stranger = Phone()
    studio.phones.append(stranger)
    phone.say(leg.session)
    studio.deliver(leg, 1)
    stranger.press(leg.session, "1")
    phone.say(leg.session)
    studio.deliver(leg, 2)
    assert leg.digits == ""
    studio.pass_time(0.02)
    assert stranger.hears_nothing()


def test_the_signalled_address_takes_over_from_whoever_came_first(studio: Studio) -> None:
    leg, phone = studio.call()
    stranger = Phone()
    studio.phones.append(stranger)
    stranger.say(leg.session)
    studio.deliver(leg, 1)
    phone.say(leg.session)
    studio.deliver(leg, 2)
    phone.forget()
    studio.pass_time(0.02)
    assert phone.hear().kind == 8


def test_a_new_address_in_a_reinvite_is_followed(studio: Studio) -> None:
    leg, phone = studio.call()
    phone.say(leg.session)
    studio.deliver(leg, 1)
    moved = Phone()
    studio.phones.append(moved)
    leg.session.answer(moved.sdp())
    studio.pass_time(0.02)
    assert moved.hear().kind == 8
    moved.say(leg.session)
    studio.deliver(leg, 2)


def test_after_two_silent_seconds_a_rebound_nat_is_followed(studio: Studio) -> None:
    leg, phone = studio.call()
    phone.say(leg.session)
    studio.deliver(leg, 1)
    studio.pass_time(2.5)
    rebound = Phone()
    studio.phones.append(rebound)
    rebound.say(leg.session)
    studio.deliver(leg, 2)


@pytest.mark.parametrize(
    "junk", [b"", b"\0", b"\x80\x08", b"\0" * 172, b"\xff" * 172, b"\x80\x7f" + b"\0" * 170, b"\x90\x08" + b"\xff" * 30]
)
def test_junk_is_not_heard_and_locks_nothing(studio: Studio, junk: bytes) -> None:
    leg, phone = studio.call()
    stranger = Phone()
    studio.phones.append(stranger)
    stranger.socket.sendto(junk, ("127.0.0.1", leg.session.local_port))
    phone.say(leg.session)
    studio.deliver(leg, 1)


# Hold, silence, ports


def test_a_held_telephone_hears_nothing_until_it_is_resumed(studio: Studio) -> None:
    leg, phone = studio.call()
    leg.session.answer(phone.sdp(direction="inactive"))
    studio.pass_time(0.2)
    assert phone.hears_nothing()
    leg.session.answer(phone.sdp())
    studio.pass_time(0.02)
    assert phone.hear().marker


def test_hold_the_old_way_is_understood(studio: Studio) -> None:
    leg, phone = studio.call()
    answer = leg.session.answer(phone.sdp(address="0.0.0.0"))  # noqa: S104
    studio.pass_time(0.2)
    assert b"a=recvonly" in answer
    assert phone.hears_nothing()


def test_a_prompt_goes_on_while_held_and_still_ends(studio: Studio, prompt: Callable[..., str]) -> None:
    leg, phone = studio.call()
    leg.session.answer(phone.sdp(direction="inactive"))
    leg.session.play([prompt(5)], OP, loop=False)
    studio.pass_time(0.2)
    assert leg.done == [OpDone(OP, completed=True)]


def test_a_dead_telephone_is_told_of(build: Callable[..., Studio]) -> None:
    studio = build(lost_after_seconds=10)
    never, _ = studio.call()
    fell_silent, phone = studio.call()
    studio.pass_time(5)
    phone.say(fell_silent.session)
    studio.deliver(fell_silent, 1)
    studio.pass_time(5.1)
    assert (never.lost, fell_silent.lost) == (1, 0)
    studio.pass_time(5.1)
    assert (never.lost, fell_silent.lost) == (1, 1)
    studio.pass_time(10)
    assert never.lost == 2


def test_a_dead_telephone_in_a_bridge_is_told_of(build: Callable[..., Studio]) -> None:
    studio = build(lost_after_seconds=10)
    a, _, b, official = bridged(studio)
    studio.pass_time(9)
    official.say(b.session)
    studio.deliver(b, 2)
    studio.pass_time(2.1)
    assert (a.lost, b.lost) == (1, 0)


def test_while_it_rings_nothing_is_sent_and_nobody_is_missed(build: Callable[..., Studio]) -> None:
    studio = build(lost_after_seconds=10)
    leg, phone = studio.leg(), Phone()
    studio.phones.append(phone)
    leg.session.answer(phone.sdp())
    studio.pass_time(60)
    assert phone.hears_nothing()
    leg.session.connect()
    studio.pass_time(9)
    assert (phone.hear().kind, leg.lost) == (8, 0)
    studio.pass_time(1.1)
    assert leg.lost == 1


def test_a_key_told_by_signalling_ends_a_message_too(studio: Studio, tmp_path: object) -> None:
    leg, _ = studio.call()
    leg.session.record(f"{tmp_path}/message.wav", RecordLimits(beep=False), OP)
    leg.session.press("#")
    assert leg.digits == "#"
    assert [done.completed for done in leg.done] == [True]


@pytest.mark.parametrize("direction", ["sendonly", "recvonly", "inactive"])
def test_a_held_telephone_may_be_silent_for_ever(studio: Studio, direction: str) -> None:
    leg, phone = studio.call()
    leg.session.answer(phone.sdp(direction=direction))
    studio.pass_time(61)
    assert leg.lost == 0
    leg.session.answer(phone.sdp())
    studio.pass_time(29)
    assert leg.lost == 0


def as_many_legs_as_can_be(studio: Studio) -> list[Leg]:
    legs: list[Leg] = []
    while True:
        try:
            legs.append(studio.leg())
        except NoPorts:
            return legs


def test_ports_are_even_and_come_back(studio: Studio) -> None:
    free = studio.media.free_ports
    legs = as_many_legs_as_can_be(studio)
    assert len(legs) >= 2
    assert all(leg.session.local_port % 2 == 0 for leg in legs)
    for leg in legs:
        leg.session.close()
        leg.session.close()
    assert studio.media.free_ports == free
    studio.leg().session.close()


def test_a_port_that_another_program_has_is_left_out(build: Callable[..., Studio]) -> None:
    first = free_port_range()
    studio = build(ports=range(first, first + 4))
    with rivals(range(first, first + 1)):
        leg = studio.leg()
        assert leg.session.local_port == first + 2
        with pytest.raises(NoPorts):
            studio.leg()
    leg.session.close()
    assert studio.media.free_ports == 2


def test_a_fault_in_one_call_harms_no_other(studio: Studio, prompt: Callable[..., str]) -> None:
    def faulty(event: MediaEvent) -> None:
        raise RuntimeError("a fault of the owner")

    broken = studio.media.open(faulty)
    whole, phone = studio.call()
    broken.play([prompt(2)], OP, loop=False)
    whole.session.play([prompt(2)], OP, loop=False)
    studio.pass_time(0.06)
    assert phone.hear().kind == 8
    assert whole.done == [OpDone(OP, completed=True)]
    free = studio.media.free_ports
    broken.close()
    assert studio.media.free_ports == free + 1


def test_a_leg_may_be_closed_by_what_it_tells(studio: Studio, prompt: Callable[..., str]) -> None:
    closing = studio.media.open(lambda event: closing.close())
    closing.play([prompt(1)], OP, loop=False)
    studio.pass_time(0.06)
    assert closing.closed


def test_a_closed_leg_does_nothing_more(studio: Studio, prompt: Callable[..., str], tmp_path: object) -> None:
    leg, _ = studio.call()
    leg.session.close()
    leg.session.play([prompt(1)], OP, loop=False)
    leg.session.record(f"{tmp_path}/message.wav", RecordLimits(), OP)
    studio.pass_time(0.1)
    assert leg.events == []


def test_bound_to_every_address_needs_one_to_tell() -> None:
    with pytest.raises(ValueError, match="advertise"):
        Media(address="0.0.0.0", ports=range(20000, 20010))  # noqa: S104


@pytest.mark.parametrize("seed", range(4))
def test_a_storm_of_malformed_sound_ends_nothing(studio: Studio, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    a, caller, b, official = bridged(studio, Phone(0 if seed % 2 else 8), Phone())
    a.session.record(str(tmp_path / "message.wav"), RecordLimits(beep=False, silence_seconds=0), OP)
    for _ in range(500):
        first = rng.choice([0x80, 0x80, 0x90, 0xA0, 0xB3, rng.randrange(256)])
        kind = rng.choice([0, 8, 13, 101, 229, rng.randrange(256)])
        junk = bytes([first, kind]) + rng.randbytes(rng.choice([0, 5, 10, 11, 14, 170, 171, 1400]))
        caller.socket.sendto(junk, ("127.0.0.1", a.session.local_port))
        if rng.random() < 0.1:
            studio.pass_time(0.02)
            official.forget()
    heard = a.session.heard_packets
    studio.pass_time(0.1)
    official.forget()
    a.session.stop_op(OP)
    caller.say(a.session)
    studio.deliver(a, max(heard, a.session.heard_packets) + 1)
    assert official.hear().payload
    assert (a.lost, b.lost) == (0, 0)
