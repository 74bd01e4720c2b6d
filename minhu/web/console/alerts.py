"""Being alerted outside the console: which devices and number, and what the device says when an alert has arrived."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from minhu.carriers.push import post, vapid
from minhu.carriers.push.sealing import BadKeys, Keys, point_of, spelled
from minhu.cases import alerting
from minhu.cases.alerting import Device, NotADevice
from minhu.rules.access import Viewer
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, show, signed_in


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Where he is alerted now."""
    return show(request, viewer, _page(viewer))


@require_POST
@signed_in
def add_device(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """This browser, with what its maker's push service gave it."""
    return act(
        request,
        viewer,
        lambda: _page(viewer),
        lambda: alerting.add_device(_device(request), by=viewer),
        _("以后有事等您处理，会提醒到这台设备。"),
    )


@require_POST
@signed_in
def add_number(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A number for text messages."""
    typed = request.POST.get("number", "")[:40]
    said = _("设备收不到提醒时，会发短信到这个号码。")
    return act(
        request, viewer, lambda: _page(viewer), lambda: alerting.add_number(typed, by=viewer), said, doing="number"
    )


@require_POST
@signed_in
def end(request: HttpRequest, viewer: Viewer, way_id: int) -> HttpResponse:
    """No longer there."""
    return act(request, viewer, lambda: _page(viewer), lambda: alerting.end(way_id, by=viewer), _("已停用，不再提醒。"))


@csrf_exempt  # the worker of a device says so without a page; all that it can say is that this one has arrived
@require_POST
def arrived(request: HttpRequest, token: str) -> HttpResponse:
    """An alert has reached a device."""
    alerting.arrived(token)
    return HttpResponse(status=204)


def _device(request: HttpRequest) -> Device:
    """Raises: NotADevice."""
    given = Device(
        endpoint=request.POST.get("endpoint", ""),
        p256dh=request.POST.get("p256dh", ""),
        auth=request.POST.get("auth", ""),
        name=_named(request.headers.get("User-Agent", "")),
    )
    try:
        post.check(given.endpoint, inside_allowed=settings.PUSH_INSIDE)
        Keys.read(given.p256dh, given.auth)
    except (BadKeys, ValueError):
        raise NotADevice from None
    return given


def _named(agent: str) -> str:
    """What he knows the device by."""
    systems = {"iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS", "Android": _("安卓手机")}
    systems |= {"Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}
    return next((name for part, name in systems.items() if part in agent), _("浏览器"))


def _page(viewer: Viewer) -> Page:
    ways = alerting.ways_of(viewer)
    key = spelled(point_of(vapid.key_of(settings.PUSH_KEY))) if settings.PUSH_KEY else ""
    context: dict[str, object] = {"ways": ways, "push_key": key, "has_number": any(not one.endpoint for one in ways)}
    return Page("me", "console/alerts.html", "console/alerts_panel.html", reverse("alerts"), context)
