"""The embedded SIP engine in the voice contract: real packets on loopback, a second engine holding the telephones."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from itertools import count

from minhu.carriers.sip.config import SipConfig, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.carriers.tests.voice_worlds import (
    ANSWERING,
    BUSY,
    DEADLINE_SECONDS,
    DECLINING,
    IGNORING,
    Telephone,
    VoiceWorld,
)
from minhu.carriers.voice import Event, LegId, LegIncoming
from tests.peers.smsc_handle import CHANCE

LOOPBACK = "127.0.0.1"
PICKED_UP_AFTER_SECONDS = 0.1
MEDIA_PORTS = 60


@dataclass(frozen=True, slots=True)
class SipTelephone:
    """A telephone at the second engine. leg: ours; there: the same call as the second engine names it."""

    leg: LegId
    there: LegId
    exchange: SipEngine

    def hangs_up(self) -> None:
        self.exchange.hangup(self.there)

    def presses(self, digits: str) -> None:
        raise NotImplementedError("an engine hears keys and presses none; SIPp does in tests/telephony")


class SipVoiceWorld(VoiceWorld):
    """Two engines, each the other's trunk."""

    presses_keys = False

    def __init__(self) -> None:
        super().__init__()
        port, other = free_udp_port(), free_udp_port()
        self.engine = made("minhu", port, other)
        self.exchange = made("exchange", other, port)
        self._numbers = count(1)
        self._calls: list[LegIncoming] = []

    async def begin(self) -> None:
        await self.exchange.start(self._at_the_exchange)
        await super().begin()

    async def end(self) -> None:
        await super().end()
        await self.exchange.stop()

    def _at_the_exchange(self, event: Event) -> None:
        """What the handsets do when they ring."""
        if not isinstance(event, LegIncoming):
            return
        self._calls.append(event)
        exchange, leg = self.exchange, event.leg
        if event.request_uri == BUSY:
            exchange.hangup(leg, 486)
            return
        exchange.ring(leg)
        later = asyncio.get_running_loop().call_later
        if event.request_uri == ANSWERING:
            later(PICKED_UP_AFTER_SECONDS, exchange.answer, leg)
        elif event.request_uri == DECLINING:
            later(PICKED_UP_AFTER_SECONDS, exchange.hangup, leg, 603)
        else:
            assert event.request_uri == IGNORING

    async def citizen_rings(self, to: str, *, caller: str = "13900000001") -> Telephone:
        there = LegId(f"citizen {next(self._numbers)}")
        known = {event.leg for event in self.events if isinstance(event, LegIncoming)}
        assert self.exchange.dial(there, to, caller_id=caller)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                for event in self.events:
                    if isinstance(event, LegIncoming) and event.leg not in known:
                        return SipTelephone(event.leg, there, self.exchange)
                await self.news()

    async def telephone(self, leg: LegId) -> Telephone:
        return SipTelephone(leg, self._calls[-1].leg, self.exchange)


def made(node: str, port: int, other: int) -> SipEngine:
    first = CHANCE.randrange(34_000, 60_000, 2)
    config = SipConfig(node, (Trunk("loopback", LOOPBACK, other),), listen_udp=(LOOPBACK, port))
    return SipEngine(config, Media(address=LOOPBACK, ports=range(first, first + MEDIA_PORTS)))


def free_udp_port() -> int:
    while True:
        port = CHANCE.randrange(21_000, 32_000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
