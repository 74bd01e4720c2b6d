"""Figures and alarms: supervision and leadership see their offices, an official his own and his office's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.supervision import decaying
from minhu.supervision.published import (
    SEES_ALL_FIGURES,
    NoSuchPeriod,
    Period,
    Tally,
    Unit,
    offices_of,
    tally,
    unit_of,
    whole_weeks,
)
from minhu.web import figure_files
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, refused, show, signed_in, tabs_of
from minhu.web.errors import forbidden
from minhu.web.published import Published, own_page, unit_page

USUAL_WEEKS = 12
MINE = "mine"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures, of which days. unit None: the official's own."""

    unit: Unit | None
    period: Period


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For any days and any office that is the viewer's to see."""
    if not may_see(viewer):
        return forbidden(request)
    try:
        asked = _asked(request, viewer)
    except NoSuchPeriod as refusal:
        usual = Asked(asked_unit(viewer, ""), usual_period())
        return refused(request, viewer, _page(viewer, usual), refusal.shown)
    return show(request, viewer, _page(viewer, asked))


@require_safe
@signed_in
def file(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponse:
    """The same as CSV or XLSX."""
    if kind not in figure_files.KINDS or not may_see(viewer):
        raise Http404
    try:
        asked = _asked(request, viewer)
    except NoSuchPeriod as refusal:
        return refused(request, viewer, _page(viewer, Asked(asked_unit(viewer, ""), usual_period())), refusal.shown)
    table = figure_files.rows(_read(viewer, asked), asked.unit.name if asked.unit else viewer.name, ())
    return figure_files.file(kind, "minhu", asked.period, table)


@require_safe
@signed_in
def alarms(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Lines and offices that are answered less than they used to be."""
    if not viewer.has(*SEES_ALL_FIGURES):
        return forbidden(request)
    return show(request, viewer, _alarms(viewer))


@require_POST
@signed_in
def see(request: HttpRequest, viewer: Viewer, alarm_id: int) -> HttpResponse:
    """Somebody of supervision takes note."""
    if not viewer.has(*SEES_ALL_FIGURES):
        return forbidden(request)

    def action() -> None:
        decaying.see_alarm(alarm_id, by=viewer, at=timezone.now())

    return act(request, viewer, lambda: _alarms(viewer), action, _("已记下您看过。"))


def may_see(viewer: Viewer) -> bool:
    """Whether any figures of the console are his to see."""
    return viewer.has(*SEES_ALL_FIGURES) or viewer.official_id is not None


def _asked(request: HttpRequest, viewer: Viewer) -> Asked:
    """Raises: NoSuchPeriod; Http404 for an office that is not his to see."""
    unit = asked_unit(viewer, request.GET.get("office", ""))
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if not first and not last:
        return Asked(unit, usual_period())
    try:
        return Asked(unit, Period(date.fromisoformat(first), date.fromisoformat(last)))
    except ValueError:
        raise NoSuchPeriod from None


def asked_unit(viewer: Viewer, typed: str) -> Unit | None:
    """The office asked for; None for the official's own. Raises: Http404 for one that is not his to see."""
    own = viewer.official_id is not None
    if typed == MINE or (not typed and own):
        if not own:
            raise Http404
        return None
    offices = offices_of(viewer)
    chosen = typed or str(offices[0].pk if offices else "")
    found = unit_of(viewer, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None
    if found is None:
        raise Http404
    return found


def usual_period(weeks: int = USUAL_WEEKS) -> Period:
    """The last weeks that are over."""
    return whole_weeks(legal_day(timezone.now()), weeks)


def _read(viewer: Viewer, asked: Asked) -> Tally:
    if asked.unit is None:
        return tally(viewer.city_id, asked.period, official_id=viewer.official_id)
    return tally(viewer.city_id, asked.period, offices=asked.unit.offices)


def shown_to(viewer: Viewer, asked: Asked) -> Published:
    """What a page tells of it."""
    if asked.unit is None:
        return own_page(viewer.city_id, viewer.official_id or 0, asked.period)
    return unit_page(viewer.city_id, asked.unit, asked.period)


def _page(viewer: Viewer, asked: Asked) -> Page:
    own = viewer.official_id is not None
    choices = [(MINE, _("我本人"), asked.unit is None)] if own else []
    chosen = asked.unit.office_id if asked.unit else None
    choices += [(str(office.pk), office.name, office.pk == chosen) for office in offices_of(viewer)]
    context: dict[str, object] = {
        "shown": shown_to(viewer, asked), "choices": choices, "office": MINE if asked.unit is None else chosen,
        "kinds": tuple(figure_files.KINDS),
        "sees_alarms": viewer.has(*SEES_ALL_FIGURES), "name": asked.unit.name if asked.unit else viewer.name,
    }  # fmt: skip
    tab = tabs_of(viewer)[-1].name
    return Page(tab, "console/figures.html", "console/figures_panel.html", reverse("console-figures"), context)


def _alarms(viewer: Viewer) -> Page:
    context: dict[str, object] = {"alarms": decaying.alarms(viewer), "watches": decaying.watches(viewer)}
    tab = tabs_of(viewer)[-1].name
    return Page(tab, "console/alarms.html", "console/alarms_panel.html", reverse("console-alarms"), context)
