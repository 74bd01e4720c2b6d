"""Seeded nonsense: messages and session descriptions that were sound once."""

from __future__ import annotations

import random
from collections.abc import Iterator

from minhu.carriers.tests.sip_wire import SDP, invite, request

_OTHERS = ("ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "PRACK", "INFO", "REGISTER", "SUBSCRIBE", "BOGUS")
_METHODS = ("INVITE",) * 4 + _OTHERS
_EXTRAS = (
    "Require: 100rel\r\n",
    "Supported: timer, 100rel\r\nSession-Expires: 90;refresher=uas\r\n",
    "Diversion: <sip:+8613800138000@c>;reason=user-busy;counter=1\r\n",
    "History-Info: <sip:1@c?Reason=SIP%3Bcause%3D486>;index=1, <sip:2@c>;index=1.1\r\n",
    "P-Asserted-Identity: <tel:+8613800138000>\r\nPrivacy: id\r\n",
    "Record-Route: <sip:127.0.0.1:1;lr>, <sip:x;lr>\r\n",
    'Authorization: Digest username="a", nonce="b", response="c", qop=auth, nc=1\r\n',
)
_POISON = (
    b"\x00", b"\r\n", b"\r", b"\n", b"%00", b"%", b'"', b"<", b">", b",", b";", b"=", b"@", b":", b"\xff\xfe", b"\t",
    b" " * 300, b"99999", b"-1", b"4294967296", b"9" * 60, "民".encode(), b"z9hG4bK", b"[::1", b"sip:", b"a" * 3000,
    b"((((", b"\\",
)  # fmt: skip


def fuzzed(seed: int, count: int) -> Iterator[bytes]:
    """``count`` messages, the same ones for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        yield mutate(rng, _sound(rng, number))


def _sound(rng: random.Random, number: int) -> bytes:
    method = rng.choice(_METHODS)
    extra = rng.choice(_EXTRAS) if rng.random() < 0.5 else ""
    parts = {
        "call": f"fuzz{number}",
        "branch": f"fuzz{number}",
        "headers": extra,
        "cseq": rng.choice((1, 2, 2**31 - 1)),
    }
    if method in ("INVITE", "UPDATE"):
        body = mutate(rng, SDP.encode()).decode("utf-8", "replace") if rng.random() < 0.5 else SDP
        return invite(**parts, body=body).replace("INVITE", method).encode()
    if rng.random() < 0.2:
        text = request(method, to_tag="x", **parts)  # type: ignore[arg-type]
        return text.replace(text.partition("\r\n")[0], f"SIP/2.0 {rng.randrange(90, 710)} Odd", 1).encode()
    return request(method, to_tag=rng.choice(("", "x")), **parts).encode()  # type: ignore[arg-type]


def mutate(rng: random.Random, data: bytes) -> bytes:
    """The same bytes with up to eight faults in them."""
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        data = rng.choice((_flip, _cut, _insert, _repeat_line, _drop_line, _truncate, _number))(rng, data)
    return data


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _flip(rng: random.Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def _cut(rng: random.Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + data[place + rng.randrange(1, 40) :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    place = _place(rng, data)
    return data[:place] + rng.choice(_POISON) + data[place:]


def _repeat_line(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    place = rng.randrange(len(lines))
    return b"\r\n".join(lines[:place] + [lines[place]] * rng.choice((2, 3, 200)) + lines[place + 1 :])


def _drop_line(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    del lines[rng.randrange(len(lines))]
    return b"\r\n".join(lines)


def _truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: _place(rng, data)]


def _number(rng: random.Random, data: bytes) -> bytes:
    digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    place = rng.choice(digits)
    return data[:place] + rng.choice((b"99999", b"-1", b"0", b"18446744073709551616", b"1e9", b"")) + data[place + 1 :]
