"""Saying of what kind a matter is, whether it can wait and what it is about, from its page."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.insight import correcting
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, Urgency
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import act, choice
from minhu.web.console.frame import signed_in


@require_POST
@signed_in
def sort(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """All three at once; a subject that is left open stays as it was."""

    @transaction.atomic
    def action() -> None:
        kind = choice(CaseKind, request.POST.get("kind", ""))
        cases.sort(case_id, kind, choice(Urgency, request.POST.get("urgency", "")), by=viewer)
        if subject := request.POST.get("subject", ""):
            correcting.say_subject(case_id, subject, by=viewer)

    return act(request, viewer, lambda: case_page(viewer, case_id), action, _("已改好。"), doing="sort")
