"""What a citizen's text does: a new matter, more about an open one, a rating, a question about its state, a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.models import Case
from minhu.cases.offering import open_offer, take
from minhu.cases.opening import WORDS, WORKING, Seed, add_words, of_text, open_case, tell
from minhu.cases.rating import rate_reply
from minhu.cases.status import say_status
from minhu.directory.models import Line
from minhu.intake import outbox, quick
from minhu.intake.models import Citizen, Text
from minhu.rules import access, deadlines
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.texts import (
    MAX_BODY,
    SHORTEST_CLEAR_MATTER,
    Addition,
    AskStatus,
    ComplainAbout,
    Meaning,
    NewMatter,
    OptOut,
    RateByCode,
    RatingDigit,
    TakeHotline,
    Unclear,
    classify,
)
from minhu.rules.words import OPEN, CaseKind, CaseState, Direction, PromiseKind, SaidBy, Urgency

Acts = list[trail.Entry]

ASKED_LATELY = timedelta(days=14)
"""For so long a word is taken as the answer to our question."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is open between this citizen and this line. working: somebody is at it; replied: a rating is awaited.

    offered: it is the working one, and the hotline was offered for it.
    """

    working: Case | None
    replied: Case | None
    offered: bool = False


NOTHING_OPEN = Situation(None, None)


def situations(texts: Sequence[Text]) -> dict[tuple[int, int | None], Situation]:
    """What is open between these citizens and lines, in one query."""
    open_now = Case.objects.filter(
        citizen_id__in={text.thread.citizen_id for text in texts}, state__in=[state.value for state in OPEN]
    )
    found: dict[tuple[int, int | None], Situation] = {}
    for case in open_now.select_related("hotline_offer").order_by("opened_at", "id"):
        key = (case.citizen_id, case.line_id)
        before = found.get(key, NOTHING_OPEN)
        if CaseState(case.state) in WORKING:
            found[key] = Situation(case, before.replied, offered=hasattr(case, "hotline_offer"))
        else:
            found[key] = replace(before, replied=case)
    return found


def take_in_text(text: Text, now: Situation, *, at: datetime) -> Acts:
    """Act on one inbound text, in the caller's transaction and under the citizen's lock; what was done, for the trail.

    A promise is made from when the text came: he may be spoken with, or write again, before it is taken in. A text that
    came to no line is kept for staff, who find out what it is.
    """
    if text.thread.line_id is None:
        return []
    meaning = classify(
        text.body[:MAX_BODY],
        awaiting_rating=now.replied is not None,
        has_open_case=now.working is not None,
        hotline_offered=now.offered,
    )
    return _act(text, meaning, now, at)


def _act(text: Text, meaning: Meaning, now: Situation, at: datetime) -> Acts:
    match meaning:
        case Addition(code):
            return _add(text, (_own_case(text, code) if code else None) or now.working, now, at)
        case NewMatter():
            return _matter(text, now, at)
        case TakeHotline():
            return _take_hotline(text, now, at)
        case Unclear():
            return _unclear(text, now, at)
        case command:
            return _obey(text, command, now, at)


def _obey(
    text: Text,
    command: RatingDigit | RateByCode | AskStatus | ComplainAbout | OptOut,
    now: Situation,
    at: datetime,
) -> Acts:
    match command:
        case RatingDigit(score):
            return _rate(text, now.replied, score, at)
        case RateByCode(code, score):
            return _rate(text, _own_case(text, code), score, at) or _matter(text, now, at)
        case AskStatus(code):
            return _tell_status(text, code, at)
        case ComplainAbout(code, _):
            return _complain(text, _own_case(text, code), now, at)
        case OptOut():
            return _opt_out(text, at)
        case unknown:
            assert_never(unknown)


def _own_case(text: Text, code: str) -> Case | None:
    """The citizen's own matter of that code, however he got the code."""
    mine = Case.objects.filter(city_id=text.city_id, citizen_id=text.thread.citizen_id)
    return mine.filter(code=code).first() or mine.filter(contacts__call__code=code).first()


def _rate(text: Text, case: Case | None, score: int, at: datetime) -> Acts:
    if case is None or case.state != CaseState.REPLIED.value:
        return []
    quick.insert(of_text(case, text, "rating"))
    return rate_reply(case, score, text=text, at=at)


def _take_hotline(text: Text, now: Situation, at: datetime) -> Acts:
    """Where the offer is open; else it is more about his matter, like any other word."""
    case = Case.objects.select_for_update(no_key=True).get(pk=now.working.pk) if now.working else None
    if case is None or open_offer(case) is None:
        return _add(text, now.working, now, at)
    quick.insert(of_text(case, text, "hotline"))
    return take(case, at=at)


def _tell_status(text: Text, code: str, at: datetime) -> Acts:
    """A few times a day, so that nobody can make us text without end."""
    case = _own_case(text, code) if code else _latest(text)
    about = case.code if case else ""
    if outbox.room_at(text.thread_id, about, at) <= at:
        draft = say_status(case) if case else outbox.Draft(template="status_unknown", asked_for=True)
        outbox.queue(text.thread, draft, key=f"status:{text.pk}", by=access.system(text.city_id), at=at)
    return [trail.entry("ask_status", text, code=about)]


def _latest(text: Text) -> Case | None:
    thread = text.thread
    mine = Case.objects.filter(city_id=text.city_id, citizen_id=thread.citizen_id, line=thread.line)
    return mine.order_by("-opened_at").first()


def _complain(text: Text, case: Case | None, now: Situation, at: datetime) -> Acts:
    """Kept with the matter for supervision; about a matter that is not his, it is a new one."""
    if case is None:
        return _matter(text, now, at, kind=CaseKind.COMPLAINT)
    quick.insert(of_text(case, text, "complaint"))
    draft = outbox.Draft(template="complaint_received", variables={"code": case.code}, code=case.code, asked_for=True)
    outbox.queue(text.thread, draft, key=f"complaint:{text.pk}", by=access.system(text.city_id), at=at)
    return [trail.entry("complain", case, text=text.pk)]


def _opt_out(text: Text, at: datetime) -> Acts:
    citizen = text.thread.citizen
    Citizen.objects.filter(pk=citizen.pk, opted_out_at=None).update(opted_out_at=at)
    draft = outbox.Draft(template="opted_out", asked_for=True)
    if outbox.room_at(text.thread_id, "", at) <= at:
        outbox.queue(text.thread, draft, key=f"opted_out:{text.pk}", by=access.system(text.city_id), at=at)
    return [trail.entry("opt_out", citizen)]


def _matter(text: Text, now: Situation, at: datetime, kind: CaseKind = CaseKind.REQUEST) -> Acts:
    """A new matter: a case, a promise to be in touch, and one receipt with the code."""
    if now.working is not None:
        return _add(text, now.working, now, at)
    case = open_case(_seed(text, kind))
    quick.insert(of_text(case, text, "matter"))
    _promise_contact(case, text, _Told("receipt", text.at), at)
    return [trail.entry("open_case", case, text=text.pk)]


def open_for_line(text: Text, line: Line, *, at: datetime) -> Case:
    """A text that came to no line becomes a matter of this one."""
    case = open_case(Seed(text.city_id, line, text.thread.citizen_id, text.at, body=text.body))
    quick.insert(of_text(case, text, "matter"))
    _promise_contact(case, text, _Told("receipt", at), at)
    return case


def _unclear(text: Text, now: Situation, at: datetime) -> Acts:
    """One question; without an answer in a working day staff call. A word after a reply (thanks) asks for nothing, and
    an answer to what we asked about a matter that is over belongs to that matter.
    """
    about = now.replied or _asked_about(text)
    if about is not None:
        quick.insert(of_text(about, text, "addition"))
        return [trail.entry("join", about, text=text.pk)]
    case = open_case(_seed(text, CaseKind.REQUEST, CaseState.CLARIFYING))
    quick.insert(of_text(case, text, "unclear"))
    due_at = _still_ahead(lambda since: deadlines.add_working_days(since, 1, china()), text.at, at)
    staff = ledger.staff_own(case.line, case.city_id)
    quick.insert(ledger.owed(case, PromiseKind.CLARIFY, due_at, staff, at=text.at))
    draft = outbox.Draft(template="clarify", variables={"code": case.code}, code=case.code, asked_for=True)
    tell(case, text.thread.citizen, draft, key=f"clarify:{case.pk}", at=at, first=True)
    return [trail.entry("open_case", case, text=text.pk, unclear=True)]


def _asked_about(text: Text) -> Case | None:
    """The matter about which we asked whether it is put right, if that is the last we wrote to him on this line."""
    ours = Text.objects.filter(thread=text.thread_id, direction=Direction.OUTBOUND.value, at__lte=text.at)
    last = ours.order_by("-at", "-pk").first()
    asked = last is not None and last.template == "rectify_ask" and text.at - last.at <= ASKED_LATELY
    return Case.objects.filter(code=last.code, citizen=text.thread.citizen_id).first() if asked and last else None


def _add(text: Text, case: Case | None, now: Situation, at: datetime) -> Acts:
    """More about a matter somebody is at. About one that was answered, it is a new matter, if it says something."""
    if case is None or CaseState(case.state) not in WORKING:
        if len(text.body.strip()) < SHORTEST_CLEAR_MATTER and case is not None:
            quick.insert(of_text(case, text, "addition"))
            return [trail.entry("join", case, text=text.pk)]
        return _matter(text, now, at)
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    first_words = not case.contacts.filter(text__direction=Direction.INBOUND.value).exists()
    quick.insert(of_text(case, text, "addition"))
    add_words(case, text.body)
    if case.state == CaseState.CLARIFYING.value:
        case.state = after(CaseState.CLARIFYING, Act.CLARIFIED).value
        ledger.keep_by_text(case, text, (PromiseKind.CLARIFY,), at=at)
        _promise_contact(case, text, _Told("clarified", text.at, first=False), at)
    elif first_words:
        _confirm(case, text, at)
    case.save(update_fields=["state", *WORDS])
    return [trail.entry("join", case, text=text.pk)]


def _confirm(case: Case, text: Text, at: datetime) -> None:
    """Once a case, so that he knows it arrived; the time he was told stands."""
    owed = ledger.open_promises(case).first()
    if owed is None:
        return
    variables = {"code": case.code, "due": owed.due_at.isoformat()}
    draft = outbox.Draft(template="added", variables=variables, code=case.code, asked_for=True)
    tell(case, text.thread.citizen, draft, key=f"added:{case.pk}", at=at)


@dataclass(frozen=True, slots=True)
class _Told:
    """How a promise came about. since: from when it is owed. first: the case is new, so nothing was promised before."""

    key: str
    since: datetime
    first: bool = True


def _still_ahead(due: Callable[[datetime], datetime], since: datetime, at: datetime) -> datetime:
    """The time runs from when he wrote. Where it is over before he can be told of it, he is told one to come."""
    due_at = due(since)
    return due_at if due_at > at else due(at)


def _promise_contact(case: Case, text: Text, how: _Told, at: datetime) -> None:
    """Somebody will be in touch, and the citizen is told so."""
    urgency = Urgency(case.urgency)
    due_at = _still_ahead(lambda since: deadlines.first_contact_due(urgency, since, china()), how.since, at)
    owed = None if how.first else ledger.open_promises(case, (PromiseKind.CALL_BACK,)).first()
    due_at = owed.due_at if owed else due_at
    variables = {"code": case.code, "due": due_at.isoformat()}
    draft = outbox.Draft(template="matter_received", variables=variables, code=case.code, asked_for=True)
    told = tell(case, text.thread.citizen, draft, key=f"{how.key}:{case.pk}", at=at, first=how.first)
    if owed is None:
        owner = ledger.line_owns(case.line, case.city_id)
        made = ledger.owed(case, PromiseKind.CALL_BACK, due_at, owner, at=how.since)
        made.made_by_text = told
        quick.insert(made)


def _seed(text: Text, kind: CaseKind, state: CaseState = CaseState.NEW) -> Seed:
    thread = text.thread
    said_by = SaidBy.CITIZEN.value if kind is CaseKind.COMPLAINT else ""
    return Seed(
        text.city_id, thread.line, thread.citizen_id, text.at, kind=kind, body=text.body, state=state, kind_by=said_by
    )
