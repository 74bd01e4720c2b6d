"""Complaints come in: by text (投诉 and the code), from the matter's page, through staff; then the official is asked.

    file(case_id, …)           staff write down what a citizen told them
    file_by_code(code, …)      the citizen on his matter's page, or with the code of one call
    take_in(at)                texts that were read as complaints
    ask(complaint_id, …)       supervision asks the official, and the evidence is frozen

Refusal
├── NoSuchCode, TooManyLookups, NotTakenInYet    (cases.tracking)
├── NotYours        (intake.scope)
├── NothingSaid     what happened, in a few words
├── NobodyToAsk     whom it is about must be known before he is asked
└── those of rules.complaints
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases.authority import seen
from minhu.cases.models import Case, Contact
from minhu.cases.opening import tell
from minhu.cases.tracking import case_by_code
from minhu.directory.models import Official
from minhu.intake import outbox
from minhu.intake.models import Call, Text
from minhu.intake.scope import NotYours
from minhu.rules import access, complaints
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.complaints import (
    MOST_PER_MATTER,
    UNDER_WAY,
    ComplaintAct,
    ComplaintState,
    Ground,
    NotImpartial,
    TooOften,
    after,
)
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import Channel, Role
from minhu.supervision import complaint_news, evidence
from minhu.supervision.complaint_rights import is_barred, locked
from minhu.supervision.models import Complaint, ComplaintWords

FILES = (Role.STAFF, Role.SUPERVISOR)
"""Who writes down a complaint for a citizen; what became of it only supervision sees."""
TAKEN_IN_FOR = timedelta(days=7)
"""How far back texts are looked for; older ones have been taken in, or were there before complaints were."""
_UNDER_WAY = [state.value for state in UNDER_WAY]


class NothingSaid(Refusal):
    code = "complaint_nothing_said"
    words = "请写几句发生了什么事，一千字以内。"


class NobodyToAsk(Refusal):
    code = "complaint_nobody_to_ask"
    words = "还不知道反映的是谁，请先选择当事人。"


@dataclass(frozen=True, slots=True)
class Said:
    """What the citizen complains of. key: of the form, so that a double tap is one; "" for none."""

    ground: Ground
    body: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class _How:
    """How something was said. by_id: who wrote it down for the citizen."""

    channel: Channel
    at: datetime
    by_id: int | None = None
    text: Text | None = None


@transaction.atomic
def file(case_id: int, said: Said, *, by: Viewer, at: datetime | None = None) -> Complaint:
    """For a citizen who rang or came; he is told that it was received. Raises: NotYours, NothingSaid, TooOften."""
    at = at or timezone.now()
    _require_words(said)
    if not by.has(*FILES) or not Case.objects.filter(seen(by), pk=case_id).exists():
        raise NotYours
    case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    one, new = _keep(case, said, _How(Channel.CALL, at, by_id=by.account_id))
    if new and case.citizen.number_sealed is not None:
        draft = outbox.Draft(
            template="complaint_received", variables={"code": case.code}, code=case.code, asked_for=True
        )
        tell(case, case.citizen, draft, key=f"complaint:filed:{one.pk}", at=at)
    trail.record(by, "file_complaint", one, case=case.pk, ground=said.ground)
    return one


def file_by_code(code: str, client: str, said: Said, *, at: datetime | None = None) -> Complaint:
    """With the code of a call it is about that call. The same key again changes nothing.

    Raises: NoSuchCode, TooManyLookups, NotTakenInYet, NothingSaid, TooOften.
    """
    at = at or timezone.now()
    _require_words(said)
    found = case_by_code(code, client, at)
    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
        there = ComplaintWords.objects.filter(key=said.key).select_related("complaint").first() if said.key else None
        if there is not None:
            return there.complaint
        call = Call.objects.filter(contact__case=case, code=code).exclude(code=case.code).first()
        one, _ = _keep(case, said, _How(Channel.WEB, at), call=call)
        trail.record(access.citizen(case.city_id), "file_complaint", one, case=case.pk, ground=said.ground)
        return one


def take_in(at: datetime) -> int:
    """Texts that the citizen began with 投诉 and his code, each once; returns how many."""
    waiting = Contact.objects.filter(meaning="complaint", text__complaint=None, at__gt=at - TAKEN_IN_FOR)
    return sum(_take_in(case_id, text_id, at) for case_id, text_id in waiting.values_list("case_id", "text_id")[:500])


@transaction.atomic
def ask(
    complaint_id: int, asked: str, *, by: Viewer, official_id: int | None = None, at: datetime | None = None
) -> Complaint:
    """The official is heard: what he is asked, in words that do not say who complains; the evidence is frozen first.

    official_id: whom it is about, where that is not the one the matter is with.
    Raises: NotYours, NotPossibleNow, SayWhy, NobodyToAsk, NotImpartial.
    """
    at = at or timezone.now()
    asked = storable(complaints.said(asked))
    one = locked(complaint_id, by, ComplaintAct.ASK)
    if official_id is not None and official_id != one.official_id:
        one.official = Official.objects.filter(pk=official_id, city_id=one.city_id).first()
    if one.official is None:
        raise NobodyToAsk
    if is_barred(by, one.official.pk):
        raise NotImpartial
    pack = evidence.freeze(one, at=at)
    one.state = after(ComplaintState(one.state), ComplaintAct.ASK).value
    one.asked, one.asked_by_id, one.asked_at = asked, by.account_id, at
    one.due_at = complaints.statement_due(at, china())
    one.save()
    complaint_news.asked(one, at=at)
    trail.record(by, "ask", one, asked, pack=pack.sha256, official=one.official.pk, due=one.due_at)
    return one


def _require_words(said: Said) -> None:
    if not said.body.strip() or len(said.body) > complaints.LONGEST:
        raise NothingSaid


@transaction.atomic
def _take_in(case_id: int, text_id: int, at: datetime) -> int:
    case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
    text = Text.objects.get(pk=text_id)
    if ComplaintWords.objects.filter(text=text).exists():
        return 0
    said = Said(Ground.OTHER, text.body)
    try:
        one, _ = _keep(case, said, _How(Channel.TEXT, text.at, text=text))
    except TooOften:
        one = _latest(case)
        _say(one, said, _How(Channel.TEXT, text.at, text=text))
    trail.record(access.citizen(case.city_id), "file_complaint", one, case=case.pk, text=text.pk)
    return 1


def _keep(case: Case, said: Said, how: _How, *, call: Call | None = None) -> tuple[Complaint, bool]:
    """Under the lock of the case: more words on what is under way, or a new complaint. Raises: TooOften."""
    mine = Complaint.objects.filter(case=case).order_by("-made_at", "-id")
    one = mine.filter(state__in=_UNDER_WAY).first()
    new = one is None
    if one is None:
        if mine.count() >= MOST_PER_MATTER:
            raise TooOften
        line = call.line if call and call.line else case.line
        official = line.official if call and line else case.holder or (line.official if line else None)
        one = Complaint.objects.create(
            city_id=case.city_id, case=case, call=call, line=line, official=official, ground=said.ground.value,
            channel=how.channel.value, made_at=how.at, ask_due_at=complaints.ask_due(how.at, china()),
        )  # fmt: skip
        complaint_news.came_in(one, at=how.at)
    _say(one, said, how)
    return one, new


def _latest(case: Case) -> Complaint:
    return Complaint.objects.filter(case=case).order_by("-made_at", "-id")[0]


def _say(one: Complaint, said: Said, how: _How) -> None:
    ComplaintWords.objects.create(
        complaint=one, channel=how.channel.value, body=storable(said.body.strip()), text=how.text, by_id=how.by_id,
        key=storable(said.key, 80) or None, at=how.at,
    )  # fmt: skip
