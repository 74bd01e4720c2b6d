"""The page of one case: all that happened, all that the viewer may do now; and the same on paper."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from minhu.cases import choices, queries
from minhu.cases.offering import offered
from minhu.cases.queries import CallRow
from minhu.directory import queries as directory
from minhu.insight.case_reading import case_reading
from minhu.insight.issue_page import issue_of
from minhu.rules.access import Viewer
from minhu.rules.attachments import MOST_BYTES
from minhu.rules.casework import Act
from minhu.rules.words import OPEN, CaseKind
from minhu.web import uploads, words
from minhu.web.console import alike, shown
from minhu.web.console.doings import doings
from minhu.web.console.frame import Page, show, signed_in, tab_of_cases
from minhu.web.console.history import events, evidence_words

ENOUGH_TALK_SECONDS = 5.0


@require_safe
@signed_in
def case(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """One matter with all that happened. ?do= opens a form, ?canned= fills the reply in."""
    page = case_page(viewer, case_id)
    doing, typed = request.GET.get("do", ""), {}
    if asked := request.GET.get("canned", ""):
        prepared = queries.canned_replies(viewer, case_id, timezone.now())
        done = next((one.body for one in prepared if one.id == asked), "")
        doing, typed = "reply", {"done": done}
    return show(request, viewer, page, doing=doing, typed=typed)


@require_safe
@signed_in
def paper(request: HttpRequest, viewer: Viewer, case_id: int) -> HttpResponse:
    """A clean A4 page. ?notes=1: with the internal notes, for whoever writes them."""
    found = queries.case_page(viewer, case_id, timezone.now())
    may_have_notes = Act.NOTE in found.acts
    context = {
        "case": found,
        "events": events(found, with_calls=False),
        "promises": [(one, shown.promise_words(one), evidence_words(one.evidence)) for one in found.promises],
        "may_have_notes": may_have_notes,
        "with_notes": may_have_notes and request.GET.get("notes") == "1",
        "now": timezone.now(),
        "viewer": viewer,
    }
    return render(request, "console/paper.html", context)


def case_page(viewer: Viewer, case_id: int) -> Page:
    """Raises: NotYours."""
    at = timezone.now()
    found = queries.case_page(viewer, case_id, at)
    opens = choices.opens_contacts(viewer, found.line_id)
    may_assign = Act.ASSIGN in found.acts and found.holder_id is None and found.state in OPEN
    may_reply = Act.REPLY in found.acts and found.holder_id is not None
    reading = case_reading(viewer, case_id)
    context: dict[str, object] = {
        "case": found,
        "open_promises": [
            shown.due(row, with_owner=True) for row in found.promises if not row.kept_at and not row.released_at
        ],
        "events": events(found, with_calls=opens),
        "opens": opens,
        "may_reply": may_reply,
        "may_call": Act.CALL_BACK in found.acts,
        "may_attach": Act.ATTACH in found.acts,
        "may_note": Act.NOTE in found.acts,
        "may_clarify": Act.CLARIFIED in found.acts,
        "back_here": f"case:{case_id}",
        "may_assign": may_assign,
        "officials": _officials(viewer) if may_assign else (),
        "kinds": [(kind.value, words.label(kind)) for kind in CaseKind],
        "doings": doings(viewer, found, reading),
        "reading": reading,
        "may_sort": Act.SORT in found.acts,
        "hotline": offered(found.code),
        "canned": queries.canned_replies(viewer, case_id, at) if may_reply else (),
        "spoken": _spoken(found.calls) if may_reply else (),
        "file_key": uploads.fresh_key(),
        "accept": uploads.ACCEPT,
        "most_mb": MOST_BYTES // 1024 // 1024,
        "alike": alike.of_case(viewer, case_id),
        "may_join": Act.JOIN in found.acts,
        "issue": issue_of(viewer, case_id),
        "transferred": found.transfers and found.transfers_left == 0,
    }
    address = reverse("case", args=[case_id])
    return Page(tab_of_cases(viewer), "console/case.html", "console/case_panel.html", address, context)


def _spoken(calls: Iterable[CallRow]) -> tuple[CallRow, ...]:
    """Calls on which a reply may have been given."""
    found = [one for one in calls if one.ended_at and (one.talk_seconds or 0.0) >= ENOUGH_TALK_SECONDS]
    return tuple(one for one in found if one.answered_by_kind in shown.IN_PERSON | {"citizen"})


def _officials(viewer: Viewer) -> tuple[tuple[int, str], ...]:
    groups = directory.public_directory(viewer.city_id)
    return tuple((one.official_id, f"{one.full_title} {one.name}") for group in groups for one in group.officials)
