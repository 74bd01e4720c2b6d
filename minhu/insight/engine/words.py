"""Text as every reader of this engine takes it: cleaned, folded to one spelling, and cut into words.

Folding is one look-up a character in a table of the basic plane, so that a million characters take milliseconds:
full-width becomes half-width (NFKC), capitals small, traditional simplified; what cannot be seen is dropped; controls,
private use and all beyond the basic plane (emoji) become spaces.

Words are cut by rjieba, the dictionary method of jieba in Rust; its dictionary comes inside the package.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import rjieba

from minhu.insight.engine.traditional import SIMPLIFIED, TRADITIONAL

Codes = npt.NDArray[np.uint32]

LONGEST = 20_000
"""Characters of a text that are read at all; the rest of a longer one says nothing new about whose matter it is."""

_PLANE = 0x10000
_SPACE, _DROPPED = ord(" "), 0
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_BLANK = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def _folded(character: str) -> int:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return _DROPPED
    if category in _BLANK:
        return _SPACE
    other = unicodedata.normalize("NFKC", character).lower()
    return ord(other) if len(other) == 1 else ord(character)


def _table() -> Codes:
    table = np.fromiter((_folded(chr(code)) for code in range(_PLANE)), np.uint32, _PLANE)
    for one, other in zip(TRADITIONAL, SIMPLIFIED, strict=True):
        table[ord(one)] = ord(other)
    return table


_TABLE = _table()


def folded(texts: Sequence[str], longest: int = LONGEST) -> tuple[Codes, npt.NDArray[np.int64]]:
    """All texts folded, one after the other, and the end of each.

    Texts are parted by nothing; a text of n characters has at most n codes.
    """
    cut = [text[:longest] for text in texts]
    raw = np.frombuffer("".join(cut).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = np.where(raw < _PLANE, _TABLE[np.minimum(raw, _PLANE - 1)], np.uint32(_SPACE))
    ends = np.cumsum(np.fromiter(map(len, cut), np.int64, len(cut)))
    seen = codes != _DROPPED
    if seen.all():
        return codes, ends
    kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(seen)])
    return codes[seen], kept[ends]


def clean(text: str, longest: int = LONGEST) -> str:
    """The text in its one spelling, with single spaces."""
    codes, _ends = folded([text], longest)
    return " ".join(codes.astype("<u4").tobytes().decode("utf-32-le").split())


def cut(cleaned: str) -> list[str]:
    """The words of a cleaned text, in order; punctuation and spaces are left out."""
    return [word for word in rjieba.cut(cleaned) if any(map(str.isalnum, word))]
