"""SIP messages as they stand on the wire: split strictly and fast, looked into only where needed.

This is the narrow hot path (every packet passes here, some 8 µs each); URIs, credentials and other structured values
are read by aiosipua. It is strict where a lenient reader would be made to echo or route nonsense (RFC 4475).

    Malformed               the bytes are no SIP message; says what to answer, if anything
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from minhu.carriers.sip.config import Transport

MAX_CSEQ = 2**31 - 1

COOKIE = "z9hG4bK"
"""Begins every branch made after RFC 3261."""

_COMPACT = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from",
    "i": "call-id", "k": "supported", "l": "content-length", "m": "contact", "o": "event", "r": "refer-to",
    "s": "subject", "t": "to", "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
_USUAL = (
    "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Content-Type", "Content-Length", "Subject",
    "Allow", "Supported", "User-Agent", "P-Asserted-Identity", "Diversion", "History-Info", "Route", "Record-Route",
    "Require", "Session-Expires", "Min-SE", "Authorization", "Proxy-Authorization", "Privacy", "Accept", "Date",
)  # fmt: skip
_LONG_NAME = {spelt: name.lower() for name in _USUAL for spelt in (name, name.lower())} | _COMPACT

_REQUIRED = ("via", "from", "to", "call-id", "cseq")
_SINGLE = ("from", "to", "call-id", "cseq", "max-forwards", "content-length")

_WORD = r"[A-Za-z0-9\-.!%*_+`'~]+"
_REQUEST_LINE = re.compile(rf"({_WORD}) (\S+) SIP/(\d+\.\d+)$", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?$", re.IGNORECASE)
_HEADER_NAME = re.compile(rf"{_WORD}$")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"]+$")
_CSEQ = re.compile(rf"(\d{{1,10}})\s+({_WORD})$")
_ADDRESS = re.compile(
    r'(?:"(?:[^"\\]|\\.)*"\s*<([^<>\s]+)>|[^"<>,;:]*<([^<>\s]+)>|([^\s<>",;?]+))\s*(;.*)?$', re.DOTALL
)
_TAG = re.compile(r";\s*tag\s*=\s*([^\s;,\"]+)", re.IGNORECASE)
_VIA = re.compile(
    rf"SIP\s*/\s*\d+\.\d+\s*/\s*({_WORD})\s+(\[[0-9A-Fa-f:.]+\]|[^\s;:,\[\]]+)\s*(?::\s*(\d+)\s*)?"
    r'((?:\s*;\s*[^\s;=,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)\s*$',
    re.IGNORECASE,
)
_BRANCH = re.compile(r";\s*branch\s*=\s*([^\s;,]+)", re.IGNORECASE)
_LIST_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|,')
_RPORT = re.compile(r";\s*rport\s*(?=;|$)", re.IGNORECASE)


class Peer(NamedTuple):
    """The other end of a socket."""

    transport: Transport
    host: str
    port: int


class Via(NamedTuple):
    """The topmost Via: who is to get the response."""

    sent_by: str
    host: str
    port: int
    branch: str
    rport: bool


NO_VIA = Via("", "", 0, "", rport=False)


class Malformed(ValueError):
    """Bytes that are no SIP message.

    code: the response they deserve. request: what could be read, None when not enough to answer.
    """

    def __init__(self, why: str, *, code: int = 400) -> None:
        super().__init__(why)
        self.code = code
        self.request: Request | None = None


@dataclass(slots=True)
class Message:
    """What requests and responses share. headers: by long lower-case name, each value as it stood, unfolded."""

    headers: dict[str, list[str]]
    body: bytes
    source: Peer
    call_id: str = ""
    from_tag: str = ""
    to_tag: str = ""
    cseq: int = 0
    cseq_method: str = ""
    via: Via = NO_VIA

    def first(self, name: str) -> str:
        """The first header of that name (lower case), or ""."""
        values = self.headers.get(name)
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """Every value of a header that may be a list: repeated, comma-joined, or both."""
        values = self.headers.get(name)
        if not values:
            return []
        return [part for value in values for part in split_list(value)]

    def tokens(self, name: str) -> set[str]:
        """A list header as a set of lower-case words, such as Require."""
        if name not in self.headers:
            return set()
        return {part.lower() for part in self.all(name)}


@dataclass(slots=True)
class Request(Message):
    """A request. ``version_ok`` is False for SIP/7.0."""

    method: str = ""
    uri: str = ""
    version_ok: bool = True


@dataclass(slots=True)
class Response(Message):
    status: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A name-addr or addr-spec. params: what follows the URI, as it stood."""

    uri: str
    params: str = field(default="")


def parse(data: bytes, source: Peer, *, max_header_lines: int = 128) -> Request | Response:
    """Read one whole message.

    Raises: Malformed.
    """
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank:
        raise Malformed("no blank line after the headers")
    text = head.decode("utf-8", "surrogateescape")
    if "\r\n " in text or "\r\n\t" in text:
        text = text.replace("\t", " ")
        while "\r\n " in text:
            text = text.replace("\r\n ", " ")
    lines = text.split("\r\n")
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        raise Malformed("a line break inside a line")
    if len(lines) > max_header_lines:
        raise Malformed("too many headers")

    start = lines[0]
    if start[:4].upper() == "SIP/":
        status = _STATUS_LINE.match(start)
        if status is None:
            raise Malformed("bad status line")
        response = Response(_headers(lines), body, source, status=int(status[1]), reason=status[2] or "")
        _fill(response)
        return response
    return _request(start, lines, body, source)


def _request(start: str, lines: list[str], body: bytes, source: Peer) -> Request:
    line = _REQUEST_LINE.match(start)
    method = start.partition(" ")[0]
    request = Request({}, body, source, method=method, uri=line[2] if line else "")
    try:
        request.headers = _headers(lines)
        _fill(request)
        if line is None:
            raise Malformed("bad request line")
        request.version_ok = line[3] == "2.0"
        _check_request(request)
    except Malformed as fault:
        if request.via.sent_by and all(name in request.headers for name in _REQUIRED):
            fault.request = request
        raise
    return request


def _check_request(request: Request) -> None:
    if request.cseq_method != request.method:
        raise Malformed("CSeq names another method")
    uri = request.uri
    if not _URI.match(uri) or "?" in uri.rpartition("@")[2]:
        raise Malformed("bad Request-URI")
    hops = request.first("max-forwards")
    if hops and not (hops.isdecimal() and len(hops) <= 4 and int(hops) <= 255):
        raise Malformed("bad Max-Forwards")


def _headers(lines: list[str]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    known = _LONG_NAME
    for line in lines[1:]:
        spelt, colon, value = line.partition(":")
        name = known.get(spelt) or _long_name(spelt, colon)
        values = headers.get(name)
        if values is None:
            headers[name] = [value.strip()]
        else:
            values.append(value.strip())
    return headers


def _long_name(spelt: str, colon: str) -> str:
    name = spelt.rstrip()
    if not colon or not _HEADER_NAME.match(name):
        raise Malformed("a header without a name")
    name = name.lower()
    return _COMPACT.get(name, name)


def _fill(message: Message) -> None:
    """Read what every message must have, in the order in which a 400 needs it."""
    headers = message.headers
    for name in _REQUIRED:
        if name not in headers:
            raise Malformed(f"no {name}")
    message.call_id = headers["call-id"][0]
    if not message.call_id or " " in message.call_id:
        raise Malformed("bad Call-ID")
    vias = headers["via"]
    message.via = parse_via(split_list(vias[0])[0] if "," in vias[0] else vias[0], message.source)
    cseq = _CSEQ.match(headers["cseq"][0])
    if cseq is None or int(cseq[1]) > MAX_CSEQ:
        raise Malformed("bad CSeq")
    message.cseq, message.cseq_method = int(cseq[1]), cseq[2]
    message.from_tag = _tag(headers["from"][0])
    message.to_tag = _tag(headers["to"][0])
    _check_framing(message)


def _check_framing(message: Message) -> None:
    headers = message.headers
    for name in _SINGLE:
        if name in headers and len(headers[name]) > 1:
            raise Malformed(f"more than one {name}")
    if "content-length" in headers:
        _trim_body(message, headers["content-length"][0])
    if message.via.port < 0:
        raise Malformed("bad port in Via")


def _trim_body(message: Message, declared: str) -> None:
    if not (declared.isascii() and declared.isdecimal() and len(declared) <= 10):
        raise Malformed("bad Content-Length")
    length = int(declared)
    if length > len(message.body):
        raise Malformed("body is shorter than Content-Length")
    if length < len(message.body):
        message.body = message.body[:length]


def _tag(value: str) -> str:
    match = _ADDRESS.match(value)
    if match is None:
        raise Malformed("bad From or To")
    params = match[4]
    if not params:
        return ""
    tag = _TAG.search(params)
    return tag[1] if tag else ""


def parse_address(value: str) -> Address | None:
    """A From, To, Contact, Route … value; None when it is none."""
    match = _ADDRESS.match(value.strip())
    if match is None:
        return None
    return Address(match[1] or match[2] or match[3], match[4] or "")


def parse_via(value: str, source: Peer) -> Via:
    """The Via of one hop. port: 0 when not given, -1 when it is no port.

    Raises: Malformed.
    """
    match = _VIA.match(value)
    if match is None:
        # Enough of a Via to answer to where the packet came from.
        raise Malformed("bad Via")
    host, port_text, params = match[2], match[3], match[4]
    port = 0
    if port_text is not None:
        port = int(port_text) if len(port_text) <= 5 else -1
        if not 0 < port <= 65535:
            port = -1
    branch = _BRANCH.search(params)
    rport = "rport" in params and _RPORT.search(params) is not None
    return Via(f"{host}:{port_text or ''}".lower(), host, port, branch[1] if branch else "", rport)


def via_echo(request: Request) -> str:
    """The Via lines of a response: as received, the top one telling where the request came from (RFC 3581)."""
    vias = request.headers["via"]
    source, via = request.source, request.via
    if not via.rport and via.host == source.host and len(vias) == 1:
        return f"Via: {vias[0]}\r\n"
    top, *rest = split_list(vias[0]) if "," in vias[0] else [vias[0]]
    if via.rport:
        top = _RPORT.sub(f";rport={source.port}", top, count=1)
    if via.rport or via.host.strip("[]") != source.host:
        top += f";received={source.host}"
    return "".join(f"Via: {value}\r\n" for value in (top, *rest, *vias[1:]))


def split_list(value: str) -> list[str]:
    """Split at commas that stand neither in quotes nor in angle brackets."""
    if "," not in value:
        return [value] if value else []
    parts: list[str] = []
    start = 0
    for mark in _LIST_MARKS.finditer(value):
        if mark[0] == ",":
            parts.append(value[start : mark.start()].strip())
            start = mark.end()
    parts.append(value[start:].strip())
    return [part for part in parts if part]
