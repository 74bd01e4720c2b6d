"""What the database itself refuses about complaints, the same on both databases.

A judge who is under the official complained of is looked for three superiors up, as far as SQL of both reads well.
"""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, unchanged

_COMPLAINT, _FINDING = "supervision_complaint", "supervision_complaintfinding"
_STATEMENT, _APPEAL = "supervision_statement", "supervision_appeal"
_MADE = ("city_id", "case_id", "call_id", "line_id", "ground", "channel", "made_at", "ask_due_at")
_ASKED = ("asked", "asked_by_id", "asked_at", "due_at", "official_id")
_ASKED_AGAIN = "OLD.asked_at IS NOT NULL AND (" + " OR ".join(
    f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _ASKED
) + ")"  # fmt: skip
_LONGER_TO_APPEAL = "OLD.appeal_until IS NOT NULL AND NEW.appeal_until IS DISTINCT FROM OLD.appeal_until"
_WITHOUT_EVIDENCE = (
    "NEW.asked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM supervision_evidencepack p WHERE p.complaint_id = NEW.id)"
)
_NOT_AS_FOUND = (
    "NEW.verdict <> '' AND NOT EXISTS (SELECT 1 FROM supervision_complaintfinding f WHERE f.complaint_id = NEW.id "
    "AND f.verdict = NEW.verdict AND f.at = NEW.found_at "
    "AND f.instance = CASE WHEN NEW.state = 'settled' THEN 2 ELSE 1 END)"
)
_RANK = (
    "(CASE {row}.state WHEN 'received' THEN 1 WHEN 'asked' THEN 2 WHEN 'found' THEN 3 WHEN 'appealed' THEN 4 "
    "ELSE 5 END)"
)
_BACK = f"{_RANK.format(row='NEW')} < {_RANK.format(row='OLD')}"
_UNHEARD = (
    "NEW.instance = 1 AND NOT EXISTS (SELECT 1 FROM supervision_complaint c WHERE c.id = NEW.complaint_id "
    "AND c.state = 'asked' AND (NEW.at >= c.due_at "
    "OR EXISTS (SELECT 1 FROM supervision_statement s WHERE s.complaint_id = c.id)))"
)
_NOT_APPEALED = (
    "NEW.instance = 2 AND NOT EXISTS (SELECT 1 FROM supervision_complaint c WHERE c.id = NEW.complaint_id "
    "AND c.state = 'appealed')"
)
_SAME_JUDGE = (
    "NEW.instance = 2 AND EXISTS (SELECT 1 FROM supervision_complaintfinding f "
    "WHERE f.complaint_id = NEW.complaint_id AND f.instance = 1 AND f.by_id = NEW.by_id)"
)
_PARTIAL = (
    "EXISTS (SELECT 1 FROM supervision_complaint c JOIN directory_account a ON a.id = NEW.by_id "
    "JOIN directory_official o ON o.id = a.official_id LEFT JOIN directory_official s ON s.id = o.superior_id "
    "LEFT JOIN directory_official t ON t.id = s.superior_id WHERE c.id = NEW.complaint_id "
    "AND c.official_id IN (o.id, o.superior_id, s.superior_id, t.superior_id))"
)
_NOT_HIS_TO_STATE = (
    "NOT EXISTS (SELECT 1 FROM supervision_complaint c JOIN directory_account a ON a.id = NEW.by_id "
    "WHERE c.id = NEW.complaint_id AND c.state = 'asked' AND a.official_id = c.official_id)"
)
_APPEALED_TOO_LATE = (
    "NOT EXISTS (SELECT 1 FROM supervision_complaint c WHERE c.id = NEW.complaint_id "
    "AND c.state IN ('found', 'appealed') AND NEW.at <= c.appeal_until)"
)
_NOT_HIS_TO_APPEAL = (
    "NEW.side = 'official' AND NOT EXISTS (SELECT 1 FROM supervision_complaint c JOIN directory_account a "
    "ON a.id = NEW.by_id WHERE c.id = NEW.complaint_id AND a.official_id = c.official_id)"
)
_WRITTEN_ONCE = (
    "supervision_complaintwords", "supervision_evidencepack", _STATEMENT, _FINDING, _APPEAL,
)  # fmt: skip

_NOT_TO_ERASE = (
    "(CASE WHEN NEW.subject = 'case' THEN EXISTS (SELECT 1 FROM supervision_complaint c "
    "WHERE c.case_id = CAST(NEW.subject_id AS BIGINT)) ELSE FALSE END)"
)

COMPLAINT_GUARDS = (
    Trigger("audit_erasure", Event.INSERT, "supervision_complaint_is_kept", _NOT_TO_ERASE, "it was complained of"),
    Trigger(_COMPLAINT, Event.DELETE, "supervision_complaint_not_deleted"),
    Trigger(_COMPLAINT, Event.INSERT, "supervision_complaint_begins", "NEW.state <> 'received'", "not looked at yet"),
    unchanged(_COMPLAINT, _MADE, "supervision_complaint_as_made"),
    Trigger(_COMPLAINT, Event.UPDATE, "supervision_complaint_asked_once", _ASKED_AGAIN),
    Trigger(_COMPLAINT, Event.UPDATE, "supervision_complaint_appeal_time", _LONGER_TO_APPEAL),
    Trigger(_COMPLAINT, Event.UPDATE, "supervision_complaint_with_evidence", _WITHOUT_EVIDENCE, "no evidence pack"),
    Trigger(_COMPLAINT, Event.UPDATE, "supervision_complaint_as_found", _NOT_AS_FOUND, "no such finding"),
    Trigger(_COMPLAINT, Event.UPDATE, "supervision_complaint_forward", _BACK, "a complaint does not go back"),
    Trigger(_FINDING, Event.INSERT, "supervision_finding_heard", _UNHEARD, "not heard yet"),
    Trigger(_FINDING, Event.INSERT, "supervision_finding_on_appeal", _NOT_APPEALED, "nobody appealed"),
    Trigger(_FINDING, Event.INSERT, "supervision_finding_by_another", _SAME_JUDGE, "found by the same"),
    Trigger(_FINDING, Event.INSERT, "supervision_finding_impartial", _PARTIAL, "a conflict"),
    Trigger(_STATEMENT, Event.INSERT, "supervision_statement_his_own", _NOT_HIS_TO_STATE, "not asked"),
    Trigger(_APPEAL, Event.INSERT, "supervision_appeal_in_time", _APPEALED_TOO_LATE, "too late"),
    Trigger(_APPEAL, Event.INSERT, "supervision_appeal_his_own", _NOT_HIS_TO_APPEAL, "not his"),
    *(one for table in _WRITTEN_ONCE for one in append_only(table)),
)
