"""What comes into the stream, what it keeps of it, and what it tells of every change.

Report ──feed──▶ Appeared | Joined ──settle──▶ Merged ──undo──▶ Parted
                                                └─ after a long quiet ──▶ Forgotten
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from minhu.insight.engine.wording import Terms

Vector = npt.NDArray[np.float32]
Sum = npt.NDArray[np.int64]

MOST_MEMBERS = 2_000
"""Texts and voices that a group remembers by name, the newest; older ones are in the events that were handed out."""
MOST_TERMS = 1_024


@dataclass(frozen=True, slots=True)
class Report:
    """One text of one citizen.

    sender:  any stable pseudonym; texts of one sender count as one voice.
    severity:  0 (a wish) to 1 (life and limb), as the triage has it.
    vector:  what an embedder makes of the text, where one is used.
    """

    key: str
    sender: str
    at: datetime
    title: str
    detail: str
    severity: float = 0.0
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """One sender in a group, however often he writes."""

    first: datetime
    last: datetime
    severity: float
    places: frozenset[str] = frozenset()

    def with_(self, other: Voice) -> Voice:
        """Both as one."""
        return Voice(
            min(self.first, other.first),
            max(self.last, other.last),
            max(self.severity, other.severity),
            self.places | other.places,
        )


@dataclass(slots=True)
class Group:
    """Texts on one matter, as sums from which the mean likeness to any other group follows exactly."""

    name: str
    terms: Terms
    members: dict[str, tuple[str, Voice]]
    last: datetime
    size: int = 1
    vector: Sum | None = None
    names: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)

    def voices(self) -> dict[str, Voice]:
        """The senders."""
        heard: dict[str, Voice] = {}
        for sender, voice in self.members.values():
            before = heard.get(sender)
            heard[sender] = before.with_(voice) if before else voice
        return heard

    def may_join(self, other: Group) -> bool:
        """No: somebody has said that these two are not one matter."""
        return self.apart.isdisjoint(other.names) and other.apart.isdisjoint(self.names)

    def take_in(self, other: Group) -> None:
        """Everything of the other, too."""
        for term, weight in other.terms.items():
            self.terms[term] = self.terms.get(term, 0) + weight
        if len(self.terms) > MOST_TERMS:
            heaviest = sorted(self.terms, key=lambda term: (-self.terms[term], term))
            self.terms = {term: self.terms[term] for term in heaviest[: MOST_TERMS // 2]}
        if self.vector is not None and other.vector is not None:
            self.vector = self.vector + other.vector
        self.members.update(other.members)
        self.size += other.size
        self.last = max(self.last, other.last)
        self.names |= other.names
        self.apart |= other.apart

    def let_go(self, other: Group) -> None:
        """Take away what ``take_in`` added."""
        for term, weight in other.terms.items():
            left = self.terms.get(term, 0) - weight
            if left > 0:
                self.terms[term] = left
            else:
                self.terms.pop(term, None)
        if self.vector is not None and other.vector is not None:
            self.vector = self.vector - other.vector
        for key in other.members:
            self.members.pop(key, None)
        self.size -= other.size
        self.last = max((voice.last for _sender, voice in self.members.values()), default=self.last)
        self.names -= other.names

    def trimmed(self) -> Collection[str]:
        """Forget the oldest members above the most; their keys."""
        if len(self.members) <= MOST_MEMBERS + MOST_MEMBERS // 4:
            return ()
        oldest = sorted(self.members, key=lambda key: (self.members[key][1].last, key))[:-MOST_MEMBERS]
        for key in oldest:
            del self.members[key]
        return oldest


@dataclass(frozen=True, slots=True)
class Appeared:
    """A text like no other: a group of its own, named after it."""

    group: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A text joined a group; likeness 0 to 1."""

    group: str
    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Merged:
    """Two groups turned out to be one; ``gone`` is no more."""

    group: str
    gone: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Parted:
    """A join was taken back: these texts are a group again, and will not be joined to that one again by rule."""

    group: str
    of: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Quiet for longest, no longer kept in memory: nothing will join it. It stays what it was in the records."""

    group: str


Event = Appeared | Joined | Merged | Parted | Forgotten
