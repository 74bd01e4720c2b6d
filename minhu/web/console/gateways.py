"""The operator's page of the SMS gateways: what waits, what failed, what it cost; and holding one back.

No words of a text and no number of a citizen are on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from minhu.audit import pulse
from minhu.intake import gateways as intake
from minhu.intake.gateways import Figures
from minhu.intake.models import GatewayPause
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.gateways import Channel, in_order
from minhu.rules.words import Role
from minhu.web.console.frame import Page, done, refused, show, signed_in
from minhu.web.errors import forbidden

WAITS_TOO_LONG = timedelta(minutes=15)
KINDS = {
    "smpp": gettext_noop("SMPP 网关"),
    "cmpp": gettext_noop("CMPP 网关"),
    "android": gettext_noop("领导干部的手机"),
    "modem": gettext_noop("短信猫"),
    "http": gettext_noop("HTTP 短信平台"),
    "aliyun": gettext_noop("阿里云"),
    "tencent": gettext_noop("腾讯云"),
}
_LONG_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a gateway is doing, as icon, word and colour. says: why, in a line."""

    css: str
    icon: str
    word: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One gateway on the page."""

    name: str
    kind: str
    lines: int
    standing: Standing
    figures: Figures
    waits_too_long: bool
    pause: GatewayPause | None


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All gateways, in the order in which they go first."""
    if not viewer.has(Role.OPERATOR):
        return forbidden(request)
    return show(request, viewer, _page())


@require_POST
@signed_in
def pause(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse:
    """Hold one back, with a reason."""
    if not viewer.has(Role.OPERATOR):
        return forbidden(request)
    try:
        intake.pause(name, request.POST.get("reason", ""), by=viewer)
    except Refusal as refusal:
        return refused(request, viewer, _page(), refusal.shown, asked=name)
    return done(request, viewer, _page, _("已暂停。能走别的通道的短信会自己改走。"))


@require_POST
@signed_in
def resume(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse:
    """Let it go on."""
    if not viewer.has(Role.OPERATOR):
        return forbidden(request)
    try:
        intake.resume(name, by=viewer)
    except Refusal as refusal:
        return refused(request, viewer, _page(), refusal.shown)
    return done(request, viewer, _page, _("已恢复，一秒内开始发送。"))


def _page() -> Page:
    rows = _rows(timezone.now())
    context: dict[str, object] = {
        "gateways": rows,
        "waiting": sum(row.figures.waiting for row in rows),
        "today": sum(row.figures.segments_today for row in rows),
        "month": sum(row.figures.segments_this_month for row in rows),
    }
    return Page(
        "gateways", "console/gateways.html", "console/gateways_panel.html", reverse("console-gateways"), context
    )


def _rows(at: datetime) -> tuple[Row, ...]:
    told = _told(at)
    held = {row.name: row for row in GatewayPause.objects.filter(resumed_at=None)}
    channels: Sequence[Channel] = settings.CHANNELS
    ailing = {name for name, state in told.items() if state.get("ailing")}
    open_now = [one for one in channels if told.get(one.name, {}).get("up") and one.name not in held]
    order = in_order(open_now, ailing)
    kinds = {one.name: one.kind for one in settings.GATEWAYS}
    rows = []
    for channel in in_order(channels, {one.name for one in channels} - {one.name for one in open_now}):
        before = order[: order.index(channel)] if channel in order else order
        found = intake.figures(channel, before, at=at)
        rows.append(
            Row(
                name=channel.name,
                kind=_(KINDS.get(kinds.get(channel.name, ""), kinds.get(channel.name, ""))),
                lines=len(channel.lines),
                standing=_standing(told.get(channel.name), held.get(channel.name)),
                figures=_without_numbers(found),
                waits_too_long=found.oldest_at is not None and at - found.oldest_at > WAITS_TOO_LONG,
                pause=held.get(channel.name),
            )
        )
    return tuple(rows)


def _told(at: datetime) -> dict[str, Mapping[str, Any]]:
    """What the running jobs processes say of each gateway, the latest word."""
    told: dict[str, Mapping[str, Any]] = {}
    for beat in pulse.beats(at):
        said = beat.detail.get("gateways")
        if beat.process == "jobs" and beat.alive and isinstance(said, dict):
            told = {**said, **told}
    return told


def _standing(state: Mapping[str, Any] | None, held: GatewayPause | None) -> Standing:
    if held is not None:
        return Standing("due", "ban", _("已暂停"), held.reason)
    if state is None:
        return Standing("due", "circle-question-mark", _("不知道"), _("后台进程没有运行，短信不会发出。"))
    if not state.get("up"):
        return Standing("due", "triangle-alert", _("连不上"), _LONG_NUMBER.sub("…", str(state.get("trouble", ""))))
    if state.get("ailing"):
        return Standing("due", "triangle-alert", _("常出错"), _("最近五分钟一半以上没有发成，短信先走别的通道。"))
    return Standing("ok", "circle-check", _("正常"))


def _without_numbers(found: Figures) -> Figures:
    """What a gateway says of a failure may quote the number; here it must not stand."""
    failures = tuple((_LONG_NUMBER.sub("…", fault), count) for fault, count in found.failures)
    return Figures(found.waiting, found.oldest_at, found.segments_today, found.segments_this_month, failures)
