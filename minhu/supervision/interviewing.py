"""Carrying out what was decided: interviews with time, place and minutes, and referrals.

arrange(proposal, …)     told beforehand; moved as often as needed until it is recorded
record(interview, …)     he came, with minutes; or he did not, which is an event that he is heard on
refer(proposal, …)       to whom, reference, date
held(city, …)            how many interviews took place, for the figures
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from minhu.audit import trail
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.ladder import (
    ArrangedAlready,
    DecidedAlready,
    EventKind,
    NotAhead,
    NotDecided,
    NotThisStep,
    NotYetHeld,
    OnAppeal,
    Outcome,
    SayWhy,
    Step,
    statement_until,
)
from minhu.rules.plain import storable
from minhu.supervision.hearing import digest, written
from minhu.supervision.ladder_rights import account_of, decided_by, locked
from minhu.supervision.laddering import outcome_of
from minhu.supervision.models import Interview, LadderEvent, Proposal, Referral

LONGEST_MINUTES = 4000
_LONGEST_PLACE, _LONGEST_REFERENCE = 120, 80


@transaction.atomic
def arrange(proposal_id: int, when: datetime, place: str, *, by: Viewer, at: datetime | None = None) -> Interview:
    """Time and place of the interview, or new ones.

    Raises: NotYours, NotDecided, OnAppeal, NotThisStep, NotAhead, ArrangedAlready.
    """
    at = at or timezone.now()
    one = _to_carry_out(proposal_id, Step.INTERVIEW, by)
    where = storable(place.strip(), _LONGEST_PLACE)
    if when <= at or not where:
        raise NotAhead
    there = one.interviews.filter(recorded_at=None).first()
    if there is None and not may_arrange(one):
        raise ArrangedAlready
    made = there or Interview(proposal=one)
    made.at, made.place, made.arranged_by_id, made.arranged_at = when, where, account_of(by), at
    made.save()
    trail.record(by, "arrange_interview", made, when=when, official=one.official_id)
    return made


@transaction.atomic
def record(interview_id: int, *, attended: bool, minutes: str, by: Viewer, at: datetime | None = None) -> Interview:
    """What came of it, by who led it. Raises: NotYours, NotDecided, OnAppeal, NotYetHeld, ArrangedAlready, SayWhy."""
    at = at or timezone.now()
    found = Interview.objects.filter(pk=interview_id).first()
    if found is None:
        raise NotYours
    one = _to_carry_out(found.proposal_id, Step.INTERVIEW, by)
    made = Interview.objects.select_for_update(no_key=True, of=("self",)).get(pk=interview_id)
    if made.recorded_at is not None:
        raise ArrangedAlready
    if at < made.at:
        raise NotYetHeld
    made.attended, made.minutes = attended, written(minutes, LONGEST_MINUTES)
    made.led_by_id, made.recorded_at = account_of(by), at
    made.save()
    if not attended:
        _tell_of_absence(made, one, at)
    trail.record(
        by, "record_interview", made, attended=attended, official=one.official_id, minutes=digest(made.minutes)
    )
    return made


@transaction.atomic
def refer(proposal_id: int, to: str, reference: str, on: date, *, by: Viewer, at: datetime | None = None) -> Referral:
    """Handed over, on a day that has come.

    Raises: NotYours, NotDecided, OnAppeal, NotThisStep, DecidedAlready, SayWhy.
    """
    at = at or timezone.now()
    one = _to_carry_out(proposal_id, Step.REFERRAL, by)
    if Referral.objects.filter(proposal=one).exists():
        raise DecidedAlready
    if on > legal_day(at):
        raise SayWhy("移交日期不能晚于今天。")
    made = Referral.objects.create(
        proposal=one,
        to=written(to, _LONGEST_PLACE),
        reference=written(reference, _LONGEST_REFERENCE),
        on=on,
        by_id=account_of(by),
        filed_at=at,
    )
    trail.record(by, "refer", made, official=one.official_id, to=digest(f"{made.to} {made.reference}"))
    return made


def may_arrange(one: Proposal) -> bool:
    """Whether an interview is still to be arranged: none was, or the last one was missed with an excuse."""
    last = max(one.interviews.all(), key=lambda talk: (talk.at, talk.pk), default=None)
    missed = getattr(last, "ladder_event", None)
    return last is None or (missed is not None and missed.excuse != "")


def held(city_id: int, begin: datetime, end: datetime) -> QuerySet[Interview]:
    """Interviews of a city that took place in this time."""
    return Interview.objects.filter(proposal__city=city_id, attended=True, at__gte=begin, at__lt=end)


def _to_carry_out(proposal_id: int, step: Step, by: Viewer) -> Proposal:
    one = locked(proposal_id, decided_by(by))
    if one.step != step.value:
        raise NotThisStep
    outcome = outcome_of(one)
    if outcome is Outcome.ON_APPEAL:
        raise OnAppeal
    if outcome is not Outcome.TAKEN:
        raise NotDecided
    return one


def _tell_of_absence(made: Interview, one: Proposal, at: datetime) -> None:
    LadderEvent.objects.create(
        city_id=one.city_id,
        official_id=one.official_id,
        kind=EventKind.MISSED_INTERVIEW.value,
        interview=made,
        at=made.at,
        told_at=at,
        until=statement_until(at, china()),
    )
