"""Pages of checks: the inspector's day, one check, and supervision's look at those that are over."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.rules.access import Viewer
from minhu.rules.checking import CheckState, Finding, Judgement, NotDrawn
from minhu.supervision import checking, inspecting
from minhu.supervision.inspecting import CheckRow
from minhu.web.console.doing import NotAChoice, act
from minhu.web.console.frame import Page, show, signed_in

ANSWERS = {"yes": True, "no": False, "unsure": None}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a check stands, as icon, word and colour."""

    css: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Shown:
    row: CheckRow
    standing: Standing


@dataclass(frozen=True, slots=True)
class Question:
    """One thing the inspector judges. said: what he chose, for a form that comes back."""

    name: str
    label: str


@require_safe
@signed_in
def today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The checks drawn for today, and those of other days that are not judged."""
    return show(request, viewer, _today(viewer))


@require_safe
@signed_in
def check(request: HttpRequest, viewer: Viewer, check_id: int) -> HttpResponse:
    """One check: dialling, what the journal says, the judgement."""
    return show(request, viewer, _check(viewer, check_id))


@require_POST
@signed_in
def place(request: HttpRequest, viewer: Viewer, check_id: int) -> HttpResponse:
    """The inspector's telephone rings, then the line."""
    words = _("您的电话马上会响，接起后系统替您拨公布号码。")
    return act(request, viewer, lambda: _check(viewer, check_id), lambda: checking.place(check_id, by=viewer), words)


@require_POST
@signed_in
def by_hand(request: HttpRequest, viewer: Viewer, check_id: int) -> HttpResponse:
    """He dials with a check telephone."""
    words = _("请现在用页面上写的抽查手机拨打，15 分钟内有效。")
    return act(request, viewer, lambda: _check(viewer, check_id), lambda: checking.by_hand(check_id, by=viewer), words)


@require_POST
@signed_in
def judge(request: HttpRequest, viewer: Viewer, check_id: int) -> HttpResponse:
    """What he found."""

    def action() -> None:
        said = Judgement(
            himself=_answer(request, "himself"),
            to_the_point=_answer(request, "to_the_point"),
            polite=_answer(request, "polite"),
            note=request.POST.get("note", ""),
        )
        checking.judge(check_id, said, by=viewer)

    return act(request, viewer, lambda: _check(viewer, check_id), action, _("已登记。"))


@require_POST
@signed_in
def telephone(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which telephone rings first."""
    number = request.POST.get("number", "")
    words = _("已登记您的电话。")
    return act(request, viewer, lambda: _today(viewer), lambda: checking.set_telephone(number, by=viewer), words)


@require_safe
@signed_in
def checked(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Checks that are over, and how far the quarter's round of numbers has come."""
    found = inspecting.overview(viewer, timezone.now())
    context: dict[str, object] = {"overview": found, "over": [_shown(row) for row in found.over]}
    address = reverse("checked")
    return show(
        request, viewer, Page("checked", "console/checked.html", "console/checked_panel.html", address, context)
    )


def _today(viewer: Viewer) -> Page:
    found = inspecting.today(viewer, timezone.now())
    context: dict[str, object] = {
        "today": found,
        "checks": [_shown(row) for row in found.checks],
        "unfinished": [_shown(row) for row in found.unfinished],
        "no_draw": _reason(found.no_draw),
    }
    return Page("checks", "console/checks.html", "console/checks_panel.html", reverse("checks"), context)


def _check(viewer: Viewer, check_id: int) -> Page:
    found = inspecting.check_page(viewer, check_id, timezone.now())
    context: dict[str, object] = {
        "check": found,
        "standing": _standing(found.row),
        "questions": (
            Question("himself", _("是领导本人接的吗")),
            Question("to_the_point", _("说到点子上了吗")),
            Question("polite", _("态度好吗")),
        ),
    }
    return Page("checks", "console/check.html", "console/check_panel.html", reverse("check", args=[check_id]), context)


def _shown(row: CheckRow) -> Shown:
    return Shown(row, _standing(row))


def _standing(row: CheckRow) -> Standing:
    if row.state is CheckState.DRAWN:
        return Standing("brand", "phone", _("可以拨打")) if row.may_place else Standing("", "clock", _("不在时段内"))
    if row.state is CheckState.OVER:
        return {
            Finding.PASSED: Standing("ok", "circle-check", _("合格")),
            Finding.FAILED: Standing("due", "circle-x", _("不合格")),
        }.get(row.finding or Finding.UNJUDGED, Standing("", "circle-question-mark", _("未作评判")))
    return {
        CheckState.PLACED: Standing("due", "square-pen", _("等您登记")),
        CheckState.JUDGED: Standing("brand", "hourglass", _("等回电到期")),
        CheckState.NOT_PLACED: Standing("due", "phone-off", _("未能拨通")),
    }[row.state]


def _reason(reason: NotDrawn | None) -> str:
    """Why a day has no draw, for people."""
    if reason is None:
        return ""
    return {
        NotDrawn.HOLIDAY: _("休息日，不抽查"),
        NotDrawn.NOT_COMMITTED: _("前一天没有公布哈希，不抽查"),
        NotDrawn.NO_CHECKER: _("没有检查人员，不抽查"),
        NotDrawn.NO_LINES: _("没有公布的号码，不抽查"),
    }[reason]


def _answer(request: HttpRequest, name: str) -> bool | None:
    """Raises: NotAChoice."""
    value = request.POST.get(name, "")
    if value not in ANSWERS:
        raise NotAChoice
    return ANSWERS[value]
