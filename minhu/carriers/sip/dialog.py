"""A dialog: what two user agents agreed on so that later requests find their way (RFC 3261 §12)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache

from aiosipua.headers import parse_uri

from minhu.carriers.sip.compose import Headers, Outgoing, bracketed
from minhu.carriers.sip.config import DEFAULT_PORT, Transport
from minhu.carriers.sip.message import Message, Peer, Request, Response, parse_address

DialogId = tuple[str, str, str]
"""Call-ID, our tag, their tag."""


@dataclass(slots=True)
class Dialog:
    """One dialog as we see it.

    local, remote: our and their address with tag, as whole From/To values. target: the URI of their Contact. route:
    the Route values, nearest first. peer: where the other side was last heard from. local_cseq, remote_cseq: the last
    used; 0 when none.
    """

    id: DialogId
    local: str
    remote: str
    target: str
    route: tuple[str, ...]
    peer: Peer
    local_cseq: int = 0
    remote_cseq: int = 0
    hop: Peer = field(init=False)

    def __post_init__(self) -> None:
        self.hop = self._next_hop()

    @classmethod
    def answering(cls, request: Request, local_tag: str) -> Dialog:
        """The dialog of a call that came in."""
        to = request.first("to")
        return cls(
            id=(request.call_id, local_tag, request.from_tag),
            local=to if request.to_tag else f"{to};tag={local_tag}",
            remote=request.first("from"),
            target=contact_of(request) or request_origin(request),
            route=tuple(request.all("record-route")),
            peer=request.source,
            remote_cseq=request.cseq,
        )

    @classmethod
    def calling(cls, sent: Outgoing, local_tag: str, response: Response) -> Dialog:
        """The dialog that a response to our INVITE makes, early or confirmed."""
        return cls(
            id=(sent.call_id, local_tag, response.to_tag),
            local=sent.from_,
            remote=response.first("to"),
            target=contact_of(response) or sent.uri,
            route=tuple(reversed(response.all("record-route"))),
            peer=response.source,
            local_cseq=sent.cseq,
        )

    def request(
        self, method: str, *, contact: str = "", extra: Headers = (), body: bytes = b"", cseq: int = 0
    ) -> Outgoing:
        """The next request in this dialog. cseq: of the INVITE, when this is its ACK."""
        if not cseq:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, route = self.target, self.route
        if route and ";lr" not in route[0].lower():  # a strict router: RFC 3261 §12.2.1.1
            first = parse_address(route[0])
            uri, route = (first.uri if first else uri), (*route[1:], f"<{self.target}>")
        return Outgoing(method, uri, self.id[0], self.local, self.remote, cseq, route, contact, extra, body)

    def takes(self, request: Request) -> bool:
        """Whether a request of theirs is newer than the last one."""
        if request.cseq <= self.remote_cseq:
            return False
        self.remote_cseq = request.cseq
        return True

    def retarget(self, message: Message) -> None:
        """They may have moved: take the Contact of a target refresh."""
        target = contact_of(message)
        if target and target != self.target:
            self.target = target
            self.hop = self._next_hop()

    def learn(self, response: Response) -> None:
        """An early dialog becomes confirmed: the 2xx has the last word on the route set (RFC 3261 §13.2.2.4)."""
        self.target = contact_of(response) or self.target
        self.route = tuple(reversed(response.all("record-route")))
        self.hop = self._next_hop()

    def _next_hop(self) -> Peer:
        """Where requests go: the first Route, else the target; a name we would have to look up means the peer."""
        if self.peer.transport.reliable:
            return self.peer
        first = parse_address(self.route[0]) if self.route else None
        return hop_to(first.uri if first else self.target, self.peer)


def hop_to(uri: str, otherwise: Peer) -> Peer:
    """The address a URI names, when it names one in figures; else ``otherwise``."""
    parsed = parse_uri(uri)
    host = parsed.host.strip("[]")
    if not _is_address_of_one(host):
        return otherwise
    try:
        transport = Transport((parsed.params.get("transport") or otherwise.transport).lower())
    except ValueError:
        return otherwise
    port = parsed.port if parsed.port is not None else DEFAULT_PORT[transport]
    if not 0 < port <= 65535:
        return otherwise
    return Peer(transport, host, port)


@lru_cache(maxsize=1024)
def _is_address_of_one(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified)


def contact_of(message: Message) -> str:
    """The URI of the Contact, or "" when there is none that can be called."""
    values = message.headers.get("contact")
    if not values:
        return ""
    address = parse_address(values[0]) if "," not in values[0] else parse_address(message.all("contact")[0])
    if address is None or address.uri[:4].lower() not in {"sip:", "sips"}:
        return ""
    return address.uri


def request_origin(request: Request) -> str:
    """A URI for a caller who gave no Contact: where the packet came from."""
    return f"sip:{bracketed(request.source.host)}:{request.source.port}"
