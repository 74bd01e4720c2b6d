"""How a case was read, as whoever may see the case sees it: what, how surely, and by which words of the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from minhu.cases.authority import current_transfer, seen_case
from minhu.cases.choices import free_of
from minhu.cases.models import Case
from minhu.directory.naming import full_title
from minhu.insight.models import Proposal, Reading
from minhu.insight.subjects import subjects
from minhu.rules.access import Viewer
from minhu.rules.words import OPEN, CaseKind, CaseState, Urgency

POINTS_ELSEWHERE = 0.65
"""How likely a matter must be another office's before that is said (as ``engine.owners.SURE``)."""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Somebody whose duties fit. confidence: from 0 to 1; words: of the text, that stand in his duties."""

    official_id: int
    official: str
    office: str
    confidence: float
    words: tuple[str, ...]

    @property
    def percent(self) -> int:
        return _percent(self.confidence)


@dataclass(frozen=True, slots=True)
class CaseReading:
    """kind None, subject "": not sure. subject_said: by a person. owners: proposed while nobody holds it. elsewhere:
    the office whose matter it rather seems to be, None where it is with the right one. unclear: it says neither where
    nor what.
    """

    read_at: datetime
    reader: str
    kind: CaseKind | None
    kind_confidence: float
    kind_words: tuple[str, ...]
    urgent: bool
    urgency_words: tuple[str, ...]
    subject: str
    subject_code: str
    subject_said: bool
    subject_confidence: float
    likely_subject: str
    subject_words: tuple[str, ...]
    unclear: bool
    owners: tuple[OwnerRow, ...]
    elsewhere: OwnerRow | None

    @property
    def kind_percent(self) -> int:
        return _percent(self.kind_confidence)

    @property
    def subject_percent(self) -> int:
        return _percent(self.subject_confidence)


def _percent(confidence: float) -> int:
    """Nothing that was read is certain, so never a hundred."""
    return min(round(100 * confidence), 99)


def case_reading(viewer: Viewer, case_id: int) -> CaseReading | None:
    """None for one that was not read yet, or had no words. Raises: NotYours."""
    case = seen_case(viewer, case_id)
    one: Reading | None = getattr(case, "reading", None)
    if one is None or not (one.reader or one.subject):
        return None
    proposed = _proposed(one, case) if CaseState(case.state) in OPEN else []
    return CaseReading(
        read_at=one.read_at or one.claimed_at,
        reader=one.reader,
        kind=CaseKind(one.kind) if one.kind else None,
        kind_confidence=one.kind_confidence,
        kind_words=tuple(one.kind_words),
        urgent=one.urgency == Urgency.URGENT.value,
        urgency_words=tuple(one.urgency_words),
        subject=one.subject,
        subject_code=subjects().get(one.subject, ""),
        subject_said=one.subject_confidence is None,
        subject_confidence=one.subject_confidence or 0.0,
        likely_subject=one.likely_subject,
        subject_words=tuple(one.subject_words),
        unclear=one.unclear,
        owners=tuple(_row(proposal, proposal.confidence) for proposal in proposed) if case.holder is None else (),
        elsewhere=_elsewhere(case, proposed),
    )


def _proposed(reading: Reading, case: Case) -> list[Proposal]:
    """Those who are still in office and whom the case may still reach."""
    free = free_of(case)
    there = reading.proposals.filter(official__left_on=None).select_related("official", "office").order_by("rank")
    return [one for one in there if free(one.official_id, None)]


def _elsewhere(case: Case, proposed: Iterable[Proposal]) -> OwnerRow | None:
    first = next(iter(proposed), None)
    if first is None or case.holder is None or case.confidential or first.office_confidence < POINTS_ELSEWHERE:
        return None
    if first.office_id == case.holder.office_id or current_transfer(case) is not None:
        return None
    return _row(first, first.office_confidence)


def _row(one: Proposal, confidence: float) -> OwnerRow:
    title = full_title(one.office.name, one.office.kind, one.official.title)
    return OwnerRow(one.official_id, f"{title} {one.official.name}", one.office.name, confidence, tuple(one.words))
