"""QR codes as SVG, sharp at any size: of a number to dial, or of a contact card."""

from __future__ import annotations

import io

import segno

from minhu.directory.exporting.cards import card
from minhu.directory.queries import PublicLine, PublicOfficial


def line_code(line: PublicLine) -> str:
    """A code that offers to dial the number."""
    return _svg(f"tel:{line.number}", line.shown, error="m")


def card_code(official: PublicOfficial) -> str:
    """A code that offers to keep the official among one's contacts."""
    return _svg(card(official, short=True), official.name, error="l")


def _svg(content: str, title: str, *, error: str) -> str:
    target = io.BytesIO()
    made = segno.make(content, error=error, micro=False)
    made.save(target, kind="svg", border=4, dark="#000", light="#fff", title=title, xmldecl=False, omitsize=True)
    return target.getvalue().decode()
