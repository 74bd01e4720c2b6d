"""Sound over the embedded engine: SIPp signals, and speaks; plain sockets count every byte at both ends."""

from __future__ import annotations

import asyncio
import re
import wave
from array import array
from pathlib import Path

from minhu.carriers import prompts
from minhu.carriers.tests.media.phone import Phone as Telephone
from minhu.carriers.voice import (
    BridgeId,
    Digit,
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    OpId,
    PlayDone,
    RecordDone,
    RecordLimits,
)
from tests.telephony.sipp import CODECS, Phone, Phones
from tests.telephony.test_sip_engine import App, answer_at_once, with_engine

OP = OpId("op")
SPOKEN_SECONDS = 1.0


def codecs_at(telephone: Telephone) -> str:
    """A session description that points at a socket of the test."""
    return CODECS.replace("[media_port]", str(telephone.port))


def port_told(phone: Phone, telephone: Telephone) -> int:
    """Where the engine said it takes this telephone's sound."""
    told = {int(port) for port in re.findall(r"m=audio (\d+)", phone.trace)} - {telephone.port}
    assert len(told) == 1
    return told.pop()


async def talk(here: tuple[Telephone, int], there: tuple[Telephone, int], packets: int) -> None:
    """Both sides speak, a packet each 20 ms."""
    for number in range(packets):
        for telephone, port in (here, there):
            telephone.say(port, bytes([number % 100 + 1]) * 160)
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)


def heard(telephone: Telephone) -> list[bytes]:
    """Payloads of speech so far, without the silence of before and after."""
    payloads = []
    telephone.socket.setblocking(False)
    while True:
        try:
            packet = telephone.socket.recv(2048)
        except BlockingIOError:
            break
        if packet[12:] != bytes([0xD5]) * 160:
            payloads.append(packet[12:])
    return payloads


def test_a_caller_and_an_official_hear_each_other_byte_for_byte(phones: Phones) -> None:
    caller_sound, official_sound = Telephone(), Telephone()
    handset = phones.serve("answer", calls=1, codecs=codecs_at(official_sound), ring_ms=20)

    def put_through(app: App, event: Event) -> None:
        match event:
            case LegIncoming():
                app.engine.dial(LegId("official"), "1001", caller_id="80001")
            case LegAnswered(leg="official"):
                app.engine.answer(app.of(LegIncoming)[0].leg)
            case LegAnswered(leg=leg):
                app.engine.bridge(BridgeId("b"), (leg, LegId("official")))
            case LegEnded(leg=leg) if leg != "official":
                app.engine.hangup(LegId("official"))

    async def work(app: App) -> None:
        calling = phones.call("call", to=app.at, codecs=codecs_at(caller_sound), talk_ms=2500)
        await app.until(LegAnswered, 2)
        here = caller_sound, port_told(calling, caller_sound)
        await talk(here, (official_sound, port_told(handset, official_sound)), 50)
        assert (await calling.finished()).ok
        assert (await handset.finished()).ok

    with_engine(put_through, work, handset)

    spoken = [bytes([number % 100 + 1]) * 160 for number in range(50)]
    assert heard(official_sound) == spoken
    assert heard(caller_sound) == spoken
    caller_sound.socket.close()
    official_sound.socket.close()


def test_a_message_spoken_by_a_caller_is_on_disk_when_he_has_hung_up(phones: Phones, tmp_path: Path) -> None:
    sound = tmp_path / "speech.alaw"
    sound.write_bytes(bytes([0x2A, 0xAA]) * int(4000 * SPOKEN_SECONDS))
    path = str(tmp_path / "message.wav")

    def take_message(app: App, event: Event) -> None:
        answer_at_once(app, event)
        match event:
            case LegAnswered(leg=leg):
                app.engine.record(leg, path, RecordLimits(beep=False), OP)
            case _:
                pass

    async def work(app: App) -> None:
        codecs = CODECS.replace("media_port", "rtpstream_audio_port")
        caller = phones.call("speak", to=app.at, sound=sound, codecs=codecs, talk_ms=1400)
        assert (await caller.finished()).ok
        await app.until(LegEnded)

    app = with_engine(take_message, work)

    (done,) = app.of(RecordDone)
    assert app.events.index(done) < app.events.index(app.of(LegEnded)[0])
    assert abs(done.seconds - SPOKEN_SECONDS) < 0.1
    with wave.open(path, "rb") as wav:
        samples = array("h", wav.readframes(wav.getnframes()))
    assert sum(abs(sample) > 30_000 for sample in samples) >= 8000 * SPOKEN_SECONDS * 0.95


def test_a_caller_hears_the_prompt_and_presses_a_key(phones: Phones) -> None:
    caller_sound = Telephone()
    calling: list[Phone] = []

    def speak(app: App, event: Event) -> None:
        answer_at_once(app, event)
        match event:
            case LegAnswered(leg=leg):
                app.engine.play(leg, prompts.paths(("today", "morning")), OP)
            case PlayDone():
                caller_sound.press(port_told(calling[0], caller_sound), "1")
            case Digit(leg=leg):
                app.engine.hangup(leg)
            case _:
                pass

    async def work(app: App) -> None:
        calling.append(phones.call("call_until_bye", to=app.at, codecs=codecs_at(caller_sound)))
        assert (await calling[0].finished()).ok

    app = with_engine(speak, work)

    assert [done.completed for done in app.of(PlayDone)] == [True]
    assert [digit.digit for digit in app.of(Digit)] == ["1"]
    assert len(heard(caller_sound)) > 30
    caller_sound.socket.close()
