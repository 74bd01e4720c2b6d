"""What officials and staff tell the citizen: the reply to his matter, and quick replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import hidden_from, locked
from minhu.cases.models import Case, Reply
from minhu.cases.opening import WORKING, tell
from minhu.cases.wording import filled, placeholders
from minhu.directory.models import QuickReply
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.gateways import NoFreeText, may_say
from minhu.intake.models import Call, Citizen, Text
from minhu.intake.scope import NotYours, require
from minhu.rules import deadlines
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.callbacks import is_unreachable
from minhu.rules.casework import Act, after
from minhu.rules.clock import local
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import CaseKind, CaseState, PromiseKind, ReplyMeans, Urgency

LONGEST_REPLY = 500


class SayWhatWasDone(Refusal):
    code = "say_what_was_done"
    words = "请写明办了什么、由谁办的，五百字以内。"


class NobodyHolds(Refusal):
    code = "nobody_holds"
    words = "这件诉求还没有承办人，请先分派。"


class SpeakFirst(Refusal):
    code = "speak_first"
    words = "这位群众收不到短信，请先打电话答复，再登记。"


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply says. by_id: the account that files it. template: the text that carries it."""

    done: str
    done_by: str
    by_id: int | None = None
    template: str = "reply"


@dataclass(frozen=True, slots=True)
class Means:
    """How the citizen learns of it."""

    kind: ReplyMeans
    call: Call | None = None
    text: Text | None = None


@transaction.atomic
def reply(
    case_id: int, done: str, done_by: str, *, by: Viewer, call_id: UUID | None = None, at: datetime | None = None
) -> Reply:
    """Answer the matter: by a text that asks for a rating, or on a call that took place (``call_id``).

    What was owed is kept when the text is delivered; or by that call, and by the reply given on it; where the citizen
    left no number, by the reply on the matter's page; where he cannot be reached, by the reply after three attempts.
    Everybody who reported the same matter is told too, in his own thread.

    Raises: NotYours, NotAllowed, NotPossibleNow, SayWhatWasDone, NobodyHolds, SpeakFirst.
    """
    at = at or timezone.now()
    told = Told(storable(done.strip()), storable(done_by.strip(), 80), by.account_id)
    if not told.done or not told.done_by or len(told.done) > LONGEST_REPLY:
        raise SayWhatWasDone
    case = locked(case_id, by, Act.REPLY)
    if case.holder_id is None:
        raise NobodyHolds
    made = answer(case, told, means_of(case, call_id, told, at), at=at)
    acts = [trail.entry(Act.REPLY, case, call=made.call_id, text=made.text_id, means=made.means)]
    for one in Case.objects.select_for_update(no_key=True).filter(parent=case).order_by("pk"):
        if CaseState(one.state) in WORKING:
            copy = answer(one, told, _means_for_reporter(one, told, at), at=at, parent=made)
            acts.append(trail.entry(Act.REPLY, one, text=copy.text_id, means=copy.means, parent=case.pk))
    trail.record_many(by, acts)
    return made


def answer(case: Case, told: Told, means: Means, *, at: datetime, parent: Reply | None = None) -> Reply:
    """Keep a reply and what it keeps of what was owed; under the lock of the case. Raises: NotPossibleNow."""
    case.holder_id = case.holder_id or (parent.case.holder_id if parent else None)
    case.state = after(CaseState(case.state), Act.REPLY).value
    case.replied_at, case.rate_until = at, at + deadlines.CLOSE_WITHOUT_RATING_AFTER
    case.save(update_fields=["state", "replied_at", "rate_until", "holder"])
    made = Reply.objects.create(
        case=case, done=told.done, done_by=told.done_by, by_id=told.by_id, at=at, call=means.call, text=means.text,
        means=means.kind.value, parent=parent,
    )  # fmt: skip
    if means.call is not None:
        ledger.keep_by_call(case, means.call, ledger.ANSWERED_BY_A_REPLY, at=at)
    if means.text is None:
        ledger.keep_by_reply(case, made, ledger.ANSWERED_BY_A_REPLY, at=at)
    elif case.holder is not None and not ledger.open_promises(case, ledger.ANSWERED_BY_A_REPLY).exists():
        due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
        ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=at)  # until it arrives
    ledger.release(case, "已直接答复", (PromiseKind.FORWARD,), at=at)
    return made


@transaction.atomic
def quick_reply(
    quick_reply_id: int,
    *,
    by: Viewer,
    call_id: UUID | None = None,
    case_id: int | None = None,
    at: datetime | None = None,
) -> Text:
    """Send a prepared text to a caller (also while it rings) or about a matter; once per call or matter.

    Raises: NotYours, SpeakFirst when no text can reach him, NoFreeText when no gateway takes prepared words.
    """
    at = at or timezone.now()
    prepared = QuickReply.objects.filter(pk=quick_reply_id, city_id=by.city_id).first()
    offered = prepared is not None and prepared.official_id in {None, by.official_id}
    if prepared is None or not offered:
        raise NotYours
    call = _call_of(call_id, by) if call_id else None
    case = locked(case_id, by, Act.NOTE) if case_id else _case_of(call)
    if case is not None and hidden_from(by).filter(pk=case.pk).exists():
        raise NotYours
    about = case or call
    if about is None or about.citizen is None or about.line is None:
        raise NotYours if about is None else SpeakFirst
    if outbox.why_not(about.citizen, asked_for=True):
        raise SpeakFirst
    if not may_say(about.line.number):
        raise NoFreeText
    code = case.code if case else call.code if call else ""
    draft = outbox.Draft(
        body=filled(prepared.body, placeholders(case, by, at) | {"code": code}), code=code, urgency=1, asked_for=True,
        call_id=call.pk if call else None,
    )  # fmt: skip
    key = f"quick:{prepared.pk}:{call.pk if call else f'case:{case_id}:{local(at):%Y%m%d%H%M}'}"
    text = outbox.queue(thread_of(about.citizen, about.line.pk, at), draft, key=key, by=by, at=at)
    trail.record(by, "quick_reply", about, quick_reply=prepared.pk, text=text.pk)
    return text


def means_of(case: Case, call_id: UUID | None, told: Told, at: datetime) -> Means:
    """How the citizen learns of the reply. Raises: SpeakFirst."""
    citizen = Citizen.objects.get(pk=case.citizen_id)
    if citizen.number_sealed is None and call_id is None:
        return Means(ReplyMeans.PAGE)
    if call_id is None and outbox.why_not(citizen, asked_for=True) != "not_mobile":
        return Means(ReplyMeans.TEXT, text=_tell_reply(case, citizen, told, at))
    spoken = Call.objects.filter(city_id=case.city_id, citizen=citizen, ended_at__gte=case.opened_at).order_by(
        "-ended_at"
    )
    call = next(filter(ledger.was_conversation, spoken.filter(pk=call_id) if call_id else spoken[:20]), None)
    if call is not None:
        return Means(ReplyMeans.CALL, call=call)
    if is_unreachable(case.attempts.values_list("at", flat=True)):
        return Means(ReplyMeans.ATTEMPTS)
    raise SpeakFirst


def _means_for_reporter(case: Case, told: Told, at: datetime) -> Means:
    """One of many reporters is told in his own thread; who cannot be texted is still owed a call."""
    citizen = Citizen.objects.get(pk=case.citizen_id)
    if citizen.number_sealed is None:
        return Means(ReplyMeans.PAGE)
    return Means(ReplyMeans.TEXT, text=_tell_reply(case, citizen, told, at))


def _tell_reply(case: Case, citizen: Citizen, told: Told, at: datetime) -> Text:
    variables = {"code": case.code, "done": told.done, "by": told.done_by}
    draft = outbox.Draft(template=told.template, variables=variables, code=case.code, asked_for=True)
    return tell(case, citizen, draft, key=f"reply:{case.pk}:{case.replies.count()}", at=at)


def _call_of(call_id: UUID, by: Viewer) -> Call:
    call = Call.objects.select_related("citizen", "line__official__office").filter(pk=call_id).first()
    if call is None:
        raise NotYours
    require(by, call.line, call.city_id)
    return call


def _case_of(call: Call | None) -> Case | None:
    return Case.objects.filter(contacts__call=call).select_related("line__official").first() if call else None
