"""The citizen confirms the number he left, by a one-time code that is texted to it; plain forms, no script."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from minhu.cases import tracking
from minhu.intake import confirming
from minhu.rules import codes
from minhu.rules.errors import Refusal
from minhu.web.errors import not_found, too_many


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Without ``number``, a POST has one texted; with it, it is tried. The matter's code is looked up first."""
    read = _known(request, code)
    if isinstance(read, HttpResponse):
        return read
    if request.method != "POST":
        return _page(request, read)
    typed = request.POST.get("number")
    try:
        if typed is None:
            confirming.send(read)
        else:
            confirming.confirm(read, typed[:20])
    except Refusal as refusal:
        return _page(request, read, refusal.shown, status=422)
    if typed is None:
        return HttpResponseRedirect(reverse("matter-confirm", args=[read]), status=303)
    messages.success(request, _("号码已经确认。"))
    return HttpResponseRedirect(reverse("matter", args=[read]), status=303)


def _known(request: HttpRequest, typed: str) -> str | HttpResponse:
    """The code of a matter there is; guessing is slowed as on its page."""
    code = codes.read_code(typed)
    try:
        return tracking.by_code(code, str(request.META.get("REMOTE_ADDR", ""))).code if code else not_found(request)
    except tracking.TooManyLookups:
        return too_many(request)
    except tracking.NoSuchCode:
        return not_found(request)


def _page(request: HttpRequest, code: str, fault: str = "", status: int = 200) -> HttpResponse:
    context = {"face": "track", "code": code, "fault": fault, "confirmed": confirming.is_confirmed(code)}
    answer = render(request, "public/confirm.html", context, status=status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
