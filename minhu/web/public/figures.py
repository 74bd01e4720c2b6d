"""The city's figures, for everybody: a page, and the same as files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.directory import queries
from minhu.rules.clock import legal_day
from minhu.supervision.published import Period, tally, units, whole_weeks
from minhu.web import figure_files
from minhu.web.published import city_page

WEEKS = (4, 12, 26, 52)
USUAL_WEEKS = 12


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Does one get through, and is it seen to? Whole weeks, from Monday to Sunday."""
    weeks, period = _asked(request)
    city = queries.the_city()
    spans = [(one, _("%(weeks)s 周") % {"weeks": one}, one == weeks) for one in WEEKS]
    context = {"face": "figures", "shown": city_page(city, period), "spans": spans, "weeks": weeks}
    return render(request, "public/figures.html", context)


@require_safe
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """All of it as CSV or XLSX."""
    if kind not in figure_files.KINDS:
        raise Http404
    _weeks, period = _asked(request)
    city = queries.the_city()
    table = figure_files.rows(tally(city.pk, period), city.name, units(city.pk))
    return figure_files.file(kind, "minhu", period, table)


def _asked(request: HttpRequest) -> tuple[int, Period]:
    typed = request.GET.get("weeks", "")
    weeks = int(typed) if typed in {str(one) for one in WEEKS} else USUAL_WEEKS
    return weeks, whole_weeks(legal_day(timezone.now()), weeks)
