"""All lines live on one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from minhu.cases.switchboard import switchboard
from minhu.rules.access import Viewer
from minhu.web.console.frame import Page, show, signed_in, tab_of_cases


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who rings and who talks; the page renews itself as the line happens. Raises: NotYours."""
    board = switchboard(viewer, timezone.now())
    context: dict[str, object] = {"board": board}
    address = reverse("switchboard")
    return show(
        request,
        viewer,
        Page(tab_of_cases(viewer), "console/switchboard.html", "console/switchboard_panel.html", address, context),
    )
