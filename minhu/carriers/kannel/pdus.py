"""Messages between bearerbox and its boxes, as Kannel 1.4.5 packs them.

A message is a length, a type, and the fields of that type in order: numbers of four octets, strings with their length
before them. What is not set is -1. The fields of the classes below are that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from struct import Struct

from minhu.carriers.links import BrokenStream

UNSET = -1
_NUMBER = Struct("!i")
MAX_OCTETS = 1_000_000
"""A text has less than a thousand; anything much longer is noise."""


class Nack(IntEnum):
    """What an Ack says."""

    STORED = 0
    FAILED = 1
    FAILED_FOR_NOW = 2
    QUEUED = 3


class Kind(IntEnum):
    """sms_type."""

    FROM_PHONE = 0
    PUSH = 2
    REPORT = 3
    REPORT_TO_PHONE = 4


class Coding(IntEnum):
    """coding; msgdata is UTF-8, raw, or UTF-16."""

    GSM = 0
    OCTETS = 1
    UCS2 = 2


class Command(IntEnum):
    """command of an Admin."""

    SHUTDOWN = 0
    IDENTIFY = 3
    RESTART = 4


@dataclass(frozen=True, slots=True)
class Heartbeat:
    load: int = UNSET


@dataclass(frozen=True, slots=True)
class Admin:
    command: int = UNSET
    boxc_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sms:
    """A text or a delivery report. id: a UUID in letters."""

    sender: bytes | None = None
    receiver: bytes | None = None
    udhdata: bytes | None = None
    msgdata: bytes | None = None
    time: int = UNSET
    smsc_id: bytes | None = None
    smsc_number: bytes | None = None
    foreign_id: bytes | None = None
    service: bytes | None = None
    account: bytes | None = None
    id: bytes | None = None
    sms_type: int = UNSET
    mclass: int = UNSET
    mwi: int = UNSET
    coding: int = UNSET
    compress: int = UNSET
    validity: int = UNSET
    deferred: int = UNSET
    dlr_mask: int = UNSET
    dlr_url: bytes | None = None
    pid: int = UNSET
    alt_dcs: int = UNSET
    rpi: int = UNSET
    charset: bytes | None = None
    boxc_id: bytes | None = None
    binfo: bytes | None = None
    msg_left: int = UNSET
    priority: int = UNSET
    resend_try: int = UNSET
    resend_time: int = UNSET
    meta_data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """id: of the Sms it answers."""

    nack: int = UNSET
    time: int = UNSET
    id: bytes | None = None


Message = Heartbeat | Admin | Sms | Ack
_TYPES: dict[int, type[Message]] = {0: Heartbeat, 1: Admin, 2: Sms, 3: Ack}
_NUMBERS = {of: number for number, of in _TYPES.items()}


def pack(message: Message) -> bytes:
    """A message with its length before it."""
    packed = [_NUMBER.pack(_NUMBERS[type(message)])]
    for field in fields(message):
        value = getattr(message, field.name)
        if value is None:
            packed.append(_NUMBER.pack(UNSET))
        elif isinstance(value, int):
            packed.append(_NUMBER.pack(value))
        else:
            packed.append(_NUMBER.pack(len(value)) + value)
    octets = b"".join(packed)
    return _NUMBER.pack(len(octets)) + octets


def take_messages(buffer: bytearray) -> Iterator[Message]:
    """Take every whole message off the front of ``buffer``; types that we do not know are left out.

    Raises: BrokenStream.
    """
    at = 0
    try:
        while len(buffer) - at >= _NUMBER.size:
            (length,) = _NUMBER.unpack_from(buffer, at)
            if not _NUMBER.size <= length <= MAX_OCTETS:
                raise BrokenStream(f"a message of {length} octets")
            if len(buffer) - at < _NUMBER.size + length:
                break
            octets = bytes(buffer[at + _NUMBER.size : at + _NUMBER.size + length])
            at += _NUMBER.size + length
            message = _read(octets)
            if message is not None:
                yield message
    finally:
        del buffer[:at]


def _read(octets: bytes) -> Message | None:
    """A message without its length; fields that are missing at its end are not set."""
    (number,) = _NUMBER.unpack_from(octets)
    of = _TYPES.get(number)
    if of is None:
        return None
    at = _NUMBER.size
    found: dict[str, int | bytes | None] = {}
    for field in fields(of):
        if len(octets) - at < _NUMBER.size:
            break
        (value,) = _NUMBER.unpack_from(octets, at)
        at += _NUMBER.size
        if isinstance(field.default, int):
            found[field.name] = value
        elif value >= 0:
            found[field.name] = octets[at : at + value]
            at += value
    return of(**found)  # type: ignore[arg-type]
