"""Whether a reply is one that was sent before, with other numbers in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

SHINGLE = 4
SAME = 0.75
"""Share of a reply's runs of four characters that an earlier one has, from which it is taken for the same."""
LONG_ENOUGH = 25
"""Letters; a shorter reply about the same kind of thing cannot help being alike."""

_NUMBERS = re.compile(r"\d+")


def shared_with(reply: str, earlier: Sequence[str]) -> tuple[str, ...]:
    """The longest passage shared with the earlier reply that has most of this one; () where none has enough."""
    runs = _runs(reply)
    if len(runs) < LONG_ENOUGH:
        return ()
    share, best = max(((len(runs & _runs(one)) / len(runs), one) for one in earlier), default=(0.0, ""))
    if share < SAME:
        return ()
    passage = SequenceMatcher(None, reply, best, autojunk=False).find_longest_match()
    return (reply[passage.a : passage.a + passage.size].strip(),)


def _runs(text: str) -> frozenset[str]:
    letters = "".join(filter(str.isalnum, _NUMBERS.sub("0", text)))
    return frozenset(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))
