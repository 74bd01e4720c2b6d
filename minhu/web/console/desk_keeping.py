"""What staff keep for their desk: views of the queue they named, and the phrases of their offices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from minhu.cases import desk_words
from minhu.rules.access import Viewer
from minhu.rules.words import Role
from minhu.web.console.doing import act, number
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.pages import queue_page
from minhu.web.console.queue_filter import asked
from minhu.web.errors import forbidden


@require_POST
@signed_in
def save_filter(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Name the view that is open."""
    chosen = asked(QueryDict(request.POST.get("query", "")))

    def action() -> None:
        desk_words.save_filter(request.POST.get("name", ""), chosen.query, by=viewer)

    return act(request, viewer, lambda: queue_page(viewer, QueryDict(chosen.query)), action, _("已存为常用筛选。"))


@require_POST
@signed_in
def forget_filter(request: HttpRequest, viewer: Viewer, filter_id: int) -> HttpResponse:
    """Forget a named view."""
    words = _("已删掉这个筛选。")
    return act(
        request, viewer, lambda: queue_page(viewer), lambda: desk_words.forget_filter(filter_id, by=viewer), words
    )


@require_http_methods(["GET", "POST"])
@signed_in
def phrases(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The phrases of the viewer's offices, and a form for one more."""
    if not viewer.has(Role.STAFF):
        return forbidden(request)
    if request.method == "GET":
        return show(request, viewer, _page(viewer))

    def action() -> None:
        label, body = request.POST.get("label", ""), request.POST.get("body", "")
        desk_words.write_phrase(number(request, "office"), label, body, by=viewer)

    return act(request, viewer, lambda: _page(viewer), action, _("已存好，写答复时可以选用。"), doing="phrase")


@require_POST
@signed_in
def drop_phrase(request: HttpRequest, viewer: Viewer, phrase_id: int) -> HttpResponse:
    """Nobody needs it any more."""
    words = _("已删掉这句常用语。")
    return act(request, viewer, lambda: _page(viewer), lambda: desk_words.drop_phrase(phrase_id, by=viewer), words)


def _page(viewer: Viewer) -> Page:
    said = {
        "who": _("您的名字"), "official": _("承办领导"), "title": _("领导职务"),
        "office": pgettext("phrase", "承办单位"), "place": pgettext("phrase", "地点"),
        "due": _("答应的时限"), "code": pgettext("phrase", "查询码"),
    }  # fmt: skip
    context: dict[str, object] = {
        "phrases": desk_words.phrases(viewer),
        "offices": desk_words.offices_of_phrases(viewer),
        "placeholders": [(f"{{{name}}}", said[name]) for name in desk_words.PLACEHOLDERS],
        "longest": desk_words.LONGEST_BODY,
    }
    return Page("queue", "console/phrases.html", "console/phrases_panel.html", reverse("phrases"), context)
