"""What somebody typed into the search field, read as what to look for. Whatever is typed, this is no error.

    桥 停水            both, anywhere in one text
    桃溪路停水三天      a long run is cut into words: 桃溪路, 停水, 三天
    “路灯不亮”          in quotes: just so
    txl               letters are words, or the first letters of pinyin: 桃溪路
    K7Q2 ABCD         a tracking code
    139 0000 0021     a number: the caller decides whether it may be looked up

Signs of query languages (``NEAR(``, ``*``, ``%``, ``OR 1=1``) are punctuation and words like any others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from minhu.insight.engine.spelling import folded, without_numbers
from minhu.rules import codes, numbers

LONGEST, MOST_TERMS, UNCUT = 100, 8, 3
LEAST_DIGITS = 7
_QUOTES = re.compile('["“”„‟«»「」『』＂〝〞]')


@dataclass(frozen=True, slots=True)
class Question:
    """terms: runs of letters that one text has all of; a space in one stands for whatever parts words there.

    code: a tracking code, "" for none. number: as we keep it, "" for none; such a question has no terms. cut: more was
    typed than is read.
    """

    terms: tuple[str, ...] = ()
    code: str = ""
    number: str = ""
    cut: bool = False

    @property
    def empty(self) -> bool:
        return not (self.terms or self.code or self.number)


def read(typed: str) -> Question:
    """The question in what was typed."""
    text = typed.strip()
    if number := _number(text):
        return Question(number=number)
    shorter = text[:LONGEST]
    terms = _terms(without_numbers(shorter))
    code = codes.read_code(shorter) if len(shorter) <= 2 * codes.LENGTH else None
    return Question(terms[:MOST_TERMS], code or "", "", len(text) > LONGEST or len(terms) > MOST_TERMS)


def is_latin(term: str) -> bool:
    """Whether it may be first letters of pinyin."""
    return term.isascii() and term.isalnum() and not term.isdecimal()


def _number(text: str) -> str:
    if len(text) > 2 * LEAST_DIGITS + 10:
        return ""
    plain = folded(text).replace(" ", "")
    if not plain.isdecimal() or len(plain) < LEAST_DIGITS:
        return ""
    try:
        return numbers.normalise(text)
    except numbers.NotANumber:
        return ""


def _terms(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for at, part in enumerate(parts := _QUOTES.split(text)):
        inside = at % 2 == 1 and at < len(parts) - 1  # what is never closed is no quotation
        runs = folded(part).split()
        found += [" ".join(runs)] if inside else [word for run in runs for word in _words(run)]
    found = [one for one in dict.fromkeys(found) if one]
    return tuple(one for one in found if not any(one != other and one in other for other in found))


def _words(run: str) -> list[str]:
    """A long run of Chinese as words. Characters that are no words stay together; one alone, with the word before."""
    if len(run) <= UNCUT or run.isascii():
        return [run]
    import rjieba  # its dictionary is read when it is first needed

    words: list[str] = []
    for alone, pieces in groupby(rjieba.cut(run), key=lambda piece: len(piece) == 1):
        some = list(pieces)
        some = ["".join(some)] if alone else some
        if words and (len(some[0]) == 1 or len(words[-1]) == 1):
            words[-1] += some.pop(0)
        words += some
    return words
