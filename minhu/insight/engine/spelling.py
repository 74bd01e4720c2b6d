"""How a text is written so that any one, two or more of its characters are found by an index of trigrams.

Trigram indexes (``pg_trgm`` of PostgreSQL, the ``trigram`` tokenizer of SQLite's FTS5) cut a text into all runs of
three characters, which finds an English word and loses a Chinese one: most have two characters, many questions have
one. So a bar is written between all characters, and every character (``I停I``) and every pair (``停I电``) is a trigram:

    停电了  →  I停I电I了I        found by  停 %I停I%   停电 %I停I电I%   停电了 %I停I电I了I%

The bar also says what the words are: of the whole text, of its title, or the first letters of pinyin. It is a capital
letter, which a folded text never has, and letters of one alphabet are nowhere taken for those of another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from minhu.insight.engine.traditional import SIMPLIFIED, TRADITIONAL

_BREAK = " "
_SIMPLE = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_NUMBER = re.compile(r"(?<!\d)\d(?:[ .·/()-]{0,2}\d){6,}[Xx]?")
_RUN = re.compile(r"[^ ]+")


class Bar(StrEnum):
    """What words are part of. MONTH and LINE stand about one character that says when
    the text was written, and to which line its case came."""

    TEXT = "I"
    TITLE = "T"
    INITIALS = "P"
    MONTH = "M"
    LINE = "L"


class _Table(dict[int, str]):
    """By code point, filled as characters are met; there are some twenty thousand in use."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    if unicodedata.category(character) in _UNSEEN:
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    simple = "".join(_SIMPLE.get(one, one) for one in plain)
    return "".join(one if one.isalnum() else _BREAK for one in simple)


_TABLE = _Table()


def folded(text: str) -> str:
    """One spelling for all: half-width, small letters, simplified; what is no letter or figure is a space."""
    return text.translate(_TABLE)


def placed(text: str) -> tuple[str, list[int]]:
    """The folded text, and where in the text each of its characters comes from."""
    pieces = [_TABLE[ord(one)] for one in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


def runs(text: str) -> list[str]:
    """The stretches of letters and figures of a text, folded."""
    return folded(text).split()


def without_numbers(text: str) -> str:
    """The text without what may be a telephone's or an identity card's number: seven figures or more."""
    return _NUMBER.sub(_BREAK, unicodedata.normalize("NFKC", text))


def barred(text: str, bar: Bar) -> str:
    """The text as the index has it; "" when there is nothing in it to be found by."""
    return " ".join(pattern(run, bar) for run in runs(text))


def pattern(run: str, bar: Bar) -> str:
    """A run of letters and figures as it stands in the index."""
    return f"{bar}{bar.join(run)}{bar}"


def needle(words: str, bar: Bar) -> str:
    """What to look for in the index to find these folded words, one after the other.

    The outer bars are left out where they are not needed: each is one more long list for the index to go through.
    """
    whole = " ".join(pattern(run, bar) for run in words.split())
    return whole if len(whole) <= len("I停I") else whole[1:-1]


def month_mark(year: int, month: int) -> str:
    """The mark of a month, as one more character of the text; months follow one another."""
    return pattern(chr(0x4E00 + max(0, year - 1970) * 12 + month), Bar.MONTH)


def line_mark(line_id: int) -> str:
    """The mark of a line, as one more character; two of very many lines may share one."""
    return pattern(chr(0x4E00 + line_id % 20_000), Bar.LINE)


@lru_cache(maxsize=20_000)
def letters(run: str) -> str:
    """The first letters of the pinyin of a folded run, one for each of its characters: 桃溪路3号 is ``txl3h``."""
    if run.isascii():
        return run
    from pypinyin import Style, lazy_pinyin  # its dictionaries take half a second to load

    syllables = lazy_pinyin(run, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]  # others, one by one
    return "".join(syllable[:1] for syllable in syllables)


def initials(text: str) -> str:
    """The first letters of all that has Chinese characters in it."""
    return " ".join(letters(run) for run in runs(text) if not run.isascii())


def occurrences(text: str, words: Iterable[str], *, by_letters: bool = False) -> list[tuple[int, int]]:
    """Where these folded words stand in the text as it was written: begin and end, in order, none within another.

    by_letters: words of Latin letters stand also where the pinyin begins with them.
    """
    plain, places = placed(text)
    lines = [plain]
    if by_letters:
        lines.append(_RUN.sub(lambda run: letters(run[0]), plain))
    spans: list[tuple[int, int]] = []
    for word in filter(None, words):
        spaced = re.compile(" +".join(map(re.escape, word.split())))
        for line in lines if word.isascii() else lines[:1]:
            spans += [(places[hit.start()], places[hit.end() - 1] + 1) for hit in spaced.finditer(line)]
    return _merged(sorted(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
