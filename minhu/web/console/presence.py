"""The one-tap presence switch, and the page with the calendar behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from minhu.directory import actions, glance
from minhu.directory import queries as directory
from minhu.rules.access import Viewer
from minhu.rules.clock import SHANGHAI, legal_day, local
from minhu.rules.errors import Refusal
from minhu.rules.plans import PresenceNow
from minhu.rules.presence import Span
from minhu.rules.words import Presence, PresenceSource
from minhu.web import words
from minhu.web.console.frame import Page, refused, show, signed_in
from minhu.web.errors import forbidden
from minhu.web.templatetags.minhu import clock, moment

OFFERED = (Presence.AVAILABLE, Presence.MEETING, Presence.TRAVELLING, Presence.RESTING)
DAYS_SHOWN = 7
LASTS = {
    Presence.MEETING: timedelta(hours=2),
    Presence.TRAVELLING: timedelta(hours=8),
    Presence.RESTING: timedelta(hours=2),
}
"""How long one tap holds, if the calendar names no end; the page sets any other time."""


class TimeUnreadable(Refusal):
    """The end time is not one."""

    code = "time_unreadable"
    words = "时间读不懂，请重新选择。"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    icon: str
    on: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The switch as it stands, and what it does to callers, in one sentence."""

    choices: tuple[Choice, ...]
    says: str


@dataclass(frozen=True, slots=True)
class ShownSpan:
    icon: str
    css: str
    says: str


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    spans: tuple[ShownSpan, ...]


def shown(official_id: int, at: datetime) -> Shown:
    """For the masthead of Today."""
    now = directory.presence_of(official_id, at)
    choices = []
    for state in OFFERED:
        how = words.status(state)
        choices.append(Choice(state.value, how.label, how.icon, state is now.state))
    return Shown(tuple(choices), _says(now))


def _says(now: PresenceNow) -> str:
    if now.state is Presence.AVAILABLE:
        return _("来电会先响您的手机")
    back = _("；%(time)s 恢复") % {"time": moment(now.until)} if now.until else _("；改回前一直如此")
    return _("来电转工作人员，并回短信") + back


@signed_in
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One tap. htmx gets the switch again; a plain form goes back to Today."""
    if viewer.official_id is None:
        return forbidden(request)
    said, status = "", 200
    at = timezone.now()
    if request.method == "POST":
        try:
            state = _state(request.POST.get("state", ""))
            actions.switch_presence(viewer.official_id, state, _usual_end(viewer.official_id, state, at), viewer)
        except Refusal as refusal:
            said, status = refusal.shown, 422
        if not getattr(request, "htmx", False) and not said:
            return HttpResponseRedirect(reverse("today"), status=303)
    context = {"presence": shown(viewer.official_id, timezone.now()), "refused": said}
    if said and not getattr(request, "htmx", False):
        return refused(request, viewer, _page(viewer, viewer.official_id), said)
    return render(request, "console/presence_switch.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The state with an end of one's own, back to the calendar, and the week ahead."""
    if viewer.official_id is None:
        return forbidden(request)
    if request.method == "POST":
        try:
            _keep(request, viewer, viewer.official_id)
        except Refusal as refusal:
            typed = {"typed_until": request.POST.get("until", "")}
            return refused(request, viewer, _page(viewer, viewer.official_id), refusal.shown, **typed)
        return HttpResponseRedirect(reverse("presence"), status=303)
    return show(request, viewer, _page(viewer, viewer.official_id))


def _keep(request: HttpRequest, viewer: Viewer, official_id: int) -> None:
    if request.POST.get("clear"):
        actions.clear_presence(official_id, viewer)
        return
    typed = request.POST.get("until", "")
    try:
        until = datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI) if typed else None
    except ValueError:
        raise TimeUnreadable from None
    actions.switch_presence(official_id, _state(request.POST.get("state", "")), until, viewer)


def _state(value: str) -> Presence:
    try:
        return Presence(value)
    except ValueError:
        raise TimeUnreadable(_("请选一个状态。")) from None


def _usual_end(official_id: int, state: Presence, at: datetime) -> datetime | None:
    """The end the calendar gives, else the usual length rounded up to five minutes; available has no end of its own
    but holds until the calendar's present entry ends."""
    now = directory.presence_of(official_id, at)
    if now.source is PresenceSource.CALENDAR and now.until and (state is now.state or state is Presence.AVAILABLE):
        return now.until
    if state not in LASTS:
        return None
    end = at + LASTS[state]
    return end + (timedelta(minutes=-end.minute % 5) - timedelta(seconds=end.second, microseconds=end.microsecond))


def _page(viewer: Viewer, official_id: int) -> Page:
    at = timezone.now()
    feed = directory.calendar_of(official_id)
    now = directory.presence_of(official_id, at)
    context = {
        "presence": shown(official_id, at),
        "days": _days(glance.spans_ahead(official_id, at, DAYS_SHOWN), at),
        "calendar_read_at": feed.read_at if feed else None,
        "calendar_fault": feed.fault if feed else "",
        "typed_until": f"{local(now.until):%Y-%m-%dT%H:%M}" if now.until else "",
    }
    return Page("presence", "console/presence.html", "console/presence.html", reverse("presence"), context)


def _days(spans: list[tuple[Span, str]], at: datetime) -> tuple[Day, ...]:
    days = []
    for ahead in range(DAYS_SHOWN):
        on = legal_day(at) + timedelta(days=ahead)
        mine = tuple(_shown_span(span, on, note) for span, note in spans if _touches(span, on))
        days.append(Day(on, mine))
    return tuple(days)


def _touches(span: Span, on: date) -> bool:
    return legal_day(span.since) <= on and (span.until is None or legal_day(span.until - timedelta(seconds=1)) >= on)


def _shown_span(span: Span, on: date, note: str) -> ShownSpan:
    how = words.status(span.state)
    since = clock(span.since) if legal_day(span.since) == on else "00:00"
    until = clock(span.until) if span.until and legal_day(span.until) == on else "24:00"
    when = pgettext("span", "全天") if (since, until) == ("00:00", "24:00") else f"{since}–{until}"
    return ShownSpan(how.icon, how.css, f"{when} {note or how.label}")
