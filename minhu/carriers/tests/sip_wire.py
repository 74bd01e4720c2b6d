"""A telephone company on loopback, in virtual time: sends bytes to an engine and reads what comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from minhu.carriers.sip.clock import VirtualClock
from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.carriers.sip.message import Malformed, Peer, Request, Response, parse
from minhu.carriers.voice import Event, LegId, LegIncoming

TRUNK = Peer(Transport.UDP, "127.0.0.1", 5081)
STRANGER = Peer(Transport.UDP, "127.0.0.9", 5081)

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)

React = Callable[["Wire", Event], None]


def ring_and_answer(wire: Wire, event: Event) -> None:
    if isinstance(event, LegIncoming):
        wire.engine.ring(event.leg)
        wire.engine.answer(event.leg)


def only_ring(wire: Wire, event: Event) -> None:
    if isinstance(event, LegIncoming):
        wire.engine.ring(event.leg)


def do_nothing(wire: Wire, event: Event) -> None: ...


@dataclass
class Wire:
    """The far end of the trunk. sent: everything the engine sent, in order. lose: drops what it returns True for."""

    engine: SipEngine
    clock: VirtualClock
    react: React
    events: list[Event] = field(default_factory=list)
    sent: list[tuple[bytes, Peer]] = field(default_factory=list)
    lose: Callable[[bytes], bool] = lambda data: False

    def sink(self, event: Event) -> None:
        self.events.append(event)
        self.react(self, event)

    def send(self, data: bytes, peer: Peer) -> bool:
        if not self.lose(data):
            self.sent.append((data, peer))
        return True

    def receive(self, text: str | bytes, source: Peer = TRUNK) -> list[Request | Response]:
        """Let the engine receive one packet; what it sends at once."""
        before = len(self.sent)
        self.engine.receive(text if isinstance(text, bytes) else text.encode(), source)
        self.clock.advance(0.0)
        return self.since(before)

    def advance(self, seconds: float) -> list[Request | Response]:
        """Let time pass; what the engine sends meanwhile."""
        before = len(self.sent)
        self.clock.advance(seconds)
        return self.since(before)

    def since(self, place: int) -> list[Request | Response]:
        found: list[Request | Response] = []
        for data, peer in self.sent[place:]:
            with suppress(Malformed):  # an answer that had to echo nonsense
                found.append(parse(data, peer))
        return found

    def statuses(self) -> list[int]:
        """Status codes of every response so far."""
        return [int(data[8:11]) for data, _ in self.sent if data.startswith(b"SIP/2.0 ")]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def incoming(self) -> LegId:
        return next(event.leg for event in self.events if isinstance(event, LegIncoming))


def on_the_wire(
    work: Callable[[Wire], Awaitable[None] | None], react: React = ring_and_answer, config: SipConfig | None = None
) -> Wire:
    """Run ``work`` against an engine whose packets go through our hands and whose clock is ours."""

    async def run() -> Wire:
        clock = VirtualClock()
        settings = config or SipConfig("node", (Trunk("trunk", "127.0.0.1", TRUNK.port),))
        settings = replace(settings, listen_udp=("127.0.0.1", 0))
        engine = SipEngine(settings, Media(address="127.0.0.1", ports=range(41000, 48000)), clock)
        wire = Wire(engine, clock, react)
        engine.send_through(wire.send)
        await engine.start(wire.sink)
        clock.advance(0.0)
        wire.events.clear()
        try:
            done = work(wire)
            if done is not None:
                await done
        finally:
            await engine.stop()
        return wire

    return asyncio.run(run())


def request(
    method: str,
    *,
    call: str = "call",
    branch: str = "b1",
    cseq: int = 1,
    to_tag: str = "",
    headers: str = "",
    body: str = "",
    kind: str = "application/sdp",
    uri: str = "sip:80001@127.0.0.1",
) -> str:
    """A request of the trunk. headers: whole lines, each with its line end."""
    tag = f";tag={to_tag}" if to_tag else ""
    content = f"Content-Type: {kind}\r\n" if body else ""
    return (
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5081;branch=z9hG4bK{branch}\r\n"
        f"From: <sip:13800000001@127.0.0.1>;tag=their-{call}\r\nTo: <sip:80001@127.0.0.1>{tag}\r\n"
        f"Call-ID: {call}@127.0.0.1\r\nCSeq: {cseq} {method}\r\nContact: <sip:13800000001@127.0.0.1:5081>\r\n"
        f"Max-Forwards: 70\r\n{headers}{content}Content-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def invite(**parts: object) -> str:
    return request("INVITE", **{"body": SDP, **parts})  # type: ignore[arg-type]


def answer_to(sent: Request, status: int, *, tag: str = "their", headers: str = "", body: str = "") -> str:
    """The trunk's response to a request of ours."""
    to = sent.first("to")
    to = to if "tag=" in to or status == 100 else f"{to};tag={tag}"
    content = "Content-Type: application/sdp\r\n" if body else ""
    vias = "".join(f"Via: {via}\r\n" for via in sent.headers["via"])
    return (
        f"SIP/2.0 {status} Whatever\r\n{vias}From: {sent.first('from')}\r\nTo: {to}\r\nCall-ID: {sent.call_id}\r\n"
        f"CSeq: {sent.cseq} {sent.cseq_method}\r\nContact: <sip:official@127.0.0.1:5081>\r\n{headers}{content}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def torture() -> dict[str, tuple[str, bytes]]:
    """The messages of RFC 4475: name to (verdict, bytes)."""
    text = (Path(__file__).parent / "data" / "rfc4475.txt").read_text()
    found = {}
    for part in text.split("\n=== ")[1:]:
        title, _, body = part.partition("\n")
        name, verdict = title.split()
        found[name] = verdict, _expand(body)
    return found


def _expand(text: str) -> bytes:
    text = re.sub(r"<allOneLine>\n(.*?)\n</allOneLine>", lambda m: m[1].replace("\n", ""), text, flags=re.DOTALL)
    text = re.sub(r"<repeat count=(\d+)>(.*?)</repeat>", lambda m: m[2] * int(m[1]), text)
    data = text.replace("\n", "\r\n").encode()
    if b"\r\n\r\n" not in data:
        data += b"\r\n"
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    return re.sub(rb"<hex>([0-9A-F]+)</hex>", lambda m: bytes.fromhex(m[1].decode()), data)
