"""Writing SIP messages: requests of ours, and responses to theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from minhu.carriers.chance import token
from minhu.carriers.sip.message import COOKIE, Request, Response, via_echo

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO"
METHODS = frozenset(ALLOW.split(", "))
SUPPORTED = "timer, 100rel"

REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 302: "Moved Temporarily",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone", 415: "Unsupported Media Type",
    416: "Unsupported URI Scheme", 420: "Bad Extension", 422: "Session Interval Too Small",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
    484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented", 503: "Service Unavailable",
    504: "Server Time-out", 505: "Version Not Supported", 600: "Busy Everywhere", 603: "Decline",
    604: "Does Not Exist Anywhere",
}  # fmt: skip

Headers = tuple[tuple[str, str], ...]


def new_branch() -> str:
    return COOKIE + token(8)


def new_tag() -> str:
    return token(6)


def host_port(host: str, port: int) -> str:
    """``host:port``, an IPv6 address in brackets."""
    return f"{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def clean(value: str) -> str:
    """A value that cannot smuggle in another header line."""
    return value.replace("\r", " ").replace("\n", " ")


def reason_of(code: int) -> str:
    """The usual words for a status code."""
    return REASONS.get(code) or REASONS.get(code // 100 * 100, "Unknown")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request of ours before it has a Via. from_, to, route, contact: whole header values. extra: other headers."""

    method: str
    uri: str
    call_id: str
    from_: str
    to: str
    cseq: int
    route: tuple[str, ...] = ()
    contact: str = ""
    extra: Headers = ()
    body: bytes = b""
    content_type: str = "application/sdp"

    def wire(self, via: str) -> bytes:
        """The bytes to send. via: the whole header value."""
        lines = [
            f"{self.method} {self.uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {self.from_}\r\n"
            f"To: {self.to}\r\nCall-ID: {self.call_id}\r\nCSeq: {self.cseq} {self.method}\r\n"
        ]
        lines += [f"Route: {hop}\r\n" for hop in self.route]
        if self.contact:
            lines.append(f"Contact: {self.contact}\r\n")
        lines += [f"{name}: {clean(value)}\r\n" for name, value in self.extra]
        if self.body:
            lines.append(f"Content-Type: {self.content_type}\r\n")
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        return "".join(lines).encode("utf-8", "surrogateescape") + self.body

    def ack_for_failure(self, response: Response) -> Outgoing:
        """The ACK of a 3xx–6xx: same branch, so it is part of the transaction (RFC 3261 §17.1.1.3)."""
        return replace(self, method="ACK", to=response.first("to"), contact="", extra=(), body=b"")

    def cancel(self) -> Outgoing:
        """The CANCEL of this INVITE (RFC 3261 §9.1)."""
        return replace(self, method="CANCEL", contact="", extra=(), body=b"")


def respond(
    request: Request, code: int, *, to_tag: str = "", reason: str = "", extra: str = "", body: bytes = b""
) -> bytes:
    """The bytes of a response. extra: whole header lines, each with its line end. body: SDP."""
    headers = request.headers
    to = headers["to"][0]
    if to_tag and not request.to_tag:
        to = f"{to};tag={to_tag}"
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"SIP/2.0 {code} {reason or reason_of(code)}\r\n{via_echo(request)}From: {headers['from'][0]}\r\nTo: {to}\r\n"
        f"Call-ID: {request.call_id}\r\nCSeq: {headers['cseq'][0]}\r\n{extra}{kind}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode("utf-8", "surrogateescape") + body
