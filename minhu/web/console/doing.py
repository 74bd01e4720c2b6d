"""Doing one thing from a page: run the action, then show the page again with a word about what happened."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.web.console.frame import Page, done, refused

Choice = TypeVar("Choice", bound=StrEnum)


class NotAChoice(Refusal):
    """The form brought something that was not offered."""

    code = "not_a_choice"
    words = "请从页面上的选项里选一个。"


def act(
    request: HttpRequest,
    viewer: Viewer,
    page: Callable[[], Page],
    action: Callable[[], object],
    words: str,
    *,
    doing: str = "",
) -> HttpResponse:
    """Run the action; then the page with the words, or with why not.

    doing: the form it came from, which stays open with what was typed. Where the act has taken the matter out of the
    viewer's hands, he is led to his first page.
    """
    try:
        action()
    except Refusal as refusal:
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        return refused(request, viewer, page(), refusal.shown, typed=typed, doing=doing)
    try:
        return done(request, viewer, page, words)
    except NotYours:
        return _gone(request, words)


def choice(kind: type[Choice], value: str) -> Choice:
    """A closed word as the form brought it. Raises: NotAChoice."""
    try:
        return kind(value)
    except ValueError:
        raise NotAChoice from None


def number(request: HttpRequest, name: str) -> int:
    """A number as the form brought it. Raises: NotAChoice."""
    value = request.POST.get(name, "")
    if not value.isdecimal() or len(value) > 18:
        raise NotAChoice
    return int(value)


def _gone(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words + _("这件诉求已经不在您这里。"))
    address = reverse("console-home")
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)
