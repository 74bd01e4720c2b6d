"""Rows of the ladder as pages show them: an event with what it is about, a proposal with all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from minhu.directory.naming import full_title
from minhu.intake.models import Recording
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import EventKind, Outcome, Reason, Standing, Step, appeal_until
from minhu.supervision.deciding import still_rests
from minhu.supervision.interviewing import may_arrange
from minhu.supervision.ladder_rights import officials_of
from minhu.supervision.laddering import Record, event_of, gather, key_of, outcome_of
from minhu.supervision.models import Check, CheckTry, Interview, LadderEvent, Proposal, Referral, StepAppeal


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What the journal and the inspector say of a failed check. recorded: what the line said can be heard."""

    check_id: int
    received_at: datetime | None
    ring_seconds: float | None
    answered_by_kind: str
    promise_due_at: datetime | None
    promise_kept: bool | None
    himself: bool | None
    to_the_point: bool | None
    polite: bool | None
    note: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that counts, or might. may_say, may_weigh: what the viewer can do with it now.

    may_count: it can be held against him, because he was heard or let the time pass.
    """

    id: int
    kind: EventKind
    standing: Standing
    at: datetime
    told_at: datetime
    until: datetime
    official: str
    post: str
    claimed: Excuse | None
    statement: str
    stated_at: datetime | None
    excuse: Excuse | None
    reason: str
    weighed_by: str
    weighed_at: datetime | None
    facts: CheckFacts | None
    may_say: bool
    may_weigh: bool
    may_count: bool

    @property
    def form(self) -> str:
        """Name of the form in which he says his word."""
        return f"say-{self.id}"


@dataclass(frozen=True, slots=True)
class GroundRow:
    """An event that a proposal rests on. event: None where it is a complaint, which has its own page."""

    key: str
    kind: EventKind
    at: datetime
    is_new: bool
    event: EventRow | None


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """attended: None until it is recorded."""

    id: int
    at: datetime
    place: str
    attended: bool | None
    minutes: str
    led_by: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealRow:
    words: str
    at: datetime
    granted: bool | None
    reason: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReferralRow:
    to: str
    reference: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class May:
    """What the viewer can do with a proposal now. take: False too where it rests on nothing any more."""

    decide: bool = False
    take: bool = False
    decide_appeal: bool = False
    arrange: bool = False
    record: bool = False
    refer: bool = False
    say: bool = False
    read: bool = False
    appeal: bool = False


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A step proposed, and what became of it. appeal_until: None where none is possible any more."""

    id: int
    step: Step
    why: Reason
    outcome: Outcome
    official: str
    post: str
    proposed_at: datetime
    grounds: tuple[GroundRow, ...]
    word: str
    word_at: datetime | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    read_at: datetime | None
    appeal_until: datetime | None
    appeal: AppealRow | None
    interviews: tuple[InterviewRow, ...]
    referral: ReferralRow | None
    may: May

    @property
    def word_form(self) -> str:
        """Name of the form in which he says his word on it."""
        return f"word-{self.id}"

    @property
    def appeal_form(self) -> str:
        """Name of the form in which he appeals."""
        return f"appeal-{self.id}"


def events() -> QuerySet[LadderEvent]:
    """With all that a row needs."""
    return LadderEvent.objects.select_related("official__office", "check_of__call", "weighed_by")


def proposals() -> QuerySet[Proposal]:
    """With all that a row needs."""
    joined = Proposal.objects.select_related("official__office", "decided_by", "appeal__decided_by", "referral__by")
    return joined.prefetch_related("grounds", "interviews__led_by", "interviews__ladder_event")


def event_rows(found: Iterable[LadderEvent], viewer: Viewer, at: datetime) -> tuple[EventRow, ...]:
    """In the order given."""
    found = list(found)
    decides, recorded = _decides(viewer, {one.official_id for one in found}), _recorded(found)
    return tuple(_event(one, viewer, at, one.official_id in decides, recorded) for one in found)


def proposal_rows(found: Iterable[Proposal], viewer: Viewer, at: datetime) -> tuple[ProposalRow, ...]:
    """In the order given; as many queries for all of them as for one."""
    found = list(found)
    officials = {one.official_id for one in found}
    decides = _decides(viewer, officials)
    own = list(events().filter(official__in=officials)) if found else []
    recorded = _recorded(own)
    shown = {key_of(one): _event(one, viewer, at, one.official_id in decides, recorded) for one in own}
    known = gather(viewer.city_id, at, decides) if decides else {}
    rows = []
    for one in found:
        if one.official_id in decides:
            may = _may_decide(one, viewer, at, known[one.official_id])
        else:
            may = _may_himself(one, at) if one.official_id == viewer.official_id else May()
        rows.append(_proposal(one, shown, may))
    return tuple(rows)


def _decides(viewer: Viewer, officials: set[int]) -> set[int]:
    return set(officials_of(viewer).filter(pk__in=officials).values_list("pk", flat=True)) if officials else set()


def _post(one: LadderEvent | Proposal) -> str:
    office = one.official.office
    return full_title(office.name, office.kind, one.official.title)


def _recorded(found: Iterable[LadderEvent]) -> set[int]:
    """The checks among them of which there is a recording."""
    checks = [one.check_of_id for one in found if one.check_of_id]
    tries = CheckTry.objects.filter(check_of__in=checks, order__call__in=Recording.objects.values("call"))
    return set(tries.values_list("check_of", flat=True)) if checks else set()


def _event(one: LadderEvent, viewer: Viewer, at: datetime, decides: bool, recorded: set[int]) -> EventRow:
    event = event_of(one, at)
    unheard = one.stated_at is None and one.weighed_at is None
    return EventRow(
        id=one.pk,
        kind=event.kind,
        standing=event.standing,
        at=one.at,
        told_at=one.told_at,
        until=one.until,
        official=one.official.name,
        post=_post(one),
        claimed=Excuse(one.claimed) if one.claimed else None,
        statement=one.statement,
        stated_at=one.stated_at,
        excuse=Excuse(one.excuse) if one.excuse else None,
        reason=one.reason,
        weighed_by=str(one.weighed_by or ""),
        weighed_at=one.weighed_at,
        facts=_facts(one.check_of, one.check_of.pk in recorded) if one.check_of else None,
        may_say=one.official_id == viewer.official_id and unheard and at <= one.until,
        may_weigh=decides and one.weighed_at is None,
        may_count=one.stated_at is not None or at >= one.until,
    )


def _facts(one: Check, recorded: bool) -> CheckFacts:
    return CheckFacts(
        check_id=one.pk,
        received_at=one.call.received_at if one.call else None,
        ring_seconds=one.ring_seconds,
        answered_by_kind=one.answered_by_kind,
        promise_due_at=one.promise_due_at,
        promise_kept=one.promise_kept,
        himself=one.himself,
        to_the_point=one.to_the_point,
        polite=one.polite,
        note=one.note,
        recorded=recorded,
    )


def _proposal(one: Proposal, shown: Mapping[str, EventRow], may: May) -> ProposalRow:
    grounds = sorted(one.grounds.all(), key=lambda ground: (ground.at, ground.key))
    talks = sorted(one.interviews.all(), key=lambda talk: (talk.at, talk.pk))
    appeal, referral = getattr(one, "appeal", None), getattr(one, "referral", None)
    return ProposalRow(
        id=one.pk,
        step=Step(one.step),
        why=Reason(one.why),
        outcome=outcome_of(one),
        official=one.official.name,
        post=_post(one),
        proposed_at=one.proposed_at,
        grounds=tuple(
            GroundRow(ground.key, EventKind(ground.kind), ground.at, ground.is_new, shown.get(ground.key))
            for ground in grounds
        ),
        word=one.word,
        word_at=one.word_at,
        reason=one.reason,
        decided_by=str(one.decided_by or ""),
        decided_at=one.decided_at,
        read_at=one.read_at,
        appeal_until=appeal_until(one.decided_at, china()) if one.decided_at else None,
        appeal=_appeal(appeal) if appeal else None,
        interviews=tuple(_interview(talk) for talk in talks),
        referral=_referral(referral) if referral else None,
        may=may,
    )


def _may_decide(one: Proposal, viewer: Viewer, at: datetime, known: Record) -> May:
    outcome = outcome_of(one)
    taken, opened = outcome is Outcome.TAKEN, outcome is Outcome.OPEN
    planned = next((talk for talk in one.interviews.all() if talk.recorded_at is None), None)
    talks = taken and one.step == Step.INTERVIEW.value
    return May(
        decide=opened,
        take=opened and still_rests(one, known, at),
        decide_appeal=outcome is Outcome.ON_APPEAL and one.decided_by_id != viewer.account_id,
        arrange=talks and (planned is not None or may_arrange(one)),
        record=talks and planned is not None and planned.at <= at,
        refer=taken and one.step == Step.REFERRAL.value and getattr(one, "referral", None) is None,
    )


def _may_himself(one: Proposal, at: datetime) -> May:
    taken = one.decision == Outcome.TAKEN.value and one.decided_at is not None
    in_time = one.decided_at is not None and at <= appeal_until(one.decided_at, china())
    return May(
        say=one.decided_at is None and one.word_at is None,
        read=taken and one.read_at is None,
        appeal=taken and in_time and getattr(one, "appeal", None) is None,
    )


def _appeal(one: StepAppeal) -> AppealRow:
    return AppealRow(one.words, one.at, one.granted, one.reason, str(one.decided_by or ""), one.decided_at)


def _interview(one: Interview) -> InterviewRow:
    return InterviewRow(one.pk, one.at, one.place, one.attended, one.minutes, str(one.led_by or ""), one.recorded_at)


def _referral(one: Referral) -> ReferralRow:
    return ReferralRow(one.to, one.reference, one.on, str(one.by))
