"""How long what a citizen told us is kept, and what holds it back (保存期限).

Source: Personal Information Protection Law, Art. 19 (the shortest time necessary) and Art. 47 (erased when it is over);
Cybersecurity Law, Art. 21 (records of what was done, at least six months). The trail is never erased: it has no words
and no numbers of citizens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ERASED = "（到期已删除）"
"""Stands where a citizen's words stood."""

TRAIL_AT_LEAST = timedelta(days=183)
LONGEST = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Periods:
    """words: a matter's words, photos and number after it ended; recordings: sound after that; loose: what no matter
    was made of, after it came.
    """

    words: timedelta = timedelta(days=730)
    recordings: timedelta = timedelta(days=180)
    loose: timedelta = timedelta(days=180)


def ended_before(period: timedelta, *, at: datetime) -> datetime:
    """What ended before this is to go."""
    return at - period
