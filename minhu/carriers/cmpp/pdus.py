"""CMPP on the wire, as a service provider sees it: what we send is made here, what comes in is read here.

The two versions differ in the width of numbers of telephones (21 and 32 octets) and of results (1 and 4), and in two
octets and a LinkID that 3.0 has more. A reader takes whatever came and never raises: octets that are missing are zero.

Source: China Mobile Peer to Peer 2.0 (April 2002) and 3.0 (2003) §7–8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from minhu.carriers.alphabet import cut_header, part_of_header, sound
from minhu.carriers.cmpp.settings import CmppSettings, CmppVersion
from minhu.carriers.links import BrokenStream
from minhu.carriers.text import Part

V2, V3 = CmppVersion.V2, CmppVersion.V3


class Command(IntEnum):
    """Command_Id of a request; its answer has the highest bit besides."""

    CONNECT = 0x01
    TERMINATE = 0x02
    SUBMIT = 0x04
    DELIVER = 0x05
    QUERY = 0x06
    CANCEL = 0x07
    ACTIVE_TEST = 0x08


ANSWER = 0x80000000
OK, OTHER_ERROR = 0, 9
WANTS_REPORT = 1

HEADER = Struct(">LLL")
MAX_PDU_OCTETS = 65_536
"""A SUBMIT to a hundred numbers has less than 4,000; anything much longer is noise."""

_CONNECT = Struct(">6s16sBL")
_CONNECT_ANSWER = {V2: Struct(">B16sB"), V3: Struct(">L16sB")}
_RESULT = {V2: Struct(">QB"), V3: Struct(">QL")}
_SUBMIT_HEAD = {V2: Struct(">Q4B10sB21s3B6s2s6s17s17s21sB"), V3: Struct(">Q4B10sB32sx3B6s2s6s17s17s21sB")}
_SUBMIT_RECIPIENT = {V2: Struct(">21s"), V3: Struct(">32sx")}
_DELIVER_HEAD = {V2: Struct(">Q21s10s3B21sBB"), V3: Struct(">Q21s10s3B32sxBB")}
_REPORT = {V2: Struct(">Q7s10s10s21sL"), V3: Struct(">Q7s10s10s32sL")}
_QUERY = Struct(">8sB10s8x")
_FIGURES = Struct(">8sB10s8L")
_CANCEL = Struct(">Q")
_SUCCESS = {V2: Struct(">B"), V3: Struct(">L")}
_TAIL_OCTETS = {V2: 8, V3: 20}
"""Reserve of 2.0, LinkID of 3.0: ours are empty."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: its header's numbers and its body."""

    command: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Submit:
    """One text, or one segment of a long one, to one telephone. udhi: octets begin with a user data header."""

    src_id: str
    recipient: str
    octets: bytes
    msg_fmt: int
    udhi: bool = False
    number: int = 1
    total: int = 1


@dataclass(frozen=True, slots=True)
class ConnectAnswer:
    """status: 0 when we are let in. authenticator: by which the ISMG proves that it knows the secret."""

    status: int
    authenticator: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A text or a status report. octets: without the user data header. report: None for a text."""

    msg_id: int
    recipient: str
    sender: str
    msg_fmt: int
    octets: bytes
    part: Part | None
    report: Report | None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a submitted text. msg_id: as answered to the submit. stat: seven characters."""

    msg_id: int
    stat: str


class Figures(NamedTuple):
    """What the carrier counted on one day.

    sent_texts, sent_recipients: taken from us. sent, waiting, failed: passed on, to be passed on, given up.
    brought, to_bring, not_brought: texts to us.
    """

    sent_texts: int
    sent_recipients: int
    sent: int
    waiting: int
    failed: int
    brought: int
    to_bring: int
    not_brought: int


def take_pdus(buffer: bytearray) -> Iterator[Pdu]:
    """Take every whole PDU off the front of ``buffer``. Raises BrokenStream."""
    at = 0
    try:
        while len(buffer) - at >= HEADER.size:
            length, command, sequence = HEADER.unpack_from(buffer, at)
            if not HEADER.size <= length <= MAX_PDU_OCTETS:
                raise BrokenStream(f"a PDU of {length} octets")
            if len(buffer) - at < length:
                break
            body = bytes(buffer[at + HEADER.size : at + length])
            at += length
            yield Pdu(command, sequence, body)
    finally:
        del buffer[:at]


# ---- what we send


def connect(sequence: int, settings: CmppSettings, timestamp: int, version: int = 0) -> bytes:
    """timestamp: MMDDhhmmss read as a number. version: the octet, that of the settings unless given."""
    proof = proof_of(settings.source_addr, settings.secret, timestamp)
    number = version or {V2: 0x20, V3: 0x30}[settings.version]
    return _pdu(Command.CONNECT, sequence, _CONNECT.pack(settings.source_addr.encode(), proof, number, timestamp))


def proof_of(source_addr: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorSource."""
    known = source_addr.encode() + bytes(9) + secret.encode() + b"%010d" % timestamp
    return hashlib.md5(known, usedforsecurity=False).digest()


def submit(sequence: int, text: Submit, settings: CmppSettings) -> bytes:
    """Msg_Id and the times of sending and expiry are left to the ISMG. Raises struct.error: more than 255 octets."""
    version = settings.version
    head = _SUBMIT_HEAD[version].pack(
        *(0, text.total, text.number, WANTS_REPORT, 0),
        settings.service_id.encode(),
        *(settings.fee_user_type, settings.fee_terminal.encode(), 0, int(text.udhi), text.msg_fmt),
        (settings.msg_src or settings.source_addr).encode(),
        *(settings.fee_type.encode(), settings.fee_code.encode(), b"", b"", text.src_id.encode(), 1),
    )
    recipient = _SUBMIT_RECIPIENT[version].pack(text.recipient.encode())
    content = bytes((len(text.octets),)) + text.octets
    return _pdu(Command.SUBMIT, sequence, head + recipient + content + bytes(_TAIL_OCTETS[version]))


def deliver_answer(version: CmppVersion, sequence: int, msg_id: int, result: int) -> bytes:
    return _pdu(Command.DELIVER | ANSWER, sequence, _RESULT[version].pack(msg_id, result))


def query(sequence: int, day: str, service_id: str = "") -> bytes:
    """Ask what was counted on a day, YYYYMMDD; of one service, of all unless given."""
    return _pdu(Command.QUERY, sequence, _QUERY.pack(day.encode(), int(bool(service_id)), service_id.encode()))


def cancel(sequence: int, msg_id: int) -> bytes:
    """Ask for a text back that has not been passed on yet."""
    return _pdu(Command.CANCEL, sequence, _CANCEL.pack(msg_id))


def active_test(sequence: int) -> bytes:
    return _pdu(Command.ACTIVE_TEST, sequence)


def active_test_answer(sequence: int) -> bytes:
    return _pdu(Command.ACTIVE_TEST | ANSWER, sequence, b"\0")


def terminate(sequence: int) -> bytes:
    return _pdu(Command.TERMINATE, sequence)


def terminate_answer(sequence: int) -> bytes:
    return _pdu(Command.TERMINATE | ANSWER, sequence)


# ---- what comes in


def read_connect_answer(version: CmppVersion, body: bytes) -> ConnectAnswer:
    """Read by its length: an ISMG of 2.0 refuses a client of 3.0 in its own words."""
    layout = _CONNECT_ANSWER[version]
    if len(body) != layout.size:
        layout = next((other for other in _CONNECT_ANSWER.values() if other.size == len(body)), layout)
    return ConnectAnswer(*layout.unpack(_exactly(body, layout.size)))


def ismg_knows_secret(answer: bytes, version: CmppVersion, proof: bytes, secret: str) -> bool:
    """Whether the AuthenticatorISMG in a CONNECT_RESP was made with our secret. proof: our AuthenticatorSource."""
    layout = _CONNECT_ANSWER[version]
    status = answer[: layout.size - 17]
    made = hashlib.md5(status + proof + secret.encode(), usedforsecurity=False).digest()
    return made == read_connect_answer(version, answer).authenticator


def read_submit_answer(version: CmppVersion, body: bytes) -> tuple[int, int]:
    """Msg_Id and result."""
    layout = _RESULT[version]
    msg_id, result = layout.unpack(_exactly(body, layout.size))
    return msg_id, result


def read_delivery(version: CmppVersion, body: bytes) -> Delivery:
    layout = _DELIVER_HEAD[version]
    head = layout.unpack(_exactly(body, layout.size))
    msg_id, recipient, _, _, udhi, msg_fmt, sender, registered, length = head
    octets = body[layout.size : layout.size + length]
    if registered == 1:
        return Delivery(msg_id, _word(recipient), _word(sender), msg_fmt, b"", None, _report(version, octets))
    header = b""
    if udhi & 1:
        header, octets = cut_header(octets)
    part = sound(part_of_header(header))
    return Delivery(msg_id, _word(recipient), _word(sender), msg_fmt, octets, part, None)


def read_figures(body: bytes) -> Figures:
    return Figures(*_FIGURES.unpack(_exactly(body, _FIGURES.size))[3:])


def read_cancel_answer(version: CmppVersion, body: bytes) -> bool:
    """Whether the text was taken back."""
    layout = _SUCCESS[version]
    failed: int = layout.unpack(_exactly(body, layout.size))[0]
    return not failed


def msg_id_text(msg_id: int) -> str:
    """A Msg_Id as carriers write it: MMDDhhmmss, seven digits of the ISMG, five of its counter."""
    widths = ((4, 2), (5, 2), (5, 2), (6, 2), (6, 2), (22, 7), (16, 5))
    digits, left = "", 64
    for bits, width in widths:
        left -= bits
        digits += f"{msg_id >> left & (1 << bits) - 1:0{width}d}"
    return digits


def _report(version: CmppVersion, octets: bytes) -> Report:
    layout = _REPORT[version]
    msg_id, stat, *_ = layout.unpack(_exactly(octets, layout.size))
    return Report(msg_id, _word(stat))


def _pdu(command: int, sequence: int, body: bytes = b"") -> bytes:
    return HEADER.pack(HEADER.size + len(body), command, sequence) + body


def _exactly(octets: bytes, count: int) -> bytes:
    return octets[:count].ljust(count, b"\0")


def _word(octets: bytes) -> str:
    """A field of characters, which ends at its first NUL; some gateways fill it with spaces."""
    return octets.partition(b"\0")[0].decode("latin-1").strip()
