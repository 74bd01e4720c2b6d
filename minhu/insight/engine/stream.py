"""Hot issues as a stream: groups of texts on one matter appear, grow and merge as the texts come.

A text joins the group to which its mean likeness is greatest, if that reaches a limit; else it is a group of its own.
Once a day of the texts' own time, groups that changed are compared with their neighbours and merged best first, which
repairs what the order of arrival spoiled. Both use average linkage: the mean of the likeness of all pairs, which
follows exactly from the groups' sums.

Nothing here reads a clock or chance. Texts of one ``feed`` are taken by time and key, so the order in which texts of
the same moment are handed over does not matter.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush, nsmallest

import numpy as np

from minhu.insight.engine.groups import Appeared, Event, Forgotten, Group, Joined, Merged, Parted, Report, Sum, Voice
from minhu.insight.engine.nearby import PROBE, Nearby, heaviest
from minhu.insight.engine.places import districts, recognised
from minhu.insight.engine.wording import Frequencies, headline, likeness, read, weighed

VECTOR_UNIT = 4096
MOST_UNDONE = 2_000


@dataclass(frozen=True, slots=True)
class Tuning:
    """The few numbers that decide; each was chosen on one half of the labels and judged on the other.

    join, merge:  the least mean likeness at which a text joins a group, and at which two groups are one.
    share:  how much of the likeness the vectors make, where there are any.
    most_texts:  texts kept in memory; beyond, the groups that are quiet for longest are forgotten.
    """

    join: float = 0.17
    merge: float = 0.15
    share: float = 0.0
    most_texts: int = 100_000


BY_WORDS = Tuning()
BY_VECTORS = Tuning(join=0.33, merge=0.33, share=0.6)


class CannotUndo(LookupError):
    """The join is too old to be taken back here, was taken back already, or its texts are no longer together."""


class Stream:
    """The groups of all texts so far."""

    def __init__(self, tuning: Tuning = BY_WORDS, known: Frequencies | None = None) -> None:
        self.tuning = tuning
        self.known = known or Frequencies()
        self._groups: dict[str, Group] = {}
        self._home: dict[str, str] = {}
        self._nearby = Nearby()
        self._changed: set[str] = set()
        self._undo: OrderedDict[Event, Group] = OrderedDict()
        self._apart: dict[str, set[str]] = {}
        self._day: date | None = None
        self._mean: Sum | None = None
        self._vectors = 0

    @property
    def groups(self) -> dict[str, Group]:
        """The groups in memory, by name; to be read only."""
        return self._groups

    def group_of(self, key: str) -> str | None:
        """The name of the text's group, while it is in memory."""
        return self._home.get(key)

    def feed(self, reports: Iterable[Report]) -> list[Event]:
        """Take in texts, in any order; a text that is known already is passed over."""
        told: list[Event] = []
        for report in sorted(reports, key=lambda one: (one.at, one.key)):
            if report.key in self._home:
                continue
            if self._is_new_day(report):
                told += self.settle()
            told.append(self._take_in(self._alone(report)))
            if len(self._home) > self.tuning.most_texts:
                told += self._forget()
        return told

    def recall(self, report: Report, home: str) -> None:
        """Take in a text whose group is known: what was decided once is not asked again."""
        if report.key in self._home:
            return
        if self._is_new_day(report):
            self._changed.clear()  # what had grown together was merged then, as ``home`` says
        self._put(self._alone(report), home)
        if len(self._home) > self.tuning.most_texts:
            self._forget()

    def regroup(self, groups: Mapping[str, Iterable[Report]]) -> None:
        """Make these groups of exactly these texts, because somebody says so; one of no text is no more.

        Groups that lose a text have to be among them.
        """
        for name in groups:
            for key in self._groups[name].members if name in self._groups else ():
                self._home.pop(key, None)
            self._groups.pop(name, None)
            self._nearby.drop(name)
            self._changed.discard(name)
        for name, reports in groups.items():
            for report in sorted(reports, key=lambda one: (one.at, one.key)):
                self._put(self._alone(report, counted=True), name)

    def keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Have the rule never join groups that have these names, and no others; to be told before their texts."""
        self._apart = {}
        for one, other in pairs:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def settle(self) -> list[Event]:
        """Merge what has grown together since the last time; once a day this is done by ``feed`` itself."""
        told: list[Event] = []
        pairs: list[tuple[float, str, str, int]] = []
        for name in sorted(self._changed & self._groups.keys()):
            self._pair(self._groups[name], pairs)
        self._changed.clear()
        while pairs:
            less, one, other, size = heappop(pairs)
            both = self._groups.get(one), self._groups.get(other)
            if both[0] is None or both[1] is None or both[0].size + both[1].size != size:
                continue
            told.append(self._merge(both[0], both[1], -less))
            self._pair(self._groups[told[-1].group], pairs)
        return told

    def merge(self, one: str, other: str) -> Event:
        """Join two groups because somebody says so."""
        first, second = self._groups[one], self._groups[other]
        first.apart -= second.names
        second.apart -= first.names
        return self._merge(first, second, self.mean_likeness(first, second))

    def undo(self, event: Event) -> Parted:
        """Take back a join or a merge, for good: the rule will not join these two again.

        Raises: CannotUndo; nothing is changed then.
        """
        part = self._undo.get(event)
        if part is None:
            raise CannotUndo(event)
        homes = {self._home.get(key) for key in part.members}
        name = homes.pop() if len(homes) == 1 else None
        whole = self._groups.get(name) if name else None
        if whole is None or whole.size <= part.size or whole.name in part.names:
            raise CannotUndo(event)
        del self._undo[event]
        whole.let_go(part)
        part.apart |= {whole.name}
        self._keep(part)
        self._nearby.file(part, heaviest(part, PROBE))
        self._nearby.file(whole, heaviest(whole, PROBE))
        self._changed |= {part.name, whole.name}
        return Parted(part.name, whole.name, tuple(part.members))

    def mean_likeness(self, one: Group, other: Group) -> float:
        """The mean over all pairs of a text here and a text there."""
        by_words = likeness(one.terms, other.terms) / (one.size * other.size)
        if one.vector is None or other.vector is None:
            return by_words
        product = float(one.vector.astype(np.float64) @ other.vector.astype(np.float64))
        by_vector = product / (VECTOR_UNIT * VECTOR_UNIT * one.size * other.size)
        return self.tuning.share * by_vector + (1 - self.tuning.share) * by_words

    def _is_new_day(self, report: Report) -> bool:
        """Whether a day of the texts' time ended before this one."""
        day, before = report.at.date(), self._day
        if before is None or day > before:
            self._day = day
        return before is not None and day > before

    def _alone(self, report: Report, *, counted: bool = False) -> Group:
        """counted: the text was read before, and makes nothing more frequent."""
        head, rest = headline(report.title, report.detail)
        voice = Voice(report.at, report.at, report.severity, districts(recognised(head)))
        key = report.key
        return Group(
            key,
            weighed(head, rest, self.known) if counted else read(head, rest, self.known),
            {key: (report.sender, voice)},
            report.at,
            vector=self._centred(report, counted=counted),
            names={key},
            apart=set(self._apart.get(key, ())),
        )

    def _centred(self, report: Report, *, counted: bool) -> Sum | None:
        """The vector without what all texts have in common, in whole numbers."""
        if report.vector is None or not self.tuning.share:
            return None
        whole = np.rint(report.vector * VECTOR_UNIT).astype(np.int64)
        if self._mean is None or not counted:
            self._mean = whole if self._mean is None else self._mean + whole
            self._vectors += 1
        away = whole - self._mean / (self._vectors + 1)
        return np.rint(away * (VECTOR_UNIT / (np.linalg.norm(away) or 1.0))).astype(np.int64)

    def _take_in(self, alone: Group) -> Event:
        near = [self._groups[name] for name in self._nearby.near(alone, self._groups)]
        free = [group for group in near if group.may_join(alone)]
        found = nsmallest(1, [(-self.mean_likeness(alone, group), group.name) for group in free])
        terms = heaviest(alone, PROBE)
        if not found or -found[0][0] < self.tuning.join:
            self._keep(alone)
            self._nearby.file(alone, terms)
            self._changed.add(alone.name)
            return Appeared(alone.name)
        group = self._groups[found[0][1]]
        event = Joined(group.name, alone.name, round(-found[0][0], 4))
        self._remember(event, alone)
        group.take_in(alone)
        self._settle_in(group, alone, terms)
        return event

    def _put(self, alone: Group, home: str) -> None:
        """Into the group of this name, which begins with it if there is none."""
        terms, group = heaviest(alone, PROBE), self._groups.get(home)
        if group is None:
            alone.name = home
            alone.names.add(home)
            alone.apart |= self._apart.get(home, set())
            self._keep(alone)
            self._nearby.file(alone, terms)
            self._changed.add(home)
        else:
            group.take_in(alone)
            self._settle_in(group, alone, terms)

    def _merge(self, one: Group, other: Group, alike: float) -> Event:
        into, gone = (one, other) if (-one.size, one.name) < (-other.size, other.name) else (other, one)
        event = Merged(into.name, gone.name, round(alike, 4))
        self._remember(event, gone)
        into.take_in(gone)
        del self._groups[gone.name]
        self._nearby.drop(gone.name)
        self._settle_in(into, gone, heaviest(gone, PROBE))
        return event

    def _settle_in(self, group: Group, new: Group, terms: list[str]) -> None:
        self._home.update(dict.fromkeys(new.members, group.name))
        for key in group.trimmed():
            self._home.pop(key, None)
        self._nearby.file(group, terms)
        self._changed.add(group.name)

    def _keep(self, group: Group) -> None:
        self._groups[group.name] = group
        self._home.update(dict.fromkeys(group.members, group.name))

    def _remember(self, event: Event, part: Group) -> None:
        self._undo[event] = part
        if len(self._undo) > MOST_UNDONE:
            self._undo.popitem(last=False)

    def _pair(self, group: Group, pairs: list[tuple[float, str, str, int]]) -> None:
        for name in self._nearby.near(group, self._groups, probe=2 * PROBE):
            other = self._groups[name]
            alike = self.mean_likeness(group, other)
            if alike >= self.tuning.merge and group.may_join(other):
                first, second = sorted((group.name, name))
                heappush(pairs, (-alike, first, second, group.size + other.size))

    def _forget(self) -> list[Event]:
        """Let go a tenth of the texts, the groups that are quiet for longest first, and file the rest anew."""
        least, gone = self.tuning.most_texts * 9 // 10, []
        for name in sorted(self._groups, key=lambda name: (self._groups[name].last, name)):
            if len(self._home) <= least:
                break
            for key in self._groups.pop(name).members:
                self._home.pop(key, None)
            gone.append(Forgotten(name))
        self._changed &= self._groups.keys()
        self._nearby = Nearby()
        for name in sorted(self._groups, key=lambda name: (self._groups[name].last, name)):
            self._nearby.file(self._groups[name], heaviest(self._groups[name], PROBE))
        return list(gone)
