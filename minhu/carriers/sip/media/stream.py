"""The two directions of one RTP stream: what we send, and from whom we take what comes."""

from __future__ import annotations

import random
from typing import Final

from minhu.carriers.sip.media.g711 import FRAME, RATE
from minhu.carriers.sip.media.rtp import HEADER, HEADER_BYTES, MARKER, PLAIN
from minhu.carriers.sip.media.wire import Buffer, Place, same_host, sockaddr

_SILENT_SECONDS: Final = 2.0
"""After this long without a packet from the locked address, another port of the same host may take over."""


class Outgoing:
    """What a telephone hears: one source, one sequence, whether it is spoken by us or relayed from another leg.

    A relayed stream keeps its gaps and its order: numbers are shifted, not given anew, so that the far jitter buffer
    sees what was lost on the way to us. When the feed changes, the shift is chosen anew and the marker set.
    """

    __slots__ = (
        "_feed",
        "_number",
        "_packet",
        "_sent_tick",
        "_sequence",
        "_shift_sequence",
        "_shift_stamp",
        "_source",
        "_stamp",
        "_target",
        "direction_open",
        "failures",
        "packets",
        "payload_type",
        "sent_at",
    )

    def __init__(self, number: int, rng: random.Random, now: float) -> None:
        self._number = number
        self._source = rng.getrandbits(32)
        self._sequence = rng.getrandbits(16)
        self._stamp = rng.getrandbits(32)
        self._packet = Buffer(HEADER_BYTES + FRAME)
        self._feed = -1
        self._sent_tick = -1
        self._shift_sequence = 0
        self._shift_stamp = 0
        self.direction_open = False
        self.failures = 0
        self.packets = 0
        self.payload_type = 8
        self.sent_at = now
        self._target: bytes | None = None

    def aim(self, target: Place | None) -> None:
        """Send there from now on; None: nowhere."""
        self._target = None if target is None else sockaddr(target)

    def frame(self, payload: bytes, tick: int, now: float) -> None:
        """Send 160 bytes of our own; ``tick`` counts 20 ms steps and sets the time stamp."""
        if self._target is None or not self.direction_open:
            self._sent_tick = -1
            return
        marker = 0
        if self._sent_tick < 0:
            marker = MARKER
            self._stamp = (self._stamp + self._elapsed(now)) & 0xFFFFFFFF
        else:
            self._stamp = (self._stamp + FRAME * (tick - self._sent_tick)) & 0xFFFFFFFF
        self._sent_tick = tick
        self._feed = -1
        self._sequence = (self._sequence + 1) & 0xFFFF
        second = self.payload_type | marker
        HEADER.pack_into(self._packet.data, 0, PLAIN, second, self._sequence, self._stamp, self._source)
        self._packet.data[HEADER_BYTES:] = payload
        self._send(self._packet, HEADER_BYTES + FRAME, self._target, now)

    def relay(self, packet: Buffer, length: int, payload_type: int, now: float) -> None:
        """Send on a packet of another leg, rewriting its header in place."""
        target = self._target
        if target is None or not self.direction_open:
            self._feed = -1
            return
        _, second, sequence, stamp, feed = HEADER.unpack_from(packet.data)
        second = second & MARKER | payload_type
        if feed != self._feed:
            second |= MARKER
            self._feed = feed
            self._sent_tick = -1
            self._shift_sequence = self._sequence + 1 - sequence
            self._shift_stamp = self._stamp + self._elapsed(now) - stamp
        sequence = (sequence + self._shift_sequence) & 0xFFFF
        stamp = (stamp + self._shift_stamp) & 0xFFFFFFFF
        HEADER.pack_into(packet.data, 0, PLAIN, second, sequence, stamp, self._source)
        if (sequence - self._sequence) & 0x8000 == 0:
            self._sequence, self._stamp = sequence, stamp
        self._send(packet, length, target, now)

    def change_feed(self) -> None:
        """Who speaks next is another: begin a new talk spurt."""
        self._feed = -1
        self._sent_tick = -1

    def _elapsed(self, now: float) -> int:
        """Samples since the last packet, in whole frames, at least one."""
        return FRAME * max(1, round((now - self.sent_at) * RATE / FRAME))

    def _send(self, packet: Buffer, length: int, target: bytes, now: float) -> None:
        self.sent_at = now
        if packet.send(self._number, length, target):
            self.packets += 1
        else:
            # A full buffer or an unreachable host loses this packet, as the network might have; the call goes on.
            self.failures += 1


class Lock:
    """From whom RTP is taken: the address seen first.

    The address of the session description may always take over, and after two seconds of silence so may another port
    of a host already known (a re-bound NAT). Everyone else is a stranger, unheard.
    """

    __slots__ = ("signalled", "source", "strangers")

    def __init__(self) -> None:
        self.source: Place | None = None
        self.signalled: Place | None = None
        self.strangers = 0

    def renegotiated(self, signalled: Place | None) -> None:
        """A session description came: whoever is seen first from now on is locked."""
        self.signalled = signalled
        self.source = None

    def admits(self, source: Place, silent_seconds: float) -> bool:
        """Whether an address other than the locked one may become it; does so."""
        locked = self.source
        if locked is None or source == self.signalled:
            self.source = source
            return True
        known = same_host(source, locked) or (self.signalled is not None and same_host(source, self.signalled))
        if known and silent_seconds >= _SILENT_SECONDS:
            self.source = source
            return True
        self.strangers += 1
        return False
