"""RTP packets (RFC 3550) and keys sent as telephone events (RFC 4733)."""

from __future__ import annotations

from struct import Struct
from typing import Final

HEADER: Final = Struct("!BBHII")
"""Version and flags, marker and payload type, sequence number, time stamp, source."""
HEADER_BYTES: Final = 12
PLAIN: Final = 0x80
"""First byte of a packet with version 2 and nothing else: no padding, no extension, no contributors."""
MARKER: Final = 0x80

_KEYS: Final = "0123456789*#ABCD"
_SAME_PRESS_SECONDS: Final = 0.2
_STALE: Final = -40_000
"""Up to five seconds behind, a packet is late; further back, the sender has begun anew."""


def straighten(packet: bytearray, length: int) -> int:
    """Take contributors, extension and padding out of a packet, in place.

    Returns the new length, or 0 when the packet is malformed or is not RTP.
    """
    first = packet[0]
    if length <= HEADER_BYTES or first & 0xC0 != PLAIN:
        return 0
    start = HEADER_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if length < start + 4:
            return 0
        start += 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
    end = length - (packet[length - 1] if first & 0x20 else 0)
    if end <= start:
        return 0
    packet[HEADER_BYTES : HEADER_BYTES + end - start] = packet[start:end]
    packet[0] = PLAIN
    return HEADER_BYTES + end - start


def forward(new: int, old: int) -> int:
    """How far a 32-bit time stamp is ahead of another; negative when behind."""
    return ((new - old + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class Keypad:
    """Makes one digit of the many packets that tell of one key press.

    A press has one time stamp; its packets repeat, its last one is sent three times, and any of them may be lost.
    A very long press goes on under a new time stamp, and some gateways change the stamp with each packet: what
    follows within 200 ms without a marker, while no end was seen, is the same press.
    """

    __slots__ = ("_at", "_ended", "_event", "_source", "_stamp")

    def __init__(self) -> None:
        self._stamp = 0
        self._event = -1
        self._ended = True
        self._at = 0.0
        self._source = -1

    def press(self, packet: bytearray | bytes, length: int, now: float) -> str:
        """The key that went down with this packet (header and payload), or ""."""
        if length < HEADER_BYTES + 4:
            return ""
        _, second, _, stamp, source = HEADER.unpack_from(packet)
        event, ended = packet[HEADER_BYTES], bool(packet[HEADER_BYTES + 1] & 0x80)
        if event >= len(_KEYS):
            return ""
        ahead = forward(stamp, self._stamp) if source == self._source else _STALE
        if _STALE < ahead < 0:
            return ""
        going_on = event == self._event and not self._ended and now - self._at < _SAME_PRESS_SECONDS
        same = ahead == 0 or (ahead > 0 and going_on and not second & MARKER)
        self._stamp, self._event, self._source, self._at = stamp, event, source, now
        self._ended = ended or (same and self._ended)
        return "" if same else _KEYS[event]
