"""Who is calling, and whom they first dialled: read from the headers a telephone company adds.

Source: RFC 3325 (P-Asserted-Identity), RFC 3323 (Privacy), RFC 5806 (Diversion), RFC 7044 (History-Info).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from aiosipua.headers import parse_uri

from minhu.carriers.sip.message import Request, parse_address
from minhu.carriers.voice import Diversion

_WITHHELD = frozenset({"id", "user", "header"})
_REASON = re.compile(r';\s*reason\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,]+))', re.IGNORECASE)
_INDEX = re.compile(r";\s*index\s*=\s*([\d.]{1,60})", re.IGNORECASE)
_CAUSE = re.compile(r"cause\s*=\s*(\d{1,3})", re.IGNORECASE)
_URI_CAUSE = re.compile(r";\s*cause=(\d{1,3})", re.IGNORECASE)
_MAX_DIVERSIONS = 20
_MAX_USER = 128

_TOLD = (
    "subject", "user-agent", "diversion", "history-info", "privacy", "p-asserted-identity", "remote-party-id",
    "call-info", "p-charging-vector", "reason",
)  # fmt: skip
"""Headers that the switch may want to see as they stood."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says of its caller; see LegIncoming."""

    from_: str
    asserted: str
    anonymous: bool


def user_of(uri: str) -> str:
    """The user part of a sip: or tel: URI, unescaped, without its parameters; "" when there is none."""
    scheme, colon, rest = uri.partition(":")
    if not colon:
        return ""
    scheme = scheme.lower()
    if scheme == "tel":
        user = rest
    elif scheme in {"sip", "sips"}:
        # A password, a second @ and parameters of the user part are what aiosipua leaves in.
        user = rest.rpartition("@")[0].partition(":")[0] if "@" in rest else ""
    else:
        return ""
    user = unquote(user.partition(";")[0], errors="replace")[:_MAX_USER]
    return "".join(char for char in user if char.isprintable()).strip()


def user_of_address(value: str) -> str:
    """The same of a name-addr or addr-spec value."""
    address = parse_address(value)
    return user_of(address.uri) if address else ""


def caller_of(request: Request) -> Caller:
    """The caller's number, and whether it was withheld."""
    asserted = ""
    for value in request.all("p-asserted-identity"):
        asserted = user_of_address(value)
        if asserted:
            break
    hidden = False
    party = request.all("remote-party-id")
    if party:
        asserted = asserted or user_of_address(party[0])
        hidden = "privacy=full" in party[0].lower() or "privacy=uri" in party[0].lower()
    from_value = request.first("from")
    from_user = user_of_address(from_value)
    withheld = {word.strip().lower() for value in request.headers.get("privacy", ()) for word in value.split(";")}
    anonymous = (
        hidden
        or bool(withheld & _WITHHELD)
        or from_user.lower() in {"anonymous", "unavailable", "restricted"}
        or "@anonymous.invalid" in from_value.lower()
    )
    return Caller(from_user, asserted, anonymous)


def diversions_of(request: Request) -> tuple[Diversion, ...]:
    """Every Diversion, most recent first, as the header itself has them."""
    found = []
    for value in request.all("diversion")[:_MAX_DIVERSIONS]:
        number = user_of_address(value)
        if number:
            reason = _REASON.search(value)
            found.append(Diversion(number, ((reason[1] or reason[2] or "") if reason else "").lower()))
    return tuple(found)


def history_of(request: Request) -> tuple[Diversion, ...]:
    """The destinations before the present one, most recent first: those whose entry says why they were left.

    The reason stands in the URI's escaped headers (``?Reason=SIP%3Bcause%3D486``) or, by RFC 4458, in the ``cause``
    of the entry that follows.
    """
    entries: list[tuple[tuple[int, ...], int, str]] = []
    for place, value in enumerate(request.all("history-info")[:_MAX_DIVERSIONS]):
        address = parse_address(value)
        if address is not None:
            index = _INDEX.search(address.params)
            steps = tuple(int(step) for step in index[1].split(".") if step) if index else ()
            entries.append((steps, place, address.uri))
    entries.sort()
    found = []
    for position, (_, _, uri) in enumerate(entries):
        target, _, escaped = uri.partition("?")
        cause = _CAUSE.search(unquote(_header_of(escaped, "reason"), errors="replace"))
        if cause is None and position + 1 < len(entries):
            cause = _URI_CAUSE.search(entries[position + 1][2].partition("?")[0])
        number = user_of(target)
        if number and cause is not None:
            found.append(Diversion(number, cause[1]))
    return tuple(reversed(found))


def _header_of(escaped: str, name: str) -> str:
    for pair in escaped.split("&"):
        key, _, value = pair.partition("=")
        if key.lower() == name:
            return value
    return ""


def told_headers(request: Request) -> Mapping[str, str]:
    """The headers an event carries: a few well-known ones and the caller's own (X-…), each as one line."""
    told = {}
    for name, values in request.headers.items():
        if name in _TOLD or name.startswith("x-"):
            told[name] = ", ".join(values).encode("utf-8", "replace").decode()[:1024]
    return told


def destination(uri: str) -> str:
    """What was dialled: the user part of a Request-URI, or its host when it has none."""
    return user_of(uri) or parse_uri(uri).host[:_MAX_USER]
