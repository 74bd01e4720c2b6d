from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.sip.media import NotAcceptable
from minhu.carriers.sip.media.g711 import Codec
from minhu.carriers.sip.media.negotiation import understand
from minhu.carriers.tests.media.phone import Phone, Studio

GOOD = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8 96\r\n"
    b"a=rtpmap:96 telephone-event/8000\r\na=ptime:20\r\n"
)
US = ("192.0.2.1", 20000)


def lines(description: bytes) -> list[str]:
    return description.decode().split("\r\n")


def test_a_law_is_chosen_first_and_keys_keep_their_number(studio: Studio) -> None:
    answer = lines(studio.leg().session.answer(GOOD.replace(b"192.0.2.9", b"127.0.0.1")))
    assert any(re.fullmatch(r"m=audio \d+ RTP/AVP 8 96", line) for line in answer)
    assert "a=rtpmap:96 telephone-event/8000" in answer
    assert "a=sendrecv" in answer


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("sendrecv", "sendrecv"), ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")],
)
def test_hold_is_answered_in_kind(studio: Studio, theirs: str, ours: str) -> None:
    leg, phone = studio.call()
    assert f"a={ours}" in lines(leg.session.answer(phone.sdp(direction=theirs)))


def test_a_direction_for_the_whole_session_counts(studio: Studio) -> None:
    offer = GOOD.replace(b"192.0.2.9", b"127.0.0.1").replace(b"t=0 0\r\n", b"t=0 0\r\na=sendonly\r\n")
    assert "a=recvonly" in lines(studio.leg().session.answer(offer))


def test_streams_we_cannot_use_are_refused_one_by_one(studio: Studio) -> None:
    video = b"m=video 50000 RTP/AVP 97\r\n"
    offer = GOOD.replace(b"192.0.2.9", b"127.0.0.1").replace(b"m=audio", video + b"m=audio")
    media = [line for line in lines(studio.leg().session.answer(offer)) if line.startswith("m=")]
    assert [line.split()[0] for line in media] == ["m=video", "m=audio"]
    assert media[0].split()[1] == "0"


def test_the_version_goes_up_only_when_something_changed(studio: Studio) -> None:
    leg, phone = studio.call()
    again = leg.session.answer(phone.sdp())
    assert leg.session.answer(phone.sdp()) == again
    held = leg.session.answer(phone.sdp(direction="sendonly"))
    version = [int(lines(description)[1].split()[2]) for description in (again, held)]
    assert version[1] == version[0] + 1


def test_an_offer_of_ours_may_be_answered_with_the_other_law(studio: Studio) -> None:
    leg = studio.leg()
    phone = Phone(kind=0)
    studio.phones.append(phone)
    assert any(line.endswith("RTP/AVP 8 0 101") for line in lines(leg.session.offer()))
    leg.session.accept(phone.sdp())
    leg.session.connect()
    studio.pass_time(0.02)
    assert phone.hear().kind == 0


@pytest.mark.parametrize(
    "change",
    [
        (b"40000", b"0"),
        (b"40000", b"70000"),
        (b"40000", b"-5"),
        (b"40000", b"22"),
        (b"40000", b"x"),
        (b"40000", b"40000/2"),
        (b"RTP/AVP", b"RTP/SAVP"),
        (b"m=audio", b"m=video"),
        (b"0 8 96", b"18 9"),
        (b"0 8 96", b""),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP6 2001:db8::1"),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP4 phone.example"),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP4 224.0.0.1"),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP4 255.255.255.255"),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP4 127.0.0.1"),
        (b"c=IN IP4 192.0.2.9", b"c=IN IP4 999.1.1.1"),
        (b"c=IN IP4 192.0.2.9\r\n", b""),
        (b"a=rtpmap:96", b"a=rtpmap:y"),
        (b"t=0 0", b"t=x y"),
        (b"a=ptime:20", b"a=x:" + b"9" * 20_000),
        (b"a=ptime:20\r\n", b"m=audio 0 RTP/AVP 8\r\n" * 20),
    ],
)
def test_what_cannot_be_agreed_on_is_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(NotAcceptable):
        understand(GOOD.replace(*change), ourselves=US)


@pytest.mark.parametrize("description", [b"", b"\0" * 100, b"hello", "您好".encode("gb18030"), b"v=0\r\nm=\r\n"])
def test_junk_is_refused(description: bytes) -> None:
    with pytest.raises(NotAcceptable):
        understand(description, ourselves=US)


def test_our_own_address_is_refused(studio: Studio) -> None:
    leg = studio.leg()
    with pytest.raises(NotAcceptable):
        leg.session.accept(leg.session.offer())


def test_a_refused_change_leaves_the_call_as_it_was(studio: Studio) -> None:
    leg, phone = studio.call()
    with pytest.raises(NotAcceptable):
        leg.session.answer(phone.sdp(port=0))
    studio.pass_time(0.02)
    assert phone.hear().kind == 8


@given(st.integers(0, 2**64), st.integers(1, 30))
def test_no_description_does_more_than_be_refused(seed: int, changes: int) -> None:
    rng = random.Random(seed)
    text = bytearray(GOOD)
    for _ in range(changes):
        place = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                text[place] = rng.randrange(256)
            case 1:
                del text[place : place + rng.randrange(20)]
            case 2:
                text[place:place] = rng.choice([b"\r\n", b"9" * 400, b"m=", b"a=rtpmap:", b":", b"/", "²".encode()])
            case _:
                text += text[place:] if len(text) < 10_000 else b""
        text = text or bytearray(b"v")
    try:
        agreed = understand(bytes(text), ourselves=US)
    except NotAcceptable:
        return
    assert agreed.codecs[0][0] in Codec
