"""Rectifications: begun for a hot issue, looked into, planned, done measure by measure, claimed, published.

    begin(issue_id, …)            somebody answers for it from now on
    research(id, note)            what he found out
    plan(id, measure)             what is done, by whom, by when
    start(id, due_on)             reporters are promised it by then
    finish(measure_id, done)      a measure is done, and what came of it
    claim(id)                     all is done, says the owner: the sample is drawn (rechecking.py)
    give(id, official_id)         another owner
    publish(id, …)                what the public reads of it
    call_off(id, reason)          it will not be done, and reporters are told why

Refusal
├── NotYours           (intake.scope) not his, or it does not exist: one answer
├── BegunAlready       the issue has one, which goes on
├── InConflict         (rules.conflicts) a case of the issue must never reach him
├── ReasonNeeded       (cases.handing_over)
├── NumbersInWords     words for the public hold what looks like somebody's number
└── those of rules.rectifying
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.handing_over import ReasonNeeded
from minhu.directory.models import Official
from minhu.insight import rectify_news, reporters
from minhu.insight.models import HotIssue, Measure, Rectification
from minhu.insight.rechecking import commit_sample, draw_sample
from minhu.insight.rectify_rights import kept_from, locked, may_begin, may_own, same_issues
from minhu.insight.rectify_steps import enter, move
from minhu.intake.scope import NotYours
from minhu.rules import rectifying as rule
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.conflicts import InConflict
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.rectifying import DueUnclear, RectifyAct, RectifyState, said
from minhu.rules.words import PromiseKind

_NUMBER = re.compile(r"\d{7,}|\d{3,4}[- ]\d{7,8}|\d{3}[- ]\d{4}[- ]\d{4}")


class BegunAlready(Refusal):
    code = "rectify_begun_already"
    words = "这个热点问题已经有整改，请在原来的整改里继续办理。"


class NumbersInWords(Refusal):
    code = "rectify_numbers_in_words"
    words = "公开的文字里不能写电话号码、证件号码，也不要写反映人的姓名，请删去。"


@dataclass(frozen=True, slots=True)
class Plan:
    """A measure as it is planned. due_on: the day until which it is done."""

    what: str
    who: str
    due_on: date


@transaction.atomic
def begin(issue_id: int, official_id: int, *, by: Viewer, at: datetime | None = None) -> Rectification:
    """An official answers for putting the issue right. Raises: NotYours, BegunAlready, InConflict."""
    at = at or timezone.now()
    held = HotIssue.objects.select_for_update(no_key=True, of=("self",)).exclude(pk__in=kept_from(by).values("pk"))
    issue = held.filter(pk=issue_id, city_id=by.city_id, merged_into=None).first()
    if issue is None or not may_begin(by):
        raise NotYours
    if Rectification.objects.filter(issue__in=same_issues(issue)).exists():
        raise BegunAlready
    owner = _owner(issue, official_id)
    one = Rectification.objects.create(
        city_id=issue.city_id, issue=issue, owner=owner, office=owner.office, begun_by_id=by.account_id, begun_at=at
    )  # fmt: skip
    enter(one, by=by, at=at)
    trail.record(by, "begin_rectify", one, issue=issue.pk, owner=owner.pk)
    return one


@transaction.atomic
def research(rectification_id: int, note: str, *, by: Viewer, at: datetime | None = None) -> Rectification:
    """What the owner found out. Raises: NotYours, NotPossibleNow, SayIt."""
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.RESEARCH)
    move(one, RectifyAct.RESEARCH, by=by, at=at, words=said(storable(note, rule.LONGEST + 1)))
    return one


@transaction.atomic
def plan(rectification_id: int, measure: Plan, *, by: Viewer, at: datetime | None = None) -> Measure:
    """Something more is to be done. Raises: NotYours, NotPossibleNow, SayIt, DueUnclear."""
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.PLAN)
    what, who = said(storable(measure.what), 200), said(storable(measure.who), 80)
    # a time that is over binds nobody: what is added after it failed needs a day of its own
    last = legal_day(one.due_at) if one.due_at and one.due_at > at and one.state != RectifyState.REOPENED else None
    if measure.due_on < legal_day(at) or (last is not None and measure.due_on > last):
        raise DueUnclear
    made = Measure.objects.create(
        rectification=one, what=what, who=who, due_on=measure.due_on, by_id=by.account_id, at=at
    )
    trail.record(by, "plan_measure", one, what, measure=made.pk, due=measure.due_on)
    return made


@transaction.atomic
def start(
    rectification_id: int, *, due_on: date | None = None, by: Viewer, at: datetime | None = None
) -> Rectification:
    """It is under way, and reporters are promised it until the end of ``due_on``; after a failed re-check the time that
    was promised stands, and none is given.

    Raises: NotYours, NotPossibleNow, NoMeasures, DueUnclear.
    """
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.START)
    open_now = list(one.measures.filter(done_at=None))
    rule.require_measures(len(open_now))
    if one.state != RectifyState.FAILED:
        if due_on is None or any(measure.due_on > due_on for measure in open_now):
            raise DueUnclear
        one.due_at = rule.due_at_end_of(due_on, at, china())
    commit_sample(one, at=at)
    move(one, RectifyAct.START, by=by, at=at)
    return one


@transaction.atomic
def finish(measure_id: int, done: str, *, by: Viewer, at: datetime | None = None) -> Measure:
    """A measure is done, and what came of it. Raises: NotYours, NotPossibleNow, SayIt."""
    at = at or timezone.now()
    found = Measure.objects.filter(pk=measure_id, done_at=None).first()
    if found is None:
        raise NotYours
    one = locked(found.rectification_id, by, RectifyAct.DO)
    measure = Measure.objects.get(pk=measure_id)
    if measure.done_at is not None:
        raise rule.NotPossibleNow
    measure.done, measure.done_by_id, measure.done_at = said(storable(done), 500), by.account_id, at
    measure.save(update_fields=["done", "done_by", "done_at"])
    trail.record(by, "finish_measure", one, measure.done, measure=measure.pk)
    return measure


@transaction.atomic
def claim(rectification_id: int, *, by: Viewer, at: datetime | None = None) -> Rectification:
    """The owner says that it is put right; now those who reported it are asked.

    Raises: NotYours, NotPossibleNow, NotAllDone, NobodyToAsk.
    """
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.CLAIM)
    rule.require_all_done(one.measures.filter(done_at=None).count())
    reporters.promise_each(one, at=at)
    draw_sample(one, at=at)
    move(one, RectifyAct.CLAIM, by=by, at=at)
    return one


@transaction.atomic
def give(
    rectification_id: int, official_id: int, *, by: Viewer, reason: str, at: datetime | None = None
) -> Rectification:
    """Another official answers for it, and owes what reporters were promised.

    Raises: NotYours, NotPossibleNow, ReasonNeeded, InConflict.
    """
    at = at or timezone.now()
    reason = storable(reason.strip(), 300)
    if not reason:
        raise ReasonNeeded
    one = locked(rectification_id, by, RectifyAct.GIVE)
    one.owner = _owner(one.issue, official_id)
    one.office = one.owner.office
    one.save(update_fields=["owner", "office"])
    for reporter in one.reporters.filter(promise__kept_at=None).select_related("case").order_by("case"):
        ledger.give_to(reporter.case, (PromiseKind.RECTIFY,), ledger.official_owns(one.owner))
    trail.record(by, "give_rectify", one, reason, owner=one.owner_id)
    rectify_news.moved(one, None, one.steps.get(ended_at=None), at=at)
    return one


@transaction.atomic
def publish(rectification_id: int, title: str, words: str, *, by: Viewer, at: datetime | None = None) -> Rectification:
    """What the public reads: what was raised and what was done, without a name or number of anybody who raised it.

    Raises: NotYours, NotPossibleNow, SayIt, NumbersInWords.
    """
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.PUBLISH)
    title, words = said(storable(title), 80), said(storable(words, rule.LONGEST + 1))
    if _NUMBER.search(title) or _NUMBER.search(words):
        raise NumbersInWords
    one.title, one.words, one.published_at, one.published_by_id = title, words, at, by.account_id
    one.save(update_fields=["title", "words", "published_at", "published_by"])
    move(one, RectifyAct.PUBLISH, by=by, at=at)
    return one


@transaction.atomic
def call_off(rectification_id: int, reason: str, *, by: Viewer, at: datetime | None = None) -> Rectification:
    """It is over without being done; what reporters were promised falls away, and each is told (reporters.py).

    Raises: NotYours, NotPossibleNow, SayIt, NumbersInWords.
    """
    at = at or timezone.now()
    one = locked(rectification_id, by, RectifyAct.CALL_OFF)
    reason = said(storable(reason, 301), 300)
    if _NUMBER.search(reason):
        raise NumbersInWords
    move(one, RectifyAct.CALL_OFF, by=by, at=at, words=reason)
    return one


def _owner(issue: HotIssue, official_id: int) -> Official:
    """Raises: NotYours, InConflict."""
    owner = Official.objects.select_related("office", "superior").filter(
        pk=official_id, city_id=issue.city_id, left_on=None
    )
    found = owner.first()
    if found is None:
        raise NotYours
    if not may_own(issue, found):
        raise InConflict
    return found
