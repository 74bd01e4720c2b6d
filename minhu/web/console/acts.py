"""What is done from a page with one tap. Each is one action; then the page again, with a word about what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.intake import actions as intake
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import CaseKind, Outcome
from minhu.web.console import pages
from minhu.web.console.frame import Page, done, refused, show, signed_in

Choice = TypeVar("Choice", Outcome, CaseKind)


class NotAChoice(Refusal):
    """The form brought something that was not offered."""

    code = "not_a_choice"
    words = "请从页面上的选项里选一个。"


def _act(
    request: HttpRequest, viewer: Viewer, page: Callable[[], Page], action: Callable[[], object], words: str
) -> HttpResponse:
    """Run the action; then the page with the words, or with why not."""
    try:
        action()
    except Refusal as refusal:
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        return refused(request, viewer, page(), refusal.shown, typed=typed)
    return done(request, viewer, page, words)


def _page(request: HttpRequest, viewer: Viewer, call_id: UUID | None = None) -> Callable[[], Page]:
    """The page the form stood on."""
    match request.POST.get("back", "").partition(":"):
        case ("queue", _colon, _id):
            return lambda: pages.queue_page(viewer)
        case ("callbacks", _colon, _id):
            return lambda: pages.callbacks_page(viewer)
        case ("case", _colon, case_id) if case_id.isdecimal():
            return lambda: pages.case_page(viewer, int(case_id))
        case ("call", _colon, _id) if call_id is not None:
            return lambda: pages.call_page(viewer, call_id)
        case _:
            return lambda: pages.today_page(viewer)


@require_POST
@signed_in
def call_back(request: HttpRequest, viewer: Viewer, promise_id: int) -> HttpResponse:
    """Have the citizen rung. The form's key makes a double tap one call."""
    key = request.POST.get("key", "")[:64] or f"promise-{promise_id}"
    words = _("您的电话马上会响，接起后自动接通对方。")
    return _act(request, viewer, _page(request, viewer), lambda: cases.call_back(promise_id, by=viewer, key=key), words)


@require_POST
@signed_in
def wrap_up(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """What came of a call."""

    def action() -> None:
        outcome = _choice(Outcome, request.POST.get("outcome", ""))
        cases.wrap_up(call_id, outcome, request.POST.get("note", ""), by=viewer)

    return _act(request, viewer, _page(request, viewer, call_id), action, _("已登记。"))


@require_POST
@signed_in
def quick_reply(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """A prepared text to the caller."""

    def action() -> None:
        chosen = request.POST.get("quick_reply", "")
        if not chosen.isdecimal():
            raise NotAChoice
        cases.quick_reply(int(chosen), by=viewer, call_id=call_id)

    return _act(request, viewer, _page(request, viewer, call_id), action, _("短信已经排队发出。"))


@require_POST
@signed_in
def reply(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """What was done, and by whom."""
    return _act(
        request,
        viewer,
        lambda: pages.case_page(viewer, case_id),
        lambda: cases.reply(case_id, request.POST.get("done", ""), request.POST.get("done_by", ""), by=viewer),
        _("已答复。送达后，答应的事才算办到。"),
    )


@require_POST
@signed_in
def clarify(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """What the citizen said when he was asked."""

    def action() -> None:
        kind = request.POST.get("kind", "")
        cases.clarify(case_id, request.POST.get("body", ""), by=viewer, kind=_choice(CaseKind, kind) if kind else None)

    return _act(request, viewer, lambda: pages.case_page(viewer, case_id), action, _("事由已写清。"))


@require_POST
@signed_in
def assign(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Who sees to a matter that came to no line."""

    def action() -> None:
        chosen = request.POST.get("official", "")
        if not chosen.isdecimal():
            raise NotAChoice
        cases.assign(case_id, int(chosen), by=viewer)

    return _act(request, viewer, lambda: pages.case_page(viewer, case_id), action, _("已分派。"))


@require_POST
@signed_in
def note(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """An internal note."""

    def action() -> None:
        body = request.POST.get("body", "").strip()
        if not body:
            raise NotAChoice(_("备注是空的，请写几个字。"))
        cases.write_note(case_id, body, by=viewer)

    return _act(request, viewer, lambda: pages.case_page(viewer, case_id), action, _("已记下。"))


@require_POST
@signed_in
def reveal(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The full number, on this answer only: shown once, never kept in a page's address or a session."""
    page = pages.case_page(viewer, case_id)
    try:
        citizen_id = pages.citizen_of(viewer, case_id)
        number = intake.reveal_number(citizen_id, by=viewer, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return refused(request, viewer, page, refusal.shown)
    return show(request, viewer, page, revealed=number)


def _choice(kind: type[Choice], value: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise NotAChoice from None
