"""What was put right, for everybody: the list, one of them to print, and what stands on the page of a matter."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.directory import queries
from minhu.insight import rectify_public
from minhu.insight.rectify_public import TrackedRectification
from minhu.rules.rectifying import RectifyState
from minhu.web.templatetags.minhu import moment


@dataclass(frozen=True, slots=True)
class Told:
    """The rectification of a matter, in a sentence that anybody understands."""

    row: TrackedRectification
    says: str
    css: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All that were published, the latest first."""
    rows = rectify_public.published(queries.the_city().pk)
    return render(request, "public/rectifications.html", {"face": "figures", "rows": rows})


@require_safe
def page(request: HttpRequest, rectification_id: int) -> HttpResponse:
    """One of them."""
    found = rectify_public.public_page(queries.the_city().pk, rectification_id)
    if found is None:
        raise Http404
    return render(request, "public/rectification.html", {"face": "figures", "one": found})


def of(code: str) -> dict[str, object]:
    """What stands of it on the matter's page, whose code has been looked up."""
    found = rectify_public.tracked(code)
    return {"rectified": _told(found) if found is not None else None}


def _told(one: TrackedRectification) -> Told:
    words = {"office": one.office, "time": moment(one.due_at)}
    match one.state:
        case RectifyState.CLAIMED:
            return Told(one, _("%(office)s说已经整改好，正在回访反映过的群众，问是不是真的解决了。") % words, "brand")
        case RectifyState.FAILED:
            return Told(one, _("回访的群众说还没有解决，%(office)s要继续整改。") % words, "due")
        case RectifyState.VERIFIED | RectifyState.PUBLISHED:
            return Told(one, _("已经整改，回访的群众说解决了。又出现的，请再告诉我们。"), "ok")
        case RectifyState.REOPENED:
            return Told(one, _("整改以后又有群众反映，%(office)s正在重新整改。") % words, "due")
        case RectifyState.CALLED_OFF:
            return Told(one, _("原定的整改不再进行：%(why)s 还有问题的，请再告诉我们。") % {"why": one.why}, "due")
        case _:
            return Told(one, _("您反映的问题已列入整改，由%(office)s负责，答应 %(time)s 前完成。") % words, "brand")
