"""The official's word on what counts against him, and what supervision makes of it.

say(event, …)       his word, once and in time, with the excuse that he claims
weigh(event, …)     a supervisor says: it counts, or it is excused
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import trail
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import HeardAlready, HearHimFirst, SayWhy, TooLate
from minhu.rules.plain import storable
from minhu.supervision.ladder_rights import account_of, decided_by, himself
from minhu.supervision.models import LadderEvent

LONGEST = 500


@transaction.atomic
def say(
    event_id: int, words: str, *, by: Viewer, claimed: Excuse | None = None, at: datetime | None = None
) -> LadderEvent:
    """The official himself, once. Raises: NotYours, HeardAlready, TooLate, SayWhy."""
    at = at or timezone.now()
    one = _locked(event_id, himself(by))
    if one.stated_at is not None or one.weighed_at is not None:
        raise HeardAlready
    if at > one.until:
        raise TooLate
    one.statement, one.claimed, one.stated_at = written(words), claimed.value if claimed else "", at
    one.save(update_fields=["statement", "claimed", "stated_at"])
    trail.record(by, "state_on_event", one, claimed=one.claimed, words=digest(one.statement))
    return one


@transaction.atomic
def weigh(event_id: int, excuse: Excuse | None, reason: str, *, by: Viewer, at: datetime | None = None) -> LadderEvent:
    """It is excused, or without an excuse it counts. Raises: NotYours, HeardAlready, HearHimFirst, SayWhy."""
    at = at or timezone.now()
    one = _locked(event_id, decided_by(by))
    if one.weighed_at is not None:
        raise HeardAlready
    if excuse is None and one.stated_at is None and at < one.until:
        raise HearHimFirst
    one.excuse, one.reason = excuse.value if excuse else "", written(reason)
    one.weighed_by_id, one.weighed_at = account_of(by), at
    one.save(update_fields=["excuse", "reason", "weighed_by", "weighed_at"])
    proof = digest(one.reason)
    trail.record(by, "weigh_event", one, official=one.official_id, excuse=one.excuse, reason_digest=proof)
    return one


def written(words: str, longest: int = LONGEST) -> str:
    """What was typed, as it is kept. Raises: SayWhy for nothing or too much."""
    kept = storable(words.strip())
    if not kept or len(kept) > longest:
        raise SayWhy
    return kept


def digest(words: str) -> str:
    """What the trail keeps of confidential words: their SHA-256, which proves them and tells nobody."""
    return hashlib.sha256(words.encode()).hexdigest()


def _locked(event_id: int, may: Q) -> LadderEvent:
    one = LadderEvent.objects.select_for_update(no_key=True, of=("self",)).filter(may, pk=event_id).first()
    if one is None:
        raise NotYours
    return one
