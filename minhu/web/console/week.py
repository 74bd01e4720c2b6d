"""The official's week on one page: when he answers, what is protected, whom he calls back, what falls due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from minhu.cases import queries as cases
from minhu.cases.queries import PromiseRow
from minhu.directory import glance
from minhu.planner import queries as planner
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.hours import Hours
from minhu.rules.presence import Span
from minhu.rules.weeks import Week
from minhu.web import words
from minhu.web.console import windows
from minhu.web.console.figures import usual_period
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.errors import forbidden
from minhu.web.published import Shown, own_page
from minhu.web.templatetags.minhu import clock
from minhu.web.window_words import day_in_words

OWN_FIGURES = ("answered", "contact_in_time", "kept", "satisfied")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a day. when: its time in words; css: as of a tag; href: where there is more of it."""

    at: datetime
    when: str
    says: str
    icon: str
    css: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """open: when his numbers are answered, in words; callbacks: his callback slot; entries: earliest first."""

    on: date
    today: bool
    past: bool
    open: str
    callbacks: str
    entries: tuple[Entry, ...]


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """This week, or the one after."""
    if viewer.official_id is None:
        return forbidden(request)
    at = timezone.now()
    this = Week(legal_day(at) - timedelta(days=legal_day(at).weekday()))
    next_one = request.GET.get("of") == "next"
    mine = [windows.shown(one) for one in planner.standing(viewer) if one.may_answer]
    context: dict[str, object] = {
        "days": _days(viewer, viewer.official_id, this.after if next_one else this, at),
        "next_one": next_one,
        "figures": _figures(viewer.city_id, viewer.official_id),
        "proposals": mine,
    }
    address = reverse("week") + ("?of=next" if next_one else "")
    return show(request, viewer, Page("presence", "console/week.html", "console/week_panel.html", address, context))


def _days(viewer: Viewer, official_id: int, week: Week, at: datetime) -> tuple[Day, ...]:
    hours, slot = glance.hours_of(official_id), planner.own_time(official_id).slot
    entries = [
        *_protected(glance.spans_ahead(official_id, week.since, 7), week),
        *_promised(cases.owed(viewer, at), planner.holds(official_id, at), at),
    ]
    days = []
    for ahead in range(7):
        on = week.monday + timedelta(days=ahead)
        mine = sorted((one for one in entries if legal_day(one.at) == on), key=lambda one: one.at)
        today = legal_day(at)
        slots = day_in_words(slot[ahead])
        days.append(Day(on, on == today, on < today, _open(hours, ahead), slots, tuple(mine)))
    return tuple(days)


def _open(hours: tuple[Hours, ...], weekday: int) -> str:
    """What any of his numbers is open for that day; "" when none is."""
    if any(one.spans is None for one in hours):
        return _("全天")
    spans = sorted({span for one in hours for span in (one.spans or ())[weekday]})
    return day_in_words(tuple(spans))


def _protected(spans: list[tuple[Span, str]], week: Week) -> Iterator[Entry]:
    """Times in which he is not rung, on each day that they touch."""
    for span, note in spans:
        how = words.status(span.state)
        begin, end = max(span.since, week.since), min(span.until or week.until, week.until)
        while begin < end:
            midnight = Week(week.monday).since + timedelta(days=(legal_day(begin) - week.monday).days + 1)
            until = min(end, midnight)
            yield Entry(begin, _when(begin, until, midnight), note or how.label, how.icon, how.css)
            begin = until


def _when(begin: datetime, until: datetime, midnight: datetime) -> str:
    """The part of a day, or all of it."""
    if until - begin == timedelta(days=1):
        return pgettext("span", "全天")
    return f"{clock(begin)}–{clock(until) if until < midnight else '24:00'}"


def _promised(owed: tuple[PromiseRow, ...], holds: tuple[planner.PlannedRow, ...], at: datetime) -> Iterator[Entry]:
    """Calls back at the time that was planned or agreed; what else is owed when it falls due, what is late today."""
    mine = {row.id: row for row in owed}
    planned = {one.promise_id: one for one in holds if one.start is not None and one.promise_id in mine}
    for promise_id, row in mine.items():
        href = reverse("case", args=[row.case_id])
        hold = planned.get(promise_id)
        if row.overdue:
            says = _("%(what)s：%(who)s") % {"what": words.label(row.kind), "who": row.who}
            yield Entry(at, _("已超时"), says, "triangle-alert", "over", href)
        elif hold is not None and hold.start is not None:
            says = _("给%(who)s回电") % {"who": row.who}
            when = f"{clock(hold.start)}–{clock(hold.end)}" if hold.end else clock(hold.start)
            yield Entry(hold.start, when, says, "phone", "brand", href)
        else:
            says = _("%(what)s：%(who)s") % {"what": words.label(row.kind), "who": row.who}
            yield Entry(row.due_at, _("%(time)s 前") % {"time": clock(row.due_at)}, says, "clock", "due", href)


def _figures(city_id: int, official_id: int) -> tuple[Shown, ...]:
    """His own of the last weeks that are over, with their intervals."""
    return tuple(one for one in own_page(city_id, official_id, usual_period()).figures if one.name in OWN_FIGURES)
