"""Pages of the ladder for supervision: what is to be weighed and decided, one event, one step, one interview.

Leadership opens the first page too and finds numbers only; a superior finds interviews and referrals of his officials.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.excuses import Excuse
from minhu.supervision import deciding, hearing, interviewing, laddered
from minhu.supervision.ladder_rights import DECIDES
from minhu.supervision.laddered import Counts
from minhu.web import excuse_words
from minhu.web.console import ladder_shown
from minhu.web.console.doing import NotAChoice, act, choice
from minhu.web.console.frame import Page, show, signed_in, tabs_of
from minhu.web.console.presence import TimeUnreadable
from minhu.web.words import Shown

COUNTS_IT = "counts"
"""Of the form in which an event is weighed: it is not excused."""


@require_safe
@signed_in
def overview(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """As much of the ladder as the viewer may see."""
    return show(request, viewer, _overview(viewer))


@require_safe
@signed_in
def event(request: HttpRequest, viewer: Viewer, event_id: int) -> HttpResponse:
    """One event: what the journal says, his word, and the weighing."""
    return show(request, viewer, _event(viewer, event_id))


@require_POST
@signed_in
def weigh(request: HttpRequest, viewer: Viewer, event_id: int) -> HttpResponse:
    """It counts, or it is excused."""

    def action() -> None:
        said = request.POST.get("excuse", "")
        excuse = None if said == COUNTS_IT else choice(Excuse, said)
        hearing.weigh(event_id, excuse, request.POST.get("reason", ""), by=viewer)

    return act(request, viewer, lambda: _event(viewer, event_id), action, _("已登记，本人会看到。"))


@require_safe
@signed_in
def step(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """One step: what it rests on, what he says, what was decided, what came of it."""
    return show(request, viewer, _step(viewer, proposal_id))


@require_POST
@signed_in
def decide(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Take it, or dismiss it."""

    def action() -> None:
        take = _yes(request, "decision", yes="take", no="dismiss")
        deciding.decide(proposal_id, take=take, reason=request.POST.get("reason", ""), by=viewer)

    return _act(request, viewer, proposal_id, action, _("已登记决定，本人会看到。"), "decide")


@require_POST
@signed_in
def decide_appeal(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Grant the appeal, or refuse it."""

    def action() -> None:
        granted = _yes(request, "decision", yes="grant", no="refuse")
        deciding.decide_appeal(proposal_id, granted=granted, reason=request.POST.get("reason", ""), by=viewer)

    return _act(request, viewer, proposal_id, action, _("已登记裁定，本人会看到。"), "decide-appeal")


@require_POST
@signed_in
def arrange(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Time and place of the interview."""

    def action() -> None:
        when, place = _moment(request.POST.get("when", "")), request.POST.get("place", "")
        interviewing.arrange(proposal_id, when, place, by=viewer)

    return _act(request, viewer, proposal_id, action, _("已安排，本人会看到。"), "arrange")


@require_POST
@signed_in
def refer(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """To whom, reference, date."""

    def action() -> None:
        typed = request.POST.get
        interviewing.refer(proposal_id, typed("to", ""), typed("reference", ""), _day(typed("on", "")), by=viewer)

    return _act(request, viewer, proposal_id, action, _("已登记移交。"), "refer")


@require_safe
@signed_in
def interview(request: HttpRequest, viewer: Viewer, interview_id: int) -> HttpResponse:
    """One interview: when, where, what about, and what came of it."""
    return show(request, viewer, _interview(viewer, interview_id))


@require_POST
@signed_in
def record(request: HttpRequest, viewer: Viewer, interview_id: int) -> HttpResponse:
    """He came, with minutes; or he did not."""

    def action() -> None:
        attended = _yes(request, "attended", yes="yes", no="no")
        interviewing.record(interview_id, attended=attended, minutes=request.POST.get("minutes", ""), by=viewer)

    return act(request, viewer, lambda: _interview(viewer, interview_id), action, _("已登记，不再改。"))


def _act(
    request: HttpRequest, viewer: Viewer, proposal_id: int, action: Callable[[], object], words: str, doing: str
) -> HttpResponse:
    return act(request, viewer, lambda: _step(viewer, proposal_id), action, words, doing=doing)


def _overview(viewer: Viewer) -> Page:
    """Raises: NotYours."""
    at, window = timezone.now(), settings.LADDER.window
    context: dict[str, object] = {"days": window.days}
    if viewer.has(*DECIDES):
        found = laddered.overview(viewer, at)
        context |= {
            "supervises": True,
            "events": [ladder_shown.event(row) for row in found.events],
            "open": ladder_shown.steps(found.open, window),
            "appeals": ladder_shown.steps(found.appeals, window),
            "going_on": ladder_shown.steps(found.going_on, window),
            "past": ladder_shown.steps(found.past, window),
        }
    if laddered.counts_for(viewer):
        context["counts"] = _counts(laddered.counts(viewer, at))
    if laddered.has_reports(viewer):
        context["reports"] = ladder_shown.steps(laddered.of_reports(viewer, at), window)
    if len(context) == 1:
        raise NotYours
    return Page(_tab(viewer), "console/ladder.html", "console/ladder_panel.html", reverse("ladder"), context)


def _event(viewer: Viewer, event_id: int) -> Page:
    found = laddered.event_page(viewer, event_id, timezone.now())
    context: dict[str, object] = {"event": ladder_shown.event(found), "excuses": excuse_words.choices()}
    address = reverse("ladder-event", args=[event_id])
    return Page(_tab(viewer), "console/ladder_event.html", "console/ladder_event_panel.html", address, context)


def _step(viewer: Viewer, proposal_id: int) -> Page:
    at = timezone.now()
    found = laddered.proposal_page(viewer, proposal_id, at)
    context: dict[str, object] = {
        "one": ladder_shown.step(found, settings.LADDER.window),
        "planned": next((talk for talk in found.interviews if talk.attended is None), None),
        "today": legal_day(at).isoformat(),
    }
    address = reverse("ladder-step", args=[proposal_id])
    return Page(_tab(viewer), "console/ladder_step.html", "console/ladder_step_panel.html", address, context)


def _interview(viewer: Viewer, interview_id: int) -> Page:
    found, talk = laddered.interview_page(viewer, interview_id, timezone.now())
    shown = ladder_shown.step(found, settings.LADDER.window)
    context: dict[str, object] = {"one": shown, "talk": talk, "may_record": found.may.record and talk.attended is None}
    address = reverse("interview", args=[interview_id])
    return Page(_tab(viewer), "console/interview.html", "console/interview_panel.html", address, context)


def _counts(found: Counts) -> dict[str, object]:
    """Numbers by step, with their words."""
    taken = dict(found.taken)
    by_step: list[tuple[Shown, int, int]] = [
        (ladder_shown.step_word(one), count, taken[one]) for one, count in found.proposed
    ]
    return {"found": found, "by_step": by_step}


def _tab(viewer: Viewer) -> str:
    return "ladder" if any(tab.name == "ladder" for tab in tabs_of(viewer)) else "me"


def _yes(request: HttpRequest, name: str, *, yes: str, no: str) -> bool:
    """Raises: NotAChoice."""
    said = request.POST.get(name, "")
    if said not in {yes, no}:
        raise NotAChoice
    return said == yes


def _moment(typed: str) -> datetime:
    """Raises: TimeUnreadable."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise TimeUnreadable from None


def _day(typed: str) -> date:
    """Raises: TimeUnreadable."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise TimeUnreadable from None
