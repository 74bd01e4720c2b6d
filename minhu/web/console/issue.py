"""The page of one hot issue, and what staff and supervision change about it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from minhu.cases import choices
from minhu.insight import issue_page, rectify_pages, regrouping
from minhu.insight.issue_page import IssuePage
from minhu.insight.models import Merge
from minhu.intake.scope import NotYours
from minhu.rules import codes
from minhu.rules.access import Viewer
from minhu.web import rectify_words
from minhu.web.charts import Chart, column
from minhu.web.console.doing import act, number
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.insight import tab_of
from minhu.web.console.insight_menu import menu
from minhu.web.templatetags.minhu import day
from minhu.web.words import stage


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """One issue; one that became part of another leads there."""
    try:
        return show(request, viewer, _page(viewer, issue_id))
    except NotYours:
        into = issue_page.became(viewer, issue_id)
        if into is None:
            raise
        return HttpResponseRedirect(reverse("issue", args=[into]))


@require_POST
@signed_in
def take_out(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """A case is another matter."""

    def action() -> None:
        regrouping.take_out(issue_id, number(request, "case"), by=viewer, at=timezone.now())

    return _act(request, viewer, issue_id, action, _("已移出，系统不会再自动归进来。"))


@require_POST
@signed_in
def put_in(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """A case is of this matter: back from those that were taken out, or by its code."""

    def action() -> None:
        typed = request.POST.get("code", "")
        chosen = choices.case_of_code(viewer, codes.read_code(typed) or "") if typed else number(request, "case")
        regrouping.put_in(issue_id, chosen, by=viewer, at=timezone.now())

    return _act(request, viewer, issue_id, action, _("已归入，重新归并时也会保留。"), doing="put-in")


@require_POST
@signed_in
def merge(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """Another issue is of this matter too."""

    def action() -> None:
        regrouping.merge(issue_id, number(request, "other"), by=viewer, at=timezone.now())

    return _act(request, viewer, issue_id, action, _("已合并，随时可以撤销。"), doing="merge")


@require_POST
@signed_in
def undo_merge(request: HttpRequest, viewer: Viewer, merge_id: int) -> HttpResponse:
    """They are two after all."""
    into = Merge.objects.filter(pk=merge_id, into__city_id=viewer.city_id).values_list("into", flat=True).first()
    if into is None:
        raise NotYours

    def action() -> None:
        regrouping.undo_merge(merge_id, by=viewer, at=timezone.now())

    return _act(request, viewer, into, action, _("已撤销合并，系统不会再自动合并这两个。"))


def _act(
    request: HttpRequest, viewer: Viewer, issue_id: int, action: Callable[[], object], words: str, doing: str = ""
) -> HttpResponse:
    """Raises: NotYours."""
    issue_page.issue_page(viewer, issue_id)
    return act(request, viewer, lambda: _page(viewer, issue_id), action, words, doing=doing)


def _page(viewer: Viewer, issue_id: int) -> Page:
    found = issue_page.issue_page(viewer, issue_id)
    rect = rectify_pages.rectification_of(viewer, issue_id)
    context: dict[str, object] = {
        "issue": found,
        "stage": stage(found.row.stage),
        "chart": _chart(found),
        "rect": rect,
        "rect_stands": rectify_words.state(rect.state) if rect else None,
        "may_begin": rect is None and rectify_pages.may_be_begun(viewer, issue_id),
        "menu": menu(viewer),
        "here": "",
    }
    address = reverse("issue", args=[issue_id])
    return Page(tab_of(viewer), "console/issue.html", "console/issue_panel.html", address, context)


def _chart(found: IssuePage) -> Chart:
    """The time line."""
    most = max(found.days, key=lambda one: one[1])
    finding = ngettext(
        "%(day)s反映最多，%(n)s 件。", "%(day)s反映最多，%(n)s 件。", most[1]
    ) % {"day": day(most[0]), "n": most[1]}  # fmt: skip
    labels = tuple(f"{on.month}/{on.day}" for on, _count in found.days)
    counts = [count for _day, count in found.days]
    return Chart(
        "days",
        finding,
        _("日期"),
        labels,
        (column(pgettext("issue", "反映"), counts, [str(count) for count in counts]),),
    )
