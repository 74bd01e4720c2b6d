"""The embedded telephone engine: the voice port over our own SIP core and media loop."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence

from minhu.carriers.sip.auth import Guard
from minhu.carriers.sip.clock import Clock, LoopClock
from minhu.carriers.sip.compose import Headers, clean
from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.doors import Doors
from minhu.carriers.sip.exchange import Board
from minhu.carriers.sip.inbound import InboundLeg
from minhu.carriers.sip.layer import Layer, Send
from minhu.carriers.sip.leg import Leg
from minhu.carriers.sip.media import Media, MediaSession
from minhu.carriers.sip.message import Peer
from minhu.carriers.sip.outbound import Destination, OutboundLeg
from minhu.carriers.sip.reception import Reception
from minhu.carriers.sip.registration import Registration
from minhu.carriers.sip.switchboard import Switchboard
from minhu.carriers.sip.transport import TlsTarget, Transports
from minhu.carriers.voice import (
    BridgeId,
    Capabilities,
    EndedBy,
    LegEnded,
    LegId,
    LegState,
    NodeDown,
    NodeUp,
    OpId,
    RecordLimits,
    Sink,
)

log = logging.getLogger(__name__)

_RESOLVE_SECONDS = 300.0
_GOODBYE_SECONDS = 0.5
"""How long ``stop`` waits for the answers to its last BYEs."""
_UNDIALLABLE = re.compile(r"[\s<>\"@;,?]")
_OUR_HEADERS = frozenset({"via", "from", "to", "call-id", "cseq", "contact", "content-length", "content-type", "route"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9\-]+$")


class SipEngine:
    """``VoiceEngine`` over SIP and RTP. clock: the event loop's, unless a test gives its own."""

    def __init__(self, config: SipConfig, media: Media, clock: Clock | None = None) -> None:
        self.config = config
        self._media = media
        self._given_clock = clock
        self._registrations: list[Registration] = []
        self._resolver: asyncio.Task[None] | None = None
        self._send: Send | None = None
        self._running = False

    @property
    def node(self) -> str:
        return self.config.node

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(record=True, early_media=False, digits=True)

    @property
    def ports(self) -> Mapping[Transport, int]:
        """The SIP ports really in use, by transport."""
        return self._transports.ports

    @property
    def doors(self) -> Doors:
        """Who was let in and who was not, for the metrics."""
        return self._doors

    @property
    def calls(self) -> int:
        """How many legs are alive."""
        return len(self._switchboard.legs)

    def receive(self, data: bytes, source: Peer) -> None:
        """Take one message that came from ``source``, which has been let in."""
        self._switchboard.hold()
        try:
            self._layer.receive(data, source)
        finally:
            self._switchboard.deliver()

    def send_through(self, send: Send) -> None:
        """Hand outgoing messages to ``send`` instead of the sockets (before ``start``)."""
        self._send = send

    # Life

    async def start(self, sink: Sink) -> None:
        config = self.config
        self._clock = clock = self._given_clock or LoopClock()
        self._doors = Doors(config.trunks, config.limits, clock)
        self._switchboard = Switchboard(clock, self._media)
        self._switchboard.sink = sink
        self._reception = Reception(self._switchboard, Guard(clock.now))
        self._transports = Transports(config, self._doors, self.receive, self._peer_failed)
        self._layer = Layer(self._reception, clock, self._send or self._transports.send, config.limits)
        self._board = self._reception.board = Board(
            config, clock, self._layer, self._doors, self._media, self._switchboard, self._transports.connected
        )
        await self._doors.resolve()
        await self._transports.start()
        try:
            await self._media.start()
        except BaseException:
            await self._transports.stop()
            raise
        self._layer.named(config.public_host, self._transports.ports)
        self._name_tls_targets()
        self._resolver = asyncio.create_task(self._keep_resolving())
        self._running = True
        self._register()
        self._switchboard.emit(NodeUp(self.node))

    def _register(self) -> None:
        for trunk in self.config.trunks:
            peer = self._doors.peer_of(trunk)
            if trunk.register_seconds and peer is not None:
                self._registrations.append(Registration(self._board, trunk, peer))
                self._registrations[-1].start()

    async def stop(self, *, drain_seconds: float = 0.0) -> None:
        if not self._running:
            return
        self._running = False
        self.accept_calls(False)
        legs = self._switchboard.legs
        await self._drain(drain_seconds)
        said_goodbye = bool(legs or self._registrations)
        for leg in list(legs.values()):
            leg.guarded(leg.hangup)(503)
        for registration in self._registrations:
            registration.stop()
        self._registrations.clear()
        if said_goodbye:
            await self._last_answers()
        if self._resolver is not None:
            self._resolver.cancel()
        self._layer.stop()
        await self._transports.stop()
        await self._media.stop()
        self._switchboard.emit(NodeDown(self.node, "stopped"))
        self._switchboard.deliver()

    async def _drain(self, seconds: float) -> None:
        self._switchboard.silent.clear()
        if not self._switchboard.legs or seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._switchboard.silent.wait()
        except TimeoutError:
            log.warning("%d calls are hung up after draining for %s s", self.calls, seconds)

    async def _last_answers(self) -> None:
        """Let the answers to our last requests come in, for a moment of real time."""
        until = asyncio.get_running_loop().time() + _GOODBYE_SECONDS
        while isinstance(self._clock, LoopClock) and self._layer.asking:
            if asyncio.get_running_loop().time() > until:
                return
            await asyncio.sleep(0.01)

    async def _keep_resolving(self) -> None:
        while True:
            await asyncio.sleep(_RESOLVE_SECONDS)
            await self._doors.resolve()
            self._name_tls_targets()

    def _name_tls_targets(self) -> None:
        for trunk in self.config.trunks:
            peer = self._doors.peer_of(trunk)
            if peer is not None and trunk.transport is Transport.TLS:
                self._transports.tls_targets[(peer.host, peer.port)] = TlsTarget(trunk.host, trunk.tls_ca_file)

    def _peer_failed(self, peer: Peer) -> None:
        self._layer.peer_failed(peer)

    # Commands

    def accept_calls(self, accepting: bool) -> None:
        self._reception.accepting = accepting

    def trying(self, leg: LegId) -> bool:
        found = self._switchboard.of_kind(leg, InboundLeg)
        if found is not None:
            found.guarded(found.trying)()
        return found is not None

    def ring(self, leg: LegId) -> bool:
        found = self._switchboard.of_kind(leg, InboundLeg)
        if found is not None:
            found.guarded(found.ring)()
        return found is not None

    def answer(self, leg: LegId) -> bool:
        found = self._switchboard.of_kind(leg, InboundLeg)
        if found is not None:
            found.guarded(found.answer)()
        return found is not None

    def hangup(self, leg: LegId, sip_code: int = 200) -> bool:
        found = self._switchboard.legs.get(leg)
        if found is not None:
            found.guarded(found.hangup)(sip_code)
        return found is not None

    def dial(
        self,
        leg: LegId,
        to: str,
        *,
        caller_id: str,
        trunk: str = "",
        timeout_seconds: float = 60.0,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        if leg in self._switchboard.legs:
            return False
        way = self.config.trunk(trunk)
        peer = self._doors.peer_of(way) if way else None
        why = self._why_not(to + caller_id, way, peer) if to else "no number"
        if why or way is None or peer is None:
            self._switchboard.emit(LegEnded(leg, 503, why, EndedBy.NETWORK))
            return True
        destination = Destination(to, caller_id, peer, timeout_seconds, _extra(headers or {}))
        made = OutboundLeg(self._board, way, leg, destination)
        self._switchboard.legs[leg] = made
        made.guarded(made.dial)()
        return True

    def _why_not(self, numbers: str, trunk: Trunk | None, peer: Peer | None) -> str:
        if trunk is None:
            return "no such trunk"
        if peer is None:
            return "the trunk's name cannot be looked up"
        if peer.transport not in self._transports.ports:
            return "we do not listen on the trunk's transport"
        if _UNDIALLABLE.search(numbers):
            return "the number cannot be dialled"
        return "too many calls" if self.calls >= self.config.limits.max_calls else ""

    def play(self, leg: LegId, prompts: Sequence[str], op: OpId, *, loop: bool = False) -> bool:
        return self._operate(leg, op, lambda media: media.play(prompts, op, loop=loop), recording=False)

    def record(self, leg: LegId, path: str, limits: RecordLimits, op: OpId) -> bool:
        return self._operate(leg, op, lambda media: media.record(path, limits, op), recording=True)

    def _operate(self, leg: LegId, op: OpId, begin: Callable[[MediaSession], None], *, recording: bool) -> bool:
        found: Leg | None = self._switchboard.legs.get(leg)
        if found is None or found.media is None or not found.answered:
            return False
        if op not in self._switchboard.ops:
            self._switchboard.ops[op] = found
            found.ops[op] = recording
            found.guarded(begin)(found.media)
        return True

    def stop_op(self, op: OpId) -> bool:
        leg = self._switchboard.ops.get(op)
        return leg is not None and leg.media is not None and leg.media.stop_op(op)

    def bridge(self, bridge: BridgeId, legs: tuple[LegId, LegId]) -> bool:
        return self._switchboard.bridge(bridge, legs)

    def unbridge(self, bridge: BridgeId) -> bool:
        return self._switchboard.unbridge(bridge)

    def snapshot(self) -> tuple[LegState, ...]:
        return self._switchboard.snapshot()


def _extra(headers: Mapping[str, str]) -> Headers:
    """Headers a caller of ``dial`` may add: none that is ours to write."""
    return tuple(
        (name, clean(value))
        for name, value in headers.items()
        if _HEADER_NAME.match(name) and name.lower() not in _OUR_HEADERS
    )
