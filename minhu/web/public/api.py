"""Addresses for programs: public, read-only, and versioned by their path. An error is ``{code, message}``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from minhu.directory import queries
from minhu.directory.queries import NoCity
from minhu.rules.clock import legal_day
from minhu.rules.errors import Refusal
from minhu.supervision.published import NoSuchPeriod, Period, whole_weeks
from minhu.web.figure_json import Json, city_figures
from minhu.web.public.figures import USUAL_WEEKS, WEEKS

FRESH_SECONDS = 300
"""For so long anybody may keep an answer; after that, an ETag asks whether it still stands."""


def answers_json(view: Callable[[HttpRequest], Json]) -> Callable[[HttpRequest], JsonResponse]:
    """What the view tells, as JSON that any site may read; a refusal with its code and words."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        try:
            told = _json(view(request), 200)
        except Refusal as refusal:
            status = 503 if isinstance(refusal, NoCity) else 422
            return _json({"code": refusal.code, "message": refusal.shown}, status)
        told.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
        return told

    return answer


@require_safe
@conditional_page
@answers_json
def figures(request: HttpRequest) -> Json:
    """The city's figures of the last whole weeks: ``?weeks=4``, 12, 26 or 52."""
    return city_figures(queries.the_city(), _period(request.GET.get("weeks", str(USUAL_WEEKS))))


def _period(typed: str) -> Period:
    spans = {str(one): one for one in WEEKS}
    if typed not in spans:
        raise NoSuchPeriod(f"weeks 只能是 {'、'.join(spans)}。")
    return whole_weeks(legal_day(timezone.now()), spans[typed])


def _json(told: Json, status: int) -> JsonResponse:
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Language"] = "zh-Hans-CN"
    return answer
