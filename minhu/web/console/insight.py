"""Pages of hot issues: the list of what boils, comes up and cools."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.insight import issues
from minhu.insight.issues import SEES_ISSUES, IssueRow
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.insight_menu import menu, sees_insight


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the list. empty: what stands there when nothing is in it."""

    name: str
    heading: str
    hint: str
    rows: tuple[IssueRow, ...]
    empty: str


@require_safe
@signed_in
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What people raise together."""
    if viewer.official_id is None and not viewer.has(*SEES_ISSUES):
        raise NotYours
    found = issues.overview(viewer)
    context: dict[str, object] = {
        "sections": (
            Section("hot", _("正在升温"), _("不少人在反映，还在增加"), found.hot, _("没有热点。")),
            Section("emerging", _("刚冒头"), _("人还不多，但是在增加"), found.emerging, _("没有新冒头的。")),
            Section("cooling", _("正在降温"), _("反映的人少下来了"), found.cooling, _("没有。")),
        ),
        "menu": menu(viewer),
        "here": "insight",
    }
    page = Page(tab_of(viewer), "console/insight.html", "console/insight_panel.html", reverse("insight"), context)
    return show(request, viewer, page)


def tab_of(viewer: Viewer) -> str:
    """Under which tab 民情 stands."""
    return "insight" if sees_insight(viewer) else "me"
