"""Pages of the console: each asks one query and shows it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from minhu.cases import queries
from minhu.directory import glance
from minhu.directory import queries as directory
from minhu.directory.authority import KEEPS_THE_DIRECTORY
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.words import OPEN, CaseKind, Role
from minhu.web import words
from minhu.web.console import presence, shown
from minhu.web.console.frame import Page, show, signed_in, tabs_of

SHOWN_FIRST = 3
citizen_of = queries.citizen_of


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
    """What waits for staff."""
    return show(request, viewer, queue_page(viewer))


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
def case(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """One matter with all that happened."""
    return show(request, viewer, case_page(viewer, case_id))


@require_safe
@signed_in
def thread(request: HttpRequest, viewer: Viewer, thread_id: int) -> HttpResponse:
    """All texts between a citizen and a line."""
    found = queries.thread_page(viewer, thread_id)
    context: dict[str, object] = {"thread": found}
    page = Page(_work(viewer), "console/thread.html", "console/thread_panel.html", request.path, context)
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
        "may_import": viewer.has(*KEEPS_THE_DIRECTORY),
        "may_run": viewer.has(Role.OPERATOR),
    }
    return show(request, viewer, Page("me", "console/me.html", "console/me.html", reverse("me"), context))


def today_page(viewer: Viewer) -> Page:
    at = timezone.now()
    found = queries.today(viewer, at)
    promises = tuple(shown.due(row, with_owner=viewer.official_id is None) for row in found.promises)
    context: dict[str, object] = {
        "today": found,
        "promises": promises,
        "first": promises[:SHOWN_FIRST],
        "calls": tuple(shown.logged(row) for row in found.calls),
        "to_wrap_up": found.to_wrap_up,
        "outcomes": shown.outcomes(),
        "presence": presence.shown(viewer.official_id, at) if viewer.official_id is not None else None,
    }
    return Page("today", "console/today.html", "console/today_panel.html", reverse("today"), context)


def queue_page(viewer: Viewer) -> Page:
    sections = shown.sections(queries.staff_queue(viewer, timezone.now()))
    context: dict[str, object] = {"sections": sections, "empty": not any(section.rows for section in sections)}
    return Page("queue", "console/queue.html", "console/queue_panel.html", reverse("queue"), context)


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
        "facts": shown.facts(found),
        "outcomes": shown.outcomes(),
    }
    return Page("calls", "console/call.html", "console/call_panel.html", reverse("call", args=[call_id]), context)


def case_page(viewer: Viewer, case_id: int) -> Page:
    """Raises: NotYours."""
    found = queries.case_page(viewer, case_id, timezone.now())
    context: dict[str, object] = {
        "case": found,
        "open_promises": [shown.due(row, with_owner=True) for row in found.promises if row.kept_at is None],
        "events": shown.events(found),
        "may_reply": shown.may_reply(found),
        "may_clarify": Act.CLARIFIED in found.acts,
        "back_here": f"case:{case_id}",
        "may_assign": found.holder_id is None and found.state in OPEN,
        "officials": _officials(viewer) if found.holder_id is None else (),
        "kinds": [(kind.value, words.label(kind)) for kind in CaseKind],
    }
    address = reverse("case", args=[case_id])
    return Page(_work(viewer), "console/case.html", "console/case_panel.html", address, context)


def _officials(viewer: Viewer) -> tuple[tuple[int, str], ...]:
    groups = directory.public_directory(viewer.city_id)
    return tuple((one.official_id, f"{one.full_title} {one.name}") for group in groups for one in group.officials)


def _work(viewer: Viewer) -> str:
    """The tab under which single matters stand."""
    return "callbacks" if viewer.official_id is not None else tabs_of(viewer)[0].name
