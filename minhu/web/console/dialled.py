"""The quarter's round: which published numbers are still to be dialled, and those that are to be corrected."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.rules.access import Viewer
from minhu.rules.liveness import Health
from minhu.rules.words import Role
from minhu.supervision import alive, dialling
from minhu.web.console.doing import act, choice
from minhu.web.console.frame import Page, show, signed_in


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """As far as it is the viewer's business."""
    return show(request, viewer, _page(viewer))


@require_POST
@signed_in
def dialled(request: HttpRequest, viewer: Viewer, line_id: int) -> HttpResponse:
    """What came of dialling one."""

    def action() -> None:
        health = choice(Health, request.POST.get("health", ""))
        dialling.record(line_id, health, by=viewer, note=request.POST.get("note", ""))

    return act(request, viewer, lambda: _page(viewer), action, _("已登记。"), doing=f"line-{line_id}")


@require_POST
@signed_in
def propose(request: HttpRequest, viewer: Viewer, correction_id: int) -> HttpResponse:
    """How it will be corrected."""
    how = request.POST.get("how", "")
    words = _("已报督查批准。")
    return act(
        request,
        viewer,
        lambda: _page(viewer),
        lambda: dialling.propose(correction_id, how, by=viewer),
        words,
        doing=f"correction-{correction_id}",
    )


@require_POST
@signed_in
def approve(request: HttpRequest, viewer: Viewer, correction_id: int) -> HttpResponse:
    """A supervisor agrees."""
    words = _("已批准。新号码公布后，这件事自动办结。")
    return act(request, viewer, lambda: _page(viewer), lambda: dialling.approve(correction_id, by=viewer), words)


def _page(viewer: Viewer) -> Page:
    found = alive.liveness(viewer, timezone.now())
    healths = {
        Health.ALIVE: _("通了，是本人或本单位"),
        Health.DEAD: _("空号、停机"),
        Health.WRONG_PERSON: _("不是这个人"),
        Health.NEVER_ANSWERED: _("多次无人接"),
    }
    context: dict[str, object] = {
        "round": found,
        "left": found.lines - found.dialled,
        "may_dial": viewer.has(Role.INSPECTOR),
        "healths": [(one.value, words) for one, words in healths.items()],
        "corrections": [(one, healths[one.health]) for one in found.corrections],
    }
    tab = "checks" if viewer.has(Role.INSPECTOR) else "checked" if viewer.has(*alive.SUPERVISES) else "ledger"
    address = reverse("liveness")
    return Page(tab, "console/liveness.html", "console/liveness_panel.html", address, context)
