"""Characters on the air: the GSM default alphabet and UCS-2, both ways, and where a long text is cut.

smpplib has an encoder too; it takes the grave accent for the section sign and cuts escape sequences in two.

Source: 3GPP TS 23.038 (alphabet), 3GPP TS 23.040 §9.2.3.24.1 (concatenation), SMPP 3.4 §5.2.19 (data_coding).
"""

from __future__ import annotations

from dataclasses import dataclass

from minhu.carriers.text import Part

GSM, ASCII, LATIN1, UCS2, GBK = 0, 1, 3, 8, 15
"""Values of data_coding. 15 is reserved in SMPP 3.4 and means GBK in CMPP and with gateways in China."""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENDED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_GSM_CODES: dict[str, bytes] = {char: bytes((code,)) for code, char in enumerate(_BASIC) if code != _ESCAPE}
_GSM_CODES.update({char: bytes((_ESCAPE, code)) for code, char in _EXTENDED.items()})

ALONE_OCTETS = {GSM: 160, UCS2: 140}
"""Room for a text that goes alone, in octets of short_message (one septet is one octet there)."""
_SHORT_REFERENCE, _WIDE_REFERENCE = 0x00, 0x08
_HEADER_OCTETS = {False: 6, True: 7}
_MAX_SEGMENTS = 255
_REPLACEMENT = "\ufffd"


class TooLong(ValueError):
    """More than 255 segments."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One short_message. udhi: it begins with a user data header."""

    octets: bytes
    data_coding: int
    udhi: bool


def segments(
    body: str, *, reference: int, wide_reference: bool = False, coding: int | None = None
) -> tuple[Segment, ...]:
    """Cut ``body`` into as few messages as the air allows; characters and surrogate pairs stay whole.

    reference: tells the long texts of one sender apart; taken modulo 256, or 65536 when ``wide_reference``.
    coding: UCS2, or GSM where all letters are in its alphabet; whichever is shorter unless given.
    Raises: TooLong.
    """
    if coding is None:
        coding = GSM if all(char in _GSM_CODES for char in body) else UCS2
    units = [_GSM_CODES[char] if coding == GSM else char.encode("utf-16-be", "replace") for char in body]
    whole = b"".join(units)
    if len(whole) <= ALONE_OCTETS[coding]:
        return (Segment(whole, coding, udhi=False),)
    chunks = _chunks(units, _room(coding, wide_reference))
    if len(chunks) > _MAX_SEGMENTS:
        raise TooLong(f"{len(chunks)} segments")
    return tuple(
        Segment(_header(reference, len(chunks), number, wide_reference) + chunk, coding, udhi=True)
        for number, chunk in enumerate(chunks, start=1)
    )


def decode(octets: bytes, data_coding: int) -> str:
    """The characters of a message, whatever its bytes: what means nothing becomes U+FFFD.

    NUL becomes U+FFFD too, because not every store can hold it.
    """
    match _alphabet(data_coding):
        case "gsm":
            text = _gsm_text(octets)
        case encoding:
            text = octets.decode(encoding, "replace").removeprefix("\ufeff")
    return text.replace("\0", _REPLACEMENT)


def cut_header(octets: bytes) -> tuple[bytes, bytes]:
    """The user data header, raw, and what follows it."""
    if not octets:
        return b"", b""
    cut = 1 + octets[0]
    return octets[:cut], octets[cut:]


def part_of_header(header: bytes) -> Part | None:
    """Where a user data header says that its segment belongs; None when it does not say."""
    at = 1
    while at + 2 <= len(header):
        element, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if element == _SHORT_REFERENCE and len(value) == 3:
            return Part(value[0], value[2], value[1])
        if element == _WIDE_REFERENCE and len(value) == 4:
            return Part(int.from_bytes(value[:2], "big"), value[3], value[2])
        at += 2 + length
    return None


def sound(part: Part | None) -> Part | None:
    """The same, or None for a whole text: one of one, or numbers that make no sense."""
    return part if part and part.total >= 2 and 1 <= part.number <= part.total else None


def _alphabet(data_coding: int) -> str:
    """Codec of a data_coding; the message classes of GSM (0x10–0x3F, 0xF0–0xFF) carry the alphabet in two bits."""
    if 0x10 <= data_coding <= 0x3F or data_coding >= 0xF0:
        return ("gsm", "latin-1", "utf-16-be", "gsm")[
            data_coding >> 2 & 3 if data_coding < 0xF0 else data_coding >> 2 & 1
        ]
    return {GSM: "gsm", ASCII: "ascii", UCS2: "utf-16-be", GBK: "gb18030"}.get(data_coding, "latin-1")


def _gsm_text(octets: bytes) -> str:
    chars: list[str] = []
    escaped = False
    for octet in octets:
        if escaped:
            chars.append(_EXTENDED.get(octet, _REPLACEMENT))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            chars.append(_BASIC[octet] if octet < len(_BASIC) else _REPLACEMENT)
    if escaped:
        chars.append(_REPLACEMENT)
    return "".join(chars)


def _room(coding: int, wide_reference: bool) -> int:
    """Octets of content a segment holds: 153 septets or 67 characters (152 or 66 with the wide reference)."""
    header = _HEADER_OCTETS[wide_reference]
    if coding == GSM:
        return (140 - header) * 8 // 7
    return (140 - header) // 2 * 2


def _chunks(units: list[bytes], room: int) -> list[bytes]:
    chunks = [b""]
    for unit in units:
        if len(chunks[-1]) + len(unit) > room:
            chunks.append(b"")
        chunks[-1] += unit
    return chunks


def _header(reference: int, total: int, number: int, wide: bool) -> bytes:
    if wide:
        return b"\x06\x08\x04" + (reference & 0xFFFF).to_bytes(2, "big") + bytes((total, number))
    return b"\x05\x00\x03" + bytes((reference & 0xFF, total, number))
