from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.sip.media import OpDone, repair
from minhu.carriers.sip.media.g711 import Codec
from minhu.carriers.sip.media.recorder import Recording, Sorter
from minhu.carriers.sip.media.wav import WavFile, header
from minhu.carriers.tests.media.phone import LOUD, Leg, Phone, Studio
from minhu.carriers.voice import OpId, RecordLimits

OP = OpId("message")
QUIET = bytes([0xD5]) * 160


def samples(path: str) -> array[int]:
    with wave.open(path, "rb") as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 8000)
        return array("h", wav.readframes(wav.getnframes()))


def talk(studio: Studio, leg: Leg, phone: Phone, packets: int, payload: bytes | None = None) -> None:
    """The caller says so many packets while the time goes by."""
    for _ in range(packets):
        heard = leg.session.heard_packets
        phone.say(leg.session, payload)
        studio.deliver(leg, heard + 1)
        studio.pass_time(0.02)


def frame(number: int) -> bytes:
    return number.to_bytes(2) * 80


@given(
    start=st.integers(0, 2**32 - 1),
    lost=st.sets(st.integers(1, 38)),
    swaps=st.lists(st.integers(1, 37), max_size=10),
)
def test_what_was_said_is_in_order_and_in_its_place(start: int, lost: set[int], swaps: list[int]) -> None:
    order = [number for number in range(40) if number not in lost]
    for place in swaps:
        if place + 1 < len(order):
            order[place], order[place + 1] = sorted((order[place], order[place + 1]), reverse=True)
    sorter = Sorter()
    pieces = []
    for number in order:
        pieces += sorter.push((start + 160 * number) & 0xFFFFFFFF, 1, frame(number), 0.02 * max(number, order[0]))
    pieces += sorter.flush()

    place, heard = 0, {}
    for missing, payload in pieces:
        place += missing
        heard[int.from_bytes(payload[:2])] = place
        place += len(payload)
    assert all(at == 160 * number for number, at in heard.items())
    assert list(heard) == sorted(heard)
    assert place == 40 * 160


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 400)), max_size=40))
def test_a_recording_is_never_longer_than_the_call_whatever_the_stamps_say(said: list[tuple[int, int, int]]) -> None:
    sorter, total, now, spoken = Sorter(), 0, 0.0, 0
    for stamp, source, length in said:
        now += 0.02
        spoken += length
        total += sum(missing + len(payload) for missing, payload in sorter.push(stamp, source, bytes(length), now))
    total += sum(missing + len(payload) for missing, payload in sorter.flush())
    # A stamp may be a second ahead of the clock before it is taken for a new beginning.
    assert total <= spoken + len(said) * (8000 + 160)


def test_a_message_has_the_beep_first_and_ends_after_silence(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(silence_seconds=2), OP)
    talk(studio, leg, phone, 20)
    beep = [phone.hear().payload for _ in range(20)]
    talk(studio, leg, phone, 50)
    talk(studio, leg, phone, 101, QUIET)

    (done,) = leg.done
    assert len(set(beep[0])) > 3
    assert set(phone.hear().payload) == {0xD5}
    assert done == OpDone(OP, completed=True, path=path, seconds=done.seconds)
    # What is kept ends a second after the last word.
    assert done.seconds == pytest.approx(2.0, abs=0.05)
    assert len(samples(path)) == pytest.approx(16_000, abs=400)
    assert max(samples(path)[:7_900]) > 8_000


def test_a_message_ends_at_its_length(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(max_seconds=1, beep=False), OP)
    talk(studio, leg, phone, 60)
    assert [event.completed for event in leg.done] == [True]
    assert 7_500 <= len(samples(path)) <= 8_000


def test_the_hash_key_ends_a_message_and_is_told(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    leg.session.record(str(tmp_path / "message.wav"), RecordLimits(beep=False), OP)
    talk(studio, leg, phone, 30)
    phone.press(leg.session, "1")
    phone.press(leg.session, "#")
    studio.deliver(leg, 48)
    assert leg.digits == "1#"
    assert [(event.completed, event.seconds) for event in leg.done] == [(True, 0.6)]


def test_who_hangs_up_while_speaking_has_left_a_message(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(beep=False), OP)
    talk(studio, leg, phone, 100)
    leg.session.close()
    assert [(event.completed, event.seconds) for event in leg.done] == [(False, 2.0)]
    assert len(samples(path)) == 16_000


def test_who_says_nothing_has_left_no_message(studio: Studio, tmp_path: Path) -> None:
    leg, _ = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(silence_seconds=3), OP)
    studio.pass_time(3.5)
    assert [(event.completed, event.seconds) for event in leg.done] == [(True, 0.0)]
    assert len(samples(path)) == 0


def test_a_click_is_not_speech(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    leg.session.record(str(tmp_path / "message.wav"), RecordLimits(silence_seconds=1, beep=False), OP)
    talk(studio, leg, phone, 10, QUIET)
    talk(studio, leg, phone, 2)
    talk(studio, leg, phone, 45, QUIET)
    assert [event.seconds for event in leg.done] == [0.0]


def test_lost_packets_are_silence_of_their_length(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(beep=False), OP)
    talk(studio, leg, phone, 10)
    studio.pass_time(0.2)
    phone.say(leg.session, skip=10)
    studio.deliver(leg, 11)
    leg.session.stop_op(OP)
    heard = samples(path)
    assert len(heard) == 21 * 160
    assert set(heard[1600:3200]) == {0}
    assert 0 not in set(heard[:1600])


def test_a_full_disk_ends_the_message_with_what_was_kept(
    studio: Studio, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with caplog.at_level(logging.CRITICAL):
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
            leg.session.record(path, RecordLimits(beep=False), OP)
            talk(studio, leg, phone, 100)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [event.completed for event in leg.done] == [False]
    assert leg.done[0].seconds == pytest.approx(19_956 / 16_000, abs=0.001)
    assert len(samples(path)) == 9_978


@pytest.mark.parametrize("place", ["missing/message.wav", "/dev/full"])
def test_where_nothing_can_be_written_the_recording_ends_and_the_call_goes_on(
    studio: Studio, tmp_path: Path, place: str
) -> None:
    leg, phone = studio.call()
    leg.session.record(str(tmp_path / place), RecordLimits(beep=False), OP)
    studio.pass_time(0.02)
    assert [(event.completed, event.seconds) for event in leg.done] == [(False, 0.0)]
    talk(studio, leg, phone, 2)
    assert leg.session.heard_packets == 2


def test_a_killed_process_leaves_a_message_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "message.wav"
    program = """
import sys
from minhu.carriers.sip.media.g711 import Codec
from minhu.carriers.sip.media.recorder import Recording
from minhu.carriers.voice import OpId, RecordLimits
recording = Recording(OpId("x"), sys.argv[1], RecordLimits())
recording.begin(0.0)
for number in range(100):
    recording.take(Codec.PCMA, 160 * number, 1, bytes([0x2A, 0xAA] * 80), 0.02 * number)
    recording.over(0.02 * number)
print("two seconds", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert len(samples(str(path))) >= 16_000 - 4_800


@given(kept=st.integers(0, 400), told=st.integers(0, 2**31))
def test_a_recording_cut_off_anywhere_can_be_repaired(
    tmp_path_factory: pytest.TempPathFactory, kept: int, told: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "message.wav"
    path.write_bytes((header(told) + bytes(range(256)) * 2)[:kept])
    seconds = repair(str(path))
    whole = max(0, kept - 44) // 2
    assert len(samples(str(path))) == whole
    assert seconds == whole / 8000


def test_a_file_that_is_no_recording_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("您好" * 50)
    with pytest.raises(ValueError, match="not a recording"):
        repair(str(path))
    assert path.read_text() == "您好" * 50


def test_the_same_command_twice_records_once(studio: Studio, tmp_path: Path) -> None:
    leg, phone = studio.call()
    path = str(tmp_path / "message.wav")
    leg.session.record(path, RecordLimits(beep=False), OP)
    talk(studio, leg, phone, 10)
    leg.session.record(path, RecordLimits(beep=False), OP)
    talk(studio, leg, phone, 10)
    assert leg.session.stop_op(OP)
    assert not leg.session.stop_op(OP)
    assert len(samples(path)) == 20 * 160


def test_a_caller_who_changes_the_law_is_still_recorded(tmp_path: Path) -> None:
    path = str(tmp_path / "message.wav")
    recording = Recording(OP, path, RecordLimits())
    recording.begin(0.0)
    for number in range(20):
        codec = Codec.PCMA if number < 10 else Codec.PCMU
        recording.take(codec, 160 * number, 1, LOUD[codec.value], 0.02 * number)
    assert recording.finish(0.4) == 0.4
    assert min(map(abs, samples(path))) > 4_000


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path, prompt: Callable[..., str]) -> None:
    path = tmp_path / "message.wav"
    WavFile(str(path)).close()
    assert os.stat(path).st_mode & 0o077 == 0
