"""Which lines were drawn for a check, and all that is needed to compute it again."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.directory import queries
from minhu.rules.checking import NotDrawn
from minhu.supervision import announced
from minhu.supervision.announced import DrawRow


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """Every draw: its hash before, its seed and what it drew after."""
    rows = announced.public_draws(queries.the_city().pk)
    context = {"face": "about", "draws": [(row, _reason(row)) for row in rows]}
    return render(request, "public/draws.html", context)


@require_safe
def table(request: HttpRequest, on: str) -> HttpResponse:
    """The table a day was drawn from, byte for byte."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    found = announced.public_table(queries.the_city().pk, day)
    if found is None:
        raise Http404
    answer = HttpResponse(found, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{on}.csv"'
    return answer


def _reason(row: DrawRow) -> str:
    match row.not_drawn:
        case NotDrawn.HOLIDAY:
            return _("休息日，不抽查。")
        case NotDrawn.NOT_COMMITTED:
            return _("前一天没有公布哈希，所以这天不抽查。")
        case NotDrawn.NO_CHECKER:
            return _("这天没有检查人员，不抽查。")
        case NotDrawn.NO_LINES:
            return _("这天没有公布的号码，不抽查。")
        case None:
            return "" if row.seed else _("种子要等当天的抽查全部结束、没有人能从中知道自己正被抽查时再公布，最迟七天。")
