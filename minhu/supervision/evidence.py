"""The evidence pack: everything kept of a matter, frozen as one canonical document when the official is asked.

    freeze(complaint, at)    build it, hash it, keep it; the database refuses to change it afterwards
    verify(complaint_id)     hash it again, and look its hash up in the trail
    digest(content)          SHA-256 of the document, as of the file that is handed out

Canonical: JSON in UTF-8 without spaces, keys in order, times in UTC to the microsecond. The citizen's number is masked.
Source: RFC 8785 (canonical JSON), of which it keeps what these values need; FIPS 180-4 (SHA-256).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, Q

from minhu.audit.models import TrailEntry
from minhu.cases.models import Case, Escalation, Extension, Promise
from minhu.directory.models import Delegate, PresenceSpan
from minhu.intake.models import Call, Text, Thread
from minhu.supervision.models import Complaint, EvidencePack

VERSION = 1
_CALL = (
    "id", "direction", "state", "reason", "received_at", "ringing_at", "answered_at", "ended_at", "ring_seconds",
    "talk_seconds", "answered_by_kind", "answered_by_name", "sip_code", "code", "promise_kind", "promise_due_at",
)  # fmt: skip
_TEXT = ("id", "direction", "state", "body", "template", "at", "send_after", "attempt_at", "settled_at", "fault", "gap")
_PROMISE = (
    "id", "kind", "maker", "made_at", "due_at", "kept_at", "evidence_call_id", "evidence_text_id", "evidence_reply_id",
    "evidence_transfer_id", "attempts", "last_attempt_at", "released_at", "released_reason", "window_from",
    "window_until",
)  # fmt: skip
_CASE = (
    "code", "kind", "urgency", "state", "title", "body", "place", "opened_at", "first_contact_at", "replied_at",
    "closed_at", "reopened", "door",
)  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """sha256: as it was kept. fault: "" when the document and the trail still say the same."""

    complaint_id: int
    sha256: str
    fault: str

    @property
    def sound(self) -> bool:
        return not self.fault


def freeze(complaint: Complaint, *, at: datetime) -> EvidencePack:
    """In the transaction in which the official is asked."""
    content = canonical(_document(complaint, at))
    return EvidencePack.objects.create(complaint=complaint, content=content, sha256=digest(content), at=at)


def canonical(document: Row) -> str:
    """The one way to write it."""
    return json.dumps(_plain(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content: str | bytes) -> str:
    """As ``sha256sum`` says of the file."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def verify(complaint_id: int) -> Verified | None:
    """None where the complaint has no pack yet."""
    pack = EvidencePack.objects.filter(complaint=complaint_id).first()
    if pack is None:
        return None
    found = digest(pack.content)
    entries = TrailEntry.objects.filter(act="ask", subject="complaint", subject_id=str(complaint_id))
    traced = {one.detail.get("pack") for one in entries}
    if found != pack.sha256:
        return Verified(complaint_id, pack.sha256, f"the document now hashes to {found}")
    if traced != {found}:
        return Verified(complaint_id, pack.sha256, "the trail holds another hash")
    return Verified(complaint_id, pack.sha256, "")


def _document(complaint: Complaint, at: datetime) -> Row:
    case = complaint.case
    calls = list(_calls(complaint))
    return {
        "version": VERSION,
        "frozen_at": at,
        "complaint": _complaint(complaint),
        "case": _only(case, _CASE) | {"citizen": case.citizen.masked, "holder": str(case.holder or "")},
        "calls": [_call(call, complaint) for call in calls],
        "texts": [_only(text, _TEXT) for text in _texts(case)],
        "promises": [_promise(one) for one in case.promises.order_by("made_at", "id")],
        "events": _events(case),
        "presence": _presence(complaint, calls),
    }


def _complaint(one: Complaint) -> Row:
    official = one.official
    return {
        "id": one.pk,
        "ground": one.ground,
        "channel": one.channel,
        "made_at": one.made_at,
        "call": one.call_id,
        "line": one.line.number if one.line else "",
        "official": {
            "id": official.pk, "name": official.name, "title": official.title, "office": official.office.name,
        } if official else None,
        "words": list(one.words.order_by("at", "id").values("at", "channel", "body")),
    }  # fmt: skip


def _calls(complaint: Complaint) -> Iterable[Call]:
    """Of the matter, and the one complained of, in order."""
    found = Call.objects.filter(Q(contact__case=complaint.case) | Q(pk=complaint.call_id))
    return found.distinct().order_by("received_at", "id")


def _call(call: Call, complaint: Complaint) -> Row:
    steps = call.steps.order_by("seq").values("seq", "at", "kind", "party_kind", "party_id", "detail")
    recordings = call.recordings.order_by("id")
    return _only(call, _CALL) | {
        "complained_of": call.pk == complaint.call_id,
        "line": call.line.number if call.line else "",
        "journal": list(steps),
        "recordings": [
            {"at": one.recorded_at, "seconds": one.seconds, "sha256": bytes(one.sha256).hex()} for one in recordings
        ],
        "wrap_up": getattr(getattr(call, "wrap_up", None), "outcome", ""),
    }


def _texts(case: Case) -> Iterable[Text]:
    of_line = Thread.objects.filter(citizen=case.citizen_id, line=case.line_id)
    about = Text.objects.filter(Q(contact__case=case) | Q(thread__in=of_line, code=case.code))
    return about.exclude(code="", direction="outbound").distinct().order_by("at", "id")


def _promise(one: Promise) -> Row:
    told = Escalation.objects.filter(promise=one).order_by("rung", "at")
    return _only(one, _PROMISE) | {"told": [{"rung": step.rung, "at": step.at} for step in told]}


def _events(case: Case) -> Row:
    """What was done about the matter; internal notes are no evidence."""
    return {
        "replies": list(case.replies.order_by("at", "id").values("done", "done_by", "at", "means", "call_id")),
        "ratings": list(case.ratings.order_by("at", "id").values("score", "answered", "words", "at")),
        "transfers": [
            {
                "to": str(one.office or one.official or one.kind), "reason": one.reason, "handed_at": one.handed_at,
                "due_at": one.due_at, "ended_at": one.ended_at, "ended": one.ended,
            }
            for one in case.transfers.order_by("hop")
        ],
        "attempts": list(case.attempts.order_by("at").values_list("at", flat=True)),
        "additions": list(case.additions.order_by("at", "id").values("body", "at")),
        "extensions": list(Extension.objects.filter(case=case).values("was_due_at", "due_at", "reason", "at")),
    }  # fmt: skip


def _presence(complaint: Complaint, calls: Iterable[Call]) -> Row:
    """What the official was doing when these calls came, and who stood in for him: excuses are looked up here."""
    if complaint.official is None:
        return {"spans": [], "delegates": []}
    moments = [call.received_at for call in calls]
    spans, delegates = Q(pk__in=[]), Q(pk__in=[])
    for moment in moments:
        spans |= Q(since__lte=moment) & (Q(until=None) | Q(until__gt=moment))
        delegates |= Q(since__lte=moment, until__gt=moment) & (Q(ended_at=None) | Q(ended_at__gt=moment))
    his = PresenceSpan.objects.filter(spans, official=complaint.official).order_by("since", "id")
    took = Delegate.objects.filter(delegates, line__official=complaint.official).order_by("since", "id")
    return {
        "spans": list(his.values("state", "source", "since", "until")),
        "delegates": list(took.values("name", "since", "until", "reason", "ended_at")),
    }


def _only(row: Model, names: Iterable[str]) -> Row:
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> Any:
    """As JSON has it, the same whichever database it came from."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
