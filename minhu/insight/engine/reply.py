"""Signs of a perfunctory reply (敷衍), each with the words it was found in.

Signs, no verdict: no number is made of them and nothing follows from them by itself. The writer sees them before he
sends and may know better; supervision sees which stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minhu.insight.engine.overlap import shared_with
from minhu.insight.engine.places import Kind, recognised
from minhu.insight.engine.reply_phrases import (
    COMMON,
    COURTESY,
    EMPTY,
    FACTS,
    FOR_MORE,
    PASSED_ON,
    SENTENCE,
    SIGNED,
    Fact,
)
from minhu.insight.engine.words import clean, cut
from minhu.rules.words import ReplySign

READ = 2_000
"""Characters of a reply, and of what was asked, that are read."""

SHORT, SHORT_WITH_A_FACT = 12, 5
"""Fewer letters than this, courtesy aside, answer nothing; 已换六盏灯 may be all there is to say."""
HOLLOW, HOLLOW_WORDS = 0.2, 2
"""From this share of a reply empty phrases are what it consists of; also from this many, if it has fewer facts."""
MOSTLY_PASSED_ON = 0.3
ASKED_TERMS, FEWEST_TERMS, TAKEN_UP = 16, 4, 1 / 3
"""Words of the matter looked for in the reply; how many it must have for their absence to say something; and the share
of their characters that says the same in other words: 河边 is taken up by 南塘河.
"""
MOST_WORDS, LONGEST_WORDS = 6, 60

_SPACING = re.compile(r" (?![a-z])|(?<![a-z]) ")
"""Between Chinese characters and numbers some write a space and some do not."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. words: what it was found in, or what is missing, as it stands in the cleaned text."""

    kind: ReplySign
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A reply, read. core: without courtesy; length: its letters."""

    body: str
    core: str
    length: int
    facts: frozenset[Fact]

    @property
    def can_be_checked(self) -> bool:
        """Who did it is asked for beside the reply and does not count."""
        return bool(self.facts - {Fact.WHO})

    @property
    def short(self) -> bool:
        return self.length < (SHORT_WITH_A_FACT if self.can_be_checked else SHORT)


def signs_of(reply: str, *, asked: str = "", earlier: Sequence[str] = ()) -> tuple[Sign, ...]:
    """The signs of a reply, in the order of ``ReplySign``.

    asked: what the citizen wrote, "" where it is not known. earlier: replies of the same office to other matters.
    """
    found = _read(reply)
    words: dict[ReplySign, tuple[str, ...]] = {
        ReplySign.EMPTY: _empty(found),
        ReplySign.TEMPLATE: shared_with(found.core, [_core(_body(one)) for one in earlier]),
        ReplySign.OFF_POINT: _off_point(found, clean(asked, READ)),
        ReplySign.NO_FACT: () if found.can_be_checked else (found.body,),
        ReplySign.PASSED_ON: _passed_on(found),
        ReplySign.TOO_SHORT: (found.body,) if found.short else (),
    }
    return tuple(Sign(kind, _brief(words[kind])) for kind in ReplySign if words[kind])


def _read(reply: str) -> _Read:
    body = _body(reply)
    core = _core(body)
    facts = {fact for fact, words in FACTS.items() if words.search(core)}
    if any(name.kind is not Kind.ORGANISATION for name in recognised(core)):
        facts.add(Fact.WHERE)
    return _Read(body, core, _letters(core), frozenset(facts))


def _body(reply: str) -> str:
    text = _SPACING.sub("", clean(reply, READ))
    return SIGNED.sub("", text) or text


def _core(body: str) -> str:
    return COURTESY.sub("", body).strip(" ,.:;!。、")


def _empty(reply: _Read) -> tuple[str, ...]:
    phrases = [found.group() for found in EMPTY.finditer(reply.core)]
    share = sum(map(len, phrases)) / max(reply.length, 1)
    different = tuple(dict.fromkeys(phrases))
    many = len(different) >= HOLLOW_WORDS and len(different) > len(reply.facts)
    return different if different and (share >= HOLLOW or many) else ()


def _passed_on(reply: _Read) -> tuple[str, ...]:
    """The sentences that pass it on, where they are much of the reply."""
    told = [one.group().strip() for one in SENTENCE.finditer(reply.body)]
    passing = tuple(one for one in told if PASSED_ON.search(one) and not FOR_MORE.search(one))
    much = sum(_letters(_core(one)) for one in passing) >= MOSTLY_PASSED_ON * reply.length
    return passing if passing and much else ()


def _off_point(reply: _Read, asked: str) -> tuple[str, ...]:
    """The words of the matter, when the reply takes up none of them: no half of a long one, few of their characters."""
    terms = tuple(_terms(asked))
    if len(terms) < FEWEST_TERMS or any(half in reply.body for term in terms for half in _halves(term)):
        return ()
    characters = set("".join(terms))
    return terms if len(characters & set(reply.body)) < TAKEN_UP * len(characters) else ()


def _terms(asked: str) -> Iterator[str]:
    seen: set[str] = set()
    for word in cut(COURTESY.sub("", asked)):
        if len(word) > 1 and word not in COMMON and word not in seen:
            seen.add(word)
            yield word
            if len(seen) == ASKED_TERMS:
                return


def _halves(term: str) -> tuple[str, ...]:
    return (term,) if len(term) < 3 else (term, term[:2], term[-2:])


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _brief(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one if len(one) <= LONGEST_WORDS else one[: LONGEST_WORDS - 1] + "…" for one in words[:MOST_WORDS])
