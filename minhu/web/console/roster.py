"""The roster of the staff: a week that is asked for, made, looked at and published; one's own shifts; who works how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.intake.scope import NotYours
from minhu.planner import feeds, roster_queries, rostering
from minhu.planner.answering import hours_typed
from minhu.planner.queries import spans_of
from minhu.planner.roster_queries import Board, Colleague, Duty, Week
from minhu.planner.rostering import Terms, TermsUnusable
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.web.console.doing import NotAChoice, act
from minhu.web.console.frame import Page, show, signed_in, tabs_of
from minhu.web.templatetags.minhu import clock
from minhu.web.window_words import day_name, day_typed, week_in_words


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a roster. lines: who works when, in words; mine: whether it is the viewer."""

    on: date
    today: bool
    lines: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ShownWeek:
    """A roster on a page. says: what it would reach, in a sentence."""

    week: Week
    hours: tuple[str, ...]
    days: tuple[Day, ...]
    says: str
    percent: int


@dataclass(frozen=True, slots=True)
class ShownTerms:
    """One of the staff in the form. key: tells his fields apart; off: a box for each weekday."""

    key: str
    who: Colleague
    off: tuple[tuple[int, str, bool], ...]
    says: str


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One week of one office."""
    return show(request, viewer, _page(viewer, request.GET))


@require_POST
@signed_in
def ask(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Have a roster made for these hours of duty."""

    def action() -> None:
        days = [request.POST.get("weekdays", "")] * 5 + [request.POST.get("weekend", "")] * 2
        office, monday = _wanted(viewer, request.POST)
        rostering.ask(office, monday, hours_typed(days), by=viewer)

    return act(request, viewer, lambda: _page(viewer, request.POST), action, _("开始排班，好了会显示在这里。"))


@require_POST
@signed_in
def answer(request: HttpRequest, viewer: Viewer, roster_id: int) -> HttpResponse:
    """Published, or thrown away."""
    said = request.POST.get("say", "")

    def action() -> None:
        match said:
            case "publish":
                rostering.publish(roster_id, by=viewer)
            case "discard":
                rostering.discard(roster_id, by=viewer)
            case _:
                raise NotAChoice

    words = _("已公布，每个人都能看到自己的班。") if said == "publish" else _("这份值班表不用了。")
    return act(request, viewer, lambda: _page(viewer, request.POST), action, words)


@require_POST
@signed_in
def terms(request: HttpRequest, viewer: Viewer, account_id: int) -> HttpResponse:
    """How one of the staff works."""

    def action() -> None:
        rostering.set_terms(account_id, _terms(request.POST), by=viewer)

    words = _("改好了，下次排班按这个算。")
    return act(request, viewer, lambda: _page(viewer, request.POST), action, words, doing=f"terms-{account_id}")


@require_safe
@signed_in
def calendar(_request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One's own shifts as a file for a calendar."""
    at = timezone.now()
    made = feeds.shifts(roster_queries.own_shifts(viewer.account_id, at), at=at)
    answered = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    answered.headers["Content-Disposition"] = 'attachment; filename="minhu-shifts.ics"'
    return answered


# ---- what is shown


def _page(viewer: Viewer, query: QueryDict) -> Page:
    office, monday = _wanted(viewer, query)
    at = timezone.now()
    found = roster_queries.board(viewer, office, monday)
    own = roster_queries.own_shifts(viewer.account_id, at)
    context: dict[str, object] = {
        "board": found,
        "offices": roster_queries.offices(viewer),
        "weeks": roster_queries.weeks_ahead(at),
        "proposed": _shown(found.proposed, at) if found.proposed else None,
        "published": _shown(found.published, at) if found.published else None,
        "own": tuple((legal_day(one.start), _hours(one)) for one in own),
        "staff": tuple(_shown_terms(one) for one in found.staff),
        **_typed(found),
    }
    address = f"{reverse('roster')}?office={office}&week={monday.isoformat()}"
    return Page(tabs_of(viewer)[0].name, "console/roster.html", "console/roster_panel.html", address, context)


def _wanted(viewer: Viewer, query: QueryDict) -> tuple[int, date]:
    """The office and the week that are asked for; his first office and next week unless he says. Raises: NotYours."""
    seen = [one.pk for one in roster_queries.offices(viewer)]
    weeks = roster_queries.weeks_ahead(timezone.now())
    said = query.get("office", "")
    office = int(said) if said.isdecimal() else seen[0] if seen else 0
    if office not in seen:
        raise NotYours
    week = query.get("week", "")
    return office, next((one for one in weeks if one.isoformat() == week), weeks[1])


def _typed(found: Board) -> dict[str, str]:
    week = spans_of(found.hours)
    return {"weekdays": day_typed(week[0]), "weekend": day_typed(week[5])}


def _shown(week: Week, at: datetime) -> ShownWeek:
    days = []
    for ahead in range(7):
        on = week.row.monday_on + timedelta(days=ahead)
        mine = [one for one in week.duties if legal_day(one.start) == on]
        days.append(Day(on, on == legal_day(at), tuple((one.who, _hours(one), one.mine) for one in mine)))
    hours = week_in_words(spans_of(week.row.hours))
    return ShownWeek(week, hours, tuple(days), _reaches(week), round(100 * week.row.share))


def _reaches(week: Week) -> str:
    row = week.row
    if row.soon is None or row.soon_low is None or row.soon_high is None:
        return ""
    told = {"soon": f"{row.soon:.1%}", "low": f"{row.soon_low:.1%}", "high": f"{row.soon_high:.1%}"}
    return _("照这份值班表，值守时间里第一次打来就有人接的约 %(soon)s（%(low)s–%(high)s）。") % told


def _hours(one: Duty) -> str:
    said = f"{clock(one.start)}–{clock(one.end)}"
    if one.rest_from and one.rest_until:
        said += _("（休 %(rest)s）") % {"rest": f"{clock(one.rest_from)}–{clock(one.rest_until)}"}
    return said


def _shown_terms(one: Colleague) -> ShownTerms:
    off = tuple((day, day_name(day), day in one.terms.days_off) for day in range(7))
    return ShownTerms(str(one.account_id), one, off, "；".join(_terms_in_words(one.terms)))


def _terms_in_words(terms: Terms) -> Iterator[str]:
    yield _("每周 %(hours)s 小时") % {"hours": terms.hours_a_week}
    if terms.days_off:
        yield _("%(days)s休息") % {"days": _("、").join(map(day_name, sorted(terms.days_off)))}
    if terms.away_from and terms.away_until:
        yield _("%(since)s 至 %(until)s 请假") % {"since": terms.away_from, "until": terms.away_until}


def _terms(post: QueryDict) -> Terms:
    """Raises: TermsUnusable."""
    try:
        since, until = (date.fromisoformat(text) if text else None for text in (post.get("from"), post.get("until")))
        days = frozenset(int(day) for day in post.getlist("off"))
        return Terms(int(post.get("hours", "")), days, since, until)
    except ValueError:
        raise TermsUnusable from None
