"""Finding the session description in a body, which may come wrapped in a multipart (RFC 5621)."""

from __future__ import annotations

import re

from minhu.carriers.sip.message import Message

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_SDP = "application/sdp"


def sdp_of(message: Message) -> bytes:
    """The session description, or b"" when there is none."""
    body = message.body
    if not body:
        return b""
    kind = message.first("content-type")
    if kind == _SDP or not kind:
        return body
    name = kind.partition(";")[0].strip().lower()
    if name == _SDP:
        return body
    boundary = _BOUNDARY.search(kind)
    if not name.startswith("multipart/") or boundary is None:
        return b""
    mark = b"--" + (boundary[1] or boundary[2]).encode("utf-8", "surrogateescape")
    for part in body.split(mark)[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if blank and _SDP.encode() in head.lower():
            return content.removesuffix(b"\r\n") + b"\r\n"
    return b""
