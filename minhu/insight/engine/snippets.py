"""The part of a text that shows why it was found, in pieces of which some are marked. A page escapes each piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.insight.engine.spelling import occurrences

LONGEST, BEFORE = 90, 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, as it was written. marked: it is what was looked for."""

    text: str
    marked: bool = False


def whole(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """All of a short text, such as a title; first letters of pinyin are marked in it, too."""
    return _pieces(text, occurrences(text, words, by_letters=True))


def snippet(text: str, words: Sequence[str], longest: int = LONGEST) -> tuple[Piece, ...]:
    """So much of a text as holds most of the words, or its beginning when it has none of them."""
    text = " ".join(text.split())
    spans = occurrences(text, words)
    begin = _begin(spans, longest)
    end = min(len(text), begin + longest)
    inside = [(max(one, begin) - begin, min(other, end) - begin) for one, other in spans if one < end and other > begin]
    pieces = _pieces(text[begin:end], inside)
    dots = Piece("…")
    return (*((dots,) if begin else ()), *pieces, *((dots,) if end < len(text) else ()))


def _begin(spans: Sequence[tuple[int, int]], longest: int) -> int:
    """Where the window starts that has the most of them, the earliest of those."""
    best, most = 0, 0
    for begin, _end in spans:
        start = max(0, begin - BEFORE)
        inside = sum(one >= start and other <= start + longest for one, other in spans)
        if inside > most:
            best, most = start, inside
    return best


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for begin, end in spans:
        pieces += [Piece(text[at:begin]), Piece(text[begin:end], marked=True)]
        at = end
    pieces.append(Piece(text[at:]))
    return tuple(one for one in pieces if one.text)
