"""What the database itself refuses about promises: the law "kept by evidence, never by a tick", third statement."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, unchanged

_TABLE = "cases_promise"
_EVIDENCE = ("kept_at", "evidence_call_id", "evidence_text_id", "evidence_reply_id")

_NO_CONNECTED_CALL = (
    "(NEW.evidence_call_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intake_call c WHERE c.id = NEW.evidence_call_id "
    "AND c.answered_by_kind IN ('official', 'deputy', 'staff', 'duty', 'citizen') AND c.talk_seconds > 0 "
    "AND c.ended_at > NEW.made_at))"
)
_NO_DELIVERED_TEXT = (
    "(NEW.evidence_text_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intake_text t WHERE t.id = NEW.evidence_text_id "
    "AND t.state IN ('delivered', 'received') AND t.at >= NEW.made_at "
    "AND (t.direction = 'outbound' OR NEW.kind = 'clarify')))"
)
_NO_REPLY_OF_THE_CASE = (
    "(NEW.evidence_reply_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases_reply r "
    "WHERE r.id = NEW.evidence_reply_id AND r.case_id = NEW.case_id AND r.at >= NEW.made_at))"
)
_NOT_EVIDENCE = f"{_NO_CONNECTED_CALL} OR {_NO_DELIVERED_TEXT} OR {_NO_REPLY_OF_THE_CASE}"
_TAKEN_BACK = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _EVIDENCE)

PROMISE_GUARDS = (
    Trigger(_TABLE, Event.DELETE, "cases_promise_not_deleted"),
    unchanged(_TABLE, ("case_id", "kind", "made_at", "due_at"), "cases_promise_stands"),
    Trigger(
        _TABLE,
        Event.UPDATE,
        "cases_promise_kept_stays_kept",
        f"OLD.kept_at IS NOT NULL AND ({_TAKEN_BACK})",
    ),
    Trigger(_TABLE, Event.UPDATE, "cases_promise_evidence_is_real", _NOT_EVIDENCE, "no evidence"),
    Trigger(_TABLE, Event.INSERT, "cases_promise_evidence_was_real", _NOT_EVIDENCE, "no evidence"),
)
