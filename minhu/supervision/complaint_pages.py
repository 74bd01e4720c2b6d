"""Complaints as each person may see them: supervision all of it, the official what he is asked, others the result.

overview(viewer, at)            those he may know of, what waits longest first
complaint_page(viewer, id, at)  one of them
evidence_of(viewer, id)         its evidence pack, for supervision
waiting_for(viewer)             how many wait for his statement
tracked(code, at)               those of a matter, as the citizen sees them
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from minhu.audit import trail
from minhu.cases.authority import seen
from minhu.cases.models import Case
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.complaints import ComplaintAct, ComplaintState, Ground, Part, Shown, Side, Verdict, may, sees
from minhu.rules.excuses import Excuse
from minhu.supervision import evidence
from minhu.supervision.complaint_rights import parts_among, parts_of, visible
from minhu.supervision.models import Complaint, EvidencePack

_MOST = 200
_WAITING = (ComplaintState.APPEALED, ComplaintState.RECEIVED, ComplaintState.ASKED)
_ORDER = (*_WAITING, ComplaintState.FOUND, ComplaintState.SETTLED)


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One complaint. due_at: of what comes next; None when nothing does. heard: he spoke, or his time is over."""

    id: int
    official_id: int | None
    official: str
    office: str
    ground: Ground
    state: ComplaintState
    made_at: datetime
    due_at: datetime | None
    overdue: bool
    heard: bool
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What somebody said of it. by: "" for the citizen."""

    body: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementRow:
    body: str
    excuse: Excuse | None
    late: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class FindingRow:
    """told: what the citizen reads."""

    instance: int
    verdict: Verdict
    excuse: Excuse | None
    reason: str
    told: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallFact:
    """One call of the frozen evidence, without who called."""

    at: datetime
    inbound: bool
    ring_seconds: float | None
    talk_seconds: float | None
    answered_by_kind: str
    answered_by: str
    complained_of: bool


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """A promise of the frozen evidence. pending: it was not due yet then."""

    kind: str
    due_at: datetime
    kept_at: datetime | None
    pending: bool


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """As much as the viewer is shown; the rest is empty. words: of the citizen. sha256: of the evidence.

    case_id: where the viewer may see the matter itself. acts: what he may do now. again: the code under which a closed
    matter was opened anew.
    """

    row: ComplaintRow
    shown: Shown
    acts: frozenset[ComplaintAct]
    case_id: int | None
    code: str
    words: tuple[SaidRow, ...] = ()
    asked: SaidRow | None = None
    statement_due_at: datetime | None = None
    statement: StatementRow | None = None
    findings: tuple[FindingRow, ...] = ()
    appeals: tuple[SaidRow, ...] = ()
    appeal_until: datetime | None = None
    calls: tuple[CallFact, ...] = ()
    promises: tuple[PromiseFact, ...] = ()
    sha256: str = ""
    sound: bool = True
    again: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The document as it is handed out, and read."""

    complaint_id: int
    content: str
    sha256: str
    document: dict[str, Any]


def overview(viewer: Viewer, at: datetime) -> tuple[ComplaintRow, ...]:
    """What waits for somebody first, by its due time; then what is found, the latest first."""
    found = list(_loaded(visible(viewer)).order_by("-made_at")[:_MOST])
    parts = parts_among(viewer, found)
    rows = [_row(one, at) for one in found if sees(parts[one.pk], ComplaintState(one.state)) is not Shown.NOTHING]
    return tuple(sorted(rows, key=lambda row: (_ORDER.index(row.state), row.due_at or row.made_at)))


def waiting_for(viewer: Viewer) -> int:
    """How many complaints wait for this official's statement."""
    if viewer.official_id is None:
        return 0
    asked = Complaint.objects.filter(official=viewer.official_id, state=ComplaintState.ASKED.value, statement=None)
    return asked.count()


def complaint_page(viewer: Viewer, complaint_id: int, at: datetime) -> ComplaintPage:
    """Raises: NotYours."""
    one = _loaded(visible(viewer)).filter(pk=complaint_id).first()
    if one is None:
        raise NotYours
    parts, state = parts_of(viewer, one), ComplaintState(one.state)
    shown = sees(parts, state)
    if shown is Shown.NOTHING:
        raise NotYours
    may_see_case = Case.objects.filter(seen(viewer), pk=one.case_id).exists()
    acts = frozenset(act for act in ComplaintAct if may(parts, state, act) and _open(one, act, viewer, at))
    common: dict[str, Any] = {
        "row": _row(one, at),
        "shown": shown,
        "acts": acts,
        "case_id": one.case_id if may_see_case else None,
        "code": one.case.code if may_see_case else "",
        "findings": _findings(one),
    }
    match shown:
        case Shown.ALL:
            return ComplaintPage(**common, **_hearing(one), **_file(one))
        case Shown.ASKED:
            return ComplaintPage(**common, **_hearing(one, of=Part.ACCUSED))
        case _:
            return ComplaintPage(**common)


@transaction.atomic
def hand_out(viewer: Viewer, complaint_id: int) -> Evidence:
    """Its evidence, for supervision only; that he took it is in the trail. Raises: NotYours."""
    one = visible(viewer).select_related("official", "case").filter(pk=complaint_id).first()
    if one is None or sees(parts_of(viewer, one), ComplaintState(one.state)) is not Shown.ALL:
        raise NotYours
    pack = EvidencePack.objects.filter(complaint=one).first()
    if pack is None:
        raise NotYours
    trail.record(viewer, "read_evidence", one, pack=pack.sha256)
    return Evidence(one.pk, pack.content, pack.sha256, json.loads(pack.content))


def _loaded(complaints: QuerySet[Complaint]) -> QuerySet[Complaint]:
    return complaints.select_related("official__office", "case", "asked_by", "statement", "again")


def _row(one: Complaint, at: datetime) -> ComplaintRow:
    state = ComplaintState(one.state)
    due_at = {
        ComplaintState.RECEIVED: one.ask_due_at,
        ComplaintState.ASKED: one.due_at,
        ComplaintState.APPEALED: one.decide_due_at,
    }.get(state)
    return ComplaintRow(
        id=one.pk,
        official_id=one.official_id,
        official=one.official.name if one.official else "",
        office=one.official.office.name if one.official else "",
        ground=Ground(one.ground),
        state=state,
        made_at=one.made_at,
        due_at=due_at,
        overdue=due_at is not None and due_at < at,
        heard=hasattr(one, "statement") or (one.due_at is not None and one.due_at <= at),
        verdict=Verdict(one.verdict) if one.verdict else None,
    )


def _open(one: Complaint, act: ComplaintAct, viewer: Viewer, at: datetime) -> bool:
    """Whether the act is still open to the viewer, beyond what part and state say."""
    match act:
        case ComplaintAct.STATE:
            return not hasattr(one, "statement")
        case ComplaintAct.FIND:
            return _row(one, at).heard
        case ComplaintAct.DECIDE:
            return not one.findings.filter(by=viewer.account_id).exists()
        case ComplaintAct.APPEAL:
            in_time = one.appeal_until is not None and at <= one.appeal_until
            return in_time and not one.appeals.filter(side=Side.OFFICIAL.value).exists()
        case ComplaintAct.ASK:
            return True


def _hearing(one: Complaint, *, of: Part | None = None) -> dict[str, Any]:
    """What he is asked, what the evidence says of his calls and promises, and what he said. of: for him alone."""
    pack = EvidencePack.objects.filter(complaint=one).first()
    document = json.loads(pack.content) if pack else {"calls": [], "promises": []}
    spoken = getattr(one, "statement", None)
    appeals = one.appeals.select_related("by").order_by("at", "id")
    if of is Part.ACCUSED:
        appeals = appeals.filter(side=Side.OFFICIAL.value)
    return {
        "asked": SaidRow(one.asked, str(one.asked_by or ""), one.asked_at) if one.asked_at else None,
        "statement_due_at": one.due_at,
        "statement": StatementRow(spoken.body, _excuse(spoken.excuse), spoken.late, spoken.at) if spoken else None,
        "appeals": tuple(SaidRow(row.reason, str(row.by) if row.by else "", row.at) for row in appeals),
        "appeal_until": one.appeal_until,
        "calls": tuple(_call_fact(call) for call in document["calls"]),
        "promises": tuple(
            _promise_fact(row, pack.at) for row in document["promises"] if pack and not row["released_at"]
        ),
    }  # fmt: skip


def _file(one: Complaint) -> dict[str, Any]:
    """What only supervision sees: the citizen's words, the whole evidence, what became of the matter."""
    checked = evidence.verify(one.pk)
    again = one.again
    return {
        "words": tuple(
            SaidRow(row.body, str(row.by) if row.by else "", row.at)
            for row in one.words.select_related("by").order_by("at", "id")
        ),
        "sha256": checked.sha256 if checked else "",
        "sound": checked is None or checked.sound,
        "again": again.code if again is not None and again.pk != one.case_id else "",
    }


def _findings(one: Complaint) -> tuple[FindingRow, ...]:
    rows: Iterable[Any] = one.findings.select_related("by").order_by("instance")
    return tuple(
        FindingRow(
            row.instance, Verdict(row.verdict), _excuse(row.excuse), row.reason, row.told, str(row.by), row.at
        )
        for row in rows
    )  # fmt: skip


def _promise_fact(row: dict[str, Any], frozen_at: datetime) -> PromiseFact:
    due_at, kept_at = _time(row["due_at"]), _time(row["kept_at"]) if row["kept_at"] else None
    return PromiseFact(row["kind"], due_at, kept_at, pending=kept_at is None and due_at > frozen_at)


def _call_fact(call: dict[str, Any]) -> CallFact:
    return CallFact(
        at=_time(call["received_at"]),
        inbound=call["direction"] == "inbound",
        ring_seconds=call["ring_seconds"],
        talk_seconds=call["talk_seconds"],
        answered_by_kind=call["answered_by_kind"],
        answered_by=call["answered_by_name"],
        complained_of=call["complained_of"],
    )


def _excuse(value: str) -> Excuse | None:
    return Excuse(value) if value else None


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)
