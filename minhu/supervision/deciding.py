"""What becomes of a proposal: the official's word, a person's decision, his appeal, and who decides that.

add_word, confirm_read, appeal       the official himself
decide, decide_appeal                supervisors; the second is another than the first
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.ladder import (
    AnotherDecides,
    DecidedAlready,
    HeardAlready,
    NotDecided,
    NotSoAnyMore,
    Outcome,
    TooLate,
    appeal_until,
    rests_still,
)
from minhu.supervision.hearing import digest, written
from minhu.supervision.ladder_rights import account_of, decided_by, himself, locked
from minhu.supervision.laddering import Record, gather, past_of
from minhu.supervision.models import Proposal, StepAppeal


@transaction.atomic
def add_word(proposal_id: int, words: str, *, by: Viewer, at: datetime | None = None) -> Proposal:
    """The official's own, until it is decided. Raises: NotYours, DecidedAlready, HeardAlready, SayWhy."""
    one = locked(proposal_id, himself(by))
    if one.decided_at is not None:
        raise DecidedAlready
    if one.word_at is not None:
        raise HeardAlready
    one.word, one.word_at = written(words), at or timezone.now()
    one.save(update_fields=["word", "word_at"])
    trail.record(by, "speak_on_proposal", one, words=digest(one.word))
    return one


@transaction.atomic
def decide(proposal_id: int, *, take: bool, reason: str, by: Viewer, at: datetime | None = None) -> Proposal:
    """Take the step, or dismiss it. Raises: NotYours, DecidedAlready, NotSoAnyMore, SayWhy."""
    at = at or timezone.now()
    one = locked(proposal_id, decided_by(by))
    if one.decided_at is not None:
        raise DecidedAlready
    if take and not still_rests(one, gather(one.city_id, at, {one.official_id})[one.official_id], at):
        raise NotSoAnyMore
    one.decision = (Outcome.TAKEN if take else Outcome.DISMISSED).value
    one.reason, one.decided_by_id, one.decided_at = written(reason), account_of(by), at
    one.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    said = {"step": one.step, "decision": one.decision, "reason_digest": digest(one.reason)}
    trail.record(by, "decide_step", one, official=one.official_id, **said)
    return one


@transaction.atomic
def confirm_read(proposal_id: int, *, by: Viewer, at: datetime | None = None) -> Proposal:
    """The official has read what was decided; a second time changes nothing. Raises: NotYours, NotDecided."""
    one = locked(proposal_id, himself(by))
    if one.decision != Outcome.TAKEN.value:
        raise NotDecided
    if one.read_at is None:
        one.read_at = at or timezone.now()
        one.save(update_fields=["read_at"])
        trail.record(by, "confirm_read", one)
    return one


@transaction.atomic
def appeal(proposal_id: int, words: str, *, by: Viewer, at: datetime | None = None) -> StepAppeal:
    """Against a step that was taken, once and in time. Raises: NotYours, NotDecided, HeardAlready, TooLate, SayWhy."""
    at = at or timezone.now()
    one = locked(proposal_id, himself(by))
    if one.decision != Outcome.TAKEN.value or one.decided_at is None:
        raise NotDecided
    if StepAppeal.objects.filter(proposal=one).exists():
        raise HeardAlready
    if at > appeal_until(one.decided_at, china()):
        raise TooLate
    made = StepAppeal.objects.create(proposal=one, words=written(words), at=at)
    trail.record(by, "appeal_against_step", made, proposal=one.pk, words=digest(made.words))
    return made


@transaction.atomic
def decide_appeal(
    proposal_id: int, *, granted: bool, reason: str, by: Viewer, at: datetime | None = None
) -> StepAppeal:
    """By another than who decided the step. Raises: NotYours, NotDecided, AnotherDecides, DecidedAlready, SayWhy."""
    one = locked(proposal_id, decided_by(by))
    made = StepAppeal.objects.filter(proposal=one).first()
    if made is None:
        raise NotDecided
    if one.decided_by_id == by.account_id:
        raise AnotherDecides
    if made.decided_at is not None:
        raise DecidedAlready
    made.granted, made.reason = granted, written(reason)
    made.decided_by_id, made.decided_at = account_of(by), at or timezone.now()
    made.save(update_fields=["granted", "reason", "decided_by", "decided_at"])
    proof = digest(made.reason)
    trail.record(by, "decide_appeal", made, official=one.official_id, granted=granted, reason_digest=proof)
    return made


def still_rests(one: Proposal, known: Record, at: datetime) -> bool:
    """Whether the rule would still propose it, from what is known of its official at ``at``."""
    others = [past for pk, past in known.past.items() if pk != one.pk]
    return rests_still(past_of(one), known.events, others, settings.LADDER, at)
