"""A message sealed for one browser: only the keys that it made can open it. Source: RFC 8291, RFC 8188."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
_RECORD_BYTES = 4096
_LAST_RECORD = b"\x02"


class BadKeys(ValueError):
    """What the browser gave is no key of its curve."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Of a subscription: the browser's public key (an uncompressed point of P-256), and its secret of 16 bytes."""

    point: bytes
    auth: bytes

    @classmethod
    def read(cls, p256dh: str, auth: str) -> Keys:
        """From base64url, as a browser gives them. Raises: BadKeys."""
        try:
            keys = cls(unspelled(p256dh), unspelled(auth))
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.point)
        except (ValueError, binascii.Error):
            raise BadKeys("not a subscription's keys") from None
        if len(keys.auth) != AUTH_BYTES or len(keys.point) != POINT_BYTES:
            raise BadKeys("keys of a wrong length")
        return keys


def seal(words: bytes, to: Keys, *, ours: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of the request. ours: a fresh key for this message; salt: 16 fresh bytes; words: up to 3993 bytes."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.point)
    our_point = point_of(ours)
    shared = ours.exchange(ec.ECDH(), theirs)
    secret = _derived(shared, to.auth, b"WebPush: info\0" + to.point + our_point, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + len(our_point).to_bytes(1, "big") + our_point
    return head + AESGCM(key).encrypt(nonce, words + _LAST_RECORD, None)


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Its public half, as it is sent."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def spelled(value: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unspelled(value: str) -> bytes:
    """Raises: ValueError."""
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
