"""Planning: proposed windows and what one says to them, the calendar feed, and predicted against actual."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.cases.pending import Decided
from minhu.directory import queries as directory
from minhu.directory.actions.lines import end_delegation
from minhu.intake.scope import NotYours
from minhu.planner import answering, queries, standing_in
from minhu.planner.queries import SEES_PLANNING, LineWeeks
from minhu.rules.access import Viewer
from minhu.rules.planning import Finding
from minhu.rules.sentences import read
from minhu.web import charts
from minhu.web.console import pages, undoing, windows
from minhu.web.console.doing import NotAChoice, act
from minhu.web.console.frame import Page, show, signed_in, tabs_of
from minhu.web.window_words import week_in_words

CHARTED = 6


@dataclass(frozen=True, slots=True)
class ShownWeeks:
    """One line's weeks: the sentences of the last, and all of them drawn."""

    row: LineWeeks
    chart: charts.Chart
    words: tuple[str, ...]


@require_safe
@signed_in
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Proposals that stand, and how good the forecast was."""
    return show(request, viewer, _index(viewer))


@require_safe
@signed_in
def proposal(request: HttpRequest, viewer: Viewer, line_id: int) -> HttpResponse:
    """One proposal, with the form in which one changes it."""
    return show(request, viewer, _page(viewer, line_id))


@require_POST
@signed_in
def answer(request: HttpRequest, viewer: Viewer, line_id: int, proposal_id: int) -> HttpResponse:
    """Taken, taken otherwise, or not wanted."""
    typed = windows.Typed.of(request.POST)
    said = request.POST.get("say", "")

    def action() -> None:
        match said:
            case "accept":
                answering.accept(proposal_id, by=viewer)
            case "change":
                answering.accept_changed(proposal_id, typed.days, typed.own_time(), by=viewer)
            case "decline":
                answering.decline(proposal_id, by=viewer)
            case _:
                raise NotAChoice

    taken = said in {"accept", "change"}
    words = (
        _("已采用：接听时段、每天上限和回电时段都改好了，时段也公布在号码页上。")
        if taken
        else _("不采用，接听时段不变。")
    )
    if request.POST.get("back") == "today" and viewer.official_id is not None and said in {"accept", "decline"}:
        later = _("采用建议的接听时段") if taken else _("不采用建议的接听时段")
        decided = Decided("answer_window", str(proposal_id), {"proposal": proposal_id, "say": said}, later)
        return undoing.put_off(request, viewer, lambda: pages.today_page(viewer), lambda: decided)
    return act(request, viewer, lambda: _page(viewer, line_id, typed if said == "change" else None), action, words)


@require_POST
@signed_in
def own_time(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """His limit of minutes a day, and whether he keeps his callback slot."""
    official_id = viewer.official_id
    if official_id is None:
        raise NotYours

    def action() -> None:
        answering.change_own_time(official_id, windows.Typed.of(request.POST).own_time(), by=viewer)

    return act(request, viewer, lambda: _index(viewer), action, _("改好了。"))


@require_POST
@signed_in
def stand_ins(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who answers while he is away: those he ticked, or none; or one who took over is not needed any more."""
    chosen = [int(one) for one in request.POST.getlist("stand_in") if one.isdecimal()]
    said = request.POST.get("say", "")
    kind, _colon, number = said.partition(":")

    def action() -> None:
        match kind:
            case "arrange":
                standing_in.arrange(chosen, by=viewer)
            case "decline":
                standing_in.decline(chosen, by=viewer)
            case "end" if number.isdecimal():
                _end(int(number), viewer)
            case _:
                raise NotAChoice

    words = {"arrange": _("安排好了，到时候来电先响代接人。"), "end": _("收回了，来电照常处理。")}
    return act(request, viewer, lambda: _index(viewer), action, words.get(kind, _("不安排代接，来电由工作人员接。")))


@require_POST
@signed_in
def feed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A new secret address, or none any more."""
    official_id = viewer.official_id
    if official_id is None:
        raise NotYours
    revoke = request.POST.get("say") == "revoke"

    def action() -> None:
        if revoke:
            answering.revoke_feed(official_id, by=viewer)
        else:
            answering.new_feed(official_id, by=viewer)

    words = _("订阅地址已停用。") if revoke else _("新的订阅地址好了，请复制到手机日历。")
    return act(request, viewer, lambda: _index(viewer), action, words)


# ---- what is shown


def _page(viewer: Viewer, line_id: int, typed: windows.Typed | None = None) -> Page:
    """typed: what the form brought, which stays to be mended. Raises: NotYours."""
    row = queries.standing_of(viewer, line_id)
    address = reverse("window-proposal", args=[line_id])
    context: dict[str, object] = {"proposal": windows.shown(row, typed) if row else None}
    return Page(_tab(viewer), "console/proposal.html", "console/proposal_panel.html", address, context)


def _index(viewer: Viewer) -> Page:
    if viewer.official_id is None and not viewer.has(*SEES_PLANNING):
        raise NotYours
    weeks = queries.judged(viewer, timezone.now())
    context: dict[str, object] = {
        "proposals": tuple(windows.shown(one) for one in queries.standing(viewer)),
        "unplanned": queries.unplanned(viewer),
        "lines": tuple(_weeks(one) for one in weeks[:CHARTED]),
        "others": len(weeks) - CHARTED,
        "himself": viewer.official_id is not None,
        "own": _own(viewer.official_id),
        **_stand_ins(viewer.official_id),
        "feed": _feed(viewer.official_id),
    }
    return Page(_tab(viewer), "console/planning.html", "console/planning_panel.html", reverse("planning"), context)


def _end(delegate_id: int, viewer: Viewer) -> None:
    """Raises: NotYours for a line that is not his."""
    if viewer.official_id is None:
        raise NotYours
    mine = directory.delegations(viewer.official_id, timezone.now())
    if not mine.filter(pk=delegate_id).exists():
        raise NotYours
    end_delegation(delegate_id, by=viewer)


def _stand_ins(official_id: int | None) -> dict[str, object]:
    """Deputies that are proposed, and who takes his line by arrangement."""
    if official_id is None:
        return {}
    at = timezone.now()
    return {"stand_ins": standing_in.standing(official_id, at), "arranged": directory.delegations(official_id, at)}


def _own(official_id: int | None) -> dict[str, object]:
    if official_id is None:
        return {}
    own = queries.own_time(official_id)
    return {"limit": own.limit, "slot": week_in_words(own.slot)}


def _feed(official_id: int | None) -> str:
    token = queries.feed_address(official_id) if official_id is not None else ""
    return reverse("holds", args=[token]) if token else ""


def _weeks(row: LineWeeks) -> ShownWeeks:
    labels = tuple(f"{one.monday_on.month}/{one.monday_on.day}" for one in row.weeks)
    came = [float(one.came) for one in row.weeks]
    expected = [one.expected for one in row.weeks]
    chart = charts.Chart(
        f"line-{row.line_id}",
        _finding(row),
        _("星期一"),
        labels,
        (
            charts.column(_("实际来电"), came, [str(one.came) for one in row.weeks]),
            charts.column(
                _("预计来电"), expected, [f"{one.expected:.0f}（{one.low}–{one.high}）" for one in row.weeks]
            ),
        ),
        lines=True,
    )
    return ShownWeeks(row, chart, tuple(one.told(_) for one in read(row.last.words)))


def _finding(row: LineWeeks) -> str:
    told = {"who": row.about, "came": row.last.came, "expected": f"{row.last.expected:.0f}"}
    match Finding(row.last.finding):
        case Finding.AS_EXPECTED:
            return _("%(who)s：上周 %(came)s 个，预计 %(expected)s 个，正常") % told
        case Finding.UNUSUAL_WEEK:
            return _("%(who)s：上周 %(came)s 个，预计 %(expected)s 个，差得多") % told
        case Finding.DRIFTED:
            return _("%(who)s：上周 %(came)s 个，预计 %(expected)s 个，已经连续偏离") % told


def _tab(viewer: Viewer) -> str:
    return "today" if viewer.official_id is not None else tabs_of(viewer)[0].name
