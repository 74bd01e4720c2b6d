"""Wrap-up (结果登记): what came of an answered call, in two taps.

solved, enquiry              the call itself was the reply
follow up, to somebody       the official holds the matter and owes an answer
nuisance                     no matter
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import hidden_from
from minhu.cases.handing_over import hop_limit, hops_of
from minhu.cases.models import Case, Contact, Note, Reply, WrapUp
from minhu.cases.opening import WORKING, Seed, add_words, of_call, open_case, tell
from minhu.intake import outbox, quick
from minhu.intake.models import Call, Citizen
from minhu.intake.scope import NotYours, require
from minhu.rules import deadlines, handover
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.casework import ANSWERED_ON_THE_CALL, GOES_TO_OTHERS, Act, NotPossibleNow, after, kind_after_wrap_up
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import (
    OPEN,
    CallState,
    CaseKind,
    CaseState,
    Direction,
    Outcome,
    PromiseKind,
    ReplyMeans,
    SaidBy,
    Urgency,
)

OUTCOMES: dict[Outcome, str] = {
    Outcome.SOLVED: "当场解决",
    Outcome.FOLLOW_UP: "本人跟进",
    Outcome.TO_DEPUTY: "转分管领导",
    Outcome.TO_COUNTY: "转县区",
    Outcome.TO_HOTLINE: "转12345",
    Outcome.ENQUIRY: "咨询",
    Outcome.NUISANCE: "骚扰",
}


class CallStillOn(Refusal):
    code = "call_still_on"
    words = "通话还没有结束，请挂机后再登记。"


class NotAnswered(Refusal):
    code = "not_answered"
    words = "这个来电没有接通，不需要登记结果。"


class WrittenUpAlready(Refusal):
    code = "written_up_already"
    words = "这个通话已经登记过结果。"


@transaction.atomic
def wrap_up(call_id: UUID, outcome: Outcome, note: str = "", *, by: Viewer, at: datetime | None = None) -> WrapUp:
    """Write up a call; the same outcome again changes nothing.

    Raises: NotYours, CallStillOn, NotAnswered, WrittenUpAlready.
    """
    at = at or timezone.now()
    calls = Call.objects.select_related("line__official__office", "citizen")
    call = calls.select_for_update(no_key=True, of=("self",)).filter(pk=call_id).first()
    if call is None or call.line is None:
        raise NotYours
    require(by, call.line, call.city_id)
    if there := WrapUp.objects.filter(call=call).first():
        if there.outcome != outcome.value:
            raise WrittenUpAlready
        return there
    if call.ended_at is None:
        raise CallStillOn
    if not call.answered_by_kind or call.answered_at is None:
        raise NotAnswered
    note = storable(note.strip(), 500)
    case = None if outcome is Outcome.NUISANCE else _case_of(call, outcome, note, by, at)
    made = WrapUp.objects.create(call=call, outcome=outcome.value, note=note, by_id=by.account_id, at=at)
    Call.objects.filter(pk=call.pk).update(state=CallState.WRAPPED_UP.value, taken_in_at=call.taken_in_at or at)
    if case is not None:
        _follow(case, call, made, by)
    trail.record(by, "wrap_up", call, outcome=outcome, case=case.code if case else None)
    return made


def _case_of(call: Call, outcome: Outcome, note: str, by: Viewer, at: datetime) -> Case:
    """The case the call belongs to, locked: its own, the open one of this citizen and line, or a new one.

    One that must not reach the viewer is not touched. Raises: NotYours when it is the call's own.
    """
    if call.citizen_id is not None:
        Citizen.objects.select_for_update(no_key=True).get(pk=call.citizen_id)
    contact = Contact.objects.filter(call=call).first()
    mine = Case.objects.filter(citizen=call.citizen, line=call.line, state__in=[state.value for state in WORKING])
    mine = mine.exclude(pk__in=hidden_from(by))
    if contact is not None and hidden_from(by).filter(pk=contact.case_id).exists():
        raise NotYours
    case_id = contact.case_id if contact else mine.order_by("-opened_at").values_list("pk", flat=True).first()
    if case_id is not None:
        case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case_id)
        if contact is None:
            quick.insert(of_call(case, call))
        return case
    citizen = call.citizen or Citizen.objects.create(city_id=call.city_id, first_seen_at=at)
    taken = Case.objects.filter(code=call.code).exists() if call.code else False
    code = "" if taken else call.code
    said_by = SaidBy.PERSON.value if outcome is Outcome.ENQUIRY else ""
    kind = kind_after_wrap_up(outcome)
    seed = Seed(call.city_id, call.line, citizen.pk, call.received_at, code, kind, note, kind_by=said_by)
    case = open_case(seed)
    quick.insert(of_call(case, call))
    return case


def _follow(case: Case, call: Call, made: WrapUp, by: Viewer) -> None:
    if not case.body:
        add_words(case, made.note)
    case.first_contact_at = case.first_contact_at or call.answered_at
    if Outcome(made.outcome) in ANSWERED_ON_THE_CALL and CaseState(case.state) in OPEN - {CaseState.REPLIED}:
        _answered(case, call, made, by)
    elif CaseState(case.state) in WORKING:
        _held(case, call, made)
    case.save()


def _answered(case: Case, call: Call, made: WrapUp, by: Viewer) -> None:
    """The conversation was the reply, and keeps whatever was owed."""
    case.state = after(CaseState(case.state), Act.REPLY).value
    case.replied_at, case.rate_until = made.at, made.at + deadlines.CLOSE_WITHOUT_RATING_AFTER
    ledger.keep_by_call(case, call, ledger.ANSWERED_BY_A_REPLY, at=made.at)
    done = made.note or OUTCOMES[Outcome(made.outcome)]
    who = _who(case, call)
    talked = ledger.was_conversation(call)
    means = ReplyMeans.CALL.value if talked else ""
    reply = Reply.objects.create(
        case=case, done=done, done_by=who, by_id=by.account_id, at=made.at, call=call, means=means
    )
    ledger.release(case, OUTCOMES[Outcome(made.outcome)], (PromiseKind.FORWARD,), at=made.at)
    if talked:  # also what was promised on this very call
        ledger.keep_by_reply(case, reply, ledger.ANSWERED_BY_A_REPLY, at=made.at)
    if case.citizen.number_sealed is not None:
        variables = {"code": case.code, "done": done, "by": who}
        draft = outbox.Draft(template="reply", variables=variables, code=case.code)
        tell(case, case.citizen, draft, key=f"wrapped:{call.pk}", at=made.at)


def _held(case: Case, call: Call, made: WrapUp) -> None:
    """The official sees to it, himself or through others, and owes the answer."""
    try:
        case.state = after(CaseState(case.state), Act.HOLD).value
    except NotPossibleNow:
        case.state = CaseState.HELD.value
    ledger.keep_by_call(case, call, (PromiseKind.CALL_BACK, PromiseKind.CLARIFY), at=made.at)
    outcome = Outcome(made.outcome)
    Note.objects.create(
        case=case, body=f"{OUTCOMES[outcome]}：{made.note}" if made.note else OUTCOMES[outcome],
        by_id=made.by_id, at=made.at,
    )  # fmt: skip
    if case.holder is None or case.line is None:
        return
    due_at = deadlines.reply_due(CaseKind(case.kind), made.at, china(), Urgency(case.urgency))
    owed = ledger.promise(case, PromiseKind.REPLY, due_at, ledger.official_owns(case.holder), at=made.at)
    if outcome in GOES_TO_OTHERS and handover.may_go_on(hops_of(case), hop_limit(case.city_id)):
        forward_at = handover.forward_due(made.at, china())
        ledger.promise(case, PromiseKind.FORWARD, forward_at, ledger.official_owns(case.holder), at=made.at)
    if call.direction == Direction.INBOUND.value and case.citizen.number_sealed is not None:
        variables = {"code": case.code, "due": owed.due_at.isoformat()}
        draft = outbox.Draft(template="added", variables=variables, code=case.code)
        tell(case, case.citizen, draft, key=f"added:{case.pk}", at=made.at)


def _who(case: Case, call: Call) -> str:
    if call.direction == Direction.INBOUND.value and call.answered_by_name:
        return call.answered_by_name
    return case.holder.name if case.holder else "工作人员"
