"""The draw of a day's checks: anyone with the published seed and table computes the same lines and times.

    commitment   SHA-256 of "DATE SEED" (as text), published the day before
    chance       SHA-256 of "SEED DIGEST PURPOSE NAME" (as text): its first 53 bits, as a number between 0 and 1;
                 DIGEST is the SHA-256 of the table, so that nobody who makes the seed knows what it will draw
    draw         of each group the lines with the smallest ``-ln(chance) / weight``

Whoever would miss the cycle is drawn first; the other places are shared among the ranks of offices by their size, and
within a rank among the hour bands.

Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006)
181-185 (weighted sampling without replacement by keys); Blum, "Coin flipping by telephone", CRYPTO 1981 (commit, then
reveal); Madow, Annals of Mathematical Statistics 20 (1949) 333-354 (places shared by systematic rounding).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from minhu.rules.draw_table import Candidate, Table, read

SEED_BYTES = 32
_BITS = 53


class Band(StrEnum):
    """Part of the working day in which a check is placed."""

    EARLY = "early"
    NOON = "noon"
    AFTERNOON = "afternoon"
    LATE = "late"


SPANS = {
    Band.EARLY: (time(8, 30), time(10, 30)),
    Band.NOON: (time(10, 30), time(12)),
    Band.AFTERNOON: (time(14, 30), time(16, 30)),
    Band.LATE: (time(16, 30), time(18)),
}
ROOM_MINUTES = 30
"""So much of the band is left, at least, to place the check in."""

BASE, PER_DAY, MOST_DAYS, PER_COMPLAINT, MOST_COMPLAINTS, DECAYED = 10, 1, 90, 30, 5, 60
"""What a weight is made of: everybody may be drawn any day, and nobody is drawn for sure."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line that is checked today, not before this time of the day, and within the band."""

    line: str
    band: Band
    from_time: time


def commitment(on: date, seed: str) -> str:
    """What is published the day before. seed: in hex."""
    return hashlib.sha256(f"{on.isoformat()} {seed}".encode()).hexdigest()


def weight(*, days_since: int | None, complaints: int, decayed: bool) -> int:
    """How likely a line is drawn, against others.

    days_since: the last check, None for never. complaints: in the last 90 days. decayed: its answer rate has dropped.
    """
    days = MOST_DAYS if days_since is None else min(max(days_since, 0), MOST_DAYS)
    return BASE + PER_DAY * days + PER_COMPLAINT * min(complaints, MOST_COMPLAINTS) + DECAYED * decayed


def draw(seed: str, table: str) -> tuple[Drawn, ...]:
    """The day's checks, from what was published, by time. Raises: TableUnreadable."""
    given = read(table)
    chance = _chances(seed, table)
    chosen = _lines(given, chance)
    return tuple(sorted(_times(chosen, chance), key=lambda one: (one.from_time, one.line)))


def places(table: Table) -> tuple[int, int]:
    """How many are drawn, and how many of them must be lines that were not drawn in this cycle yet.

    With these two, all are drawn in time: on the last day ``must`` is whoever is left.
    """
    unseen = sum(not one.seen for one in table.candidates)
    count = min(max(table.quota, math.ceil(unseen / table.days_left)), len(table.candidates))
    return count, max(0, unseen - count * (table.days_left - 1))


def _lines(table: Table, chance: Callable[[str, str], Fraction]) -> list[Candidate]:
    count, must = places(table)

    def heaviest(among: Iterable[Candidate], places: int) -> list[Candidate]:
        return sorted(among, key=lambda one: -math.log(chance("line", one.line)) / one.weight)[:places]

    chosen = heaviest((one for one in table.candidates if not one.seen), must)
    taken = {one.line for one in chosen}
    rest = [one for one in table.candidates if one.line not in taken]
    ranks = sorted({one.rank for one in rest})
    sizes = [sum(one.rank == rank for one in rest) for rank in ranks]
    for rank, share in zip(ranks, _shares(count - len(chosen), sizes, chance("shares", "")), strict=True):
        chosen += heaviest((one for one in rest if one.rank == rank), share)
    return chosen


def _shares(places: int, sizes: Sequence[int], start: Fraction) -> list[int]:
    """Places shared by size; what does not come out even is rounded by chance, and the sum is right."""
    total = sum(sizes)
    ends = [start]
    for size in sizes:
        ends.append(ends[-1] + Fraction(places * size, total))
    return [math.floor(end) - math.floor(begin) for begin, end in pairwise(ends)]


def _times(chosen: Sequence[Candidate], chance: Callable[[str, str], Fraction]) -> Iterable[Drawn]:
    """Each line gets the band of its rank that has fewest so far, and a minute in it."""
    used: dict[tuple[str, Band], int] = {}
    for one in sorted(chosen, key=lambda one: chance("order", one.line)):
        may_be = [Band(name) for name in one.bands] or list(Band)
        rank = one.rank
        band = min(may_be, key=lambda band: (used.get((rank, band), 0), chance("band", f"{rank} {band.value}")))
        used[rank, band] = used.get((rank, band), 0) + 1
        yield Drawn(one.line, band, _minute(band, chance("minute", one.line)))


def _minute(band: Band, chance: Fraction) -> time:
    begin, end = (at.hour * 60 + at.minute for at in SPANS[band])
    minute = begin + math.floor(chance * (end - begin - ROOM_MINUTES + 1))
    return time(minute // 60, minute % 60)


def _chances(seed: str, table: str) -> Callable[[str, str], Fraction]:
    digest = hashlib.sha256(table.encode()).hexdigest()

    def chance(purpose: str, name: str) -> Fraction:
        hashed = hashlib.sha256(f"{seed} {digest} {purpose} {name}".encode()).digest()
        bits = int.from_bytes(hashed[:8], "big") >> (64 - _BITS)
        return Fraction(2 * bits + 1, 2 ** (_BITS + 1))

    return chance
