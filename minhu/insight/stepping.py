"""Where a search looks, step by step: each step goes further back, and none goes through more than it must.

Common words are found among the newest texts (of whose lines are few, seldom any), others in this month and those
before it; what is not there often enough is rare, and the index is asked for all of it. A step says nothing of who may
read what: that is asked of each row by whoever takes the steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from minhu.cases.authority import ways
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight.engine.question import Question, is_latin
from minhu.insight.engine.spelling import Bar, line_mark, month_mark, needle
from minhu.insight.fulltext import holding, read
from minhu.insight.models import SearchEntry
from minhu.intake.scope import scope_of
from minhu.rules.access import Viewer
from minhu.rules.clock import local

NEWEST = 2_000
"""Texts looked at one by one before the index is asked: a common word is soon found among them."""

MONTHS = (1, 1, 1, 6)
"""Of each step, one after another."""

OF_ONE_LINE, OF_FEW_LINES = (6,), (1, 1, 1)
FEW_LINES, FEW_CASES = 12, 2_000
"""Whose texts are few beside the city's is sought where they are."""


@dataclass(frozen=True, slots=True)
class Near:
    """Where the viewer's texts are: all over the city, or with the marks of his few lines, and apart from these in the
    cases that are his in another way.

    marks: None for all over the city. share: of the lines there, how many are his.
    """

    marks: tuple[str, ...] | None = None
    elsewhere: tuple[int, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Steps:
    """How the texts that match are sought, the newest first. begin: of the newest texts; None if there are no others.
    spans: the marks of months, the latest first. share: how much of what they give should be the viewer's.
    """

    needles: list[Sequence[str]]
    near: Near
    begin: datetime | None
    spans: tuple[Sequence[str], ...]
    share: float

    def of(self, rows: QuerySet[SearchEntry]) -> Iterator[list[QuerySet[SearchEntry]]]:
        """For each step, in one or two queries the newest first, those of the rows that match and are so new."""
        if self.begin is not None:
            if self.near.marks is None:
                yield [read(rows.filter(at__gte=self.begin), self.needles).order_by("-at")]
            for months in self.spans:
                yield self._indexed(rows, [*self.needles, months])
        yield self._indexed(rows, self.needles)

    def _indexed(self, rows: QuerySet[SearchEntry], needles: list[Sequence[str]]) -> list[QuerySet[SearchEntry]]:
        if self.near.marks is None:
            return [newest_first(holding(rows, needles))]
        found = [holding(rows, needles, self.near.marks)] if self.near.marks else []
        if self.near.elsewhere:
            found.append(read(rows.filter(case__in=self.near.elsewhere), needles))
        return [newest_first(one) for one in found]


def steps_for(viewer: Viewer, question: Question, at: datetime) -> Steps:
    """The steps by which this viewer's question is answered at this time."""
    latest = SearchEntry.objects.filter(city_id=viewer.city_id).order_by("-at").values_list("at", flat=True)
    begin = latest[NEWEST : NEWEST + 1].first()
    near, needles = _near(viewer), [_needles(term) for term in question.terms]
    return Steps(needles, near, begin, _spans(at, near), near.share)


def newest_first(rows: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
    """Sorted by an expression: by the column, the index by time would be walked instead of that of words."""
    return rows.order_by(Coalesce("at", "at").desc())


def _near(viewer: Viewer) -> Near:
    scope = scope_of(viewer)
    if scope.whole_city:
        return Near()
    every = Line.objects.filter(city_id=viewer.city_id).values_list("pk", "official_id", "official__office_id")
    his = {pk: official == scope.official_id or office in scope.offices for pk, official, office in every}
    lines = sorted(pk for pk in his if his[pk])
    everywhere = Near(share=max(len(lines), 1) / max(len(his), 1))
    if len(lines) > FEW_LINES:
        return everywhere
    _by_line, *beside = ways(viewer)
    held, few = beside[1:2], [*beside[:1], *beside[2:]]
    some = [
        Case.objects.filter(way).values_list("pk", flat=True)
        for way in few + [way & one for way in held for one in _apart(lines)]
    ]
    elsewhere = tuple(some[0].union(*some[1:])[: FEW_CASES + 1]) if some else ()
    if len(elsewhere) > FEW_CASES:
        return everywhere
    return Near(tuple(line_mark(pk) for pk in lines), elsewhere)


def _apart(lines: Sequence[int]) -> Iterator[Q]:
    """Of no line, or of another than these (sorted): the gaps between them, which an index by line goes straight to."""
    yield Q(line=None)
    for after, before in pairwise((0, *lines, None)):
        yield Q(line__gt=after) if before is None else Q(line__gt=after, line__lt=before)


def _spans(at: datetime, near: Near) -> tuple[Sequence[str], ...]:
    """What a line is told in a month is little, and of many lines much."""
    many = MONTHS if near.marks is None else OF_ONE_LINE if len(near.marks) == 1 else OF_FEW_LINES
    marks, today = list[str](), local(at)
    for back in range(sum(many)):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        marks.append(month_mark(year, month + 1))
    ends = tuple(accumulate(many))
    return tuple(marks[end - some : end] for some, end in zip(many, ends, strict=True))


def _needles(term: str) -> Sequence[str]:
    found = [needle(term, Bar.TEXT)]
    return [*found, needle(term, Bar.INITIALS)] if is_latin(term) else found
