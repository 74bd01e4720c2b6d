"""Contacts become matters. A job calls ``take_in``; any number of workers may, and nothing is taken twice.

    a call that nobody answered in person    makes a case with the promise its journal holds, or joins an open one
    a call that was answered                 is added to the open case, if there is one; else it waits for its wrap-up
    a call that we placed                    keeps the promise it was placed for, or counts as an attempt
    a text                                   see texts.py
    a message of the form                    makes a case with the code the citizen already has

What each does depends on what was open when the citizen was in touch: see claiming.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.avoiding import conflicts_of, keep_from_the_accused
from minhu.cases.callbacks import take_in_callback
from minhu.cases.claiming import AT_ONCE, Turn, claim
from minhu.cases.models import Case, Conflict, Contact, Promise
from minhu.cases.opening import WORKING, Seed, new_case, of_call, of_web
from minhu.cases.texts import NOTHING_OPEN, situations, take_in_text
from minhu.intake.models import Call, Citizen, Text, WebMessage
from minhu.rules import access
from minhu.rules.words import (
    COUNTS_AS_ANSWERED,
    OPEN,
    CaseKind,
    CaseState,
    Direction,
    PromiseKind,
    SaidBy,
)

Acts = list[tuple[int, trail.Entry]]
"""What was done, each with its city, for the trail."""


def take_in(limit: int = 1500, *, at: datetime | None = None) -> int:
    """Take in contacts that no case has yet, at most ``limit``; returns how many."""
    at = at or timezone.now()
    done = 0
    while done < limit and (count := _some(min(AT_ONCE, limit - done), at)):
        done += count
    return done


@transaction.atomic
def _some(limit: int, at: datetime) -> int:
    """A few contacts, in their turns; the trail, which all share, comes last."""
    acts: Acts = []
    turns = claim(limit)
    for turn in turns:
        acts += _calls(turn.calls, at)
        acts += _texts(turn.texts, at)
        acts += _web_messages(turn.messages)
    _mark(turns, at)
    _trace(acts)
    return sum(len(turn.calls) + len(turn.texts) + len(turn.messages) for turn in turns)


def _calls(calls: Sequence[Call], at: datetime) -> Acts:
    if not calls:
        return []
    batch = _Batch(calls, at)
    acts: Acts = []
    for call in calls:
        if call.direction == Direction.OUTBOUND.value:
            acts += [(call.city_id, act) for act in take_in_callback(call, at=at)]
        elif call.answered_by_kind in {kind.value for kind in COUNTS_AS_ANSWERED}:
            batch.add_answered(call)
        elif call.line_id is not None:
            batch.add_missed(call)
    batch.save()
    return acts + [(case.city_id, trail.entry(act, case, call=call.pk)) for act, case, call in batch.acts]


def _texts(texts: Sequence[Text], at: datetime) -> Acts:
    if not texts:
        return []
    open_now = situations(texts)
    acts: Acts = []
    for text in texts:
        now = open_now.get((text.thread.citizen_id, text.thread.line_id), NOTHING_OPEN)
        acts += [(text.city_id, act) for act in take_in_text(text, now, at=at)]
    return acts


def _web_messages(messages: Sequence[WebMessage]) -> Acts:
    if not messages:
        return []
    cases = [new_case(_web_seed(message)) for message in messages]
    pairs = list(zip(cases, messages, strict=True))
    for case, message in pairs:
        keep_from_the_accused(case, message)
    Case.objects.bulk_create(cases)
    Conflict.objects.bulk_create([one for case, message in pairs for one in conflicts_of(case, message)])
    Contact.objects.bulk_create([of_web(case, message) for case, message in pairs])
    Promise.objects.bulk_create([_web_promise(case, message) for case, message in pairs])
    return [(case.city_id, trail.entry("open_case", case, channel="web")) for case in cases]


class _Batch:
    """Calls of different citizens on their way into cases: few statements, however many calls."""

    def __init__(self, calls: Sequence[Call], at: datetime) -> None:
        self.at = at
        self.new: list[Case] = []
        self.promises: list[Promise] = []
        self.contacts: list[Contact] = []
        self.acts: list[tuple[str, Case, Call]] = []
        mine = Case.objects.filter(
            Q(state__in=[state.value for state in WORKING]) | Q(code__in=[call.code for call in calls if call.code]),
            citizen_id__in={call.citizen_id for call in calls if call.citizen_id},
        ).order_by("opened_at", "id")
        self.by_code = {case.code: case for case in mine}
        self.working = {(case.citizen_id, case.line_id): case for case in mine if CaseState(case.state) in WORKING}
        still_owed = Promise.objects.filter(case__in=mine, kept_at=None, released_at=None)
        self.owed = {(case, kind) for case, kind in still_owed.values_list("case__code", "kind")}

    def add_answered(self, call: Call) -> None:
        """A conversation about an open case belongs to it, and keeps the promise to call back."""
        case = self.working.get((call.citizen_id or 0, call.line_id))
        if case is None or Contact.objects.filter(call=call).exists():
            return
        self.contacts.append(of_call(case, call))
        self.acts.append(("join", case, call))
        if ledger.keep_by_call(case, call, (PromiseKind.CALL_BACK,), at=self.at):
            Case.objects.filter(pk=case.pk, first_contact_at=None).update(first_contact_at=call.answered_at)

    def add_missed(self, call: Call) -> None:
        """Nobody answered: the promise of the journal goes into the ledger, on a new case or an open one."""
        case = self._joins(call)
        if case is None:
            citizen = call.citizen_id or Citizen.objects.create(city_id=call.city_id, first_seen_at=self.at).pk
            code = "" if call.code in self.by_code else call.code
            case = new_case(Seed(call.city_id, call.line, citizen, call.received_at, code))
            self.new.append(case)
            self.acts.append(("open_case", case, call))
        else:
            self.acts.append(("join", case, call))
        self.contacts.append(of_call(case, call))
        kind = PromiseKind(call.promise_kind or PromiseKind.CALL_BACK)
        if call.promise_due_at is not None and (case.code, kind.value) not in self.owed:
            made_at = call.ended_at or call.received_at
            one = ledger.owed(case, kind, call.promise_due_at, ledger.call_owner(call), at=made_at)
            one.made_by_call = call
            self.promises.append(one)

    def save(self) -> None:
        Case.objects.bulk_create(self.new)
        for contact in self.contacts:
            contact.case_id = contact.case.pk
        for promise in self.promises:
            promise.case_id = promise.case.pk
        Contact.objects.bulk_create(self.contacts)
        Promise.objects.bulk_create(self.promises)

    def _joins(self, call: Call) -> Case | None:
        told = self.by_code.get(call.code)
        if told is not None and told.citizen_id == call.citizen_id and CaseState(told.state) in OPEN:
            return told
        return self.working.get((call.citizen_id or 0, call.line_id))


def _web_seed(message: WebMessage) -> Seed:
    return Seed(
        message.city_id,
        message.line,
        message.citizen_id,
        message.at,
        code=message.code,
        kind=CaseKind(message.kind),
        kind_by=SaidBy.CITIZEN.value,
        body=message.body,
        place=message.place,
        confidential=message.confidential,
    )


def _web_promise(case: Case, message: WebMessage) -> Promise:
    """Somebody will be in touch; who left no number reads the reply on the matter's page."""
    kind = PromiseKind.CALL_BACK if message.citizen.number_sealed is not None else PromiseKind.REPLY
    holder = case.holder
    owner = ledger.official_owns(holder) if holder else ledger.staff_own(None, message.city_id)
    return ledger.owed(case, kind, message.promise_due_at, owner, at=message.at)


def _mark(turns: Sequence[Turn], at: datetime) -> None:
    calls = [call.pk for turn in turns for call in turn.calls]
    texts = [text.pk for turn in turns for text in turn.texts]
    messages = [message.pk for turn in turns for message in turn.messages]
    if calls:
        Call.objects.filter(pk__in=calls).update(taken_in_at=at)
    if texts:
        Text.objects.filter(pk__in=texts).update(taken_in_at=at)
    if messages:
        WebMessage.objects.filter(pk__in=messages).update(taken_in_at=at)


def _trace(done: Acts) -> None:
    """What was done, in the trail of each city."""
    for city_id in sorted({city_id for city_id, _ in done}):
        trail.record_many(access.system(city_id), [act for city, act in done if city == city_id])
