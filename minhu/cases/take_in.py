"""Contacts become matters. A job calls ``take_in``; any number of workers may, and nothing is taken twice.

    a call that nobody answered in person    makes a case with the promise its journal holds, or joins an open one
    a call that was answered                 is added to the open case, if there is one; else it waits for its wrap-up
    a call that we placed                    keeps the promise it was placed for, or counts as an attempt
    a text                                   see texts.py
    a message of the form                    makes a case with the code the citizen already has

Few contacts are taken at a time, because on SQLite everybody else waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.avoiding import conflicts_of, keep_from_the_accused
from minhu.cases.callbacks import record_callback
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
)

AT_ONCE = 25

Row = TypeVar("Row", Call, Text, WebMessage)


def take_in(limit: int = 500, *, at: datetime | None = None) -> int:
    """Take in contacts that no case has yet, at most about ``limit`` of each kind; returns how many."""
    at = at or timezone.now()
    done = 0
    for some in (_calls, _texts, _web_messages):
        taken = 0
        while taken < limit and (count := some(at)):
            taken += count
        done += taken
    return done


@transaction.atomic
def _calls(at: datetime) -> int:
    waiting = Call.objects.filter(taken_in_at=None, ended_at__isnull=False).order_by("received_at")
    calls = list(_claimed(waiting.select_related("line__official__office")))
    if not calls:
        return 0
    _lock_citizens(call.citizen_id for call in calls)
    batch = _Batch(calls, at)
    for call in calls:
        if call.direction == Direction.OUTBOUND.value:
            record_callback(call, at=at)
        elif call.answered_by_kind in {kind.value for kind in COUNTS_AS_ANSWERED}:
            batch.add_answered(call)
        elif call.line_id is not None:
            batch.add_missed(call)
    batch.save()
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(taken_in_at=at)
    batch.trace()
    return len(calls)


@transaction.atomic
def _texts(at: datetime) -> int:
    waiting = Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None).order_by("id")
    texts = list(_claimed(waiting.select_related("thread__citizen", "thread__line__official__office")))
    _lock_citizens(text.thread.citizen_id for text in texts)
    acts: list[tuple[int, trail.Entry]] = []
    open_now = situations(texts)
    for text in texts:
        key = (text.thread.citizen_id, text.thread.line_id)
        done = take_in_text(text, open_now.get(key, NOTHING_OPEN), at=at)
        if done and _more(texts, text):
            open_now[key] = situations([text]).get(key, NOTHING_OPEN)
        acts.extend((text.city_id, act) for act in done)
    Text.objects.filter(pk__in=[text.pk for text in texts]).update(taken_in_at=at)
    _trace(acts)
    return len(texts)


@transaction.atomic
def _web_messages(at: datetime) -> int:
    waiting = WebMessage.objects.filter(taken_in_at=None).order_by("at")
    messages = list(_claimed(waiting.select_related("citizen", "line__official__office")))
    if not messages:
        return 0
    cases = [new_case(_web_seed(message)) for message in messages]
    pairs = list(zip(cases, messages, strict=True))
    for case, message in pairs:
        keep_from_the_accused(case, message)
    Case.objects.bulk_create(cases)
    Conflict.objects.bulk_create([one for case, message in pairs for one in conflicts_of(case, message)])
    Contact.objects.bulk_create([of_web(case, message) for case, message in pairs])
    Promise.objects.bulk_create([_web_promise(case, message) for case, message in pairs])
    WebMessage.objects.filter(pk__in=[message.pk for message in messages]).update(taken_in_at=at)
    _trace([(case.city_id, trail.entry("open_case", case, channel="web")) for case in cases])
    return len(messages)


class _Batch:
    """Calls of one transaction on their way into cases: few statements, however many calls."""

    def __init__(self, calls: list[Call], at: datetime) -> None:
        self.at = at
        self.new: list[Case] = []
        self.promises: list[Promise] = []
        self.contacts: list[Contact] = []
        self.acts: list[tuple[str, Case, Call]] = []
        mine = Case.objects.filter(
            Q(state__in=[state.value for state in WORKING]) | Q(code__in=[call.code for call in calls if call.code]),
            citizen_id__in={call.citizen_id for call in calls if call.citizen_id},
        ).order_by("opened_at")
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
        if case.pk and ledger.keep_by_call(case, call, (PromiseKind.CALL_BACK,), at=self.at):
            self.owed.discard((case.code, PromiseKind.CALL_BACK.value))
            Case.objects.filter(pk=case.pk, first_contact_at=None).update(first_contact_at=call.answered_at)

    def add_missed(self, call: Call) -> None:
        """Nobody answered: the promise of the journal goes into the ledger, on a new case or an open one."""
        case = self._joins(call)
        if case is None:
            citizen = call.citizen_id or Citizen.objects.create(city_id=call.city_id, first_seen_at=self.at).pk
            code = "" if call.code in self.by_code else call.code
            case = new_case(Seed(call.city_id, call.line, citizen, call.received_at, code))
            self.new.append(case)
            self.by_code[case.code] = case
            if call.citizen_id:
                self.working[call.citizen_id, call.line_id] = case
            self.acts.append(("open_case", case, call))
        else:
            self.acts.append(("join", case, call))
        self.contacts.append(of_call(case, call))
        kind = PromiseKind(call.promise_kind or PromiseKind.CALL_BACK)
        if call.promise_due_at is not None and (case.code, kind.value) not in self.owed:
            self.owed.add((case.code, kind.value))
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

    def trace(self) -> None:
        _trace([(case.city_id, trail.entry(act, case, call=call.pk)) for act, case, call in self.acts])

    def _joins(self, call: Call) -> Case | None:
        told = self.by_code.get(call.code)
        if told is not None and told.citizen_id == call.citizen_id and CaseState(told.state) in OPEN:
            return told
        return self.working.get((call.citizen_id or 0, call.line_id))


def _more(texts: list[Text], text: Text) -> bool:
    """Whether the batch holds another text of the same citizen."""
    return sum(one.thread.citizen_id == text.thread.citizen_id for one in texts) > 1


def _claimed(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:AT_ONCE]


def _lock_citizens(ids: Iterable[int | None]) -> None:
    """Two workers never decide about the same citizen at once; in one order, so that they do not block each other."""
    wanted = {one for one in ids if one is not None}
    list(Citizen.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _web_seed(message: WebMessage) -> Seed:
    return Seed(
        message.city_id,
        message.line,
        message.citizen_id,
        message.at,
        code=message.code,
        kind=CaseKind(message.kind),
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


def _trace(done: list[tuple[int, trail.Entry]]) -> None:
    """What was done, in the trail of each city."""
    for city_id in sorted({city_id for city_id, _ in done}):
        trail.record_many(access.system(city_id), [act for city, act in done if city == city_id])
