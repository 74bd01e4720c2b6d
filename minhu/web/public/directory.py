"""Whom to call: all officials by office, one official, his contact card and QR code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from minhu.directory import exporting, glance, queries
from minhu.directory.queries import OfficeGroup, PublicOfficial
from minhu.planner.queries import best_times
from minhu.rules.clock import legal_day
from minhu.rules.planning import Spans
from minhu.rules.words import OfficeKind
from minhu.supervision.published import whole_weeks
from minhu.web import words
from minhu.web.public import asked
from minhu.web.published import office_page
from minhu.web.window_words import week_in_words

WEEKS = 12
"""Over which an office's figures are shown, as on the page of figures."""
LEVELS = (OfficeKind.CITY, OfficeKind.DEPARTMENT, OfficeKind.COUNTY, OfficeKind.TOWNSHIP)


@dataclass(frozen=True, slots=True)
class Person:
    """An official on a page. reachable: rung when one calls now; why not is nobody's business."""

    official: PublicOfficial
    reachable: bool

    @property
    def open_now(self) -> bool:
        return any(line.open_now for line in self.official.lines)


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """Offices of one kind."""

    kind: str
    label: str
    offices: tuple[Office, ...]

    @property
    def count(self) -> int:
        return sum(len(office.people) for office in self.offices)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everybody, or who is searched for; htmx gets the list alone."""
    city, at = queries.the_city(), timezone.now()
    search = request.GET.get("q", "").strip()[: asked.LONGEST]
    away = glance.away_now(city.pk, at)
    levels = _levels(queries.public_directory(city.pk, search, at=at), away)
    answer = _answer(city.pk, search, at) if search else asked.Answer()
    chosen = request.GET.get("in", "")
    groups = tuple(level for level in levels if chosen in {"", level.kind})
    everybody = Level("", _("全部"), tuple(office for level in levels for office in level.offices))
    context = {
        "face": "directory",
        "search": search,
        "levels": (everybody, *levels) if levels else (),
        "chosen": chosen,
        "groups": groups,
        "total": everybody.count if not search else None,
        "shown": sum(level.count for level in groups),
        "answer": answer,
        "fitting": tuple((Person(one.official, one.official_id not in away), one.why) for one in answer.fitting),
        "examples": () if search else asked.examples(),
        "emergencies": asked.emergencies(),
        "longest": asked.LONGEST,
    }
    swaps = bool(getattr(request, "htmx", False))
    page = render(request, "public/found.html" if swaps else "public/directory.html", context)
    page.headers["Vary"] = "Cookie, HX-Request"
    return page


@require_safe
def official(request: HttpRequest, official_id: int) -> HttpResponse:
    """One official: what he sees to, how to reach him."""
    city, at = queries.the_city(), timezone.now()
    page = queries.official_page(city.pk, official_id, at=at)
    if page is None:
        raise Http404
    person = Person(page.official, official_id not in glance.away_now(city.pk, at))
    best = best_times([line.line_id for line in page.official.lines])
    context = {"face": "directory", "person": person, "superior": page.superior, "best": _in_words(best)}
    context["figures"] = office_page(city.pk, page.official.office_id, whole_weeks(legal_day(at), WEEKS))
    return render(request, "public/official.html", context)


@require_safe
@cache_control(max_age=3600)
def card(request: HttpRequest, official_id: int) -> HttpResponse:
    """A vCard of the public number."""
    page = queries.official_page(queries.the_city().pk, official_id)
    if page is None:
        raise Http404
    answer = HttpResponse(exporting.card(page.official), content_type="text/vcard; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{official_id}.vcf"'
    return answer


@require_safe
@cache_control(max_age=3600)
def qr(request: HttpRequest, official_id: int, line_id: int) -> HttpResponse:
    """A QR code that dials the number."""
    found = queries.public_line(queries.the_city().pk, line_id)
    if found is None or found[0].official_id != official_id:
        raise Http404
    return HttpResponse(exporting.line_code(found[1]), "image/svg+xml")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What is promised to whoever calls."""
    return render(request, "public/about.html", {"face": "about"})


def _in_words(best: Mapping[int, tuple[Spans, ...]]) -> dict[int, str]:
    return {line_id: _("；").join(week_in_words(week)) for line_id, week in best.items()}


def _answer(city_id: int, search: str, at: datetime) -> asked.Answer:
    everybody = queries.public_directory(city_id, at=at)
    return asked.answer(city_id, search, (one for group in everybody for one in group.officials))


def _levels(groups: Iterable[OfficeGroup], away: frozenset[int]) -> tuple[Level, ...]:
    by_kind: dict[str, list[Office]] = {kind.value: [] for kind in LEVELS}
    for group in groups:
        people = tuple(Person(one, one.official_id not in away) for one in group.officials)
        by_kind.setdefault(group.kind, []).append(Office(group.name, people))
    return tuple(Level(kind, words.label(kind), tuple(offices)) for kind, offices in by_kind.items() if offices)
