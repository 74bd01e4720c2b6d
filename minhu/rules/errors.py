"""When a rule says no.

Refusal                     a rule says no: nothing was changed
├── .code                   stable, for programs and tests
└── .words                  for people: what is wrong and what to do, in Chinese
Every part derives its own from it, named for what is refused (TransferUsedUp, NotHolder …).
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A rule says no; nothing was changed."""

    code: ClassVar[str] = "refused"
    words: ClassVar[str] = "现在不能这样做。"

    def __init__(self, words: str | None = None) -> None:
        super().__init__(words or self.words)
        self.shown = words or self.words
