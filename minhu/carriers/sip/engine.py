"""The embedded telephone engine: the voice port over our own SIP core and media loop.

Events are delivered in order and never inside a command: what a command causes is delivered at the next turn of the
loop, what a packet causes at the end of that packet.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Mapping, Sequence

from minhu.carriers.sip.auth import Guard, Verdict, user_name
from minhu.carriers.sip.clock import Clock, LoopClock
from minhu.carriers.sip.compose import ALLOW, SUPPORTED, clean, new_tag, respond
from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.dialog import Dialog, DialogId
from minhu.carriers.sip.doors import Doors
from minhu.carriers.sip.exchange import Board
from minhu.carriers.sip.identity import caller_of, destination, diversions_of, history_of, told_headers, user_of_address
from minhu.carriers.sip.inbound import InboundLeg
from minhu.carriers.sip.layer import Layer, Send
from minhu.carriers.sip.leg import Leg
from minhu.carriers.sip.media import Media
from minhu.carriers.sip.message import Peer, Request
from minhu.carriers.sip.outbound import Destination, OutboundLeg
from minhu.carriers.sip.registration import Registration
from minhu.carriers.sip.transaction import Transaction, User
from minhu.carriers.sip.transport import TlsTarget, Transports
from minhu.carriers.voice import (
    BridgeId,
    Capabilities,
    EndedBy,
    Event,
    LegEnded,
    LegId,
    LegIncoming,
    LegState,
    NodeDown,
    NodeUp,
    OpId,
    RecordLimits,
    Sink,
)

log = logging.getLogger(__name__)

_SCHEMES = ("sip", "sips", "tel")
_EXTENSIONS = frozenset({"timer", "100rel"})
_OPTIONS = f"Allow: {ALLOW}\r\nAccept: application/sdp\r\nSupported: {SUPPORTED}\r\n"
_RESOLVE_SECONDS = 300.0
_GOODBYE_SECONDS = 0.5
"""How long ``stop`` waits for the answers to its last BYEs."""


class SipEngine:
    """``VoiceEngine`` over SIP and RTP."""

    def __init__(self, config: SipConfig, media: Media, clock: Clock | None = None) -> None:
        self.config = config
        self._media = media
        self._given_clock = clock
        self._accepting = True
        self._sink: Sink | None = None
        self._legs: dict[LegId, Leg] = {}
        self._dialogs: dict[DialogId, tuple[Dialog, Leg]] = {}
        self._invites: dict[Transaction, InboundLeg] = {}
        self._seen: dict[tuple[str, str, int], InboundLeg] = {}
        self._ops: dict[OpId, Leg] = {}
        self._bridges: dict[BridgeId, tuple[LegId, LegId]] = {}
        self._events: deque[Event] = deque()
        self._delivering = False
        self._delivery_due = False
        self._registrations: list[Registration] = []
        self._resolver: asyncio.Task[None] | None = None
        self._silent = asyncio.Event()
        self._send: Send | None = None

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
        return len(self._legs)

    def receive(self, data: bytes, source: Peer) -> None:
        """Take one message that came from ``source``, which has been let in."""
        self._delivery_due = True  # delivered below, so none need be scheduled
        try:
            self._layer.receive(data, source)
        finally:
            self._deliver()

    def send_through(self, send: Send) -> None:
        """Hand outgoing messages to ``send`` instead of the sockets (before ``start``)."""
        self._send = send

    # Life

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        config = self.config
        clock = self._given_clock or LoopClock()
        self._clock = clock
        self._guard = Guard(clock.now)
        self._doors = Doors(config.trunks, config.limits, clock)
        self._transports = Transports(config, self._doors, self.receive, self._peer_failed)
        self._layer = Layer(self, clock, self._send or self._transports.send, config.limits)
        self._board = Board(config, clock, self._layer, self._doors, self._media, self, self._transports.connected)
        await self._doors.resolve()
        await self._transports.start()
        self._layer.named(config.public_host, self._transports.ports)
        try:
            await self._media.start()
        except BaseException:
            await self._transports.stop()
            raise
        self._name_tls_targets()
        self._resolver = asyncio.create_task(self._keep_resolving())
        for trunk in config.trunks:
            peer = self._doors.peer_of(trunk)
            if trunk.register_seconds and peer is not None:
                self._registrations.append(Registration(self._board, trunk, peer))
        for registration in self._registrations:
            registration.start()
        self.emit(NodeUp(self.node))

    async def stop(self, *, drain_seconds: float = 0.0) -> None:
        self._accepting = False
        self._silent.clear()
        if self._legs and drain_seconds > 0:
            try:
                async with asyncio.timeout(drain_seconds):
                    await self._silent.wait()
            except TimeoutError:
                log.warning("%d calls are hung up after draining for %s s", len(self._legs), drain_seconds)
        said_goodbye = bool(self._legs)
        for leg in list(self._legs.values()):
            leg.hangup(503)
        for registration in self._registrations:
            registration.stop()
            said_goodbye = True
        self._registrations.clear()
        if said_goodbye:
            await self._last_answers()
        if self._resolver is not None:
            self._resolver.cancel()
        self._layer.stop()
        await self._transports.stop()
        await self._media.stop()
        self._dialogs.clear()
        self.emit(NodeDown(self.node, "stopped"))
        self._deliver()

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

    # Commands

    def accept_calls(self, accepting: bool) -> None:
        self._accepting = accepting

    def trying(self, leg: LegId) -> bool:
        found = self._legs.get(leg)
        if not isinstance(found, InboundLeg):
            return False
        found.guarded(found.trying)()
        return True

    def ring(self, leg: LegId) -> bool:
        found = self._legs.get(leg)
        if not isinstance(found, InboundLeg):
            return False
        found.guarded(found.ring)()
        return True

    def answer(self, leg: LegId) -> bool:
        found = self._legs.get(leg)
        if not isinstance(found, InboundLeg):
            return False
        found.guarded(found.answer)()
        return True

    def hangup(self, leg: LegId, sip_code: int = 200) -> bool:
        found = self._legs.get(leg)
        if found is None:
            return False
        found.guarded(lambda: found.hangup(sip_code))()
        return True

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
        if leg in self._legs:
            return False
        way = self.config.trunk(trunk)
        peer = self._doors.peer_of(way) if way else None
        why = self._why_not(to, caller_id, way, peer)
        if why or way is None or peer is None:
            self.emit(LegEnded(leg, 503 if not why else 404, why or "no such trunk", EndedBy.NETWORK))
            return True
        extra = tuple((clean(name), clean(value)) for name, value in (headers or {}).items())
        made = OutboundLeg(self._board, way, leg, Destination(to, caller_id, peer, timeout_seconds, extra))
        self._legs[leg] = made
        made.guarded(made.dial)()
        return True

    def play(self, leg: LegId, prompts: Sequence[str], op: OpId, *, loop: bool = False) -> bool:
        found = self._legs.get(leg)
        if found is None or found.media is None or not found.answered:
            return False
        if op not in self._ops:
            self._ops[op] = found
            found.ops[op] = False
            media = found.media
            found.guarded(lambda: media.play(prompts, op, loop=loop))()
        return True

    def record(self, leg: LegId, path: str, limits: RecordLimits, op: OpId) -> bool:
        found = self._legs.get(leg)
        if found is None or found.media is None or not found.answered:
            return False
        if op not in self._ops:
            self._ops[op] = found
            found.ops[op] = True
            media = found.media
            found.guarded(lambda: media.record(path, limits, op))()
        return True

    def stop_op(self, op: OpId) -> bool:
        leg = self._ops.get(op)
        return leg is not None and leg.media is not None and leg.media.stop_op(op)

    def bridge(self, bridge: BridgeId, legs: tuple[LegId, LegId]) -> bool:
        if bridge in self._bridges:
            return True
        one, other = self._legs.get(legs[0]), self._legs.get(legs[1])
        if one is None or other is None or not one.answered or not other.answered:
            return False
        if one.media is None or other.media is None:
            return False
        for leg in legs:
            self._unbridge_leg(leg)
        self._media.bridge(one.media, other.media)
        self._bridges[bridge] = legs
        return True

    def unbridge(self, bridge: BridgeId) -> bool:
        legs = self._bridges.pop(bridge, None)
        if legs is None:
            return False
        for leg in legs:
            found = self._legs.get(leg)
            if found is not None and found.media is not None:
                self._media.unbridge(found.media)
        return True

    def snapshot(self) -> tuple[LegState, ...]:
        of = {leg: bridge for bridge, legs in self._bridges.items() for leg in legs}
        return tuple(LegState(leg.id, leg.answered, of.get(leg.id)) for leg in self._legs.values())

    def _why_not(self, to: str, caller_id: str, trunk: Trunk | None, peer: Peer | None) -> str:
        if trunk is not None and peer is None:
            return "the trunk's name cannot be looked up"
        if trunk is not None and peer is not None and peer.transport not in self._transports.ports:
            return "we do not listen on the trunk's transport"
        if not to or any(char.isspace() or char in '<>"@;,?' for char in to + caller_id):
            return "the number cannot be dialled"
        if len(self._legs) >= self.config.limits.max_calls:
            return "too many calls"
        return ""

    # Registry: what legs tell us

    def emit(self, event: Event) -> None:
        self._events.append(event)
        if not self._delivering and not self._delivery_due:
            self._delivery_due = True
            self._clock.call_later(0.0, self._deliver)

    def bind(self, dialog: Dialog, leg: Leg) -> None:
        self._dialogs[dialog.id] = (dialog, leg)

    def unbind(self, dialog: Dialog) -> None:
        self._dialogs.pop(dialog.id, None)

    def gone(self, leg: Leg) -> None:
        self._unbridge_leg(leg.id)
        self._legs.pop(leg.id, None)
        for op in leg.ops:
            self._ops.pop(op, None)
        if isinstance(leg, InboundLeg):
            self._invites.pop(leg.transaction, None)
            self._seen.pop(_mark(leg.invite), None)
        if not self._legs:
            self._silent.set()

    def _unbridge_leg(self, leg: LegId) -> None:
        for bridge, legs in list(self._bridges.items()):
            if leg in legs:
                self.unbridge(bridge)

    def _deliver(self) -> None:
        """Hand out what has happened. The sink may give commands; what they cause is handed out after it."""
        self._delivery_due = False
        if self._delivering or self._sink is None:
            return
        self._delivering = True
        try:
            while self._events:
                event = self._events.popleft()
                try:
                    self._sink(event)
                except Exception:
                    log.exception("an event was not understood")
                    leg = self._legs.get(getattr(event, "leg", LegId("")))
                    if leg is not None:
                        leg.fail()
        finally:
            self._delivering = False

    # From the wire

    def _peer_failed(self, peer: Peer) -> None:
        self._layer.peer_failed(peer)

    def on_ack(self, request: Request) -> None:
        found = self._dialogs.get((request.call_id, request.to_tag, request.from_tag))
        if found is not None:
            leg = found[1]
            leg.guarded(leg.on_ack)(request)

    def on_cancel(self, invite: Transaction) -> None:
        leg = self._invites.get(invite)
        if leg is not None:
            leg.guarded(leg.on_cancel)()

    def on_request(self, transaction: Transaction, request: Request) -> None:
        if request.to_tag:
            found = self._dialogs.get((request.call_id, request.to_tag, request.from_tag))
            if found is None:
                transaction.send(481, respond(request, 481))
                return
            self._in_dialog(found, transaction, request)
            return
        trunk = self._trunk_of(transaction, request)
        if trunk is None:
            return
        if request.uri.partition(":")[0].lower() not in _SCHEMES:
            transaction.send(416, respond(request, 416, to_tag=new_tag()))
        elif not request.tokens("require") <= _EXTENSIONS:
            unknown = ", ".join(sorted(request.tokens("require") - _EXTENSIONS))
            transaction.send(420, respond(request, 420, to_tag=new_tag(), extra=f"Unsupported: {unknown}\r\n"))
        elif request.method == "INVITE":
            self._invite(trunk, transaction, request)
        elif request.method == "OPTIONS":
            code = 200 if self._accepting else 503
            transaction.send(code, respond(request, code, to_tag=new_tag(), extra=_OPTIONS))
        else:
            transaction.send(481, respond(request, 481, to_tag=new_tag()))

    def _in_dialog(self, found: tuple[Dialog, Leg], transaction: Transaction, request: Request) -> None:
        dialog, leg = found
        leg.guarded(leg.on_request)(dialog, transaction, request)
        if not transaction.last:
            transaction.send(500, respond(request, 500))

    def _trunk_of(self, transaction: Transaction, request: Request) -> Trunk | None:
        """The trunk a request comes from, once it has proved it; None when it was answered already."""
        trunk = self._doors.trunk_of(request.source)
        if trunk is None:
            trunk = self._doors.trunk_by_user(user_name(request)) or self._doors.open_trunk
            if trunk is None:  # a guest: in a call with us, but nobody who may call
                transaction.send(403, respond(request, 403, to_tag=new_tag()))
                return None
        if not (trunk.credentials and trunk.challenge_inbound):
            return trunk
        verdict = self._guard.judge(trunk, request)
        if verdict is Verdict.GOOD:
            return trunk
        lines = self._guard.challenges(trunk, stale=verdict is Verdict.STALE)
        transaction.send(401, respond(request, 401, to_tag=new_tag(), extra=lines))
        return None

    def _invite(self, trunk: Trunk, transaction: Transaction, request: Request) -> None:
        if _mark(request) in self._seen:
            # The same INVITE over two ways (RFC 3261 §8.2.2.2): the second must not become a second call.
            transaction.send(482, respond(request, 482, to_tag=new_tag()))
            return
        if not self._accepting or len(self._legs) >= self.config.limits.max_calls:
            transaction.send(503, respond(request, 503, to_tag=new_tag(), extra="Retry-After: 30\r\n"))
            return
        leg = InboundLeg(self._board, trunk, LegId(secrets.token_hex(8)), transaction, request)
        transaction.adopt(User(lambda _: None, leg.guarded(leg.transport_failed)))
        self._legs[leg.id] = leg
        self._invites[transaction] = leg
        self._seen[_mark(request)] = leg
        self.emit(self._incoming(leg, request))

        def prepare() -> None:
            refusal = leg.prepare()
            if refusal is not None:
                code, extra = refusal
                leg.refuse(code, extra, by=EndedBy.NETWORK)

        leg.guarded(prepare)()

    def _incoming(self, leg: InboundLeg, request: Request) -> LegIncoming:
        caller = caller_of(request)
        return LegIncoming(
            leg=leg.id,
            node=self.node,
            trunk=leg.trunk.name,
            request_uri=destination(request.uri),
            to=user_of_address(request.first("to")),
            from_=caller.from_,
            asserted=caller.asserted,
            anonymous=caller.anonymous,
            diversions=diversions_of(request),
            history=history_of(request),
            headers=told_headers(request),
        )


def _mark(request: Request) -> tuple[str, str, int]:
    return request.call_id, request.from_tag, request.cseq
