"""Sentences that are kept now and read later, in whatever language the reader then has.

sentence("要 {minutes} 分钟", minutes=5)   what is said; the words are the key of the catalogue
kept(sentences), read(text)                as rows keep them: one a line
str(one), one.told(translate)              in Chinese; in another language
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Union

Value = Union[str, int, float, "Sentence", tuple["Value", ...]]
"""What stands in a sentence: a name or a number as it is, another sentence, or several of them one after another."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """words: Chinese, with what differs in braces (``str.format``). values: by name, what stands there."""

    words: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.told()

    def told(self, translate: Callable[[str], str] = str) -> str:
        """In the language of ``translate``, which knows the words by the Chinese ones."""
        return translate(self.words).format(**{name: _told(one, translate) for name, one in self.values})


def sentence(words: str, /, **values: Value) -> Sentence:
    """What is said, apart from the language it is said in."""
    return Sentence(words, tuple(values.items()))


def as_it_is(words: str) -> Sentence:
    """What somebody wrote himself: the same in every language."""
    return sentence("{words}", words=words)


def kept(sentences: Iterable[Sentence]) -> str:
    """As one text of a row, a line for each."""
    return "\n".join(json.dumps(_packed(one), ensure_ascii=False, separators=(",", ":")) for one in sentences)


def read(text: str) -> tuple[Sentence, ...]:
    """What ``kept`` made; a line that it did not make is a sentence as it is."""
    return tuple(_read(line) for line in text.split("\n") if line)


def weekday(number: int) -> Sentence:
    """Monday is 0."""
    return _WEEKDAYS[number]


def day_named(day: date) -> Sentence:
    """With its weekday."""
    return sentence("{month}月{day}日（{weekday}）", month=day.month, day=day.day, weekday=weekday(day.weekday()))


def _told(value: Value, translate: Callable[[str], str]) -> str | int | float:
    match value:
        case Sentence():
            return value.told(translate)
        case tuple():
            return translate("、").join(str(_told(one, translate)) for one in value)
        case _:
            return value


def _packed(value: Value) -> Any:
    """A sentence as an object {words: values}, several as a list; the rest as it is."""
    match value:
        case Sentence():
            return {value.words: {name: _packed(one) for name, one in value.values}}
        case tuple():
            return [_packed(one) for one in value]
        case _:
            return value


def _unpacked(given: Any) -> Value:
    match given:
        case dict():
            [(words, values)] = given.items()
            return sentence(words, **{name: _unpacked(one) for name, one in values.items()})
        case list():
            return tuple(_unpacked(one) for one in given)
        case _:
            return given  # type: ignore[no-any-return]


def _read(line: str) -> Sentence:
    if line.startswith('{"'):
        found = _unpacked(json.loads(line))
        if isinstance(found, Sentence):
            return found
    return as_it_is(line)


_WEEKDAYS = (
    sentence("星期一"), sentence("星期二"), sentence("星期三"), sentence("星期四"), sentence("星期五"),
    sentence("星期六"), sentence("星期日"),
)  # fmt: skip
