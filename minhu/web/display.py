"""How the pages look for this reader: kept in cookies on his device, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from minhu.web.modes import CHINESE, COOKIES, ENGLISH, YEAR_SECONDS, Theme

ALLOWED = {
    "theme": frozenset(Theme),
    "elder": frozenset({"on", "off"}),
    "language": frozenset({CHINESE, ENGLISH}),
    "keys": frozenset({"on", "off"}),
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    icon: str


def _themes() -> tuple[Choice, ...]:
    return (
        Choice(Theme.DEVICE, _("跟随设备"), "monitor"),
        Choice(Theme.LIGHT, _("浅色"), "sun"),
        Choice(Theme.DARK, _("深色"), "moon"),
        Choice(Theme.CONTRAST, _("高对比"), "contrast"),
    )


@csrf_exempt  # a colour is no authority: there is nothing to forge, and public pages stay free of a CSRF cookie
def display(request: HttpRequest) -> HttpResponse:
    """Shows the choices; keeps what was chosen and goes back to where the reader came from."""
    if request.method != "POST":
        return render(
            request, "display.html", {"themes": _themes(), "next": _own_page(request, request.GET.get("next"))}
        )
    answer = HttpResponseRedirect(_own_page(request, request.POST.get("next")))
    for name in COOKIES:
        value = request.POST.get(name, "")
        if value in ALLOWED[name]:
            answer.set_cookie(
                name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
            )
    return answer


def _own_page(request: HttpRequest, wanted: str | None) -> str:
    """Only ever back to a page of this site."""
    if wanted and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return "/"
