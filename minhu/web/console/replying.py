"""The reply to a case from its page: first the signs that it may look perfunctory, then the reply itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.insight import signing
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import ReplySign
from minhu.web import reply_words, uploads
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import NotAChoice, act
from minhu.web.console.frame import Page, signed_in

if TYPE_CHECKING:
    from minhu.insight.engine.reply import Sign


@require_POST
@signed_in
def reply(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """What was done, and by whom, with a photo of it if there is one; all or nothing.

    A reply with signs comes back once with them. Sent again with the same signs (``seen`` names them) it goes.
    """
    found = _signs(viewer, case_id, request)

    @transaction.atomic
    def action() -> None:
        upload = uploads.uploaded(request, str(case_id), shown=True)
        done, done_by, call_id = request.POST.get("done", ""), request.POST.get("done_by", ""), _call(request)
        made = cases.reply(case_id, done, done_by, by=viewer, call_id=call_id)
        if upload is not None:
            cases.attach(case_id, upload, by=viewer)
        signing.keep(made, found, seen_before=_seen(request), by=viewer)

    def page() -> Page:
        shown = case_page(viewer, case_id)
        shown.context["hints"] = reply_words.hints((one.kind, one.words) for one in found)
        shown.context["file_again"] = bool(request.FILES)  # a browser does not give a file back to the form
        return shown

    return act(request, viewer, page, action, _("已答复。送达后，答应的事才算办到。"), doing="reply")


@require_POST
@signed_in
def hints(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The signs of what is being written, for whoever may reply. Raises: NotYours, NotAllowed."""
    found = signing.signs_before(case_id, request.POST.get("done", ""), by=viewer)
    shown = reply_words.hints((one.kind, one.words) for one in found)
    return render(request, "console/reply_hints.html", {"hints": shown})


def _signs(viewer: Viewer, case_id: int, request: HttpRequest) -> tuple[Sign, ...]:
    """No signs where the reply is refused anyway, which the action says."""
    try:
        return signing.signs_before(case_id, request.POST.get("done", ""), by=viewer)
    except Refusal:
        return ()


def _seen(request: HttpRequest) -> frozenset[ReplySign]:
    """What the form says that its writer was shown."""
    return frozenset(sign for sign in ReplySign if sign.value in request.POST.getlist("seen"))


def _call(request: HttpRequest) -> UUID | None:
    """The call on which it was said, if it was."""
    typed = request.POST.get("call", "")
    try:
        return UUID(typed) if typed else None
    except ValueError:
        raise NotAChoice from None
