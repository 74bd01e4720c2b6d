"""Which transaction a packet belongs to, and how its answer travels back (RFC 3261 §17.1.3, §17.2.3, §18.2.2)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from minhu.carriers.sip.clock import Clock
from minhu.carriers.sip.compose import METHODS, Outgoing, host_port, new_branch, new_tag, respond
from minhu.carriers.sip.config import Limits, Transport
from minhu.carriers.sip.message import COOKIE, Malformed, Peer, Request, Response, parse
from minhu.carriers.sip.transaction import (
    INVITE_CLIENT,
    INVITE_SERVER,
    OTHER_CLIENT,
    OTHER_SERVER,
    Input,
    State,
    Transaction,
    User,
)

log = logging.getLogger(__name__)

Send = Callable[[bytes, Peer], bool]


class Core(Protocol):
    """Who understands calls."""

    def on_request(self, transaction: Transaction, request: Request) -> None: ...

    def on_ack(self, request: Request) -> None:
        """The ACK of a 2xx, which is part of no transaction."""

    def on_cancel(self, invite: Transaction) -> None:
        """The CANCEL itself has been answered."""


class Layer:
    """All transactions of one engine."""

    def __init__(self, core: Core, clock: Clock, send: Send, limits: Limits) -> None:
        self.clock = clock
        self.public_host = ""
        self.ports: dict[Transport, int] = {}
        self.contacts: dict[Transport, str] = {}
        self._core = core
        self._send = send
        self._limits = limits
        self._servers: dict[tuple[str, ...], Transaction] = {}
        self._clients: dict[tuple[str, ...], Transaction] = {}

    def named(self, public_host: str, ports: dict[Transport, int]) -> None:
        """Say under which address we are reached."""
        self.public_host = public_host
        self.ports = ports
        for transport, port in ports.items():
            kind = "" if transport is Transport.UDP else f";transport={transport}"
            self.contacts[transport] = f"<sip:minhu@{host_port(public_host, port)}{kind}>"

    @property
    def live(self) -> int:
        """How many transactions are remembered."""
        return len(self._servers) + len(self._clients)

    @property
    def asking(self) -> bool:
        """Whether a request of ours is still unanswered."""
        return any(client.state in (State.CALLING, State.TRYING) for client in self._clients.values())

    def receive(self, data: bytes, source: Peer) -> None:
        """Take one packet from the wire. Never raises."""
        try:
            message = parse(data, source, max_header_lines=self._limits.max_header_lines)
        except Malformed as fault:
            if fault.request is not None and fault.request.method != "ACK":
                self.reply(fault.request, respond(fault.request, fault.code, reason=f"Bad Request: {fault}"))
            return
        try:
            if isinstance(message, Response):
                self._take_response(message)
            elif not message.version_ok:
                self.reply(message, respond(message, 505))
            else:
                self._take_request(message)
        except Exception:
            # One packet's fault must not reach another call; the call it belongs to was ended by the engine.
            log.exception("a SIP message could not be handled")

    def request(self, outgoing: Outgoing, peer: Peer, user: User, *, via: str = "") -> Transaction:
        """Start a client transaction. via: of the INVITE, when this is its CANCEL."""
        via = via or self.new_via(peer)
        branch = via.rpartition("branch=")[2]
        table = INVITE_CLIENT if outgoing.method == "INVITE" else OTHER_CLIENT
        transaction = Transaction(table, (branch, outgoing.method), peer, self, user)
        if outgoing.method == "INVITE":
            transaction.acknowledge = lambda response: outgoing.ack_for_failure(response).wire(via)
        self._clients[transaction.key] = transaction
        transaction.start(outgoing.wire(via))
        return transaction

    def new_via(self, peer: Peer) -> str:
        """A Via header value of ours for a message to ``peer``."""
        port = self.ports.get(peer.transport, 0)
        return f"SIP/2.0/{peer.transport.upper()} {host_port(self.public_host, port)};rport;branch={new_branch()}"

    def send_ack(self, outgoing: Outgoing, peer: Peer) -> bytes:
        """Send the ACK of a 2xx, and give its bytes for when the 2xx is repeated."""
        data = outgoing.wire(self.new_via(peer))
        self._send(data, peer)
        return data

    def send_raw(self, data: bytes, peer: Peer) -> None:
        self._send(data, peer)

    def reply(self, request: Request, data: bytes) -> None:
        """Answer without a transaction."""
        self._send(data, answer_to(request))

    def transmit(self, data: bytes, peer: Peer, sender: Transaction) -> None:
        if not self._send(data, peer):
            # Not at once: the sender may be in the middle of a step.
            self.clock.call_later(0.0, sender.feed, Input.TRANSPORT_FAILED)

    def ended(self, transaction: Transaction) -> None:
        for known in (self._servers, self._clients):
            if known.get(transaction.key) is transaction:
                del known[transaction.key]

    def peer_failed(self, peer: Peer) -> None:
        """A connection could not be opened."""
        for transaction in [*self._clients.values(), *self._servers.values()]:
            if transaction.peer == peer:
                transaction.feed(Input.TRANSPORT_FAILED)

    def stop(self) -> None:
        """Forget everything, timers too."""
        for transaction in [*self._clients.values(), *self._servers.values()]:
            transaction.abandon()
        self._clients.clear()
        self._servers.clear()

    def _take_response(self, response: Response) -> None:
        transaction = self._clients.get((response.via.branch, response.cseq_method))
        if transaction is not None:
            transaction.receive(response)

    def _take_request(self, request: Request) -> None:
        method = request.method
        key = server_key(request, "INVITE" if method == "ACK" else method)
        known = self._servers.get(key)
        if method == "ACK":
            if known is not None:
                known.feed(Input.ACK, request)
            if known is None or known.acked_by_core:
                self._core.on_ack(request)
            return
        if known is not None:
            known.feed(Input.REQUEST, request)
            return
        if len(self._servers) >= self._limits.max_transactions:
            self.reply(request, respond(request, 503, extra="Retry-After: 10\r\n"))
            return
        table = INVITE_SERVER if method == "INVITE" else OTHER_SERVER
        transaction = Transaction(table, key, answer_to(request), self)
        self._servers[key] = transaction
        transaction.feed(Input.START)
        if method == "CANCEL":
            self._cancel(transaction, request)
        elif method not in METHODS:
            transaction.send(501, respond(request, 501))
        else:
            self._core.on_request(transaction, request)

    def _cancel(self, transaction: Transaction, request: Request) -> None:
        invite = self._servers.get(server_key(request, "INVITE"))
        code = 200 if invite else 481
        transaction.send(code, respond(request, code, to_tag=invite.local_tag if invite else new_tag()))
        if invite is not None:
            self._core.on_cancel(invite)


def server_key(request: Request, method: str) -> tuple[str, ...]:
    """What makes two requests the same one."""
    via = request.via
    if via.branch.startswith(COOKIE) and len(via.branch) > len(COOKIE):
        return (via.branch, via.sent_by, request.source.host, method)
    return (request.call_id, request.from_tag, str(request.cseq), via.sent_by, request.source.host, method)


def answer_to(request: Request) -> Peer:
    """Where a response goes: the connection it came by, or the packet's source with the port Via asks for."""
    source, via = request.source, request.via
    if source.transport.reliable or via.rport or via.port < 0:
        return source
    return Peer(source.transport, source.host, via.port or 5060)
