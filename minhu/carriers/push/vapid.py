"""Who sends: a signed statement for the push service, by which a subscription is ours alone. Source: RFC 8292."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from minhu.carriers.push.sealing import point_of, spelled

HOLDS = timedelta(hours=12)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def key_of(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The signing key behind 32 secret bytes."""
    return ec.derive_private_key(int.from_bytes(secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def authorization(key: ec.EllipticCurvePrivateKey, audience: str, subject: str, *, at: datetime) -> str:
    """The header. audience: scheme and host of the push service; subject: https address or mailto of who runs this."""
    claims: dict[str, str | int] = {"aud": audience, "exp": int((at + HOLDS).timestamp()), "sub": subject}
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = spelled(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={spelled(point_of(key))}"


def _part(value: dict[str, str | int]) -> str:
    return spelled(json.dumps(value, separators=(",", ":")).encode())
