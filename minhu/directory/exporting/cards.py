"""Contact cards that phones take in: vCard 3.0 (what most phones read best) and 4.0. UTF-8, CRLF, folded.

Source: RFC 2426 (3.0), RFC 6350 (4.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from minhu.directory.naming import surname_and_given
from minhu.directory.queries import PublicOfficial

_LINE_OCTETS = 75


class CardVersion(StrEnum):
    THREE = "3.0"
    FOUR = "4.0"


def cards(officials: Iterable[PublicOfficial], version: CardVersion = CardVersion.THREE) -> str:
    """All in one file."""
    return "".join(card(official, version) for official in officials)


def card(official: PublicOfficial, version: CardVersion = CardVersion.THREE, *, short: bool = False) -> str:
    """One card. short: without the duties, for a QR code."""
    surname, given = surname_and_given(official.name)
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        *(["KIND:individual"] if version is CardVersion.FOUR else []),
        f"UID:{_uid(official)}",
        f"N:{_escaped(surname)};{_escaped(given)};;;",
        f"FN:{_escaped(official.name)}",
        f"ORG:{_escaped(official.office)}",
        f"TITLE:{_escaped(official.title)}",
        *(_tel(line.number, version) for line in official.lines),
    ]
    if official.duties and not short:
        lines.append(f"NOTE:{_escaped(official.duties)}")
    lines.append("END:VCARD")
    return "".join(_folded(line) for line in lines)


def _uid(official: PublicOfficial) -> str:
    return f"minhu-official-{official.official_id}"


def _tel(number: str, version: CardVersion) -> str:
    if version is CardVersion.FOUR:
        return f'TEL;VALUE=uri;TYPE="work,voice":tel:{number}'
    return f"TEL;TYPE=WORK,VOICE:{number}"


def _escaped(words: str) -> str:
    escaped = re.sub(r"([\\,;])", r"\\\1", words.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", escaped).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a character."""
    parts, part, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part += letter
        size += octets
    return "\r\n".join([*parts, part]) + "\r\n"
