"""Was this raised before? Asked of every text at intake, answered with reasons, never decided here.

    score = likeness + 0.05 same citizen + 0.08 same place or organisation − 0.08 other places only
                     − 0.06 for each half-year between, at most two

The likeness is that of ``wording``. Both kinds are found: a citizen who writes again, and others with the same matter.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from minhu.insight.engine.groups import Group, Report, Voice
from minhu.insight.engine.nearby import PROBE, Nearby, heaviest
from minhu.insight.engine.places import Kind, Name, recognised
from minhu.insight.engine.wording import Frequencies, Terms, headline, likeness, read, weighed

PROPOSED, SURE = 0.17, 0.45
"""From the first a match is shown to staff; from the second a city may let the rule join it."""

_SAME_CITIZEN, _SAME_PLACE, _OTHER_PLACE, _FADE = 0.05, 0.08, 0.08, 0.06
_FADES_OVER = timedelta(days=182)
_SHARED_WORDS = 4


class Why(StrEnum):
    """A reason for or against two texts being one matter."""

    SAME_CITIZEN = "same_citizen"
    SAME_PLACE = "same_place"
    OTHER_PLACE = "other_place"
    SAME_OBJECT = "same_object"
    DAYS_APART = "days_apart"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and the names, words or number of days that show it."""

    why: Why
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier text that may be the same matter."""

    key: str
    score: float
    same_citizen: bool
    reasons: tuple[Reason, ...]

    @property
    def sure(self) -> bool:
        """So alike that a rule may join them, undoably."""
        return self.score >= SURE


@dataclass(frozen=True, slots=True)
class _Kept:
    report: Report
    alone: Group
    names: frozenset[Name]


class Intake:
    """The newest ``most`` texts, to be asked for the like of a new one."""

    def __init__(self, known: Frequencies | None = None, *, most: int = 50_000) -> None:
        self.known = known or Frequencies()
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._alone: dict[str, Group] = {}
        self._nearby = Nearby()

    def find(self, report: Report, *, most: int = 5) -> tuple[Match, ...]:
        """Earlier texts that may be the same matter, the likeliest first; nothing is kept."""
        head, rest = headline(report.title, report.detail)
        new = _kept(report, head, weighed(head, rest, self.known))
        near = self._nearby.near(new.alone, self._alone, probe=2 * PROBE)
        matches = [_match(new, self._kept[key]) for key in near if key != report.key]
        proposed = sorted((one for one in matches if one.score >= PROPOSED), key=lambda one: (-one.score, one.key))
        return tuple(proposed[:most])

    def keep(self, report: Report) -> None:
        """Have the text found from now on."""
        if report.key in self._kept:
            return
        head, rest = headline(report.title, report.detail)
        kept = _kept(report, head, read(head, rest, self.known))
        self._file(kept)
        if len(self._kept) > self._most + self._most // 10:
            self._forget()

    def _file(self, kept: _Kept) -> None:
        self._kept[kept.report.key] = kept
        self._alone[kept.report.key] = kept.alone
        self._nearby.file(kept.alone, heaviest(kept.alone, PROBE))

    def _forget(self) -> None:
        newest = list(self._kept.values())[-self._most :]
        self._kept, self._alone, self._nearby = OrderedDict(), {}, Nearby()
        for kept in newest:
            self._file(kept)


def _kept(report: Report, head: str, terms: Terms) -> _Kept:
    voice = Voice(report.at, report.at, report.severity)
    alone = Group(report.key, terms, {report.key: (report.sender, voice)}, report.at)
    return _Kept(report, alone, frozenset(name for name in recognised(head) if name.kind is not Kind.DISTRICT))


def _match(new: _Kept, old: _Kept) -> Match:
    alike = likeness(new.alone.terms, old.alone.terms)
    reasons = [Reason(Why.SAME_OBJECT, _shared(new.alone.terms, old.alone.terms))]
    score, citizen = alike, new.report.sender == old.report.sender
    if citizen:
        score += _SAME_CITIZEN
        reasons.append(Reason(Why.SAME_CITIZEN, ()))
    if same := new.names & old.names:
        score += _SAME_PLACE
        reasons.append(Reason(Why.SAME_PLACE, tuple(sorted(name.text for name in same))))
    elif new.names and old.names:
        score -= _OTHER_PLACE
        reasons.append(Reason(Why.OTHER_PLACE, tuple(sorted(name.text for name in old.names))))
    apart = abs(new.report.at - old.report.at)
    score -= _FADE * min(2.0, apart / _FADES_OVER)
    reasons.append(Reason(Why.DAYS_APART, (str(apart.days),)))
    return Match(old.report.key, round(min(1.0, max(0.0, score)), 4), citizen, tuple(reasons))


def _shared(one: Terms, other: Terms) -> tuple[str, ...]:
    """The words that both have, the heaviest first."""
    shared = sorted((-one[term] * other[term], term) for term in one.keys() & other.keys() if not term.startswith("~"))
    return tuple(term for _weight, term in shared[:_SHARED_WORDS])
