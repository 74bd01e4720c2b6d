"""Keys pressed, as some telephones still tell them: in an INFO request."""

from __future__ import annotations

from minhu.carriers.sip.message import Request


def digit_of(request: Request) -> str | None:
    """The key of an INFO; "" for an INFO that says nothing, None when it is of another kind."""
    kind = request.first("content-type").partition(";")[0].strip().lower()
    text = request.body.decode("ascii", "replace")
    if not kind and not request.body:
        return ""
    if kind == "application/dtmf-relay":
        for line in text.splitlines():
            name, _, value = line.partition("=")
            if name.strip().lower() == "signal":
                return _key(value)
        return ""
    return _key(text) if kind == "application/dtmf" else None


def _key(text: str) -> str:
    key = text.strip().upper()
    key = {"10": "*", "11": "#"}.get(key, key)
    return key if len(key) == 1 and key in "0123456789*#ABCD" else ""
