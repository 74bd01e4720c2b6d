"""A rule's no that no view turned into words of its own: a plain page with them, never a fault."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from minhu.directory.queries import NoCity
from minhu.intake.scope import NotYours
from minhu.rules.errors import Refusal
from minhu.web.errors import message, not_found


class RefusalMiddleware:
    """422 with the words; 404 for what is not the viewer's; 503 while no city has been loaded."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case NotYours():
                return not_found(request)
            case NoCity():
                return message(request, 503, _("还没有开通"), exception.shown, picture="hourglass")
            case Refusal():
                return message(request, 422, _("现在不能这样办"), exception.shown)
            case _:
                return None
