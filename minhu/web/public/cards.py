"""A contact card of a public number. Source: RFC 6350."""

from __future__ import annotations

from minhu.directory.queries import PublicOfficial


def vcard(official: PublicOfficial) -> str:
    """vCard 3.0, which every phone still reads."""
    name, title, office = (_escaped(text) for text in (official.name, official.title, official.office))
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{name};;;;", f"FN:{name} {title}", f"ORG:{office}", f"TITLE:{title}"]
    lines += [f"TEL;TYPE=WORK,VOICE:{line.number}" for line in official.lines]
    return "\r\n".join([*lines, "END:VCARD", ""])


def _escaped(text: str) -> str:
    for special in ("\\", ";", ","):
        text = text.replace(special, "\\" + special)
    return text.replace("\n", "\\n")
