"""The official's own page: what is said about him, where he speaks, confirms and appeals. Made for a phone."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.rules.access import Viewer
from minhu.rules.excuses import Excuse
from minhu.supervision import deciding, hearing, laddered
from minhu.web import excuse_words
from minhu.web.console import ladder_shown
from minhu.web.console.doing import act, choice
from minhu.web.console.frame import Page, show, signed_in


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Checks that failed, steps that were proposed or taken, and who said what."""
    return show(request, viewer, _page(viewer))


@require_POST
@signed_in
def say(request: HttpRequest, viewer: Viewer, event_id: int) -> HttpResponse:
    """His word on an event."""

    def action() -> None:
        claimed = request.POST.get("claimed", "")
        excuse = choice(Excuse, claimed) if claimed else None
        hearing.say(event_id, request.POST.get("words", ""), claimed=excuse, by=viewer)

    return _act(request, viewer, action, _("您的说明已登记，督查人员会看到。"), f"say-{event_id}")


@require_POST
@signed_in
def add_word(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """His word on a proposal."""
    words = request.POST.get("words", "")
    told = _("您的说明已登记，督查人员会看到。")
    return _act(request, viewer, lambda: deciding.add_word(proposal_id, words, by=viewer), told, f"word-{proposal_id}")


@require_POST
@signed_in
def confirm_read(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """He has read what was decided."""
    told = _("已确认阅读。")
    return _act(request, viewer, lambda: deciding.confirm_read(proposal_id, by=viewer), told, f"read-{proposal_id}")


@require_POST
@signed_in
def appeal(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Against a step that was taken."""
    words = request.POST.get("words", "")
    told = _("申诉已登记，由另一位督查人员裁定，其间不执行。")
    return _act(request, viewer, lambda: deciding.appeal(proposal_id, words, by=viewer), told, f"appeal-{proposal_id}")


def _act(request: HttpRequest, viewer: Viewer, action: Callable[[], object], words: str, doing: str) -> HttpResponse:
    return act(request, viewer, lambda: _page(viewer), action, words, doing=doing)


def _page(viewer: Viewer) -> Page:
    """Raises: NotYours for who is no official."""
    found = laddered.about_me(viewer, timezone.now())
    context: dict[str, object] = {
        "steps": ladder_shown.steps(found.proposals, settings.LADDER.window),
        "to_say": [ladder_shown.event(row) for row in found.events if row.may_say],
        "events": [ladder_shown.event(row) for row in found.events if not row.may_say],
        "excuses": excuse_words.choices(),
        "days": settings.LADDER.window.days,
    }
    return Page("me", "console/about_me.html", "console/about_me_panel.html", reverse("about-me"), context)
