"""The citizen's own page of his matter, by its code: how far it is, and all that he may do about it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.audit.privacy import PrivacyError
from minhu.cases import actions as cases
from minhu.cases import offering, tracking
from minhu.cases.actions import Said
from minhu.cases.queries import open_by_code
from minhu.intake import confirming
from minhu.rules import codes
from minhu.rules.attachments import MOST_BYTES
from minhu.rules.casework import Act
from minhu.rules.errors import Refusal
from minhu.web import uploads
from minhu.web.errors import message, not_found, too_many
from minhu.web.public import complained, progress, rectified

Action = Callable[[str, str], object]
"""Given the code and the client's address."""


class AnswerAllThree(Refusal):
    """The form of the rating was sent with a question left open."""

    code = "answer_all_three"
    words = "三个问题都选一下，才能提交评价。"


@require_GET
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """What the citizen may see of his matter: states, times, promises and replies; no number, no name."""
    return _page(request, code)


@require_GET
def sent(request: HttpRequest, code: str) -> HttpResponse:
    """The code, big enough to copy down."""
    found = _look_up(request, code)
    if isinstance(found, HttpResponse):
        return found
    link = settings.PUBLIC_ADDRESS + reverse("matter", args=[found.code])
    context = {"face": "track", "code": found.code, "now": found.opened_at, "link": link}
    context["may_confirm"] = confirming.may_confirm(found.code)
    return _private(render(request, "public/sent.html", context))


@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """More about it."""
    body, key = request.POST.get("body", ""), request.POST.get("key", "")[:40] or uploads.fresh_key()
    return do(
        request, code, lambda code, client: cases.add_by_code(code, client, body, key=f"{code}:{key}"),
        _("补充的内容已经收到。"), doing="add",
    )  # fmt: skip


@require_POST
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """A photo or a document."""

    def action(code: str, client: str) -> None:
        cases.attach_by_code(code, client, uploads.needed(uploads.uploaded(request, code)))

    return do(request, code, action, _("文件已经收到。"), doing="attach")


@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Answered? Solved? Satisfied?"""

    def action(code: str, client: str) -> None:
        said = [request.POST.get(name, "") for name in ("answered", "solved", "satisfied")]
        if not set(said) <= {"yes", "no"}:
            raise AnswerAllThree
        yes = [one == "yes" for one in said]
        cases.rate_by_code(code, client, Said(yes[0], yes[1], yes[2], request.POST.get("words", "")))

    return do(request, code, action, _("谢谢您的评价。"), doing="rate")


@require_POST
def go_up(request: HttpRequest, code: str) -> HttpResponse:
    """To the next higher leader."""
    words = request.POST.get("words", "")
    said = _("已经转告上一级领导和督查部门，他们会过问。")
    return do(request, code, lambda code, client: cases.go_up_by_code(code, client, words=words), said, doing="up")


@require_POST
def take_hotline(request: HttpRequest, code: str) -> HttpResponse:
    """He chooses the 12345 hotline that was offered."""
    return do(request, code, offering.take_by_code, _("已转 12345 热线，您也可以直接拨打 12345。"), doing="hotline")


@require_POST
def come_back(request: HttpRequest, code: str) -> HttpResponse:
    """Back from the hotline."""
    return do(request, code, offering.come_back_by_code, _("好的，由本线路继续办理。"), doing="hotline")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Asks once more first: what is withdrawn does not come back."""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        said = _("已经撤回，不再办理。")
        return do(request, code, lambda code, client: cases.withdraw_by_code(code, client, reason=reason), said)
    found = _look_up(request, code)
    if isinstance(found, HttpResponse):
        return found
    if Act.WITHDRAW not in found.acts:
        return HttpResponseRedirect(reverse("matter", args=[found.code]), status=303)
    return _private(render(request, "public/withdraw.html", {"face": "track", "matter": found}))


@require_GET
def file(request: HttpRequest, code: str, attachment_id: int) -> HttpResponse:
    """What he handed in, or was shown."""
    try:
        return uploads.served(open_by_code(_read(code), _client(request), attachment_id))
    except tracking.TooManyLookups:
        return too_many(request)
    except Refusal:
        return not_found(request)
    except (OSError, PrivacyError):
        return message(request, 404, _("文件打不开"), _("文件已经损坏，请打 12345 告诉工作人员。"), picture="file-text")


def do(request: HttpRequest, code: str, action: Action, words: str, *, doing: str = "") -> HttpResponse:
    """Act by the code, and show the page again; a refusal is shown there, with what was typed."""
    try:
        action(_read(code), _client(request))
    except tracking.TooManyLookups:
        return too_many(request)
    except tracking.NoSuchCode as refusal:
        return _unknown(request, code, refusal)
    except Refusal as refusal:
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        return _page(request, code, status=422, refused=refusal.shown, doing=doing, typed=typed)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("matter", args=[_read(code)]), status=303)


def _page(request: HttpRequest, code: str, status: int = 200, **extra: object) -> HttpResponse:
    found = _look_up(request, code)
    if isinstance(found, HttpResponse):
        return found
    context = {
        "face": "track",
        "matter": found,
        "progress": progress.of(found, timezone.now()),
        "may_add": Act.NOTE in found.acts,
        "may_attach": Act.ATTACH in found.acts,
        "may_withdraw": Act.WITHDRAW in found.acts,
        "hotline": offering.offered(found.code),
        "key": uploads.fresh_key(),
        "accept": uploads.ACCEPT,
        "most_mb": MOST_BYTES // 1024 // 1024,
        "typed_code": _read(code),
    }
    context |= complained.of(found.code, timezone.now()) | rectified.of(found.code)
    return _private(render(request, "public/matter.html", context | extra, status=status))


def _look_up(request: HttpRequest, typed: str) -> tracking.TrackedCase | HttpResponse:
    code = _read(typed)
    try:
        return tracking.by_code(code, _client(request))
    except tracking.TooManyLookups:
        return too_many(request)
    except Refusal as refusal:
        return _unknown(request, code, refusal)


def _unknown(request: HttpRequest, code: str, refusal: Refusal) -> HttpResponse:
    context = {"face": "track", "typed": code, "fault": refusal.shown}
    return render(request, "public/track.html", context, status=404)


def _read(typed: str) -> str:
    code = codes.read_code(typed)
    if code is None:
        raise Http404
    return code


def _client(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _private(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
