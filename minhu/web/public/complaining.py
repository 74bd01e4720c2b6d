"""On the matter's page: the citizen complains of how it is dealt with, and appeals against what was found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.rules.complaints import Ground
from minhu.rules.errors import Refusal
from minhu.supervision import complaining, judging
from minhu.supervision.complaining import Said
from minhu.web.public.tracked import do


class ChooseAGround(Refusal):
    """The form came without it."""

    code = "choose_a_ground"
    words = "请选一项您反映的是什么。"


@require_POST
def complain(request: HttpRequest, code: str) -> HttpResponse:
    """Of the matter, or of the call whose code was typed."""

    def action(code: str, client: str) -> None:
        try:
            ground = Ground(request.POST.get("ground", ""))
        except ValueError:
            raise ChooseAGround from None
        key = request.POST.get("key", "")[:40]
        said = Said(ground, request.POST.get("body", ""), f"{code}:{key}" if key else "")
        complaining.file_by_code(code, client, said)

    said = _("您的反映已经收到，由督查人员核实，结果会告诉您。")
    return do(request, code, action, said, doing="complain")


@require_POST
def appeal(request: HttpRequest, code: str, complaint_id: int) -> HttpResponse:
    """He does not accept what was found."""
    reason = request.POST.get("reason", "")
    return do(
        request, code, lambda code, client: judging.appeal_by_code(code, client, complaint_id, reason),
        _("已经申请复核，由另一位督查人员办理。"), doing=f"appeal-{complaint_id}",
    )  # fmt: skip
