"""Search for staff: over what is said in the cases that the viewer may read, and over nothing else.

Who may read what is part of the query itself, as ``cases.authority`` states it, so that neither a hit nor a count tells
of anything else. The newest texts that match are found first, at most ``MOST`` of them, then put in order by
``engine/ranking.py``: so a word that stands in half of all texts costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Substr

from minhu.cases.authority import complaints_kept_from, notes_seen, seen, ways
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight.engine.question import Question, is_latin
from minhu.insight.engine.ranking import score
from minhu.insight.engine.spelling import Bar, line_mark, month_mark, needle
from minhu.insight.fulltext import holding, planned, read
from minhu.insight.models import SearchEntry
from minhu.intake.models import Text
from minhu.intake.scope import SEES_CONTACTS, scope_of
from minhu.rules.access import Viewer
from minhu.rules.clock import local
from minhu.rules.words import CaseKind, CaseState, Role, Said

MOST = 200
"""Texts that are put in order; whoever is not served by the newest so many is to say more."""

NEWEST = 2_000
"""Texts looked at one by one before the index is asked: a common word is soon found among them."""

MONTHS = 3
FEW_LINES, FEW_CASES = 12, 2_000
"""Whose texts are few beside the city's is sought where they are."""

HEAD = 1_500
"""Characters of an entry's words in which its title ends: each of its letters is two, and it stands first."""

Row = tuple[str, int, int, datetime, str]
"""kind, source_id, case_id, at, and the head of the words."""

SEARCHES = (*SEES_CONTACTS, Role.UNIT)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What else a case must be. offices: of the official it came to. since: when it was said."""

    state: CaseState | None = None
    kind: CaseKind | None = None
    offices: frozenset[int] | None = None
    since: datetime | None = None


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


def hits(viewer: Viewer, question: Question, narrowed: Narrowed, at: datetime) -> Hits:
    """What the viewer finds, at most MOST texts."""
    if not may_search(viewer) or not question.terms:
        return Hits({}, more=False)
    with planned():
        rows = _found(viewer, _readable(viewer, narrowed), question, at)
    by_case: dict[int, list[Hit]] = {}
    for kind, source_id, case_id, said_at, head in rows[:MOST]:
        titled = [_in_title(head, term) for term in question.terms]
        hit = Hit(Said(kind), source_id, case_id, said_at, score(at - said_at, sum(titled), len(titled)))
        by_case.setdefault(case_id, []).append(hit)
    best = {key: tuple(sorted(some, key=_order)) for key, some in by_case.items()}
    return Hits(dict(sorted(best.items(), key=lambda one: _order(one[1][0]))), more=len(rows) > MOST)


def case_of_code(viewer: Viewer, code: str) -> int | None:
    """The case of a tracking code, if the viewer may see it."""
    return Case.objects.filter(seen(viewer), code=code).values_list("pk", flat=True).first()


def _readable(viewer: Viewer, narrowed: Narrowed) -> QuerySet[SearchEntry]:
    """Every text the viewer may read: of cases that are his to see, without what is kept from him there."""
    cases = Case.objects.filter(seen(viewer), pk=OuterRef("case_id"))
    if narrowed.state is not None:
        cases = cases.filter(state=narrowed.state.value)
    if narrowed.kind is not None:
        cases = cases.filter(kind=narrowed.kind.value)
    if narrowed.offices is not None:
        cases = cases.filter(line__official__office__in=narrowed.offices)
    kept = Text.objects.filter(complaints_kept_from(viewer), pk=OuterRef("source_id"))
    rows = SearchEntry.objects.filter(Exists(cases), city_id=viewer.city_id)
    rows = rows.exclude(Q(kind=Said.TEXT.value) & Exists(kept))
    if viewer.official_id is not None:
        noted = Case.objects.filter(notes_seen(viewer), pk=OuterRef("case_id"))
        rows = rows.exclude(Q(kind=Said.NOTE.value) & ~Exists(noted))
    return rows if narrowed.since is None else rows.filter(at__gte=narrowed.since)


def _found(viewer: Viewer, rows: QuerySet[SearchEntry], question: Question, at: datetime) -> list[Row]:
    """The newest that match, one more than MOST if there are more.

    Common words are found among the newest texts (of whose lines are few, seldom any), others in this month and those
    before it; what is not there often enough is rare, and the index is asked for all of it. No step goes through more
    than it must.
    """
    needles = [_needles(term) for term in question.terms]
    latest = SearchEntry.objects.filter(city_id=viewer.city_id).order_by("-at").values_list("at", flat=True)
    near = _near(viewer, rows)
    if begin := latest[NEWEST : NEWEST + 1].first():
        if near.marks is None:
            found = _rows(read(rows.filter(at__gte=begin), needles).order_by("-at"))
            if len(found) > MOST:
                return found
        found = []
        for mark in _latest_months(at):
            found += near.newest([*needles, [mark]])
            if len(found) > MOST:
                return found[: MOST + 1]
    return near.newest(needles)


@dataclass(frozen=True, slots=True)
class _Near:
    """Texts where the viewer's are: all, or those with the marks of his few lines, and apart from these the texts of
    the cases that are his in another way. Each row is asked whether he may read it, whatever mark it has.

    marks: None for all.
    """

    rows: QuerySet[SearchEntry]
    marks: tuple[str, ...] | None = None
    elsewhere: tuple[int, ...] = ()

    def newest(self, needles: list[list[str]]) -> list[Row]:
        if self.marks is None:
            return _newest(holding(self.rows, needles))
        found = _newest(holding(self.rows, needles, self.marks)) if self.marks else []
        if self.elsewhere:
            others = _newest(read(self.rows.filter(case__in=self.elsewhere), needles))
            found = list({row[:2]: row for row in found + others}.values())
        return sorted(found, key=lambda row: row[3], reverse=True)[: MOST + 1]


def _near(viewer: Viewer, rows: QuerySet[SearchEntry]) -> _Near:
    scope = scope_of(viewer)
    if scope.whole_city:
        return _Near(rows)
    his = Q(official__office__in=scope.offices) | Q(official=scope.official_id or 0)
    lines = tuple(Line.objects.filter(his, city_id=viewer.city_id).values_list("pk", flat=True)[: FEW_LINES + 1])
    _by_line, *others = ways(viewer)
    beside = [Case.objects.filter(way).exclude(line__in=lines).values_list("pk", flat=True) for way in others]
    elsewhere = tuple({pk for some in beside for pk in some[: FEW_CASES + 1]})
    if len(lines) > FEW_LINES or len(elsewhere) > FEW_CASES:
        return _Near(rows)
    return _Near(rows, tuple(line_mark(pk) for pk in lines), elsewhere)


def _newest(rows: QuerySet[SearchEntry]) -> list[Row]:
    """The few that the index gives, in order of time. Sorted by an expression, or the index by time would be walked."""
    return _rows(rows.order_by(Coalesce("at", "at").desc()))


def _rows(rows: QuerySet[SearchEntry]) -> list[Row]:
    head = Substr("words", 1, HEAD)
    return list(rows.annotate(head=head).values_list("kind", "source_id", "case_id", "at", "head")[: MOST + 1])


def _latest_months(at: datetime) -> Iterator[str]:
    today = local(at)
    for back in range(MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield month_mark(year, month + 1)


def _needles(term: str) -> list[str]:
    found = [needle(term, Bar.TEXT)]
    return [*found, needle(term, Bar.INITIALS)] if is_latin(term) else found


def _in_title(head: str, term: str) -> bool:
    bars = (Bar.TITLE, Bar.INITIALS) if is_latin(term) else (Bar.TITLE,)
    return any(needle(term, bar) in head for bar in bars)


def _order(hit: Hit) -> tuple[float, float, int, str]:
    return (-hit.score, -hit.at.timestamp(), -hit.case_id, hit.kind.value)
