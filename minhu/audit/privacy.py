"""Encryption of what identifies a citizen, and the keyed hash by which he is found again.

A sealed value is ``version, length of key id, key id, nonce, ciphertext with tag`` (AES-256-GCM). The key id lets keys
rotate: new values use the first of ``settings.FIELD_KEYS``; the others still open what they sealed.
Source: NIST SP 800-38D (GCM); RFC 2104 (HMAC).

PrivacyError    a sealed value cannot be opened: damaged, or its key is not among the settings
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VALUE, _FILE = 1, 2
_NONCE_BYTES = 12
_SALT_BYTES = 16
_TAG_BYTES = 16
_CHUNK_BYTES = 64 * 1024


class PrivacyError(Exception):
    """A sealed value cannot be opened."""


class Readable(Protocol):
    """A file, or a file of Django's storage."""

    def read(self, size: int = ..., /) -> bytes: ...


def seal(text: str) -> bytes:
    """Encrypt a short text, such as a phone number. The same text gives another blob each time."""
    header, key = _current(_VALUE)
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + _cipher(key).encrypt(nonce, text.encode(), header)


def unseal(blob: bytes | memoryview) -> str:
    """The text of a sealed value. Raises: PrivacyError."""
    header, key, body = _split(bytes(blob), _VALUE)
    try:
        return _cipher(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], header).decode()
    except (InvalidTag, ValueError) as fault:
        raise PrivacyError("a sealed value is damaged") from fault


def lookup_key(number: str) -> bytes:
    """32 bytes by which a number is found without storing it. number: normalised."""
    return hmac.digest(settings.LOOKUP_KEY, number.encode(), "sha256")


def needs_new_key(blob: bytes | memoryview) -> bool:
    """Whether a value is sealed with a key that is no longer the first: rotation seals it anew."""
    data = bytes(blob)
    header, _ = _current(data[0] if data else _VALUE)
    return not data.startswith(header)


def seal_file(source: BinaryIO, target: BinaryIO) -> bytes:
    """Encrypt a file in chunks; returns the SHA-256 of what was read.

    Each file has a key of its own, derived from a salt; the last chunk is marked, so that a cut file does not open.
    """
    header, key = _current(_FILE)
    salt = os.urandom(_SALT_BYTES)
    cipher, digest = AESGCM(_file_key(key, salt)), hashlib.sha256()
    target.write(header + salt)
    chunk, number, last = source.read(_CHUNK_BYTES), 0, False
    while not last:
        following = source.read(_CHUNK_BYTES)
        last = not following
        digest.update(chunk)
        target.write(cipher.encrypt(_counter(number), chunk, header + bytes([last])))
        chunk, number = following, number + 1
    return digest.digest()


def unseal_file(source: Readable) -> Iterator[bytes]:
    """The plain chunks of a sealed file. Raises: PrivacyError when it is damaged, cut or not ours."""
    start = source.read(2)
    header, key, salt = _split(start + source.read((start[1] if len(start) > 1 else 0) + _SALT_BYTES), _FILE)
    cipher = AESGCM(_file_key(key, salt))
    chunk, number, last = source.read(_CHUNK_BYTES + _TAG_BYTES), 0, False
    while not last:
        following = source.read(_CHUNK_BYTES + _TAG_BYTES)
        last = not following
        try:
            yield cipher.decrypt(_counter(number), chunk, header + bytes([last]))
        except (InvalidTag, ValueError) as fault:
            raise PrivacyError("a sealed file is damaged or cut short") from fault
        chunk, number = following, number + 1


def _current(version: int) -> tuple[bytes, bytes]:
    key_id, key = next(iter(settings.FIELD_KEYS.items()))
    return _header(version, key_id), key


@lru_cache(maxsize=64)
def _header(version: int, key_id: str) -> bytes:
    name = key_id.encode()
    return bytes([version, len(name)]) + name


def _split(data: bytes, version: int) -> tuple[bytes, bytes, bytes]:
    if len(data) < 2 or data[0] != version or len(data) < 2 + data[1] + _NONCE_BYTES:
        raise PrivacyError("this is not a sealed value")
    header, body = data[: 2 + data[1]], data[2 + data[1] :]
    key = settings.FIELD_KEYS.get(header[2:].decode(errors="replace"))
    if key is None:
        raise PrivacyError("the key of a sealed value is not among MINHU_KEYS")
    return header, key, body


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _file_key(key: bytes, salt: bytes) -> bytes:
    return hmac.digest(key, b"file" + salt, "sha256")


def _counter(number: int) -> bytes:
    return number.to_bytes(_NONCE_BYTES, "big")
