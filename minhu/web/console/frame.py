"""What every page of the console shares: who is looking, the tabs, and the way back after something was done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from minhu.cases.choices import unread
from minhu.cases.escalated import SUPERVISES
from minhu.directory import glance
from minhu.directory import queries as directory
from minhu.directory.models import Account
from minhu.directory.once import one_page
from minhu.insight.searching import may_search
from minhu.rules.access import Viewer
from minhu.rules.words import Role
from minhu.supervision import laddered
from minhu.supervision.ladder_rights import DECIDES
from minhu.web.console.insight_menu import sees_insight
from minhu.web.errors import forbidden

P = ParamSpec("P")

READS = ("GET", "HEAD")
"""What changes nothing, so that a question asked twice has one answer."""


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page, whole or as the panel that htmx swaps. address: where it lives, for the way back."""

    tab: str
    whole: str
    panel: str
    address: str
    context: dict[str, object] = field(default_factory=dict)


def tabs_of(viewer: Viewer) -> tuple[Tab, ...]:
    """What each role works with, the first being where it begins. An official's are five, whatever else he is."""
    calls = Tab("calls", _("来电"), "phone", reverse("calls"))
    callbacks = Tab("callbacks", _("回电"), "list-checks", reverse("callbacks"))
    ledger = Tab("ledger", _("承诺"), "clock", reverse("ledger"))
    me = Tab("me", _("我的"), "user", reverse("me"))
    if viewer.official_id is not None:
        today = Tab("today", _("今日"), "house", reverse("today"))
        return (today, calls, callbacks, Tab("presence", _("日程"), "calendar-days", reverse("presence")), me)
    gateways = Tab("gateways", _("短信通道"), "send", reverse("console-gateways"))
    health = Tab("health", _("健康"), "monitor", reverse("console-health"))
    last = (health, gateways, me) if viewer.has(Role.OPERATOR) else (me,)
    first = []
    if viewer.has(Role.STAFF):
        first += [Tab("queue", _("待办"), "inbox", reverse("queue"))]
    if viewer.has(Role.UNIT):
        first += [Tab("desk", _("承办"), "inbox", reverse("desk"))]
    if viewer.has(*SUPERVISES):
        first += [Tab("escalated", _("上报"), "megaphone", reverse("escalated"))]
    first += _checks(viewer)
    first += _complaints(viewer)
    if sees_insight(viewer):
        first += [Tab("insight", _("民情"), "users", reverse("insight"))]
    if viewer.has(Role.STAFF):
        return (*first, calls, callbacks, ledger, *last)
    if viewer.has(*SUPERVISES):
        return (*first, ledger, calls, *last)
    return (*first, ledger, *last) if first else last


def _checks(viewer: Viewer) -> list[Tab]:
    """Checks to place, or those that are over."""
    if viewer.has(Role.INSPECTOR):
        return [Tab("checks", _("抽查"), "shield-check", reverse("checks"))]
    if viewer.has(*SUPERVISES):
        return [Tab("checked", _("抽查"), "shield-check", reverse("checked")), *_ladder(viewer)]
    return []


def _complaints(viewer: Viewer) -> list[Tab]:
    """To be looked into, or what was found."""
    if viewer.has(Role.SUPERVISOR, Role.LEADERSHIP):
        return [Tab("complaints", _("反映"), "message-square", reverse("complaints"))]
    return []


def _ladder(viewer: Viewer) -> list[Tab]:
    """Steps to decide on, for who may."""
    return [Tab("ladder", _("处理"), "users", reverse("ladder"))] if viewer.has(*DECIDES) else []


def tab_of_cases(viewer: Viewer) -> str:
    """The tab under which single matters stand."""
    return "callbacks" if viewer.official_id is not None else tabs_of(viewer)[0].name


def signed_in(
    view: Callable[Concatenate[HttpRequest, Viewer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view gets the viewer; whoever is not signed in is asked to, and nothing he may not see is shown."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Account):
            return redirect_to_login(request.get_full_path())
        viewer = directory.viewer_of(request.user)
        if viewer.official_id is None and not viewer.grants:
            return forbidden(request)
        with one_page() if request.method in READS else nullcontext():
            answer = view(request, viewer, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    update_wrapper(guarded, view)
    return guarded


def show(request: HttpRequest, viewer: Viewer, page: Page, *, status: int = 200, **extra: object) -> HttpResponse:
    """The page, or just its panel for htmx."""
    context = {"tabs": tabs_of(viewer), "tab": page.tab, "now": timezone.now(), "viewer": viewer}
    context |= {"person": _person(viewer)} | page.context | extra
    swaps = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
    if not swaps:
        at = timezone.now()
        context["may_search"] = may_search(viewer)
        context["unread"] = unread(viewer, at) + laddered.waiting(viewer, at)
    return render(request, page.panel if swaps else page.whole, context, status=status)


def done(request: HttpRequest, viewer: Viewer, page: Callable[[], Page], words: str) -> HttpResponse:
    """After an action: htmx gets the panel with a word; a plain form is sent back to its page. words: "" where the
    page says it itself."""
    shown = page()
    if getattr(request, "htmx", False):
        return show(request, viewer, shown, done=words)
    if words:
        messages.success(request, words)
    return HttpResponseRedirect(shown.address, status=303)


def refused(request: HttpRequest, viewer: Viewer, page: Page, words: str, **extra: object) -> HttpResponse:
    """A rule said no: 422, the same page with the words; nothing typed is lost."""
    return show(request, viewer, page, status=422, refused=words, **extra)


def _person(viewer: Viewer) -> str:
    if viewer.official_id is None:
        return viewer.name
    return str(glance.post_of(viewer.official_id) or viewer.name)
