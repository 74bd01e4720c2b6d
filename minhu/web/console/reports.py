"""The weekly report of an office, or of an official himself: to be read, printed, and handed on as PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from minhu.directory.models import Office
from minhu.rules.access import Viewer
from minhu.web.console.figures import MINE, Asked, asked_unit, may_see, shown_to, usual_period
from minhu.web.console.frame import signed_in
from minhu.web.errors import forbidden
from minhu.web.pdf import pdf_of


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The last whole week beside those before."""
    if not may_see(viewer):
        return forbidden(request)
    return render(request, "console/report.html", _report(request, viewer))


@require_safe
@signed_in
def document(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The same as PDF, with its letters in it."""
    if not may_see(viewer):
        return forbidden(request)
    week = usual_period(weeks=1)
    made = pdf_of(render_to_string("console/report_pdf.html", _report(request, viewer), request))
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="minhu-weekly-{week.first}.pdf"'
    return answer


def _report(request: HttpRequest, viewer: Viewer) -> dict[str, object]:
    unit = asked_unit(viewer, request.GET.get("office", ""))
    week = shown_to(viewer, Asked(unit, usual_period(weeks=1)))
    before = shown_to(viewer, Asked(unit, usual_period()))
    return {
        "name": unit.name if unit else viewer.name,
        "city_name": Office.objects.values_list("name", flat=True).get(pk=viewer.city_id),
        "office": MINE if unit is None else unit.office_id,
        "week": week,
        "before": before,
        "pairs": tuple(zip(week.figures, before.figures, strict=True)),
        "viewer": viewer,
        "now": timezone.now(),
    }
