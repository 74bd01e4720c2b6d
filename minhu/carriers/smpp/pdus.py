"""SMPP 3.4 on the wire: requests are made by smpplib, what comes in is read here.

smpplib reads one PDU at a time, stops at an optional parameter it does not know, and trusts the lengths in it. This
reader takes whole runs of PDUs, skips what it does not know, and survives any bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smpplib import consts
from smpplib.smpp import make_pdu

from minhu.carriers.alphabet import cut_header, part_of_header, sound
from minhu.carriers.links import BrokenStream
from minhu.carriers.text import Part

GENERIC_NACK = 0x80000000
SUBMIT_SM, SUBMIT_SM_RESP = 0x04, 0x80000004
DELIVER_SM, DELIVER_SM_RESP = 0x05, 0x80000005
QUERY_SM_RESP = 0x80000003
UNBIND, UNBIND_RESP = 0x06, 0x80000006
ENQUIRE_LINK, ENQUIRE_LINK_RESP = 0x15, 0x80000015
ALERT_NOTIFICATION, OUTBIND = 0x0102, 0x0B
RESPONSE_BIT = 0x80000000

ESME_ROK = 0x00
ESME_RINVCMDID = 0x03
ESME_RX_T_APPN = 0x64
"""Temporary error of the application: the SMSC brings the text again."""

UDHI = 0x40
TYPE_MASK = 0x3C
DELIVERY_RECEIPT = 0x04

RECEIPTED_MESSAGE_ID, MESSAGE_STATE, MESSAGE_PAYLOAD, NETWORK_ERROR = 0x001E, 0x0427, 0x0424, 0x0423
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F

HEADER = struct.Struct(">LLLL")
_TLV = struct.Struct(">HH")
_DELIVER_RESP = struct.Struct(">LLLLB")
MAX_PDU_OCTETS = 70_000
"""A message_payload of 65,535 octets fits; anything longer is noise."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: its header's numbers and its body."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a deliver_sm says. octets: the message without its user data header. header: that header, raw."""

    sender: str
    recipient: str
    esm_class: int
    data_coding: int
    octets: bytes
    header: bytes
    tlvs: dict[int, bytes]

    @property
    def is_receipt(self) -> bool:
        return self.esm_class & TYPE_MASK == DELIVERY_RECEIPT

    @property
    def part(self) -> Part | None:
        """Where it belongs in a long text, told by its header or by SAR parameters; None for a whole text."""
        return sound(part_of_header(self.header) or _part_of_sar(self.tlvs))


def take_pdus(buffer: bytearray) -> Iterator[Pdu]:
    """Take every whole PDU off the front of ``buffer``. Raises BrokenStream."""
    at = 0
    try:
        while len(buffer) - at >= HEADER.size:
            length, command, status, sequence = HEADER.unpack_from(buffer, at)
            if not HEADER.size <= length <= MAX_PDU_OCTETS:
                raise BrokenStream(f"a PDU of {length} octets")
            if len(buffer) - at < length:
                break
            body = bytes(buffer[at + HEADER.size : at + length])
            at += length
            yield Pdu(command, status, sequence, body)
    finally:
        del buffer[:at]


def read_delivery(body: bytes) -> Delivery:
    """Read the body of a deliver_sm. Bytes that end too soon give what was there; nothing raises."""
    at = _after_strings(body, 0, 1)  # service_type
    at += 2  # source TON, NPI
    sender, at = _string(body, at)
    at += 2  # destination TON, NPI
    recipient, at = _string(body, at)
    fixed = body[at : at + 3].ljust(3, b"\0")  # esm_class, protocol_id, priority_flag
    at = _after_strings(body, at + 3, 2)  # schedule_delivery_time, validity_period
    more = body[at : at + 5].ljust(5, b"\0")  # registered, replace, data_coding, default message, sm_length
    octets = body[at + 5 : at + 5 + more[4]]
    tlvs = _tlvs(body, at + 5 + more[4])
    octets = octets or tlvs.get(MESSAGE_PAYLOAD, b"")
    header = b""
    if fixed[0] & UDHI:
        header, octets = cut_header(octets)
    return Delivery(sender, recipient, fixed[0], more[2], octets, header, tlvs)


def deliver_resp(sequence: int, status: int) -> bytes:
    """The answer to a deliver_sm; its message_id is empty, as the standard demands."""
    return _DELIVER_RESP.pack(_DELIVER_RESP.size, DELIVER_SM_RESP, status, sequence, 0)


def header_only(command: int, sequence: int, status: int = ESME_ROK) -> bytes:
    """A PDU without a body, such as enquire_link or generic_nack."""
    return HEADER.pack(HEADER.size, command, status, sequence)


def request(command: str, sequence: int, **fields: Any) -> bytes:
    """A request made by smpplib. It cuts fields that are too long without a word: check them before."""
    pdu = make_pdu(command, sequence=sequence, **fields)
    pdu.sequence = sequence
    return bytes(pdu.generate())


def message_id(body: bytes) -> str:
    """The message_id of a submit_sm_resp."""
    return _string(body, 0)[0]


def describe(status: int) -> str:
    """The standard's name for a command status, else its number."""
    return _NAMES.get(status, f"0x{status:08X}")


_NAMES: dict[int, str] = {
    value: name.removeprefix("SMPP_")
    for name, value in vars(consts).items()
    if name.startswith("SMPP_ESME_") and isinstance(value, int)
}


def _string(body: bytes, at: int) -> tuple[str, int]:
    end = body.find(b"\0", at)
    if end < 0:
        end = len(body)
    return body[at:end].decode("latin-1"), end + 1


def _after_strings(body: bytes, at: int, number: int) -> int:
    for _ in range(number):
        end = body.find(b"\0", at)
        at = len(body) if end < 0 else end + 1
    return at


def _tlvs(body: bytes, at: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while at + _TLV.size <= len(body):
        tag, length = _TLV.unpack_from(body, at)
        at += _TLV.size
        found[tag] = body[at : at + length]
        at += length
    return found


def _part_of_sar(tlvs: dict[int, bytes]) -> Part | None:
    if not {SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER} <= tlvs.keys():
        return None
    reference, total, number = (int.from_bytes(tlvs[tag], "big") for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER))
    return Part(reference, number, total)
