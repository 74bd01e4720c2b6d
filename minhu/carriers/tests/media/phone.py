"""A telephone for tests: a plain socket with its own few lines of RTP, and a media plane on a clock of ours."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from minhu.carriers.sip.media import DigitPressed, Lost, Media, MediaEvent, MediaSession, OpDone

HEADER: Final = struct.Struct("!BBHII")
LOUD: Final = {8: bytes([0x2A, 0xAA] * 80), 0: bytes([0x10, 0x90] * 80)}
"""A square wave in A-law and µ-law."""
KERNEL_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it arrived."""

    marker: bool
    kind: int
    sequence: int
    stamp: int
    source: int
    payload: bytes


class Phone:
    """Speaks and hears RTP on a port of its own."""

    def __init__(self, kind: int = 8, *, keys: int | None = 101) -> None:
        self.kind = kind
        self.keys = keys
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(KERNEL_SECONDS)
        self.port: int = self.socket.getsockname()[1]
        self.sequence = 100
        self.stamp = 5_000
        self.source = 0xABCDEF01 + kind

    def sdp(self, *, direction: str = "sendrecv", port: int | None = None, address: str = "127.0.0.1") -> bytes:
        """Its session description."""
        name = {8: "PCMA", 0: "PCMU"}[self.kind]
        formats = f"{self.kind}" if self.keys is None else f"{self.kind} {self.keys}"
        lines = ["v=0", "o=- 7 1 IN IP4 127.0.0.1", "s=-", f"c=IN IP4 {address}", "t=0 0"]
        lines += [f"m=audio {self.port if port is None else port} RTP/AVP {formats}"]
        lines += [f"a=rtpmap:{self.kind} {name}/8000", f"a={direction}"]
        if self.keys is not None:
            lines.append(f"a=rtpmap:{self.keys} telephone-event/8000")
        return ("\r\n".join(lines) + "\r\n").encode()

    def say(self, session: MediaSession | int, payload: bytes | None = None, *, skip: int = 0) -> None:
        """Send 20 ms of sound; ``skip`` packets before it are lost on the way."""
        self.sequence += 1 + skip
        self.stamp += 160 * (1 + skip)
        self.send(session, self.kind, LOUD[self.kind] if payload is None else payload)

    def press(self, session: MediaSession | int, digit: str, *, lost: frozenset[int] = frozenset()) -> None:
        """Send the nine packets of a key press, without those that are lost."""
        assert self.keys is not None
        event = "0123456789*#ABCD".index(digit)
        self.stamp += 160
        for number in range(9):
            self.sequence += 1
            body = struct.pack("!BBH", event, 0x8A if number >= 6 else 0x0A, 160 * min(number + 1, 7))
            if number not in lost:
                self.send(session, self.keys, body, marker=number == 0)
        self.stamp += 1600

    def send(self, session: MediaSession | int, kind: int, payload: bytes, *, marker: bool = False) -> None:
        """Send one packet with the present numbers, to a session or to the port it said it has."""
        port = session if isinstance(session, int) else session.local_port
        stamp = self.stamp & 0xFFFFFFFF
        head = HEADER.pack(0x80, kind | 0x80 * marker, self.sequence & 0xFFFF, stamp, self.source)
        self.socket.sendto(head + payload, ("127.0.0.1", port))

    def hear(self) -> Packet:
        """Wait for the next packet."""
        data = self.socket.recv(2048)
        _, second, sequence, stamp, source = HEADER.unpack_from(data)
        return Packet(bool(second & 0x80), second & 0x7F, sequence, stamp, source, data[12:])

    def hears_nothing(self) -> bool:
        """Whether no packet is waiting (the kernel delivers on loopback while the sender sends)."""
        self.socket.setblocking(False)
        try:
            self.socket.recv(2048)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(KERNEL_SECONDS)
        return False

    def forget(self) -> None:
        """Throw away what has arrived so far."""
        while not self.hears_nothing():
            pass


@dataclass(slots=True)
class Leg:
    """One session and what it told us."""

    session: MediaSession
    events: list[MediaEvent] = field(default_factory=list)

    @property
    def digits(self) -> str:
        return "".join(event.digit for event in self.events if isinstance(event, DigitPressed))

    @property
    def done(self) -> list[OpDone]:
        return [event for event in self.events if isinstance(event, OpDone)]

    @property
    def lost(self) -> int:
        return sum(isinstance(event, Lost) for event in self.events)


class Studio:
    """A media plane whose clock we turn, with telephones around it."""

    def __init__(self, *, lost_after_seconds: float = 30.0, ports: range | None = None) -> None:
        self.now = 1_000.0
        self._steps = 0
        first = free_port_range()
        self.media = Media(
            address="127.0.0.1",
            ports=ports or range(first, first + 40),
            lost_after_seconds=lost_after_seconds,
            clock=lambda: self.now,
            rng=random.Random(7),
        )
        self.phones: list[Phone] = []

    def call(self, phone: Phone | None = None) -> tuple[Leg, Phone]:
        """An answered leg that has agreed with a telephone."""
        phone = phone or Phone()
        self.phones.append(phone)
        leg = self.leg()
        leg.session.answer(phone.sdp())
        leg.session.connect()
        return leg, phone

    def leg(self) -> Leg:
        """A leg that has agreed on nothing yet."""
        events: list[MediaEvent] = []
        return Leg(self.media.open(events.append), events)

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, beat by beat."""
        for _ in range(round(seconds / 0.02)):
            self._steps += 1
            # A little past each tick, so that rounding cannot put a beat before it.
            self.now = 1_000.005 + 0.02 * self._steps
            self.media.beat()

    def stall(self, seconds: float) -> None:
        """Let time pass without a single beat."""
        self._steps += round(seconds / 0.02)
        self.now = 1_000.005 + 0.02 * self._steps

    def deliver(self, leg: Leg, packets: int) -> None:
        """Beat, without time passing, until the leg has heard so many packets in all."""
        until = time.monotonic() + KERNEL_SECONDS
        while leg.session.heard_packets < packets and time.monotonic() < until:
            self.media.beat()
        assert leg.session.heard_packets == packets

    async def close(self) -> None:
        for phone in self.phones:
            phone.socket.close()
        await self.media.stop()


def free_port_range() -> int:
    """An even port that is free now, as are the next three; a later one that is taken is skipped anyway."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1]
        first = min(port - port % 2, 65_000)
        with suppress(OSError), rivals(range(first, first + 4)):
            return first
    raise RuntimeError("no free ports")


@contextmanager
def rivals(ports: range) -> Iterator[None]:
    """Another program that has these ports."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ports]
    try:
        for sock, port in zip(sockets, ports, strict=True):
            sock.bind(("127.0.0.1", port))
        yield
    finally:
        for sock in sockets:
            sock.close()
