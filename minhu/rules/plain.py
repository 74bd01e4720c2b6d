"""Words from outside as every store takes them: PostgreSQL refuses NUL, and UTF-8 half a surrogate pair."""

from __future__ import annotations

UNREADABLE = "\ufffd"


def storable(text: str, longest: int | None = None) -> str:
    """The text with what cannot be stored replaced by a mark, and cut to ``longest`` characters."""
    if "\0" in text:
        text = text.replace("\0", UNREADABLE)
    return text.encode(errors="replace").decode()[:longest]
