"""What a reader of texts gives back. A reader of one's own (``MINHU_INSIGHT_READER``) gives the same.

    def read(texts: Sequence[str]) -> Sequence[Read]: ...

One for each text, in their order. What it is not sure of it leaves out; people then decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minhu.rules.words import CaseKind, Urgency


@dataclass(frozen=True, slots=True)
class Read:
    """What one text was read as. kind, subject: None when unsure; likely_subject: then the likeliest.

    Confidences are from 0 to 1; words are those of the text that speak for it, the strongest first. reader: what read
    it, for the record.
    """

    reader: str = ""
    kind: CaseKind | None = None
    kind_confidence: float = 0.0
    kind_words: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    urgency_words: tuple[str, ...] = ()
    subject: str | None = None
    subject_confidence: float = 0.0
    likely_subject: str = ""
    subject_words: tuple[str, ...] = ()


Reader = Callable[[Sequence[str]], Sequence[Read]]
NOTHING = Read()
