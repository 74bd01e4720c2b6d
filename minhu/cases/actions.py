"""What people do with matters. Each action locks the case, asks the rule, changes, queues what must go out, records.

Refusal
├── NotYours            (intake.scope) the matter is not with the viewer
├── NotPossibleNow      (rules.casework) the state does not allow it
├── CallStillOn         the call has not ended yet
├── NotAnswered         nobody spoke on this call: there is nothing to write up
├── WrittenUpAlready    somebody wrote up this call differently
├── SayWhatWasDone      a reply says what was done, and by whom
├── NobodyHolds         the matter is with nobody yet
├── SpeakFirst          no text can reach this citizen: call him, then reply
└── NoEvidence          nobody spoke with the citizen since the question was open
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.assigning import assign, unassign
from minhu.cases.attaching import Upload, attach
from minhu.cases.authority import locked
from minhu.cases.avoiding import About, make_confidential, name, set_conflict
from minhu.cases.by_code import Said, add_by_code, attach_by_code, go_up_by_code, rate_by_code, withdraw_by_code
from minhu.cases.callbacks import agree_window, record_callback
from minhu.cases.directing import show_door
from minhu.cases.escalating import set_missing_clocks, sweep
from minhu.cases.handing_over import Receiver, give_back, set_hop_limit, transfer
from minhu.cases.joining import join, part
from minhu.cases.models import Case, Contact, Promise
from minhu.cases.more_time import extend
from minhu.cases.noting import read_notice, write_note
from minhu.cases.opening import WORDS, title_of
from minhu.cases.rating import rate_reply
from minhu.cases.settling import close_due, settle_evidence
from minhu.cases.sorting import sort
from minhu.cases.take_in import take_in
from minhu.cases.telling import NobodyHolds, SayWhatWasDone, SpeakFirst, quick_reply, reply
from minhu.cases.texts import open_for_line
from minhu.cases.withdrawing import end_withdrawn
from minhu.cases.wrapping_up import CallStillOn, NotAnswered, WrittenUpAlready, wrap_up
from minhu.directory.models import Line
from minhu.intake import actions as intake_actions
from minhu.intake.models import Call, CallOrder, Text
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import access, deadlines
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.callbacks import may_ring
from minhu.rules.casework import Act, after
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind, CaseState, PromiseKind, SaidBy, Urgency

__all__ = [
    "About", "CallStillOn", "NoEvidence", "NobodyHolds", "NotAnswered", "Receiver", "Said", "SayWhatWasDone",
    "SpeakFirst", "Upload", "WrittenUpAlready", "add_by_code", "agree_window", "ask_clarification", "assign", "attach",
    "attach_by_code", "call_back", "clarify", "close_due", "extend", "give_back", "go_up_by_code", "hold", "join",
    "make_confidential", "name", "part", "quick_reply", "rate", "rate_by_code", "read_notice", "record_callback",
    "reply", "set_conflict", "set_hop_limit", "set_missing_clocks", "settle_evidence", "show_door", "sort", "sweep",
    "take_in", "take_up_text", "transfer", "unassign", "withdraw", "withdraw_by_code", "wrap_up", "write_note",
]  # fmt: skip


class NoEvidence(Refusal):
    code = "no_evidence"
    words = "还没有与群众通话或收到补充短信，请先核实再登记。"


@transaction.atomic
def hold(case_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """The official takes it on himself; an answer is owed in the time of its kind.

    Raises: NotYours, NotPossibleNow, NobodyHolds.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.HOLD)
    if case.holder is None:
        raise NobodyHolds
    case.state = after(CaseState(case.state), Act.HOLD).value
    case.save(update_fields=["state"])
    due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
    ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=at)
    trail.record(by, "hold", case, due=due_at)
    return case


@transaction.atomic
def withdraw(case_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> Case:
    """The citizen does not want it followed up any more; what was owed falls away. Raises: NotYours, NotPossibleNow."""
    at = at or timezone.now()
    case = locked(case_id, by, Act.WITHDRAW)
    end_withdrawn(case, reason, at=at)
    trail.record(by, "withdraw", case, reason)
    return case


@transaction.atomic
def ask_clarification(case_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """The matter is not clear: staff will call the citizen within a working day. Raises: NotYours, NotPossibleNow."""
    at = at or timezone.now()
    case = locked(case_id, by, Act.CLARIFY)
    case.state = after(CaseState(case.state), Act.CLARIFY).value
    case.save(update_fields=["state"])
    due_at = deadlines.add_working_days(at, 1, china())
    ledger.promise(case, PromiseKind.CLARIFY, due_at, ledger.staff_own(case.line, case.city_id), at=at)
    trail.record(by, "ask_clarification", case, due=due_at)
    return case


@transaction.atomic
def clarify(case_id: int, body: str, *, by: Viewer, kind: CaseKind | None = None, at: datetime | None = None) -> Case:
    """Staff write up what the citizen told them; they must have spoken with him, or had his text, since.

    Raises: NotYours, NotPossibleNow, NoEvidence.
    """
    at = at or timezone.now()
    case = locked(case_id, by, Act.CLARIFIED)
    case.state = after(CaseState(case.state), Act.CLARIFIED).value
    case.body, case.title = storable(body.strip(), MAX_BODY), title_of(body)
    if kind is not None:
        case.kind, case.kind_by = kind.value, SaidBy.PERSON.value
    case.read_at = None
    if not _keep_clarification(case, at):
        raise NoEvidence
    case.save(update_fields=["state", "kind", "kind_by", *WORDS])
    if case.first_contact_at is None:
        due_at = deadlines.first_contact_due(Urgency(case.urgency), at, china())
        owner = ledger.line_owns(case.line, case.city_id)
        ledger.promise(case, PromiseKind.CALL_BACK, due_at, owner, at=at)
    trail.record(by, "clarify", case, kind=kind)
    return case


@transaction.atomic
def call_back(promise_id: int, *, by: Viewer, key: str, at: datetime | None = None) -> CallOrder:
    """Have the citizen rung to keep a promise: the viewer's own telephone first. One call per key, and one at a time.

    Raises: NotYours, NotAllowed, NobodyHolds, NoNumber, NoPhone, QuietNow, OutsideWindow.
    """
    at = at or timezone.now()
    promise = Promise.objects.filter(pk=promise_id, kept_at=None, released_at=None).first()
    if promise is None:
        raise NotYours
    case = locked(promise.case_id, by, Act.CALL_BACK)
    line = case.line or (case.holder.lines.filter(withdrawn_at=None).first() if case.holder else None)
    if line is None:
        raise NobodyHolds
    may_ring(at, (promise.window_from, promise.window_until))
    return intake_actions.place_order(line, case.citizen_id, by=by, key=key, promise_id=promise_id, at=at)


@transaction.atomic
def rate(case_id: int, score: int, *, words: str = "", at: datetime | None = None) -> Case:
    """The citizen rates the latest reply (1 satisfied, 2 not satisfied, 3 not solved). Raises: NotPossibleNow."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    acts = rate_reply(case, score, words=storable(words), at=at or timezone.now())
    trail.record_many(access.citizen(case.city_id), acts)
    return case


@transaction.atomic
def take_up_text(text_id: int, line_id: int, *, by: Viewer, at: datetime | None = None) -> Case:
    """Staff found whom a text to an unpublished number was for: it becomes a matter of that line. Raises: NotYours."""
    at = at or timezone.now()
    text = Text.objects.select_for_update(no_key=True, of=("self",)).select_related("thread__citizen").get(pk=text_id)
    line = Line.objects.select_related("official__office").filter(pk=line_id, city_id=text.city_id).first()
    if line is None or text.thread.line_id is not None or not scope_of(by).covers(None, text.city_id):
        raise NotYours
    if there := Contact.objects.filter(text=text).select_related("case").first():
        return there.case
    case = open_for_line(text, line, at=at)
    trail.record(by, "take_up_text", case, text=text.pk)
    return case


def _keep_clarification(case: Case, at: datetime) -> int:
    promise = ledger.open_promises(case, (PromiseKind.CLARIFY,)).first()
    if promise is None:
        return 1
    since = {"ended_at__gt": promise.made_at, "talk_seconds__gte": ledger.EVIDENCE_TALK_SECONDS}
    call = Call.objects.filter(citizen_id=case.citizen_id, city_id=case.city_id, **since).order_by("-ended_at").first()
    if call is not None and ledger.keep_by_call(case, call, (PromiseKind.CLARIFY,), at=at):
        case.first_contact_at = case.first_contact_at or call.answered_at
        Case.objects.filter(pk=case.pk).update(first_contact_at=case.first_contact_at)
        return 1
    said = Text.objects.filter(contact__case=case, at__gte=promise.made_at).exclude(contact__meaning="unclear")
    answer = said.order_by("-at").first()
    return ledger.keep_by_text(case, answer, (PromiseKind.CLARIFY,), at=at) if answer else 0
