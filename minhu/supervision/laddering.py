"""What counts against officials is gathered, they are told, and the next step is proposed (docs/reference/ladder.md).

sweep(at)            the job: tell of failed checks, and propose; as often as one likes, each is done once
gather(city, at)     every event and every earlier proposal that matters now, by official
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from minhu.audit import trail
from minhu.directory.models import Office, Official
from minhu.rules import access
from minhu.rules.calendar import china
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import Event, EventKind, Outcome, Past, Step, propose, standing_of, statement_until
from minhu.rules.ladder import Proposal as Next
from minhu.supervision import found, upheld
from minhu.supervision.models import Check, Ground, LadderEvent, Proposal


@dataclass(slots=True)
class Record:
    """What is known of one official. past: by proposal."""

    events: list[Event] = field(default_factory=list)
    past: dict[int, Past] = field(default_factory=dict)


def sweep(at: datetime) -> int:
    """Tell of failed checks, then propose what the rule says; returns how many proposals were made."""
    untold = found.failed(at - settings.LADDER.window).filter(ladder_event=None, line__official__left_on=None)
    for check_id in untold.values_list("pk", flat=True):
        _tell(check_id, at)
    return sum(_propose(city_id, at) for city_id in Office.objects.filter(parent=None).values_list("pk", flat=True))


def gather(city_id: int, at: datetime, officials: Collection[int] | None = None) -> dict[int, Record]:
    """Events within the window and the proposals that rest on them. officials: None for all of the city."""
    since = at - settings.LADDER.window
    wanted = Q(city=city_id) if officials is None else Q(city=city_id, official__in=officials)
    known: dict[int, Record] = defaultdict(Record)
    for one in LadderEvent.objects.filter(wanted, at__gt=since, at__lte=at):
        known[one.official_id].events.append(event_of(one, at))
    for official_id, events in upheld.events_of(city_id, since, at).items():
        if officials is None or official_id in officials:
            known[official_id].events += events
    made = Proposal.objects.filter(wanted).filter(Q(decided_at=None) | Q(grounds__at__gt=since)).distinct()
    for proposal in made.select_related("appeal").prefetch_related("grounds"):
        known[proposal.official_id].past[proposal.pk] = past_of(proposal)
    return known


def event_of(one: LadderEvent, at: datetime) -> Event:
    """The event as the rule takes it."""
    standing = standing_of(
        until=one.until,
        stated=one.stated_at is not None,
        weighed=one.weighed_at is not None,
        excuse=Excuse(one.excuse) if one.excuse else None,
        at=at,
    )
    return Event(key_of(one), EventKind(one.kind), one.at, standing)


def key_of(one: LadderEvent) -> str:
    """The name under which grounds know it."""
    return f"check:{one.check_of_id}" if one.check_of_id else f"interview:{one.interview_id}"


def outcome_of(one: Proposal) -> Outcome:
    """What became of it, its appeal included."""
    if not one.decision:
        return Outcome.OPEN
    if one.decision == Outcome.DISMISSED.value:
        return Outcome.DISMISSED
    appeal = getattr(one, "appeal", None)
    if appeal is None or appeal.granted is False:
        return Outcome.TAKEN
    return Outcome.OVERTURNED if appeal.granted else Outcome.ON_APPEAL


def past_of(one: Proposal) -> Past:
    """The proposal as the rule takes it."""
    grounds = one.grounds.all()
    return Past(
        Step(one.step),
        outcome_of(one),
        frozenset(ground.key for ground in grounds if ground.is_new),
        frozenset(ground.key for ground in grounds),
    )


@transaction.atomic
def _tell(check_id: int, at: datetime) -> None:
    one = Check.objects.select_for_update(no_key=True, of=("self",)).select_related("line", "call").get(pk=check_id)
    if one.call is None or LadderEvent.objects.filter(check_of=one).exists():
        return
    made = LadderEvent.objects.create(
        city_id=one.city_id,
        official_id=one.line.official_id,
        kind=EventKind.FAILED_CHECK.value,
        check_of=one,
        at=one.call.received_at,
        told_at=at,
        until=statement_until(at, china()),
    )
    trail.record(access.system(one.city_id), "tell_of_failed_check", made, official=made.official_id)


def _propose(city_id: int, at: datetime) -> int:
    due = [official_id for official_id, known in gather(city_id, at).items() if _next(known, at)]
    in_post = Official.objects.filter(pk__in=due, left_on=None).order_by("pk")
    return sum(_make(city_id, official_id, at) for official_id in in_post.values_list("pk", flat=True))


@transaction.atomic
def _make(city_id: int, official_id: int, at: datetime) -> int:
    Official.objects.select_for_update(no_key=True).get(pk=official_id)  # one at a time for each official
    due = _next(gather(city_id, at, {official_id})[official_id], at)
    if due is None:
        return 0
    made = Proposal.objects.create(
        city_id=city_id, official_id=official_id, step=due.step.value, why=due.reason.value, proposed_at=at
    )
    Ground.objects.bulk_create(
        Ground(
            proposal=made, official_id=official_id, key=one.key, kind=one.kind.value, at=one.at,
            is_new=one.key in due.new,
        )
        for one in due.rests_on
    )  # fmt: skip
    keys = [one.key for one in due.rests_on]
    trail.record(access.system(city_id), "propose_step", made, step=made.step, on=keys, official=official_id)
    return 1


def _next(known: Record, at: datetime) -> Next | None:
    return propose(known.events, list(known.past.values()), settings.LADDER, at=at)
