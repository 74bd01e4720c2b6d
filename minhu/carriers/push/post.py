"""Hands a message to the push service that a browser named.

The address comes from a browser, so it is trusted with nothing: https at port 443 only, and never an address inside
the house. The host is looked up once, every address it has must be public, and that very address is connected to.

CarrierError    not taken; permanent: the subscription is over, or its address is not one we go to
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from minhu.carriers.errors import CarrierError
from minhu.carriers.push import vapid
from minhu.carriers.push.sealing import Keys, seal

LASTS_SECONDS = 3600
"""How long a push service keeps it for a phone that is off; then a text has long gone instead."""

_TIMEOUT_SECONDS = 10.0
_UNICAST, _6TO4 = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("2002::/16")
_OVER = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends. inside_allowed: tests only: a push service on this machine, by plain http."""

    key: ec.EllipticCurvePrivateKey
    subject: str
    inside_allowed: bool = False


def check(endpoint: str, *, inside_allowed: bool = False) -> SplitResult:
    """The parts of an address that could be a push service's. Raises: ValueError."""
    parts = urlsplit(endpoint)
    port = parts.port
    if not parts.hostname or parts.username or parts.password or len(endpoint) > 500:
        raise ValueError("no address of a push service")
    if not inside_allowed and (parts.scheme != "https" or port not in {None, 443}):
        raise ValueError("a push service is reached by https at port 443")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("no address of the web")
    return parts


def send(endpoint: str, keys: Keys, words: bytes, by: Sender, *, at: datetime) -> None:
    """Hand it over. Raises: CarrierError."""
    try:
        parts = check(endpoint, inside_allowed=by.inside_allowed)
    except ValueError as wrong:
        raise CarrierError(str(wrong), permanent=True) from None
    body = seal(words, keys, ours=ec.generate_private_key(ec.SECP256R1()), salt=os.urandom(16))
    headers = {
        "Authorization": vapid.authorization(by.key, f"{parts.scheme}://{parts.netloc}", by.subject, at=at),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LASTS_SECONDS),
        "Urgency": "high",
    }
    try:
        status = _asked(parts, body, headers, inside_allowed=by.inside_allowed)
    except (OSError, http.client.HTTPException) as fault:
        raise CarrierError(f"push: {type(fault).__name__}", permanent=False) from None
    if not 200 <= status < 300:
        raise CarrierError(f"push: answered {status}", permanent=status in _OVER)


def _asked(parts: SplitResult, body: bytes, headers: dict[str, str], *, inside_allowed: bool) -> int:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    connection.sock = socket.create_connection((_public(host, port, inside_allowed), port), _TIMEOUT_SECONDS)
    try:
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)  # a redirect is an answer like any other: not followed
        return connection.getresponse().status
    finally:
        connection.close()


def _is_public(address: str) -> bool:
    """Of IPv6 only what is itself an address of the net: none that stands for one of IPv4, as behind a translator."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and (found not in _UNICAST or found in _6TO4):
        return False
    return found.is_global and not found.is_multicast


def _public(host: str, port: int, inside_allowed: bool) -> str:
    """One address of the host, all of which are public. Raises: CarrierError, OSError."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not inside_allowed and not all(_is_public(one) for one in found):
        raise CarrierError("push: the address is inside the house", permanent=True)
    return found[0]
