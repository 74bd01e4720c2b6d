"""How Aliyun and Tencent want a request signed.

Source: Aliyun, signature method V3 (ACS3-HMAC-SHA256); Tencent Cloud, signature v3 (TC3-HMAC-SHA256).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Key:
    """id, secret: AccessKeyId and AccessKeySecret, or SecretId and SecretKey."""

    id: str
    secret: str


def acs3(key: Key, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of a POST to Aliyun with an empty body, signed. headers: x-acs-action and the others it needs."""
    nothing = hashlib.sha256(b"").hexdigest()
    signed = {**headers, "host": urlsplit(url).netloc, "x-acs-content-sha256": nothing}
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        (
            "POST",
            urlsplit(url).path or "/",
            canonical_query(query),
            "".join(f"{name}:{signed[name]}\n" for name in sorted(signed)),
            names,
            nothing,
        )
    )
    over = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key.secret.encode(), over.encode(), hashlib.sha256).hexdigest()
    who = f"ACS3-HMAC-SHA256 Credential={key.id},SignedHeaders={names},Signature={signature}"
    return {**signed, "Authorization": who}


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted by name, and written as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items()))


def tc3(key: Key, host: str, body: bytes, at: datetime, *, service: str = "sms") -> str:
    """The Authorization header of a POST of JSON to Tencent; content-type and host are signed."""
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:application/json; charset=utf-8\nhost:{host}\n",
            "content-type;host",
            hashlib.sha256(body).hexdigest(),
        )
    )
    over = f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    step = f"TC3{key.secret}".encode()
    for words in (day, service, "tc3_request"):
        step = hmac.new(step, words.encode(), hashlib.sha256).digest()
    signature = hmac.new(step, over.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
