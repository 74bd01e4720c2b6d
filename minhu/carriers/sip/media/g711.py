"""G.711 A-law and µ-law by table.

Source: ITU-T G.711. Everything is a 256-byte ``bytes.translate`` table or a 65,536-byte look-up, made once at import,
so that a packet costs a few C calls. (``audioop`` leaves the standard library with Python 3.13.)
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from enum import Enum
from typing import Final

RATE: Final = 8000
"""Samples a second."""
FRAME: Final = 160
"""Samples, and bytes, in one 20 ms frame."""


def _alaw_to_linear(code: int) -> int:
    code ^= 0x55
    segment = (code & 0x70) >> 4
    level = ((code & 0x0F) << 4) + (0x108 if segment else 8)
    level <<= max(0, segment - 1)
    return level if code & 0x80 else -level


def _ulaw_to_linear(code: int) -> int:
    code = ~code & 0xFF
    level = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return -level if code & 0x80 else level


def _linear_to_alaw(sample: int) -> int:
    level, mask = sample >> 3, 0xD5
    if level < 0:
        level, mask = -level - 1, 0x55
    segment = max(0, level.bit_length() - 5)
    step = (level >> 1) if segment < 2 else (level >> segment)
    return ((segment << 4) | (step & 0x0F)) ^ mask


def _linear_to_ulaw(sample: int) -> int:
    level, mask = sample >> 2, 0xFF
    if level < 0:
        level, mask = -level, 0x7F
    level = min(level, 8158) + 33
    segment = max(0, level.bit_length() - 6)
    return ((segment << 4) | ((level >> (segment + 1)) & 0x0F)) ^ mask


def _by_unsigned_sample(encode: Callable[[int], int], shift: int) -> bytes:
    """The code of every 16-bit sample, indexed by its unsigned value."""
    step = 1 << shift
    halves = (range(0, 32768, step), range(-32768, 0, step))
    return b"".join(bytes([encode(sample)]) * step for half in halves for sample in half)


class Codec(Enum):
    """One way to speak. The value is the static payload type of RFC 3551."""

    PCMA = 8
    PCMU = 0

    @property
    def silence(self) -> int:
        """The code of a zero sample."""
        return _SILENCE[self]


_LINEAR: Final = {
    Codec.PCMA: tuple(map(_alaw_to_linear, range(256))),
    Codec.PCMU: tuple(map(_ulaw_to_linear, range(256))),
}
_ENCODE: Final = {
    Codec.PCMA: _by_unsigned_sample(_linear_to_alaw, 3),
    Codec.PCMU: _by_unsigned_sample(_linear_to_ulaw, 2),
}
_LOW: Final = {codec: bytes(level & 0xFF for level in table) for codec, table in _LINEAR.items()}
_HIGH: Final = {codec: bytes(level >> 8 & 0xFF for level in table) for codec, table in _LINEAR.items()}
_LOUDNESS: Final = {codec: bytes(min(255, abs(level) >> 4) for level in table) for codec, table in _LINEAR.items()}
_SILENCE: Final = {codec: table[0] for codec, table in _ENCODE.items()}
SILENCE_FRAME: Final = {codec: bytes([code]) * FRAME for codec, code in _SILENCE.items()}


def decode(payload: bytes, codec: Codec) -> bytes:
    """16-bit little-endian PCM of a payload."""
    pcm = bytearray(2 * len(payload))
    pcm[0::2] = payload.translate(_LOW[codec])
    pcm[1::2] = payload.translate(_HIGH[codec])
    return bytes(pcm)


def encode(pcm: bytes, codec: Codec) -> bytes:
    """Payload of 16-bit little-endian PCM (whole samples)."""
    samples = array("H", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes(map(_ENCODE[codec].__getitem__, samples))


def loudness(payload: bytes, codec: Codec) -> float:
    """Mean amplitude, 0 to 4080, of 32,768; what is louder than 4,080 counts as that."""
    return 16 * sum(payload.translate(_LOUDNESS[codec])) / len(payload) if payload else 0.0


TRANSCODE: Final = {
    (source, target): bytes(_ENCODE[target][level & 0xFFFF] for level in _LINEAR[source])
    for source in Codec
    for target in Codec
    if source is not target
}
"""``bytes.translate`` tables from one law to the other."""
