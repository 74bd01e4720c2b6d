"""What is read of the ladder: each takes the viewer and gives only what the policy lets him see.

about_me(viewer, at)              the official's own page
overview(viewer, at)              supervision: what is to be weighed, decided, carried out
event_page, proposal_page         one of them, whole; a reading by anybody but himself is in the trail
of_reports(viewer, at)            a superior: interviews and referrals of those under him
counts(viewer, at)                leadership and supervision: numbers, no names
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from minhu.audit import trail
from minhu.directory.models import Official
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.ladder import Outcome, Step
from minhu.supervision.ladder_rights import DECIDES, SEES_COUNTS, decided_by, himself, read_by
from minhu.supervision.ladder_rows import (
    EventRow,
    InterviewRow,
    ProposalRow,
    event_rows,
    events,
    proposal_rows,
    proposals,
)
from minhu.supervision.laddering import outcome_of
from minhu.supervision.models import Interview, LadderEvent, Proposal

_MOST = 200
_OVER = frozenset({Outcome.DISMISSED, Outcome.OVERTURNED})


@dataclass(frozen=True, slots=True)
class AboutMe:
    """What is said about the viewer, the newest first."""

    events: tuple[EventRow, ...]
    proposals: tuple[ProposalRow, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the window: proposals by step, what became of them, interviews held."""

    since: datetime
    proposed: tuple[tuple[Step, int], ...]
    taken: tuple[tuple[Step, int], ...]
    open: int
    dismissed: int
    appeals: int
    granted: int
    interviews: int


@dataclass(frozen=True, slots=True)
class Overview:
    """events: he may still speak, or has and waits to be weighed. open: undecided. going_on: taken, not done yet."""

    events: tuple[EventRow, ...]
    open: tuple[ProposalRow, ...]
    appeals: tuple[ProposalRow, ...]
    going_on: tuple[ProposalRow, ...]
    past: tuple[ProposalRow, ...]


def about_me(viewer: Viewer, at: datetime) -> AboutMe:
    """Raises: NotYours for who is no official."""
    if viewer.official_id is None:
        raise NotYours
    told = events().filter(himself(viewer)).order_by("-at", "-pk")[:_MOST]
    made = proposals().filter(himself(viewer)).order_by("-proposed_at", "-pk")[:_MOST]
    return AboutMe(event_rows(told, viewer, at), proposal_rows(made, viewer, at))


def waiting(viewer: Viewer, at: datetime) -> int:
    """How much awaits the official: events to speak on, steps he has not confirmed, interviews to come."""
    if viewer.official_id is None:
        return 0
    unsaid = LadderEvent.objects.filter(himself(viewer), stated_at=None, weighed_at=None, until__gte=at).count()
    unread = Proposal.objects.filter(himself(viewer), decision=Outcome.TAKEN.value, read_at=None).count()
    return unsaid + unread + Interview.objects.filter(proposal__official=viewer.official_id, recorded_at=None).count()


@transaction.atomic
def overview(viewer: Viewer, at: datetime) -> Overview:
    """Of the officials on whom the viewer may decide. Raises: NotYours."""
    if not viewer.has(*DECIDES):
        raise NotYours
    to_hear = Q(stated_at__isnull=False) | Q(until__gte=at)
    unweighed = list(events().filter(decided_by(viewer), to_hear, weighed_at=None).order_by("until", "pk")[:_MOST])
    made = list(proposals().filter(decided_by(viewer)).order_by("-proposed_at", "-pk")[:_MOST])
    rows = proposal_rows(made, viewer, at)
    _into_the_trail(viewer, {one.official_id for one in unweighed} | {one.official_id for one in made})
    return Overview(
        events=event_rows(unweighed, viewer, at),
        open=tuple(one for one in rows if one.outcome is Outcome.OPEN),
        appeals=tuple(one for one in rows if one.outcome is Outcome.ON_APPEAL),
        going_on=tuple(one for one in rows if one.outcome is Outcome.TAKEN and not is_done(one)),
        past=tuple(one for one in rows if one.outcome in _OVER or (one.outcome is Outcome.TAKEN and is_done(one))),
    )


def is_done(one: ProposalRow) -> bool:
    """Whether a step that was taken has been carried out."""
    match one.step:
        case Step.REMINDER:
            return one.read_at is not None
        case Step.INTERVIEW:
            return bool(one.interviews) and one.interviews[-1].attended is not None and not one.may.arrange
        case Step.REFERRAL:
            return one.referral is not None


@transaction.atomic
def event_page(viewer: Viewer, event_id: int, at: datetime) -> EventRow:
    """For himself and those who may decide. Raises: NotYours."""
    one = events().filter(himself(viewer) | decided_by(viewer), pk=event_id).first()
    if one is None:
        raise NotYours
    if one.official_id != viewer.official_id:
        trail.record(viewer, "read_event", one, official=one.official_id)
    return event_rows([one], viewer, at)[0]


@transaction.atomic
def proposal_page(viewer: Viewer, proposal_id: int, at: datetime) -> ProposalRow:
    """For himself, those who may decide, and where the policy says so his superior. Raises: NotYours."""
    one = proposals().filter(read_by(viewer), pk=proposal_id).first()
    if one is None:
        raise NotYours
    if one.official_id != viewer.official_id:
        trail.record(viewer, "read_proposal", one, official=one.official_id)
    return proposal_rows([one], viewer, at)[0]


def interview_page(viewer: Viewer, interview_id: int, at: datetime) -> tuple[ProposalRow, InterviewRow]:
    """The step that it belongs to, and it. Raises: NotYours."""
    found = Interview.objects.filter(pk=interview_id).values_list("proposal", flat=True).first()
    row = proposal_page(viewer, found or 0, at)
    return row, next(talk for talk in row.interviews if talk.id == interview_id)


def has_reports(viewer: Viewer) -> bool:
    """Whether there are officials under the viewer."""
    return (
        viewer.official_id is not None and Official.objects.filter(superior=viewer.official_id, left_on=None).exists()
    )


@transaction.atomic
def of_reports(viewer: Viewer, at: datetime) -> tuple[ProposalRow, ...]:
    """Interviews and referrals of the officials under the viewer, as far as the policy tells their superior."""
    if viewer.official_id is None:
        return ()
    found = list(
        proposals()
        .filter(read_by(viewer), official__superior=viewer.official_id)
        .order_by("-proposed_at", "-pk")[:_MOST]
    )
    _into_the_trail(viewer, {one.official_id for one in found})
    return proposal_rows(found, viewer, at)


def counts_for(viewer: Viewer) -> bool:
    """Whether the numbers are for him: of an office they would be as good as names."""
    return any(grant.role in SEES_COUNTS and grant.office_id == viewer.city_id for grant in viewer.grants)


def counts(viewer: Viewer, at: datetime) -> Counts:
    """Numbers of the whole city within the window, and no names. Raises: NotYours."""
    if not counts_for(viewer):
        raise NotYours
    since = at - settings.LADDER.window
    made = Proposal.objects.filter(city=viewer.city_id, proposed_at__gt=since, proposed_at__lte=at)
    found = [(Step(one.step), outcome_of(one)) for one in made.select_related("appeal")]
    taken = [step for step, outcome in found if outcome in {Outcome.TAKEN, Outcome.ON_APPEAL}]
    appeals = made.filter(appeal__isnull=False)
    return Counts(
        since=since,
        proposed=tuple((step, sum(one is step for one, _ in found)) for step in Step),
        taken=tuple((step, taken.count(step)) for step in Step),
        open=sum(outcome is Outcome.OPEN for _, outcome in found),
        dismissed=sum(outcome is Outcome.DISMISSED for _, outcome in found),
        appeals=appeals.count(),
        granted=appeals.filter(appeal__granted=True).count(),
        interviews=Interview.objects.filter(proposal__city=viewer.city_id, attended=True, at__gt=since).count(),
    )


def _into_the_trail(viewer: Viewer, officials: Iterable[int]) -> None:
    """That a list was read in which these are named."""
    if shown := sorted(officials):
        entry = trail.Entry("read_ladder", "office", str(viewer.city_id), "", {"officials": list(shown)})
        trail.record_many(viewer, [entry])
