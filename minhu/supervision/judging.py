"""What a named supervisor finds, why, and who asks for another look.

    find(complaint_id, …)              after the statement or its time
    appeal(…), appeal_by_code(…)       the official, the citizen: once each, in ten working days
    decide(complaint_id, …)            another supervisor; his finding stands, the first is kept

Refusal
├── NotYours                       (intake.scope)
├── NoSuchCode, TooManyLookups     (cases.tracking)
└── those of rules.complaints
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases.opening import tell
from minhu.cases.sending_back import send_back
from minhu.cases.tracking import NoSuchCode, case_by_code
from minhu.intake import outbox
from minhu.intake.scope import NotYours
from minhu.rules import access, complaints
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.complaints import (
    TOLD,
    UPHELD,
    AppealedAlready,
    ComplaintAct,
    ComplaintState,
    NotImpartial,
    Side,
    Verdict,
    after,
)
from minhu.rules.excuses import Excuse
from minhu.rules.plain import storable
from minhu.supervision import complaint_news
from minhu.supervision.complaint_rights import locked
from minhu.supervision.models import Appeal, Complaint, ComplaintFinding, Statement


@dataclass(frozen=True, slots=True)
class Found:
    """What is found. reason: for our side; told: what the citizen reads of it, without internal detail.

    unsolved: the matter itself is not solved; where the complaint is upheld it is worked on again.
    """

    verdict: Verdict
    reason: str
    told: str
    excuse: Excuse | None = None
    unsolved: bool = False


@transaction.atomic
def find(complaint_id: int, found: Found, *, by: Viewer, at: datetime | None = None) -> ComplaintFinding:
    """Raises: NotYours, NotPossibleNow, NotYetHeard, SayWhy, ExcuseNeeded."""
    at = at or timezone.now()
    one = locked(complaint_id, by, ComplaintAct.FIND)
    if one.due_at is None:
        raise NotYours
    complaints.require_heard(one.due_at, stated=Statement.objects.filter(complaint=one).exists(), at=at)
    made = _write(one, found, 1, by, at)
    one.state = after(ComplaintState(one.state), ComplaintAct.FIND).value
    one.appeal_until = complaints.appeal_until(at, china())
    complaint_news.found(one, at=at)
    _stands(one, made, found, at)
    trail.record(by, "find", one, made.reason, verdict=made.verdict, excuse=made.excuse, unsolved=found.unsolved)
    return made


@transaction.atomic
def decide(complaint_id: int, found: Found, *, by: Viewer, at: datetime | None = None) -> ComplaintFinding:
    """On appeal; not by who found first. Raises: NotYours, NotPossibleNow, NotImpartial, SayWhy, ExcuseNeeded."""
    at = at or timezone.now()
    one = locked(complaint_id, by, ComplaintAct.DECIDE)
    if one.findings.filter(by=by.account_id).exists():
        raise NotImpartial
    made = _write(one, found, 2, by, at)
    one.state = after(ComplaintState(one.state), ComplaintAct.DECIDE).value
    complaint_news.decided(one, at=at)
    _stands(one, made, found, at)
    trail.record(by, "decide", one, made.reason, verdict=made.verdict, excuse=made.excuse, unsolved=found.unsolved)
    return made


@transaction.atomic
def appeal(complaint_id: int, reason: str, *, by: Viewer, at: datetime | None = None) -> Appeal:
    """The official does not accept the finding. Raises: NotYours, NotPossibleNow, TooLateToAppeal, AppealedAlready."""
    one = locked(complaint_id, by, ComplaintAct.APPEAL)
    return _appeal(one, Side.OFFICIAL, reason, by, at or timezone.now())


def appeal_by_code(code: str, client: str, complaint_id: int, reason: str, *, at: datetime | None = None) -> Appeal:
    """The citizen does not. Raises: NoSuchCode, TooManyLookups, NotPossibleNow, TooLateToAppeal, AppealedAlready."""
    at = at or timezone.now()
    case = case_by_code(code, client, at)
    with transaction.atomic():
        mine = Complaint.objects.select_for_update(no_key=True, of=("self",)).filter(case=case)
        one = mine.select_related("case").filter(pk=complaint_id).first()
        if one is None:
            raise NoSuchCode
        return _appeal(one, Side.CITIZEN, reason, access.citizen(case.city_id), at)


def _appeal(one: Complaint, side: Side, reason: str, by: Viewer, at: datetime) -> Appeal:
    following = after(ComplaintState(one.state), ComplaintAct.APPEAL)
    reason = storable(complaints.said(reason))
    if one.appeal_until is None:
        raise NotYours
    complaints.require_in_time(one.appeal_until, at=at)
    if one.appeals.filter(side=side.value).exists():
        raise AppealedAlready
    made = Appeal.objects.create(complaint=one, side=side.value, reason=reason, by_id=by.account_id, at=at)
    one.state = following.value
    one.decide_due_at = one.decide_due_at or complaints.decide_due(at, china())
    one.save(update_fields=["state", "decide_due_at"])
    complaint_news.appealed(one, at=at)
    trail.record(by, "appeal", one, reason, side=side)
    return made


def _write(one: Complaint, found: Found, instance: int, by: Viewer, at: datetime) -> ComplaintFinding:
    complaints.require_excuse(found.verdict, found.excuse)
    if by.account_id is None:
        raise NotYours
    return ComplaintFinding.objects.create(
        complaint=one, instance=instance, verdict=found.verdict.value,
        excuse=found.excuse.value if found.excuse else "", reason=storable(complaints.said(found.reason)),
        told=storable(complaints.said(found.told)), by_id=by.account_id, at=at,
    )  # fmt: skip


def _stands(one: Complaint, made: ComplaintFinding, found: Found, at: datetime) -> None:
    """It is what stands from now on; the matter goes back where it must, and the citizen is told."""
    one.verdict, one.found_at = made.verdict, at
    if found.unsolved and found.verdict in UPHELD and one.again_id is None:
        one.again = send_back(one.case_id, at=at)
    one.save()
    _tell(one, made, at)


def _tell(one: Complaint, made: ComplaintFinding, at: datetime) -> None:
    case = one.case
    if case.citizen.number_sealed is None:
        return  # he reads it on his matter's page
    variables = {"code": case.code, "result": TOLD[Verdict(made.verdict)]}
    template = "complaint_decided"
    if made.instance == 1 and one.appeal_until is not None:
        template, variables["due"] = "complaint_found", one.appeal_until.isoformat()
    draft = outbox.Draft(template=template, variables=variables, code=case.code, asked_for=True)
    tell(case, case.citizen, draft, key=f"complaint:{one.pk}:{made.instance}", at=at)
