"""Ten seconds to take back what was just done: the bar with the button, and the button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import pending
from minhu.cases.pending import Decided
from minhu.rules.access import Viewer
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, signed_in


def shown(viewer: Viewer, at: datetime) -> dict[str, object]:
    """For a page whose acts wait: what may still be taken back, and what came to nothing."""
    return {"undoable": pending.undoable(viewer, at), "came_to_nothing": pending.came_to_nothing(viewer, at)}


def put_off(
    request: HttpRequest, viewer: Viewer, page: Callable[[], Page], decide: Callable[[], Decided]
) -> HttpResponse:
    """Decide now, and do it in ten seconds; the bar on the page says so. decide may raise a Refusal."""
    return act(request, viewer, page, lambda: pending.put_off(decide(), by=viewer), "")


def undo(back: Callable[[HttpRequest, Viewer], Callable[[], Page]]) -> Callable[..., HttpResponse]:
    """The view behind the button. back: finds the page the bar stood on."""

    @require_POST
    @signed_in
    def view(request: HttpRequest, viewer: Viewer, pending_id: int) -> HttpResponse:
        """Take it back, while it waits."""
        at = timezone.now()
        return act(
            request,
            viewer,
            back(request, viewer),
            lambda: pending.withdraw(pending_id, by=viewer, at=at),
            _("已撤销，没有生效。"),
        )

    return view
