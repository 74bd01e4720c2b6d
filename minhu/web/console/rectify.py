"""Pages of rectifications: the list with due times, one of them, and what is done about it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.directory import choosing
from minhu.insight import rechecking, rectify_pages, rectifying
from minhu.insight.rectify_pages import RectifyPage, RectifyRow, SampleRow, StepRow
from minhu.insight.rectifying import Plan
from minhu.rules.access import Viewer
from minhu.rules.rectifying import LONGEST, DueUnclear, RectifyAct, RectifyState
from minhu.web import rectify_words as words
from minhu.web.console.doing import act, number
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.insight import tab_of
from minhu.web.console.insight_menu import menu
from minhu.web.words import Shown


@dataclass(frozen=True, slots=True)
class Listed:
    row: RectifyRow
    standing: Shown


@dataclass(frozen=True, slots=True)
class Stepped:
    row: StepRow
    says: str
    standing: Shown


@dataclass(frozen=True, slots=True)
class Sampled:
    row: SampleRow
    verdict: Shown


@require_safe
@signed_in
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What the viewer may know of, what is due first, and what he may have put right."""
    return show(request, viewer, _index(viewer))


@require_safe
@signed_in
def new(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """Who is to answer for putting an issue right."""
    return show(request, viewer, _new(viewer, issue_id))


@require_POST
@signed_in
def begin(request: HttpRequest, viewer: Viewer, issue_id: int) -> HttpResponse:
    """He answers for it from now on."""
    made: list[int] = []

    def action() -> None:
        made.append(rectifying.begin(issue_id, number(request, "official"), by=viewer).pk)

    def after() -> Page:
        return _page(viewer, made[0]) if made else _new(viewer, issue_id)

    return act(request, viewer, after, action, _("已交他牵头，五个工作日内查清情况。"), doing="begin")


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """One of them."""
    return show(request, viewer, _page(viewer, rectification_id))


@require_safe
@signed_in
def of_step(request: HttpRequest, viewer: Viewer, step_id: int) -> HttpResponse:
    """Where a notice leads."""
    return HttpResponseRedirect(reverse("rectification", args=[rectify_pages.page_of_step(viewer, step_id)]))


@require_POST
@signed_in
def research(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """What was found out."""
    note = request.POST.get("note", "")
    return act(
        request, viewer, lambda: _page(viewer, rectification_id),
        lambda: rectifying.research(rectification_id, note, by=viewer),
        _("已记下，请列出措施，然后开工。"), doing="research",
    )  # fmt: skip


@require_POST
@signed_in
def plan(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """A measure more."""

    def action() -> None:
        said = Plan(request.POST.get("what", ""), request.POST.get("who", ""), _day(request, "due_on"))
        rectifying.plan(rectification_id, said, by=viewer)

    return act(request, viewer, lambda: _page(viewer, rectification_id), action, _("已加一项措施。"), doing="plan")


@require_POST
@signed_in
def start(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """It is under way, and everybody who reported it is promised it."""

    def action() -> None:
        due_on = _day(request, "due_on") if request.POST.get("due_on") else None
        rectifying.start(rectification_id, due_on=due_on, by=viewer)

    said = _("整改开始，会逐人告诉反映过的群众期限。")
    return act(request, viewer, lambda: _page(viewer, rectification_id), action, said, doing="start")


@require_POST
@signed_in
def finish(request: HttpRequest, viewer: Viewer, rectification_id: int, measure_id: int) -> HttpResponse:
    """A measure is done."""
    done = request.POST.get("done", "")
    return act(
        request, viewer, lambda: _page(viewer, rectification_id),
        lambda: rectifying.finish(measure_id, done, by=viewer),
        _("已登记结果。"), doing=f"measure-{measure_id}",
    )  # fmt: skip


@require_POST
@signed_in
def claim(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """The owner says that it is done."""
    said = _("已抽取回访样本，由工作人员和督查回访，您看不到抽到了谁。")
    return act(
        request, viewer, lambda: _page(viewer, rectification_id),
        lambda: rectifying.claim(rectification_id, by=viewer), said, doing="claim",
    )  # fmt: skip


@require_POST
@signed_in
def give(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """Another owner."""

    def action() -> None:
        reason = request.POST.get("reason", "")
        rectifying.give(rectification_id, number(request, "official"), by=viewer, reason=reason)

    return act(request, viewer, lambda: _page(viewer, rectification_id), action, _("已换牵头领导。"), doing="give")


@require_POST
@signed_in
def publish(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """What everybody may read."""

    def action() -> None:
        rectifying.publish(rectification_id, request.POST.get("title", ""), request.POST.get("words", ""), by=viewer)

    return act(request, viewer, lambda: _page(viewer, rectification_id), action, _("已向社会公布。"), doing="publish")


@require_POST
@signed_in
def call_off(request: HttpRequest, viewer: Viewer, rectification_id: int) -> HttpResponse:
    """It will not be done."""
    reason = request.POST.get("reason", "")
    return act(
        request, viewer, lambda: _page(viewer, rectification_id),
        lambda: rectifying.call_off(rectification_id, reason, by=viewer),
        _("已叫停，会逐人告诉答应过的群众。"), doing="call-off",
    )  # fmt: skip


@require_POST
@signed_in
def call(request: HttpRequest, viewer: Viewer, rectification_id: int, recheck_id: int) -> HttpResponse:
    """One of the sample is rung. The form's key makes a double tap one call."""
    key = request.POST.get("key", "")[:64] or f"recheck-{recheck_id}"
    return act(
        request, viewer, lambda: _page(viewer, rectification_id),
        lambda: rechecking.call(recheck_id, by=viewer, key=key),
        _("您的电话马上会响，接起后自动接通对方。"), doing=f"recheck-{recheck_id}",
    )  # fmt: skip


@require_POST
@signed_in
def ask(request: HttpRequest, viewer: Viewer, rectification_id: int, recheck_id: int) -> HttpResponse:
    """One of the sample is asked by text."""
    return act(
        request, viewer, lambda: _page(viewer, rectification_id), lambda: rechecking.ask(recheck_id, by=viewer),
        _("短信已经排队发出，他回复以后再登记。"), doing=f"recheck-{recheck_id}",
    )  # fmt: skip


@require_POST
@signed_in
def answer(request: HttpRequest, viewer: Viewer, rectification_id: int, recheck_id: int) -> HttpResponse:
    """What he said."""

    def action() -> None:
        solved = request.POST.get("solved") == "yes"
        rechecking.answer(recheck_id, solved=solved, words=request.POST.get("words", ""), by=viewer)

    said = _("已登记他的话。")
    doing = f"recheck-{recheck_id}"
    return act(request, viewer, lambda: _page(viewer, rectification_id), action, said, doing=doing)


def _day(request: HttpRequest, name: str) -> date:
    """Raises: DueUnclear."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise DueUnclear from None


def _index(viewer: Viewer) -> Page:
    rows = [Listed(row, words.state(row.state)) for row in rectify_pages.overview(viewer)]
    done, off = RectifyState.PUBLISHED, RectifyState.CALLED_OFF
    context: dict[str, object] = {
        "under_way": [one for one in rows if one.row.state not in {done, off}],
        "published": [one for one in rows if one.row.state is done],
        "called_off": [one for one in rows if one.row.state is off],
        "offered": rectify_pages.offered(viewer),
        "menu": menu(viewer),
        "here": "rectifications",
    }
    return Page(
        tab_of(viewer), "console/rectifications.html", "console/rectifications_panel.html",
        reverse("rectifications"), context,
    )  # fmt: skip


def _new(viewer: Viewer, issue_id: int) -> Page:
    """Raises: NotYours."""
    issue = rectify_pages.issue_to_begin(viewer, issue_id)
    context: dict[str, object] = {"issue": issue, "people": choosing.officials(viewer.city_id)}
    address = reverse("rectify-new", args=[issue_id])
    return Page(tab_of(viewer), "console/rectify_new.html", "console/rectify_new_panel.html", address, context)


def _page(viewer: Viewer, rectification_id: int) -> Page:
    """Raises: NotYours."""
    found = rectify_pages.rectify_page(viewer, rectification_id)
    context: dict[str, object] = {
        "rect": found,
        "standing": words.state(found.row.state),
        "steps": [Stepped(row, words.came_to(row.state), words.state(row.state)) for row in found.steps],
        "samples": [Sampled(row, words.verdict(row.verdict)) for row in found.samples],
        "may": {one.value: True for one in found.acts},
        "people": choosing.officials(viewer.city_id) if RectifyAct.GIVE in found.acts else (),
        "needs_due": found.row.state is not RectifyState.FAILED,
        "key": uuid.uuid4().hex,
        "longest": LONGEST,
        "open_measures": _open(found),
    }
    address = reverse("rectification", args=[rectification_id])
    return Page(tab_of(viewer), "console/rectification.html", "console/rectification_panel.html", address, context)


def _open(found: RectifyPage) -> int:
    return sum(one.done_at is None for one in found.measures)
