"""Nobody answered, or one was fobbed off: said in three taps, with the code of the text that came after the call."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from minhu.cases.tracking import TooManyLookups
from minhu.rules import codes
from minhu.rules.complaints import Ground
from minhu.rules.errors import Refusal
from minhu.supervision import complaining
from minhu.supervision.complaining import Said
from minhu.web import complaint_words, uploads
from minhu.web.errors import too_many
from minhu.web.public.complaining import ChooseAGround

ICONS: dict[Ground, str] = {
    Ground.UNANSWERED: "phone-missed",
    Ground.NOT_CALLED_BACK: "phone-off",
    Ground.FOBBED_OFF: "reply",
    Ground.RUDE: "message-square",
    Ground.NOT_SOLVED: "circle-x",
    Ground.OTHER: "circle-question-mark",
}


class NotACode(Refusal):
    """What was typed does not read as a code."""

    code = "not_a_code"
    words = "这不像查询码：共 8 位，由数字和字母组成，最后一位是校验位。请对照短信再输一遍。"


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The code, and one button for each thing that may be wrong. More words are welcome and not asked for."""
    if request.method != "POST":
        return _form(request, request.GET.get("code", ""))
    typed = request.POST.get("code", "")
    try:
        code = _file(request, typed)
    except TooManyLookups:
        return too_many(request)
    except Refusal as refusal:
        return _form(request, typed, refusal.shown, status=422)
    messages.success(request, _("您的反映已经收到，由督查人员核实，结果会告诉您。"))
    return HttpResponseRedirect(reverse("matter", args=[code]), status=303)


def _file(request: HttpRequest, typed: str) -> str:
    code = codes.read_code(typed)
    if code is None:
        raise NotACode
    try:
        ground = Ground(request.POST.get("ground", ""))
    except ValueError:
        raise ChooseAGround from None
    key = request.POST.get("key", "")[:40]
    words = request.POST.get("body", "").strip() or complaint_words.GROUNDS[ground]
    said = Said(ground, words, f"{code}:{key}" if key else "")
    complaining.file_by_code(code, str(request.META.get("REMOTE_ADDR", "")), said)
    return code


def _form(request: HttpRequest, typed: str, fault: str = "", status: int = 200) -> HttpResponse:
    grounds = [(one.value, complaint_words.ground(one), ICONS[one]) for one in Ground]
    context = {
        "face": "track", "typed": typed, "fault": fault, "grounds": grounds, "key": uploads.fresh_key(),
        "body": request.POST.get("body", ""),
    }  # fmt: skip
    return render(request, "public/report.html", context, status=status)
