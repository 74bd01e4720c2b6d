"""What is done from a page with one tap. Each is one action; then the page again, with a word about what happened."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.cases import pending
from minhu.cases.pending import Decided
from minhu.cases.queries import citizen_of
from minhu.intake import actions as intake
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import CaseKind, Outcome
from minhu.web import words
from minhu.web.console import pages, undoing
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import act, choice, number
from minhu.web.console.frame import Page, refused, show, signed_in


def _page(request: HttpRequest, viewer: Viewer, call_id: UUID | None = None) -> Callable[[], Page]:
    """The page the form stood on."""
    match request.POST.get("back", "").partition(":"):
        case ("queue", _colon, _id):
            return lambda: pages.queue_page(viewer)
        case ("callbacks", _colon, _id):
            return lambda: pages.callbacks_page(viewer)
        case ("case", _colon, case_id) if case_id.isdecimal():
            return lambda: case_page(viewer, int(case_id))
        case ("call", _colon, _id) if call_id is not None:
            return lambda: pages.call_page(viewer, call_id)
        case ("call", _colon, of) if (found := _uuid(of)) is not None:
            return lambda: pages.call_page(viewer, found)
        case _:
            return lambda: pages.today_page(viewer)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


@require_POST
@signed_in
def call_back(request: HttpRequest, viewer: Viewer, promise_id: int) -> HttpResponse:
    """Have the citizen rung. The form's key makes a double tap one call."""
    key = request.POST.get("key", "")[:64] or f"promise-{promise_id}"
    words = _("您的电话马上会响，接起后自动接通对方。")
    return act(request, viewer, _page(request, viewer), lambda: cases.call_back(promise_id, by=viewer, key=key), words)


@require_POST
@signed_in
def wrap_up(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """What came of a call."""

    note = request.POST.get("note", "")

    def outcome() -> Outcome:
        return choice(Outcome, request.POST.get("outcome", ""))

    def decide() -> Decided:
        args: pending.Args = {"call": str(call_id), "outcome": outcome().value, "note": note}
        return Decided("wrap_up", str(call_id), args, _("已登记：%(what)s") % {"what": words.outcome(outcome()).label})

    page = _page(request, viewer, call_id)
    if viewer.official_id is not None:
        return undoing.put_off(request, viewer, page, decide)
    return act(request, viewer, page, lambda: cases.wrap_up(call_id, outcome(), note, by=viewer), _("已登记。"))


@require_POST
@signed_in
def quick_reply(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """A prepared text to the caller."""

    def chosen() -> int:
        return number(request, "quick_reply")

    def decide() -> Decided:
        args: pending.Args = {"call": str(call_id), "quick_reply": chosen()}
        return Decided("quick_reply", f"{call_id}:{chosen()}", args, _("短信将会发出"))

    page = _page(request, viewer, call_id)
    if viewer.official_id is not None:
        return undoing.put_off(request, viewer, page, decide)
    said = _("短信已经排队发出。")
    return act(request, viewer, page, lambda: cases.quick_reply(chosen(), by=viewer, call_id=call_id), said)


undo = undoing.undo(lambda request, viewer: _page(request, viewer))


@require_POST
@signed_in
def clarify(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """What the citizen said when he was asked."""

    def action() -> None:
        kind = request.POST.get("kind", "")
        cases.clarify(case_id, request.POST.get("body", ""), by=viewer, kind=choice(CaseKind, kind) if kind else None)

    return act(request, viewer, lambda: case_page(viewer, case_id), action, _("事由已写清。"), doing="clarified")


@require_POST
@signed_in
def assign(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Who sees to a matter that came to no line."""

    def action() -> None:
        cases.assign(case_id, number(request, "official"), by=viewer)

    return act(request, viewer, lambda: case_page(viewer, case_id), action, _("已分派。"))


@require_POST
@signed_in
def take_up(request: HttpRequest, viewer: Viewer, text_id: int) -> HttpResponse:
    """A text to a number that is not published turns out to be for this official."""

    def action() -> None:
        cases.take_up_text(text_id, number(request, "line"), by=viewer)

    words = _("已立为诉求，并告诉群众编号。")
    return act(request, viewer, lambda: pages.queue_page(viewer), action, words, doing=f"text-{text_id}")


@require_POST
@signed_in
def put_aside(request: HttpRequest, viewer: Viewer, text_id: int) -> HttpResponse:
    """A text that needs nothing done: advertising, a wrong number."""
    words = _("已搁置，不再显示。")
    return act(
        request,
        viewer,
        lambda: pages.queue_page(viewer),
        lambda: intake.put_aside(text_id, by=viewer, reason=request.POST.get("reason", "")),
        words,
        doing=f"text-{text_id}",
    )


@require_POST
@signed_in
def reveal(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The full number, on this answer only: shown once, never kept in a page's address or a session."""
    page = case_page(viewer, case_id)
    try:
        citizen_id = citizen_of(viewer, case_id)
        number = intake.reveal_number(citizen_id, by=viewer, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return refused(request, viewer, page, refusal.shown)
    return show(request, viewer, page, revealed=number)
