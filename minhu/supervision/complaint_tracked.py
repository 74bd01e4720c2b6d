"""Complaints of a matter as the citizen sees them by its code: how far they are, what was found, what he may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.cases.tracking import case_id_of
from minhu.rules.complaints import (
    MOST_PER_MATTER,
    UNDER_WAY,
    ComplaintAct,
    ComplaintState,
    Ground,
    Part,
    Side,
    Verdict,
    may,
)
from minhu.supervision.models import Complaint


@dataclass(frozen=True, slots=True)
class TrackedComplaint:
    """As the citizen sees it. heard_until: when the official's time to speak is over. told: what was found, for him."""

    id: int
    ground: Ground
    state: ComplaintState
    made_at: datetime
    heard_until: datetime | None
    verdict: Verdict | None
    told: str
    found_at: datetime | None
    appeal_until: datetime | None
    appealed_at: datetime | None
    decide_due_at: datetime | None
    may_appeal: bool
    again: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """The complaints of a matter. may_complain: more can be said, or another made."""

    complaints: tuple[TrackedComplaint, ...]
    may_complain: bool


def tracked(code: str, at: datetime) -> Tracked:
    """For who holds the code, which the caller has looked up and counted."""
    case_id = case_id_of(code)
    if case_id is None:
        return Tracked((), may_complain=False)
    found = list(Complaint.objects.filter(case=case_id).select_related("again", "case").order_by("made_at", "id"))
    open_now = any(ComplaintState(one.state) in UNDER_WAY for one in found)
    return Tracked(tuple(_tracked(one, at) for one in found), open_now or len(found) < MOST_PER_MATTER)


def _tracked(one: Complaint, at: datetime) -> TrackedComplaint:
    stands = one.findings.order_by("-instance").first()
    his = one.appeals.filter(side=Side.CITIZEN.value).first()
    again = one.again
    state = ComplaintState(one.state)
    in_time = one.appeal_until is not None and at <= one.appeal_until
    return TrackedComplaint(
        id=one.pk,
        ground=Ground(one.ground),
        state=state,
        made_at=one.made_at,
        heard_until=one.due_at,
        verdict=Verdict(one.verdict) if one.verdict else None,
        told=stands.told if stands else "",
        found_at=one.found_at,
        appeal_until=one.appeal_until,
        appealed_at=his.at if his else None,
        decide_due_at=one.decide_due_at,
        may_appeal=in_time and his is None and may({Part.CITIZEN}, state, ComplaintAct.APPEAL),
        again=again.code if again is not None and again.pk != one.case_id else "",
    )
