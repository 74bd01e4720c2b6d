"""The console on a phone's home screen: its manifest, the worker that keeps the shell, and what is shown without a net.

The worker keeps style, scripts and pictures, and one page that says there is no net. It never keeps a page of the
console or an answer to one: a phone that is lost holds no matter and no number.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from minhu.web.errors import message

STYLES = ("1-tokens", "2-base", "3-chrome", "4-parts", "5-pages", "6-modes", "7-cases")
SHELL = (
    *(f"minhu/{name}.css" for name in STYLES),
    "minhu/mark.svg",
    "minhu/page.js",
    "vendor/htmx.min.js",
    "vendor/lucide.svg",
)
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable-512", 512, "maskable"))
WORKER = "minhu/worker.js"
BRAND = "#103c61"


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Source: W3C Web Application Manifest."""
    begin = reverse("console-home")
    icons = [
        {"src": static(f"minhu/{name}.png"), "sizes": f"{pixels}x{pixels}", "type": "image/png", "purpose": purpose}
        for name, pixels, purpose in ICONS
    ]
    described = {
        "id": begin,
        "name": _("民呼工作台"),
        "short_name": _("民呼"),
        "description": _("谁打来、答应了什么、什么时候到期"),
        "lang": request.modes.html_lang,  # type: ignore[attr-defined]
        "start_url": begin,
        "scope": begin,
        "display": "standalone",
        "background_color": BRAND,
        "theme_color": BRAND,
        "icons": icons,
        "shortcuts": [{"name": _("回电"), "url": reverse("callbacks")}, {"name": _("来电"), "url": reverse("calls")}],
    }
    return JsonResponse(described, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The script, told what the shell is. It changes whenever the shell does, and so the phone takes the new one."""
    offline = reverse("console-offline")
    alert = {
        "title": _("民呼"),
        "body": _("有一件事等您处理，请打开看。"),
        "icon": static("minhu/icon-192.png"),
        "open": reverse("notices"),
        "arrived": reverse("alerts-arrived", args=["TOKEN"]),
    }
    shell = [static(name) for name in SHELL]
    told = json.dumps({"version": _version(), "offline": offline, "shell": shell, "alert": alert})
    return HttpResponse(f"const told = {told};\n{_read(WORKER).decode()}", content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in for any page while there is no net. It says nothing about anybody."""
    says = _("连上网后再试。电话不受影响，打来的照样会接；答应过的事都记着，不会丢。")
    return message(request, 200, _("现在没有网络"), says, picture="info", retry=reverse("console-home"))


@cache
def _version() -> str:
    kept = hashlib.sha256()
    for name in (*SHELL, WORKER):
        kept.update(_read(name))
    return kept.hexdigest()[:16]


@cache
def _read(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"{name} is not among the static files")
    return Path(found).read_bytes()
