"""What is done with one case from its page. Each is one action; a refused form keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.cases import actions as cases
from minhu.cases import choices
from minhu.cases.actions import About, Receiver
from minhu.rules import codes
from minhu.rules.access import Viewer
from minhu.rules.callbacks import WindowUnclear
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import Door
from minhu.web import uploads
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import NotAChoice, act, choice, number
from minhu.web.console.frame import signed_in

Action = Callable[[], object]


def _case(request: HttpRequest, viewer: Viewer, case_id: int, doing: str, action: Action, words: str) -> HttpResponse:
    return act(request, viewer, lambda: case_page(viewer, case_id), action, words, doing=doing)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


@require_POST
@signed_in
def hold(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The official takes it on himself."""
    return _case(request, viewer, case_id, "hold", lambda: cases.hold(case_id, by=viewer), _("已由本人承办。"))


@require_POST
@signed_in
def ask(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The matter is not clear: staff ring the citizen."""
    words = _("已交工作人员打电话核实。")
    return _case(request, viewer, case_id, "clarify", lambda: cases.ask_clarification(case_id, by=viewer), words)


@require_POST
@signed_in
def transfer(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Hand it over, which can be done once."""

    def action() -> None:
        cases.transfer(case_id, _receiver(request.POST.get("to", "")), by=viewer, reason=_reason(request))

    return _case(request, viewer, case_id, "transfer", action, _("已转办，对方会收到提醒。"))


@require_POST
@signed_in
def give_back(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """It is not for this unit: back to the official."""
    words = _("已退回给领导本人。")
    return _case(
        request,
        viewer,
        case_id,
        "give_back",
        lambda: cases.give_back(case_id, by=viewer, reason=_reason(request)),
        words,
    )


@require_POST
@signed_in
def extend(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """More time, once, with a reason that the citizen reads."""

    def action() -> None:
        cases.extend(case_id, number(request, "days"), by=viewer, reason=_reason(request))

    return _case(request, viewer, case_id, "extend", action, _("已延期，并把理由告诉了群众。"))


@require_POST
@signed_in
def show_door(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """It belongs elsewhere: the citizen is told where."""

    def action() -> None:
        cases.show_door(case_id, choice(Door, request.POST.get("door", "")), by=viewer)

    return _case(request, viewer, case_id, "show_door", action, _("已告诉群众该走哪个渠道。"))


@require_POST
@signed_in
def join(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The same matter as another: by a choice from the list, or by its code."""

    def action() -> None:
        typed = request.POST.get("code", "")
        parent = (
            choices.case_of_code(viewer, codes.read_code(typed) or "") if typed.strip() else number(request, "parent")
        )
        cases.join(case_id, parent, by=viewer)

    return _case(request, viewer, case_id, "join", action, _("已合并，答复时一并告诉本人。"))


@require_POST
@signed_in
def part(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Another matter after all."""
    words = _("已拆开，单独办理。")
    return _case(
        request, viewer, case_id, "part", lambda: cases.part(case_id, by=viewer, reason=_reason(request)), words
    )


@require_POST
@signed_in
def withdraw(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """The citizen does not want it followed up."""
    words = _("已按群众意愿撤回。")
    return _case(
        request, viewer, case_id, "withdraw", lambda: cases.withdraw(case_id, by=viewer, reason=_reason(request)), words
    )


@require_POST
@signed_in
def avoid(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Whom it is about: they never see it again."""

    def action() -> None:
        about, holder = _about(request.POST.get("about", "")), request.POST.get("holder", "")
        holder_id = number(request, "holder") if holder else None
        cases.set_conflict(case_id, about, by=viewer, reason=_reason(request), holder_id=holder_id)

    return _case(request, viewer, case_id, "avoid", action, _("已设回避，对方和下属从此看不到这件诉求。"))


@require_POST
@signed_in
def confide(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Only for the official it is with, and who is named."""
    words = _("已设为保密件。")
    return _case(request, viewer, case_id, "confide", lambda: cases.make_confidential(case_id, by=viewer), words)


@require_POST
@signed_in
def name(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """An official may see a confidential case."""

    def action() -> None:
        cases.name(case_id, number(request, "official"), by=viewer, reason=_reason(request))

    return _case(request, viewer, case_id, "name", action, _("已指名，对方现在可以看到。"))


@require_POST
@signed_in
def note(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """An internal note; whoever is mentioned is told."""
    body = request.POST.get("body", "")
    return _case(request, viewer, case_id, "note", lambda: cases.write_note(case_id, body, by=viewer), _("已记下。"))


@require_POST
@signed_in
def attach(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """A photo or document."""

    def action() -> None:
        upload = uploads.needed(uploads.uploaded(request, str(case_id), shown=request.POST.get("shown") == "on"))
        cases.attach(case_id, upload, by=viewer)

    return _case(request, viewer, case_id, "attach", action, _("已存好附件。"))


@require_POST
@signed_in
def agree_window(request: HttpRequest, viewer: Viewer, case_id: int, promise_id: int) -> HttpResponse:
    """When it suits the citizen to be called."""

    def action() -> None:
        begins, ends = _moment(request.POST.get("begins", "")), _moment(request.POST.get("ends", ""))
        cases.agree_window(promise_id, begins, ends, by=viewer)

    return _case(request, viewer, case_id, f"window-{promise_id}", action, _("已记下约好的时段。"))


def _receiver(value: str) -> Receiver:
    match value.partition(":"):
        case ("hotline", "", ""):
            return Receiver.hotline()
        case ("deputy", _colon, chosen) if chosen.isdecimal():
            return Receiver.deputy(int(chosen))
        case ("unit", _colon, chosen) if chosen.isdecimal():
            return Receiver.unit(int(chosen))
    raise NotAChoice


def _about(value: str) -> About:
    match value.partition(":"):
        case ("office", _colon, chosen) if chosen.isdecimal():
            return About(office_id=int(chosen))
        case ("official", _colon, chosen) if chosen.isdecimal():
            return About(official_id=int(chosen))
    raise NotAChoice


def _moment(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise WindowUnclear from None
