"""Where a search looks, step by step: each step goes further back, and none goes through more than it must.

Common words are found among the newest texts (of whose lines are few, seldom any), others in this month and those
before it; what is not there often enough is rare, and the index is asked for all of it. A step says nothing of who may
read what: that is asked of each row by whoever takes the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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

MONTHS = 3
FEW_LINES, FEW_CASES = 12, 2_000
"""Whose texts are few beside the city's is sought where they are."""

Needles = list[list[str]]


@dataclass(frozen=True, slots=True)
class Near:
    """Where the viewer's texts are: all over the city, or with the marks of his few lines, and apart from these in the
    cases that are his in another way.

    marks: None for all over the city.
    """

    marks: tuple[str, ...] | None = None
    elsewhere: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """How the texts that match are sought, the newest first. begin: of the newest texts; None if there are no others.
    months: their marks, the latest first.
    """

    needles: Needles
    near: Near
    begin: datetime | None
    months: tuple[str, ...]

    def of(self, rows: QuerySet[SearchEntry]) -> Iterator[list[QuerySet[SearchEntry]]]:
        """For each step, in one or two queries the newest first, those of the rows that match and are so new."""
        if self.begin is not None:
            if self.near.marks is None:
                yield [read(rows.filter(at__gte=self.begin), self.needles).order_by("-at")]
            for mark in self.months:
                yield self._indexed(rows, [*self.needles, [mark]])
        yield self._indexed(rows, self.needles)

    def _indexed(self, rows: QuerySet[SearchEntry], needles: Needles) -> list[QuerySet[SearchEntry]]:
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
    return Steps([_needles(term) for term in question.terms], _near(viewer), begin, tuple(_latest_months(at)))


def newest_first(rows: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
    """Sorted by an expression: by the column, the index by time would be walked instead of that of words."""
    return rows.order_by(Coalesce("at", "at").desc())


def _near(viewer: Viewer) -> Near:
    scope = scope_of(viewer)
    if scope.whole_city:
        return Near()
    his = Q(official__office__in=scope.offices) | Q(official=scope.official_id or 0)
    lines = tuple(Line.objects.filter(his, city_id=viewer.city_id).values_list("pk", flat=True)[: FEW_LINES + 1])
    _by_line, *others = ways(viewer)
    beside = [Case.objects.filter(way).exclude(line__in=lines).values_list("pk", flat=True) for way in others]
    elsewhere = tuple({pk for some in beside for pk in some[: FEW_CASES + 1]})
    if len(lines) > FEW_LINES or len(elsewhere) > FEW_CASES:
        return Near()
    return Near(tuple(line_mark(pk) for pk in lines), elsewhere)


def _latest_months(at: datetime) -> Iterator[str]:
    today = local(at)
    for back in range(MONTHS):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield month_mark(year, month + 1)


def _needles(term: str) -> list[str]:
    found = [needle(term, Bar.TEXT)]
    return [*found, needle(term, Bar.INITIALS)] if is_latin(term) else found
