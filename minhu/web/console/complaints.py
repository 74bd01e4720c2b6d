"""Pages of complaints: the list, one of them as its reader may see it, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.directory import choosing
from minhu.insight import quality
from minhu.rules.access import Viewer
from minhu.rules.complaints import LONGEST, ComplaintAct, ComplaintState, Ground, Shown, Verdict
from minhu.rules.errors import Refusal
from minhu.rules.excuses import Excuse
from minhu.supervision import complaining, complaint_pages, judging, stating
from minhu.supervision.complaining import Said
from minhu.supervision.complaint_pages import ComplaintPage, ComplaintRow, FindingRow
from minhu.supervision.judging import Found
from minhu.web import complaint_words as words
from minhu.web import excuse_words
from minhu.web.console.case_page import case_page
from minhu.web.console.doing import act, choice, number
from minhu.web.console.evidence_paper import paper
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.reply_quality import ReplyRow, shown_replies
from minhu.web.errors import message
from minhu.web.pdf import NoPdf, pdf_of
from minhu.web.words import Shown as Tag


@dataclass(frozen=True, slots=True)
class Listed:
    """A complaint as a row: what is complained of, and where it stands. his: it is about the reader himself."""

    row: ComplaintRow
    ground: str
    standing: Tag
    his: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    row: FindingRow
    verdict: Tag
    excuse: str


@require_safe
@signed_in
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What the viewer may know of, what waits first."""
    rows = complaint_pages.overview(viewer, timezone.now())
    waiting = [row for row in rows if row.verdict is None or row.state is ComplaintState.APPEALED]
    context: dict[str, object] = {
        "waiting": [_listed(row, viewer) for row in waiting],
        "found": [_listed(row, viewer) for row in rows if row not in waiting],
        "his": viewer.official_id is not None,
    }
    address = reverse("complaints")
    return show(
        request,
        viewer,
        Page("complaints", "console/complaints.html", "console/complaints_panel.html", address, context),
    )


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """One complaint."""
    return show(request, viewer, _page(viewer, complaint_id))


@require_POST
@signed_in
def ask(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """The official is asked; the evidence is frozen."""

    def action() -> None:
        official_id = number(request, "official") if request.POST.get("official") else None
        complaining.ask(complaint_id, request.POST.get("asked", ""), by=viewer, official_id=official_id)

    said = _("证据已固定，当事人三个工作日内说明。")
    return act(request, viewer, lambda: _page(viewer, complaint_id), action, said, doing="ask")


@require_POST
@signed_in
def state(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """What the official says."""

    def action() -> None:
        excuse = request.POST.get("excuse", "")
        stating.state(
            complaint_id, request.POST.get("body", ""), by=viewer, excuse=choice(Excuse, excuse) if excuse else None
        )

    said = _("说明已经提交。")
    return act(request, viewer, lambda: _page(viewer, complaint_id), action, said, doing="state")


@require_POST
@signed_in
def find(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """What the supervisor finds."""

    def action() -> None:
        judging.find(complaint_id, _found(request), by=viewer)

    said = _("认定已经作出，并告诉了群众。")
    return act(request, viewer, lambda: _page(viewer, complaint_id), action, said, doing="judge")


@require_POST
@signed_in
def decide(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """What another supervisor finds on appeal."""

    def action() -> None:
        judging.decide(complaint_id, _found(request), by=viewer)

    said = _("复核认定已经作出，并告诉了群众。")
    return act(request, viewer, lambda: _page(viewer, complaint_id), action, said, doing="judge")


@require_POST
@signed_in
def appeal(request: HttpRequest, viewer: Viewer, complaint_id: int) -> HttpResponse:
    """The official does not accept it."""
    reason = request.POST.get("reason", "")
    said = _("已经申请复核，由另一位督查人员办理。")
    return act(
        request, viewer, lambda: _page(viewer, complaint_id),
        lambda: judging.appeal(complaint_id, reason, by=viewer), said, doing="appeal",
    )  # fmt: skip


@require_POST
@signed_in
def file(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """Staff write down what a citizen complains of."""

    def action() -> None:
        said = Said(choice(Ground, request.POST.get("ground", "")), request.POST.get("reason", ""))
        complaining.file(case_id, said, by=viewer)

    said = _("已交督查人员核实，并告诉了群众。")
    return act(request, viewer, lambda: case_page(viewer, case_id), action, said, doing="complain")


@require_safe
@signed_in
def evidence(request: HttpRequest, viewer: Viewer, complaint_id: int, kind: str) -> HttpResponse:
    """The evidence pack as the very bytes that were hashed, or as a document to read."""
    if kind not in {"json", "pdf"}:
        raise Http404
    try:
        pack = complaint_pages.hand_out(viewer, complaint_id)
        content = pack.content.encode() if kind == "json" else pdf_of(paper(pack))
    except NoPdf as refusal:
        return message(request, 503, _("不能生成 PDF"), refusal.shown, picture="file-text")
    except Refusal:
        raise Http404 from None
    answer = HttpResponse(content, content_type="application/json" if kind == "json" else "application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="evidence-{complaint_id}.{kind}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _page(viewer: Viewer, complaint_id: int) -> Page:
    """Raises: NotYours."""
    found = complaint_pages.complaint_page(viewer, complaint_id, timezone.now())
    acts = found.acts
    may_ask = ComplaintAct.ASK in acts
    judge = {ComplaintAct.FIND: "complaint-find", ComplaintAct.DECIDE: "complaint-decide"}
    context: dict[str, object] = {
        "complaint": found,
        "listed": _listed(found.row, viewer),
        "findings": [
            Judged(row, words.verdict(row.verdict), excuse_words.excuse(row.excuse)) for row in found.findings
        ],
        "excuse": excuse_words.excuse(found.statement.excuse) if found.statement else "",
        "all": found.shown is Shown.ALL,
        "asked": found.shown is Shown.ASKED,
        "may_ask": may_ask,
        "may_state": ComplaintAct.STATE in acts,
        "may_appeal": ComplaintAct.APPEAL in acts,
        "judge_at": next((reverse(name, args=[complaint_id]) for one, name in judge.items() if one in acts), ""),
        "waits_for_another": _waits_for_another(found),
        "people": choosing.officials(viewer.city_id) if may_ask else (),
        "verdicts": [(one.value, words.verdict(one).label) for one in Verdict],
        "excuses": excuse_words.choices(),
        "longest": LONGEST,
        "replies": _replies(viewer, found),
    }
    address = reverse("complaint", args=[complaint_id])
    return Page("complaints", "console/complaint.html", "console/complaint_panel.html", address, context)


def _replies(viewer: Viewer, found: ComplaintPage) -> tuple[ReplyRow, ...]:
    """What was replied and which signs stood, where he is said to have been fobbed off; for supervision."""
    if found.shown is not Shown.ALL or found.case_id is None or found.row.ground is not Ground.FOBBED_OFF:
        return ()
    return shown_replies(quality.of_case(viewer, found.case_id))


def _waits_for_another(found: ComplaintPage) -> bool:
    """He found on it first, so that he sees the appeal and cannot decide it."""
    appealed = found.row.state is ComplaintState.APPEALED and found.shown is Shown.ALL
    return appealed and ComplaintAct.DECIDE not in found.acts


def _listed(row: ComplaintRow, viewer: Viewer) -> Listed:
    his = viewer.official_id is not None and row.official_id == viewer.official_id
    stands = row.verdict is not None and row.state is not ComplaintState.APPEALED
    tag = words.verdict(row.verdict) if stands and row.verdict else words.state(row.state)
    if row.state is ComplaintState.ASKED and row.heard:
        tag = Tag(_("等认定"), "square-pen", "due")
    elif row.state is ComplaintState.ASKED and his:
        tag = Tag(_("等您说明"), "square-pen", "due")
    return Listed(row, words.ground(row.ground), tag, his)


def _found(request: HttpRequest) -> Found:
    """Raises: NotAChoice."""
    excuse = request.POST.get("excuse", "")
    return Found(
        verdict=choice(Verdict, request.POST.get("verdict", "")),
        reason=request.POST.get("reason", ""),
        told=request.POST.get("told", ""),
        excuse=choice(Excuse, excuse) if excuse else None,
        unsolved=request.POST.get("unsolved") == "yes",
    )
