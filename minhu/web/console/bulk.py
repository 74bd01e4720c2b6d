"""Several matters of the queue at once: each goes through the same door as a single one, in a transaction of its own.

What one rule refuses does not hold up the others; the answer says of each what became of it. An assignment can be
taken back for ten minutes; a note, once somebody was told of it, cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.cases.choices import codes_of
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.web.console.doing import NotAChoice, number
from minhu.web.console.frame import Page, refused, show, signed_in
from minhu.web.console.pages import queue_page

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one matter. why: the rule that said no; "" where it was done."""

    case_id: int
    code: str
    why: str = ""


class NothingChosen(Refusal):
    code = "nothing_chosen"
    words = "请先勾选要一起办的诉求，一次最多五十件。"


@require_POST
@signed_in
def act(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Assign the chosen matters, or write the same note to each (which tells whoever is mentioned)."""
    try:
        chosen = _chosen(request)
        doing = request.POST.get("act", "")
        action = _action(request, viewer, doing)
    except Refusal as refusal:
        return refused(request, viewer, queue_page(viewer, request.GET), refusal.shown)
    became = each(chosen, action, viewer)
    done = {"assign": _("已分派"), "note": _("已记下备注")}[doing]
    undo = [one.case_id for one in became if not one.why] if doing == "assign" else []
    return _shown(request, viewer, became, done, undo)


@require_POST
@signed_in
def undo(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Take the assignments back, each if nothing has come of it yet."""
    try:
        chosen = _chosen(request)
    except Refusal as refusal:
        return refused(request, viewer, queue_page(viewer, request.GET), refusal.shown)
    became = each(chosen, lambda case_id: cases.unassign(case_id, by=viewer), viewer)
    return _shown(request, viewer, became, _("已撤销分派"), [])


def each(chosen: Iterable[int], action: Callable[[int], object], viewer: Viewer) -> tuple[Became, ...]:
    """Do it to every one; a refusal of one leaves the others alone."""
    why: dict[int, str] = {}
    for case_id in chosen:
        try:
            action(case_id)
            why[case_id] = ""
        except Refusal as refusal:
            why[case_id] = refusal.shown
    codes = codes_of(viewer, why)
    return tuple(Became(case_id, codes.get(case_id, ""), said) for case_id, said in why.items())


def _action(request: HttpRequest, viewer: Viewer, doing: str) -> Callable[[int], object]:
    if doing == "assign":
        official = number(request, "official")
        return lambda case_id: cases.assign(case_id, official, by=viewer)
    if doing == "note":
        body = request.POST.get("body", "")
        return lambda case_id: cases.write_note(case_id, body, by=viewer)
    raise NotAChoice


def _chosen(request: HttpRequest) -> list[int]:
    """Raises: NothingChosen."""
    values = dict.fromkeys(request.POST.getlist("case"))
    if not values or len(values) > MOST_AT_ONCE or any(not one.isdecimal() or len(one) > 18 for one in values):
        raise NothingChosen
    return [int(one) for one in values]


def _shown(
    request: HttpRequest, viewer: Viewer, became: tuple[Became, ...], done: str, undoable: list[int]
) -> HttpResponse:
    context: dict[str, object] = {
        "did": done,
        "well": [one for one in became if not one.why],
        "failed": [one for one in became if one.why],
        "undo": undoable,
    }
    page = Page("queue", "console/bulk.html", "console/bulk_panel.html", reverse("queue"), context)
    return show(request, viewer, page, status=200 if any(not one.why for one in became) else 422)
