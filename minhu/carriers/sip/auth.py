"""Digest authentication both ways: challenging a trunk's calls, and answering a trunk's challenges.

Source: RFC 3261 §22, RFC 7616, RFC 8760 (SHA-256 in SIP).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from enum import StrEnum, auto

from aiosipua.auth import SipDigestAuth, build_credentials
from aiosipua.headers import AuthChallenge, parse_auth, stringify_auth

from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.message import Request, Response

NONCE_SECONDS = 60
_REMEMBERED_NONCES = 4096

_HASHES: dict[str, Callable[[bytes], str]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}


class Verdict(StrEnum):
    """What credentials turned out to be."""

    GOOD = auto()
    MISSING = auto()
    BAD = auto()
    STALE = auto()
    """Right, but with a nonce that is too old or was used before: the trunk may try again at once."""


class Guard:
    """Makes challenges, and judges the answers. Nonces carry their own time and seal, so nothing is kept for them."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._used: dict[str, int] = {}

    def challenges(self, trunk: Trunk, *, stale: bool = False) -> str:
        """The WWW-Authenticate header lines of a 401."""
        nonce = self._new_nonce()
        again = ", stale=true" if stale else ""
        return "".join(
            f'WWW-Authenticate: Digest realm="{trunk.realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"'
            f"{again}\r\n"
            for algorithm in trunk.digest_algorithms
        )

    def judge(self, trunk: Trunk, request: Request) -> Verdict:
        """Whether a request proves that it knows the trunk's password."""
        given = _credentials(request, trunk)
        if given is None:
            return Verdict.MISSING
        digest = _HASHES.get(given.get("algorithm", "MD5").upper())
        if digest is None or given.get("algorithm", "MD5").upper() not in trunk.digest_algorithms:
            return Verdict.BAD
        if given.get("username") != trunk.username or given.get("uri", "") == "" or given.get("qop") != "auth":
            return Verdict.BAD
        expected = _response(trunk, request.method, given, digest)
        if not hmac.compare_digest(expected.encode(), given.get("response", "").lower().encode("utf-8", "replace")):
            return Verdict.BAD
        return Verdict.GOOD if self._fresh(given.get("nonce", ""), given.get("nc", "")) else Verdict.STALE

    def _new_nonce(self) -> str:
        body = f"{int(self._now()):x}.{secrets.token_hex(8)}"
        return f"{body}.{self._seal(body)}"

    def _seal(self, body: str) -> str:
        return hmac.new(self._secret, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]

    def _fresh(self, nonce: str, count: str) -> bool:
        body, _, seal = nonce.rpartition(".")
        if not hmac.compare_digest(self._seal(body).encode(), seal.encode("utf-8", "replace")):
            return False
        if self._now() - int(body.partition(".")[0], 16) > NONCE_SECONDS:
            return False
        try:
            number = int(count, 16)
        except ValueError:
            return False
        if number <= self._used.get(nonce, 0):
            return False
        if len(self._used) >= _REMEMBERED_NONCES:
            self._used.pop(next(iter(self._used)))
        self._used[nonce] = number
        return True


def user_name(request: Request) -> str:
    """The user name a request claims, to find a trunk that is known by password alone."""
    for value in request.headers.get("authorization", ()):
        if value[:7].lower() == "digest ":
            return parse_auth(value, credentials=True).params.get("username", "")
    return ""


def answer(trunk: Trunk, response: Response, method: str, uri: str) -> tuple[str, str] | None:
    """The header that answers a 401 or 407, or None when it cannot be answered."""
    if not trunk.credentials:
        return None
    asked, given = (
        ("www-authenticate", "Authorization")
        if response.status == 401
        else ("proxy-authenticate", "Proxy-Authorization")
    )
    offers = [parse_auth(value) for value in response.headers.get(asked, ())]
    offers.sort(key=_strength, reverse=True)
    for offer in offers:
        made = build_credentials(SipDigestAuth(trunk.username, trunk.password), offer, method, uri)
        if made is not None:
            return given, stringify_auth(made)
    return None


def is_stale(response: Response) -> bool:
    """Whether a challenge says that only the nonce was too old."""
    values = response.headers.get("www-authenticate", []) + response.headers.get("proxy-authenticate", [])
    return any(parse_auth(value).params.get("stale", "").strip('"').lower() == "true" for value in values)


def _strength(offer: AuthChallenge) -> int:
    return int(offer.params.get("algorithm", "MD5").upper() == "SHA-256")


def _credentials(request: Request, trunk: Trunk) -> dict[str, str] | None:
    for value in request.headers.get("authorization", ()):
        if value[:7].lower() == "digest ":
            given = {name.lower(): text for name, text in parse_auth(value, credentials=True).params.items()}
            if given.get("realm") == trunk.realm:
                return given
    return None


def _response(trunk: Trunk, method: str, given: dict[str, str], digest: Callable[[bytes], str]) -> str:
    def hashed(*parts: str) -> str:
        return digest(":".join(parts).encode("utf-8", "replace"))

    proof = hashed(trunk.username, trunk.realm, trunk.password)
    asked = hashed(method, given["uri"])
    return hashed(proof, given.get("nonce", ""), given.get("nc", ""), given.get("cnonce", ""), "auth", asked)
