from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.sip.media.g711 import TRANSCODE, Codec, decode, encode, loudness

EVERY_CODE = bytes(range(256))


@pytest.mark.parametrize(
    ("codec", "codes", "levels"),
    [
        (Codec.PCMA, "d5 55 d4 94 aa 2a 80 00", [8, -8, 24, 2240, 32256, -32256, 5504, -5504]),
        (Codec.PCMU, "ff 7f fe ef 80 00 8f 0f", [0, 0, 8, 132, 32124, -32124, 16764, -16764]),
    ],
)
def test_codes_mean_what_the_standard_says(codec: Codec, codes: str, levels: list[int]) -> None:
    assert list(array("h", decode(bytes.fromhex(codes), codec))) == levels


@pytest.mark.parametrize("codec", Codec)
def test_a_code_survives_the_way_to_linear_and_back(codec: Codec) -> None:
    back = encode(decode(EVERY_CODE, codec), codec)
    differ = [code for code in range(256) if back[code] != code]
    # µ-law has two zeros, which sound the same.
    assert differ == ([0x7F] if codec is Codec.PCMU else [])


@given(sample=st.integers(-32768, 32767), codec=st.sampled_from(Codec))
def test_speech_is_kept_to_within_its_quantisation_step(sample: int, codec: Codec) -> None:
    (heard,) = array("h", decode(encode(array("h", [sample]).tobytes(), codec), codec))
    assert abs(heard - sample) <= max(16, abs(sample) // 16, 700 if abs(sample) > 32_000 else 0)


@pytest.mark.parametrize(("source", "target"), list(TRANSCODE))
def test_the_other_law_sounds_the_same(source: Codec, target: Codec) -> None:
    before = array("h", decode(EVERY_CODE, source))
    after = array("h", decode(EVERY_CODE.translate(TRANSCODE[source, target]), target))
    assert all(abs(a - b) <= max(16, abs(a) // 16) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("codec", Codec)
def test_silence_is_silent_and_speech_is_loud(codec: Codec) -> None:
    assert loudness(bytes([codec.silence]) * 160, codec) < 20
    assert loudness(encode(array("h", [1000, -1000] * 80).tobytes(), codec), codec) > 900
    assert loudness(b"", codec) == 0.0
