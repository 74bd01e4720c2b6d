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

Codes = npt.NDArray[np.uint16]

LONGEST = 20_000
"""Characters of a text that are read at all; the rest of a longer one says nothing new about whose matter it is."""

_PLANE = 0x10000
_SPACE, _DROPPED = ord(" "), 1
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_BLANK = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def _folded(character: str) -> int:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return _DROPPED
    if category in _BLANK:
        return _SPACE
    other = unicodedata.normalize("NFKC", character).lower()
    return ord(other) if len(other) == 1 and ord(other) < _PLANE else ord(character)


def _table() -> Codes:
    """By code; the last place stands for all beyond the plane. Zero stays itself: it parts texts."""
    table = np.array([0, *(_folded(chr(code)) for code in range(1, _PLANE)), _SPACE], np.uint16)
    for one, other in zip(TRADITIONAL, SIMPLIFIED, strict=True):
        table[ord(one)] = ord(other)
    return table


_TABLE = _table()


def folded(texts: Sequence[str], longest: int = LONGEST) -> Codes:
    """All texts folded, one after the other, a zero after each."""
    joined = "".join([text[:longest].replace("\0", " ") + "\0" for text in texts])
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes: Codes = _TABLE[np.minimum(raw, _PLANE)]
    seen = codes != _DROPPED
    return codes if seen.all() else codes[seen]


def spelled(codes: Codes) -> list[str]:
    """Folded texts as strings again."""
    return codes.tobytes().decode("utf-16-le", "surrogatepass").split("\0")[:-1]


def clean(text: str, longest: int = LONGEST) -> str:
    """The text in its one spelling, with single spaces."""
    return " ".join(spelled(folded([text], longest))[0].split())


def cut(cleaned: str) -> list[str]:
    """The words of a cleaned text, in order; punctuation and spaces are left out."""
    return [word for word in rjieba.cut(cleaned) if any(map(str.isalnum, word))]
