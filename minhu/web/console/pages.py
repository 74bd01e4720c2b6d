"""Pages of the console: each asks one query and shows it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.cases import choices, desk_words, pending, queries
from minhu.directory import choosing, glance
from minhu.directory.authority import KEEPS_THE_DIRECTORY
from minhu.planner import roster_queries
from minhu.planner.queries import SEES_PLANNING
from minhu.rules.access import Viewer
from minhu.rules.words import Role
from minhu.supervision import dialling, laddered
from minhu.supervision.complaint_pages import waiting_for
from minhu.supervision.ladder_rights import DECIDES
from minhu.supervision.published import SEES_ALL_FIGURES
from minhu.web import words
from minhu.web.console import alike, caller, presence, shown, undoing, windows
from minhu.web.console.frame import Page, show, signed_in, tab_of_cases, tabs_of
from minhu.web.console.insight_menu import menu, sees_insight
from minhu.web.console.queue_filter import asked as asked_of
from minhu.web.console.queue_filter import narrowed
from minhu.web.console.whatif import may_play

SHOWN_FIRST = 3
SPEEDS = ("1", "1.25", "1.5", "2")
"""At which a recording is heard; beyond twice nobody follows."""


@require_safe
@signed_in
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The first tab of whoever came in."""
    return HttpResponseRedirect(tabs_of(viewer)[0].href)


@require_safe
@signed_in
def today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What was promised in his name, what rings, what came in."""
    return show(request, viewer, today_page(viewer))


@require_safe
@signed_in
def queue(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for staff: all of it, or what the address asks for."""
    return show(request, viewer, queue_page(viewer, request.GET))


@require_safe
@signed_in
def callbacks(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All that is owed."""
    return show(request, viewer, callbacks_page(viewer))


@require_safe
@signed_in
def calls(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The day's calls."""
    rows = queries.calls_of_day(viewer, timezone.now())
    logged = tuple(shown.logged(row, with_official=viewer.official_id is None) for row in rows)
    page = Page("calls", "console/calls.html", "console/calls_panel.html", reverse("calls"), {"calls": logged})
    return show(request, viewer, page)


@require_safe
@signed_in
def call(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """One call: its journal and its recording."""
    return show(request, viewer, call_page(viewer, call_id))


@require_safe
@signed_in
def thread(request: HttpRequest, viewer: Viewer, thread_id: int) -> HttpResponse:
    """All texts between a citizen and a line."""
    found = queries.thread_page(viewer, thread_id)
    context: dict[str, object] = {"thread": found}
    page = Page(tab_of_cases(viewer), "console/thread.html", "console/thread_panel.html", request.path, context)
    return show(request, viewer, page)


@require_safe
@signed_in
def me(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Account, roles and settings."""
    roles = [words.role(grant.role) for grant in viewer.grants]
    post = glance.post_of(viewer.official_id) if viewer.official_id is not None else None
    context: dict[str, object] = {
        "roles": dict.fromkeys([*([words.role(Role.OFFICIAL)] if post else []), *roles]),
        "lines": post.numbers if post else (),
        "more": _more(viewer),
        "may_import": viewer.has(*KEEPS_THE_DIRECTORY),
        "may_run": viewer.has(Role.OPERATOR),
    }
    return show(request, viewer, Page("me", "console/me.html", "console/me.html", reverse("me"), context))


def today_page(viewer: Viewer) -> Page:
    at = timezone.now()
    found = queries.today(viewer, at)
    promises = tuple(shown.due(row, with_owner=viewer.official_id is None) for row in found.promises)
    decided = pending.waiting("wrap_up", viewer.city_id)
    context: dict[str, object] = {
        "today": found,
        "ringing": caller.cards(found.ringing, with_official=viewer.official_id is None),
        "promises": promises,
        "first": promises[:SHOWN_FIRST],
        "calls": tuple(shown.logged(row) for row in found.calls),
        "to_wrap_up": [call for call in found.to_wrap_up if str(call.id) not in decided],
        "outcomes": shown.outcomes(),
        "corrections": dialling.owed_by(viewer).count() if viewer.official_id is not None else 0,
        "on_desk": choices.on_desk(viewer) if viewer.official_id is not None else 0,
        "to_state": waiting_for(viewer),
        "presence": presence.shown(viewer.official_id, at) if viewer.official_id is not None else None,
        **windows.for_today(viewer, found.promises, at),
        **undoing.shown(viewer, at),
        "undo_again": reverse("today"),
    }
    return Page("today", "console/today.html", "console/today_panel.html", reverse("today"), context)


def queue_page(viewer: Viewer, query: QueryDict | None = None) -> Page:
    chosen = asked_of(query or QueryDict())
    found = queries.staff_queue(viewer, timezone.now())
    asked = (
        choices.questions([row.code for row in found.clarifications], viewer.city_id) if found.clarifications else {}
    )
    sections = narrowed(shown.sections(found, asked, alike.waiting(viewer)), chosen)
    filters = desk_words.filters(viewer)
    to_assign = any(one.name == "unassigned" and one.rows for one in sections)
    context: dict[str, object] = {
        "sections": sections,
        "ringing": caller.cards(found.ringing, with_official=True),
        "due_today": found.due_today,
        "empty": not any(section.rows for section in sections),
        "lines": glance.lines_of(viewer.city_id) if found.unknown_texts else (),
        "chosen": chosen,
        "filters": [(one, one.query == chosen.query) for one in filters],
        "parts": shown.part_names(),
        "officials": choosing.officials(viewer.city_id) if to_assign else (),
        "bulk": any(one.template == "console/queue_promise.html" and one.rows for one in sections),
    }
    address = reverse("queue") + (f"?{chosen.query}" if chosen.query else "")
    return Page("queue", "console/queue.html", "console/queue_panel.html", address, context)


def callbacks_page(viewer: Viewer) -> Page:
    rows = queries.owed(viewer, timezone.now())
    promises = tuple(shown.due(row, with_owner=viewer.official_id is None) for row in rows)
    address = reverse("callbacks")
    return Page("callbacks", "console/callbacks.html", "console/callbacks_panel.html", address, {"promises": promises})


def call_page(viewer: Viewer, call_id: UUID) -> Page:
    """Raises: NotYours."""
    found = queries.call_page(viewer, call_id)
    context: dict[str, object] = {
        "page": found,
        "call": found.call,
        "steps": shown.steps(found),
        "speeds": SPEEDS,
        "facts": shown.facts(found),
        "outcomes": shown.outcomes(),
        "decided": str(call_id) in pending.waiting("wrap_up", viewer.city_id),
        "undo_again": reverse("call", args=[call_id]),
        "undo_back": f"call:{call_id}",
        **undoing.shown(viewer, timezone.now()),
    }
    return Page("calls", "console/call.html", "console/call_panel.html", reverse("call", args=[call_id]), context)


def _more(viewer: Viewer) -> tuple[tuple[str, str, str], ...]:
    """Pages that have no tab of their own: (label, icon, address)."""
    in_tabs = {tab.name for tab in tabs_of(viewer)}
    offered = [
        ("notices", _("提醒"), "bell"),
        ("alerts", _("提醒到手机"), "phone-incoming"),
        ("ledger", _("承诺台账"), "clock"),
    ]
    if viewer.official_id is not None:
        offered += [("week", _("这一周"), "calendar-days")]
        offered += [("desk", _("转给我办的"), "inbox"), ("escalated", _("上报给我的"), "megaphone")]
        offered += [("complaints", _("群众反映"), "message-square")]
    if viewer.official_id is not None or viewer.has(*SEES_ALL_FIGURES):
        offered += [("console-figures", _("数据"), "list-checks")]
    if viewer.has(Role.STAFF):
        offered += [("switchboard", _("总机"), "phone-incoming"), ("phrases", _("常用语"), "message-square-text")]
    offered += _planner(viewer)
    if viewer.has(*SEES_ALL_FIGURES):
        offered += [("console-alarms", _("接听下滑"), "triangle-alert")]
    if viewer.official_id is not None:
        offered += [("about-me", _("关于我的抽查与处理"), "info")]
    if not sees_insight(viewer):
        offered += [(one.name, one.label, one.icon) for one in menu(viewer)]
    if laddered.has_reports(viewer) or laddered.counts_for(viewer) or viewer.has(*DECIDES):
        offered += [("ladder", _("约谈与移交"), "users")]
    return tuple((label, icon, reverse(name)) for name, label, icon in offered if name not in in_tabs)


def _planner(viewer: Viewer) -> list[tuple[str, str, str]]:
    offered = [("whatif", _("如果换一种安排"), "settings")] if may_play(viewer) else []
    if viewer.official_id is not None or viewer.has(*SEES_PLANNING):
        offered += [("planning", _("接听规划"), "clock")]
    if viewer.has(*SEES_PLANNING) and roster_queries.offices(viewer):
        offered += [("roster", _("值班表"), "users")]
    return offered
