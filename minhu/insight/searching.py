"""Search for staff: over what is said in the cases that the viewer may read, and over nothing else.

Who may read what is asked of the database as ``cases.authority`` states it, before anything is counted or ordered, so
that neither a hit nor a count tells of anything else. The newest texts that match are found first (``stepping.py``), at
most ``MOST`` that the viewer may read, then put in order by ``engine/ranking.py``: so a word that stands in half of all
texts costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Substr

from minhu.cases.authority import complaints_kept_from, notes_seen, seen
from minhu.cases.models import Case
from minhu.insight.among import among
from minhu.insight.engine.question import Question, is_latin
from minhu.insight.engine.ranking import score
from minhu.insight.engine.spelling import Bar, needle
from minhu.insight.fulltext import planned
from minhu.insight.models import SearchEntry
from minhu.insight.stepping import Steps, newest_first, steps_for
from minhu.intake.models import Text
from minhu.intake.scope import SEES_CONTACTS
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, CaseState, Role, Said

MOST = 200
"""Texts that are put in order; whoever is not served by the newest so many is to say more."""

LOOKED_AT, LOOKED_AT_MOST = 2 * MOST, 10 * MOST
"""Texts that match of which it is asked by themselves which he may read: he who may read most; and anybody."""

HEAD = 1_500
"""Characters of an entry's words in which its title ends: each of its letters is two, and it stands first."""

Row = tuple[str, int, int, datetime, str]
"""kind, source_id, case_id, at, and the head of the words."""


class Match(NamedTuple):
    """A text in which the words stand, whoever may read it. at: as the database writes it, which sorts as times do."""

    pk: int
    kind: str
    source_id: int
    case_id: int
    at: str


SEARCHES = (*SEES_CONTACTS, Role.UNIT)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What else a case must be. offices: of the official it came to. since: when it was said."""

    state: CaseState | None = None
    kind: CaseKind | None = None
    offices: frozenset[int] | None = None
    since: datetime | None = None

    def of(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        if self.state is not None:
            cases = cases.filter(state=self.state.value)
        if self.kind is not None:
            cases = cases.filter(kind=self.kind.value)
        if self.offices is not None:
            cases = cases.filter(line__official__office__in=self.offices)
        return cases


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found. in_title: how many of the words stand in the title."""

    kind: Said
    source_id: int
    case_id: int
    at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """By case, the best first, each with its texts. more: there are older ones that were not looked at."""

    by_case: dict[int, tuple[Hit, ...]]
    more: bool


def may_search(viewer: Viewer) -> bool:
    """Whether there is anything in cases that the viewer might find. An operator or an auditor finds nothing."""
    return viewer.official_id is not None or viewer.has(*SEARCHES)


def cases_of(viewer: Viewer) -> QuerySet[Case]:
    """The cases the viewer may find: stated once for a search, which asks it more than once."""
    return Case.objects.filter(seen(viewer))


def hits(viewer: Viewer, cases: QuerySet[Case], question: Question, narrowed: Narrowed, at: datetime) -> Hits:
    """What the viewer finds, at most MOST texts. cases: those of ``cases_of(viewer)``."""
    if not may_search(viewer) or not question.terms:
        return Hits({}, more=False)
    with planned():
        rows = _found(viewer, narrowed.of(cases), _here(viewer, narrowed), steps_for(viewer, question, at))
    by_case: dict[int, list[Hit]] = {}
    for kind, source_id, case_id, said_at, head in rows[:MOST]:
        titled = [_in_title(head, term) for term in question.terms]
        hit = Hit(Said(kind), source_id, case_id, said_at, score(at - said_at, sum(titled), len(titled)))
        by_case.setdefault(case_id, []).append(hit)
    best = {key: tuple(sorted(some, key=_order)) for key, some in by_case.items()}
    return Hits(dict(sorted(best.items(), key=lambda one: _order(one[1][0]))), more=len(rows) > MOST)


def _here(viewer: Viewer, narrowed: Narrowed) -> QuerySet[SearchEntry]:
    """The texts of his city, whoever may read them."""
    rows = SearchEntry.objects.filter(city_id=viewer.city_id)
    return rows if narrowed.since is None else rows.filter(at__gte=narrowed.since)


def _readable(viewer: Viewer, cases: QuerySet[Case], rows: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
    """Those of the rows that the viewer may read: of these cases of his, without what is kept from him there."""
    rows = rows.filter(Exists(cases.filter(pk=OuterRef("case_id"))))
    kept = Text.objects.filter(complaints_kept_from(viewer), pk=OuterRef("source_id"))
    rows = rows.exclude(Q(kind=Said.TEXT.value) & Exists(kept))
    if viewer.official_id is not None:
        noted = Case.objects.filter(notes_seen(viewer), pk=OuterRef("case_id"))
        rows = rows.exclude(Q(kind=Said.NOTE.value) & ~Exists(noted))
    return rows


def _readable_of(viewer: Viewer, cases: QuerySet[Case], some: Iterable[Match]) -> list[int]:
    """The same of a few texts, asked of each kind by itself, which takes a tenth of the time; the newest first."""
    some = list(some)
    mine = set(cases.filter(pk__in=among({one.case_id for one in some})).values_list("pk", flat=True))
    some = [one for one in some if one.case_id in mine]
    if texts := {one.source_id for one in some if one.kind == Said.TEXT.value}:
        kept = set(Text.objects.filter(complaints_kept_from(viewer), pk__in=among(texts)).values_list("pk", flat=True))
        some = [one for one in some if one.kind != Said.TEXT.value or one.source_id not in kept]
    if viewer.official_id is not None and (on := {one.case_id for one in some if one.kind == Said.NOTE.value}):
        noted = set(Case.objects.filter(notes_seen(viewer), pk__in=among(on)).values_list("pk", flat=True))
        some = [one for one in some if one.kind != Said.NOTE.value or one.case_id in noted]
    return [one.pk for one in sorted(some, key=lambda one: one.at, reverse=True)]


def _found(viewer: Viewer, cases: QuerySet[Case], here: QuerySet[SearchEntry], steps: Steps) -> list[Row]:
    """The newest that match and that he may read, one more than MOST if there are more.

    Where the viewer's texts are, he may read most of what matches: so that is found first, and which of it he may read
    is asked once, of few. Where this is not enough, each step asks it of all that matches.
    """
    found = _of_few(viewer, cases, here, steps)
    return _of_all(_readable(viewer, cases, here), steps) if found is None else found


def _of_few(viewer: Viewer, cases: QuerySet[Case], here: QuerySet[SearchEntry], steps: Steps) -> list[Row] | None:
    """None: very much matches, and of the newest not enough may be read."""
    most = min(int(LOOKED_AT / steps.share), LOOKED_AT_MOST)
    matching, asked = dict[int, Match](), 0
    for step in steps.of(here):
        some = [_matches(rows, most) for rows in step]
        matching |= {one.pk: one for part in some for one in part}
        border = max((part[-1].at for part in some if len(part) > most), default=None)
        if border is None and len(matching) <= max(int(MOST / steps.share), 2 * asked):
            continue
        asked = len(matching)
        newest = [one for one in matching.values() if border is None or one.at >= border]
        if len(found := _readable_of(viewer, cases, newest)) > MOST:
            return _rows(SearchEntry.objects.filter(pk__in=among(found[: MOST + 1])))
        if border is not None:
            return None
    return _rows(SearchEntry.objects.filter(pk__in=among(_readable_of(viewer, cases, matching.values()))))


def _matches(rows: QuerySet[SearchEntry], most: int) -> list[Match]:
    """The first of them, one more than most if there are more."""
    written = Cast("at", TextField())  # reading a thousand times costs more than finding them
    return [Match(*row) for row in rows.values_list("pk", "kind", "source_id", "case_id", written)[: most + 1]]


def _of_all(readable: QuerySet[SearchEntry], steps: Steps) -> list[Row]:
    found: dict[tuple[str, int], Row] = {}
    for step in steps.of(readable):
        found.update({row[:2]: row for rows in step for row in _rows(rows)})
        if len(found) > MOST:
            break
    return sorted(found.values(), key=lambda row: row[3], reverse=True)[: MOST + 1]


def _rows(rows: QuerySet[SearchEntry]) -> list[Row]:
    head = Substr("words", 1, HEAD)
    rows = newest_first(rows).annotate(head=head)
    return list(rows.values_list("kind", "source_id", "case_id", "at", "head")[: MOST + 1])


def _in_title(head: str, term: str) -> bool:
    bars = (Bar.TITLE, Bar.INITIALS) if is_latin(term) else (Bar.TITLE,)
    return any(needle(term, bar) in head for bar in bars)


def _order(hit: Hit) -> tuple[float, float, int, str]:
    return (-hit.score, -hit.at.timestamp(), -hit.case_id, hit.kind.value)
