"""Every page of the console × everybody: who must not learn of a case finds no word of it, and can do nothing to it.

A page or form that is not listed here fails: whoever adds one says what a stranger gets from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.cases.tests.test_conflicts import WHO_SEES, arrange
from minhu.cases.tests.world import AT, SECRET, World, world
from minhu.insight.indexing import bring_up_to_date
from minhu.web.console.urls import urlpatterns
from minhu.web.tests.people import client_of

pytestmark = pytest.mark.django_db

DAY = AT + timedelta(hours=5)
Address = Callable[[World], str]
LISTS = {
    "week": "week/",
    "today": "today/",
    "search": "search/?q=%E5%9B%9E%E6%89%A3",  # 回扣, which the case speaks of
    "queue": "queue/",
    "callbacks": "callbacks/",
    "calls": "calls/",
    "ledger": "ledger/?of=overdue",
    "desk": "desk/",
    "escalated": "escalated/",
    "notices": "notices/",
    "reply-quality": "insight/replies/",
    "digest": "insight/digest/",
    "digest-cases": "insight/digest/cases/",
    "insight": "insight/",
    "rectifications": "rectifications/",
    "whatif": "what-if/",
    "planning": "planning/",
    "switchboard": "switchboard/",
    "phrases": "phrases/",
}
"""Pages that anybody may open and that show what is his."""

OF_THE_CASE: dict[str, Address] = {
    "case": lambda w: f"cases/{w.case.pk}/",
    "case-paper": lambda w: f"cases/{w.case.pk}/print/?notes=1",
    "call": lambda w: f"calls/{w.call.pk}/",
    "thread": lambda w: f"threads/{w.thread.pk}/",
    "recording": lambda w: f"recordings/{w.recording.pk}/",
    "attachment": lambda w: f"files/{w.attachment.pk}/",
}
"""Pages that are not there for whom the case must not reach."""

ACTS: dict[str, Address] = {
    "call-back": lambda w: f"callbacks/{w.promise.pk}/call/",
    "wrap-up": lambda w: f"calls/{w.answered.pk}/wrap-up/",
    "quick-reply": lambda w: f"calls/{w.call.pk}/quick-reply/",
    "agree-window": lambda w: f"cases/{w.case.pk}/window/{w.promise.pk}/",
} | {
    f"{name}": (lambda address: lambda w: f"cases/{w.case.pk}/{address}/")(name.removeprefix("case-"))
    for name in (
        "clarify", "assign", "reply", "note", "attach", "case-hold", "case-ask", "case-transfer", "case-give-back",
        "case-extend", "case-show-door", "case-join", "case-part", "case-withdraw", "case-avoid", "case-confide",
        "case-name", "case-complain", "case-sort",
    )
} | {
    "reveal": lambda w: f"cases/{w.case.pk}/number/",
    "reply-hints": lambda w: f"cases/{w.case.pk}/reply/hints/",
    "queue-bulk": lambda w: "queue/bulk/",
    "queue-bulk-undo": lambda w: "queue/bulk/undo/",
}  # fmt: skip
NOT_ON_A_CASE = {
    "alerts", "alerts-device", "alerts-number", "alerts-end", "alerts-arrived", "undo",
    "filter-save", "filter-forget", "phrase-drop", "console-health",
    "console-home", "presence", "presence-switch", "me", "import", "notices-read", "text-take-up", "text-put-aside",
    "console-gateways", "gateway-pause", "gateway-resume",
    "checks", "check-telephone", "checked", "check", "check-place", "check-by-hand", "check-judge",
    "check-recording", "liveness", "line-dialled", "correction-propose", "correction-approve",
    "complaints", "complaint", "complaint-ask", "complaint-state", "complaint-find", "complaint-decide",
    "complaint-appeal", "complaint-evidence",  # tried with everybody in test_complaint_rights
    "console-figures", "console-figures-file", "console-report", "console-alarms", "console-alarm-see",
    "ladder", "ladder-event", "ladder-weigh", "ladder-step", "ladder-decide", "ladder-decide-appeal", "ladder-arrange",
    "ladder-refer", "interview", "interview-record", "about-me", "about-me-say", "about-me-word", "about-me-read",
    "about-me-appeal",
    "console-report-pdf", "digest-mail", "digest-pdf",
    "issue", "issue-take-out", "issue-put-in", "issue-merge", "issue-undo-merge",  # see test_insight_pages
    "duplicate-join", "duplicate-dismiss",
    "rectify-new", "rectify-begin", "rectify-step", "rectification", "rectify-research", "rectify-plan",
    "rectify-start", "rectify-finish", "rectify-claim", "rectify-give", "rectify-publish",
    "rectify-call-off", "recheck-call", "console-manifest", "console-worker", "console-offline",
    "planning-feed", "own-time", "stand-ins", "window-proposal", "window-answer",  # of lines, not of cases
    "roster", "roster-ask", "roster-answer", "roster-calendar", "staff-terms",  # of staff: see test_roster_page
    "recheck-ask", "recheck-answer",  # see test_rectify_pages
}  # fmt: skip
TYPED = {
    "outcome": "follow_up", "quick_reply": "1", "done": "x", "done_by": "x", "reason": "x", "days": "1", "body": "x",
    "door": "court", "to": "hotline", "code": "x", "about": "office:1", "official": "1", "key": "x", "kind": "request",
    "ground": "rude", "begins": "2026-03-02T16:00", "ends": "2026-03-02T17:00",
}  # fmt: skip
READ = ("about the holder", "with the bureau, then about it", "confidential, one named")
ACTED_ON = ("about the holder", "confidential, one named")
"""What is behind the pages is tried with every variant, on both databases, by the matrix of the cases themselves."""

SEE_NOTHING_ANYHOW = {f"{role} of the bureau" for role in ("operator", "auditor", "inspector", "leadership")}


def test_every_address_is_in_the_matrix() -> None:
    names = {pattern.name for pattern in urlpatterns}  # type: ignore[union-attr]

    assert names == LISTS.keys() | OF_THE_CASE.keys() | ACTS.keys() | NOT_ON_A_CASE


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: DAY)


def tells(w: World, page: bytes) -> bool:
    words = page.decode(errors="replace")
    return any(one in words for one in (SECRET, w.case.code, f"{w.case.code[:4]} {w.case.code[4:]}"))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("variant", READ)
def test_who_sees_a_case_finds_its_page_and_nobody_else_a_word_of_it(variant: str, day: None) -> None:
    w = world()
    arrange(w, variant)
    while bring_up_to_date(w.line.city_id):
        pass
    for name in w.viewers.keys() - SEE_NOTHING_ANYHOW:
        client = client_of(w, name)
        if name in WHO_SEES[variant]:
            page = client.get(f"/console/cases/{w.case.pk}/")
            assert page.status_code == 200, name
            assert tells(w, page.content), name
            continue
        for address in LISTS.values():
            panel = client.get(f"/console/{address}", headers={"HX-Request": "true"})  # as a live page fetches it
            assert not tells(w, panel.content), (name, address)
        for surface, where in OF_THE_CASE.items():
            answer = client.get(f"/console/{where(w)}")
            assert not tells(w, answer.content), (name, surface)
            if surface in {"case", "case-paper", "recording", "attachment"}:
                assert answer.status_code in {403, 404}, (name, surface)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("variant", ACTED_ON)
def test_no_form_reaches_a_case_that_must_not_reach_its_sender(variant: str, day: None) -> None:
    w = world()
    arrange(w, variant)
    before = TrailEntry.objects.count()
    for name in sorted(w.viewers.keys() - WHO_SEES[variant] - SEE_NOTHING_ANYHOW):
        client = client_of(w, name)
        for act, where in ACTS.items():
            answer = client.post(f"/console/{where(w)}", {**TYPED, "case": w.case.pk, "act": "note"})
            assert answer.status_code in {403, 404, 422}, (name, act)
            assert not tells(w, answer.content), (name, act)
    assert TrailEntry.objects.count() == before


def test_what_an_open_page_hears_is_the_same_for_everybody_and_says_nothing(day: None) -> None:
    """The stream says only that something changed; what a reader may see of it he fetches with his own rights."""
    from minhu.intake.changes import change_mark

    w = world()
    before = change_mark(w.line.city_id)
    arrange(w, "confidential, about the holder")
    after = change_mark(w.line.city_id)

    assert before != after
    assert all(isinstance(one, int) for one in after)
    panel = client_of(w, "holder").get("/console/today/", headers={"HX-Request": "true"})
    assert not tells(w, panel.content)


def test_a_stranger_and_a_case_that_is_not_there_get_the_same_answer(day: None) -> None:
    w = world()
    client: Client = client_of(w, "clerk")
    hidden, missing = (client.get(f"/console/cases/{number}/") for number in (w.case.pk, w.case.pk + 999))

    assert hidden.status_code == missing.status_code == 404
    pages = [
        answer.content.decode().replace(f"/{pk}/", "/")
        for answer, pk in ((hidden, w.case.pk), (missing, w.case.pk + 999))
    ]
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub("", pages[0]) == token.sub("", pages[1])
