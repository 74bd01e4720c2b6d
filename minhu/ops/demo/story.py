"""What happens in the demo, told a line at a time: the time of day there, a word in two languages, and who did what."""

from __future__ import annotations

import sys
import threading
import unicodedata
from enum import Enum
from typing import Final, TextIO

from django.utils import timezone

from minhu.rules.clock import local

TAG_WIDTH: Final = 15


class Tag(Enum):
    """What kind of thing happened: (Chinese, English, colour of a terminal)."""

    CALL = ("来电", "call", 36)
    ANSWERED = ("接听", "answered", 32)
    BUSY = ("占线", "busy", 33)
    DECLINED = ("按掉", "declined", 33)
    MISSED = ("没接", "missed", 33)
    RESULT = ("结果", "outcome", 1)
    PROMISE = ("承诺", "promise", 35)
    TEXT_OUT = ("短信", "text sent", 34)
    TEXT_IN = ("来信", "text came", 36)
    CALLBACK = ("回电", "call back", 32)
    WRAP_UP = ("登记", "wrapped up", 90)
    REPLY = ("答复", "reply", 32)
    RATING = ("评价", "rating", 35)
    CLARIFY = ("核实", "clarified", 32)
    NOTE = ("说明", "note", 90)


class Story:
    """Prints lines, from several threads, in colours where the terminal has them."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colours = self._out.isatty()
        self._one_at_a_time = threading.Lock()

    def tell(self, tag: Tag, words: str) -> None:
        """One line."""
        chinese, english, colour = tag.value
        head = padded(f"{chinese} {english}", TAG_WIDTH)
        if self._colours:
            head = f"\033[{colour}m{head}\033[0m"
        with self._one_at_a_time:
            self._out.write(f"{local(timezone.now()):%H:%M:%S}  {head}  {words}\n")
            self._out.flush()


def width(text: str) -> int:
    """Columns that a text takes on a terminal: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int) -> str:
    """Filled up with spaces to so many columns."""
    return text + " " * max(0, columns - width(text))


def bar(done: int, total: int, columns: int = 24) -> str:
    """How far something is: ████░░░░."""
    full = columns * done // max(1, total)
    return "█" * full + "░" * (columns - full)
