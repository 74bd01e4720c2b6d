"""Cases that may be one matter: joined or dismissed with one tap."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import joining
from minhu.insight import duplicates, duplicating
from minhu.rules.access import Viewer
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, signed_in
from minhu.web.console.pages import queue_page


@require_POST
@signed_in
def join(request: HttpRequest, viewer: Viewer, duplicate_id: int) -> HttpResponse:
    """They are one matter."""
    case_id, parent_id = duplicates.sides_of(viewer, duplicate_id)
    words = _("已合并，答复时一并告诉本人。")
    return act(request, viewer, _page(request, viewer), lambda: joining.join(case_id, parent_id, by=viewer), words)


@require_POST
@signed_in
def dismiss(request: HttpRequest, viewer: Viewer, duplicate_id: int) -> HttpResponse:
    """They are not."""
    duplicates.sides_of(viewer, duplicate_id)
    words = _("已记下，不再提示这两件。")
    at = timezone.now()
    return act(
        request, viewer, _page(request, viewer), lambda: duplicating.dismiss(duplicate_id, by=viewer, at=at), words
    )


def _page(request: HttpRequest, viewer: Viewer) -> Callable[[], Page]:
    """The page it came from."""
    _kind, _colon, case_id = request.POST.get("back", "").partition(":")
    if case_id.isdecimal() and len(case_id) <= 18:
        return lambda: case_page(viewer, int(case_id))
    return lambda: queue_page(viewer)
