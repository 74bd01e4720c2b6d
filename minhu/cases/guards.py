"""What the database itself refuses about cases: each law's third statement, the same on both databases.

Conditions are SQL over OLD and NEW. An accused office is looked for three levels up: township, county, city.
"""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, erased, unchanged, until_erased
from minhu.rules.keeping import ERASED

_CASE, _PROMISE, _TRANSFER, _OFFER = "cases_case", "cases_promise", "cases_transfer", "cases_hotlineoffer"
_EVIDENCE = ("kept_at", "evidence_call_id", "evidence_text_id", "evidence_reply_id", "evidence_transfer_id")

# ---- promises: kept by evidence

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
_NO_TRANSFER_OF_THE_CASE = (
    "(NEW.evidence_transfer_id IS NOT NULL AND NOT (NEW.kind = 'forward' AND EXISTS (SELECT 1 FROM cases_transfer t "
    "WHERE t.id = NEW.evidence_transfer_id AND t.case_id = NEW.case_id AND t.handed_at >= NEW.made_at)))"
)
_NOT_EVIDENCE = " OR ".join(
    (
        _NO_CONNECTED_CALL,
        _NO_DELIVERED_TEXT,
        _NO_REPLY_OF_THE_CASE,
        _NO_TRANSFER_OF_THE_CASE,
        "(NEW.kind = 'forward' AND NEW.kept_at IS NOT NULL AND NEW.evidence_transfer_id IS NULL)",
    )
)
_TAKEN_BACK = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _EVIDENCE)
_MOVED_WITHOUT_EXTENSION = (
    "NEW.due_at IS DISTINCT FROM OLD.due_at AND NOT EXISTS (SELECT 1 FROM cases_extension e "
    "WHERE e.promise_id = NEW.id AND e.due_at = NEW.due_at AND e.was_due_at = OLD.due_at)"
)

PROMISE_GUARDS = (
    Trigger(_PROMISE, Event.DELETE, "cases_promise_not_deleted"),
    unchanged(_PROMISE, ("case_id", "kind", "made_at"), "cases_promise_stands"),
    Trigger(_PROMISE, Event.UPDATE, "cases_promise_due_stands", _MOVED_WITHOUT_EXTENSION, "no extension"),
    Trigger(_PROMISE, Event.UPDATE, "cases_promise_kept_stays_kept", f"OLD.kept_at IS NOT NULL AND ({_TAKEN_BACK})"),
    Trigger(_PROMISE, Event.UPDATE, "cases_promise_evidence_is_real", _NOT_EVIDENCE, "no evidence"),
    Trigger(_PROMISE, Event.INSERT, "cases_promise_evidence_was_real", _NOT_EVIDENCE, "no evidence"),
    Trigger(
        _PROMISE,
        Event.UPDATE,
        "cases_promise_climbs",
        "NEW.rung < OLD.rung AND NEW.due_at = OLD.due_at",
        "told already",
    ),
)

# ---- transfers: once, never to a conflict, never after it came back

_ABOVE_THE_LIMIT = "NEW.hop > COALESCE((SELECT r.hop_limit FROM cases_cityrules r WHERE r.city_id = NEW.city_id), 1)"
_CAME_BACK = (
    "EXISTS (SELECT 1 FROM cases_transfer t WHERE t.case_id = NEW.case_id AND t.ended = 'not_ours') "
    "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.reopened > 0)"
)
_TO_A_CONFLICT = (
    "EXISTS (SELECT 1 FROM cases_conflict f WHERE f.case_id IN (SELECT c.id FROM cases_case c "
    "WHERE c.id = NEW.case_id OR c.parent_id = NEW.case_id) AND (f.official_id = NEW.official_id "
    "OR f.official_id = (SELECT o.superior_id FROM directory_official o WHERE o.id = NEW.official_id) "
    "OR f.office_id IN (SELECT o.office_id FROM directory_official o WHERE o.id = NEW.official_id) "
    "OR f.office_id = NEW.office_id "
    "OR f.office_id = (SELECT a.parent_id FROM directory_office a WHERE a.id = NEW.office_id) "
    "OR f.office_id = (SELECT b.parent_id FROM directory_office a JOIN directory_office b ON b.id = a.parent_id "
    "WHERE a.id = NEW.office_id)))"
)
_CONFIDENTIAL_TO_THE_UNNAMED = (
    "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.confidential) AND NOT EXISTS "
    "(SELECT 1 FROM cases_named m WHERE m.case_id = NEW.case_id AND m.official_id = NEW.official_id)"
)
_HANDED = ("city_id", "case_id", "hop", "kind", "official_id", "office_id", "from_official_id", "due_at", "handed_at")

TRANSFER_GUARDS = (
    Trigger(_TRANSFER, Event.DELETE, "cases_transfer_not_deleted"),
    unchanged(_TRANSFER, _HANDED, "cases_transfer_stands"),
    Trigger(
        _TRANSFER,
        Event.UPDATE,
        "cases_transfer_ended_stays_ended",
        "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at OR NEW.ended <> OLD.ended)",
    ),
    Trigger(_TRANSFER, Event.INSERT, "cases_transfer_within_limit", _ABOVE_THE_LIMIT, "handed over already"),
    Trigger(_TRANSFER, Event.INSERT, "cases_transfer_not_after_return", _CAME_BACK, "held by the official himself"),
    Trigger(_TRANSFER, Event.INSERT, "cases_transfer_never_to_conflict", _TO_A_CONFLICT, "a conflict"),
    Trigger(_TRANSFER, Event.INSERT, "cases_transfer_confidential", _CONFIDENTIAL_TO_THE_UNNAMED, "not named for it"),
)

# ---- cases: closed by a rating or after seven days; reopened with the official himself; one level of parents

_CLOSED_TOO_SOON = (
    "NEW.state = 'closed' AND OLD.state <> 'closed' AND OLD.rate_until IS NOT NULL AND NEW.closed_at < OLD.rate_until "
    "AND NOT EXISTS (SELECT 1 FROM cases_rating r WHERE r.case_id = NEW.id AND r.score = 1 AND r.at >= OLD.replied_at)"
)
_REOPENED_WITH_THE_UNIT = (
    "NEW.reopened > OLD.reopened AND EXISTS (SELECT 1 FROM cases_transfer t WHERE t.case_id = NEW.id "
    "AND t.ended_at IS NULL)"
)
_WITH_A_CONFLICT = (
    "NEW.holder_id IS NOT NULL AND (NEW.holder_id IS DISTINCT FROM OLD.holder_id) AND EXISTS "
    "(SELECT 1 FROM cases_conflict f WHERE f.case_id = NEW.id AND (f.official_id = NEW.holder_id "
    "OR f.official_id = (SELECT o.superior_id FROM directory_official o WHERE o.id = NEW.holder_id) "
    "OR f.office_id = (SELECT o.office_id FROM directory_official o WHERE o.id = NEW.holder_id)))"
)
_STILL_OWING = (
    "NEW.state IN ('closed', 'withdrawn') AND OLD.state NOT IN ('closed', 'withdrawn') AND EXISTS "
    "(SELECT 1 FROM cases_promise p WHERE p.case_id = NEW.id AND p.kept_at IS NULL AND p.released_at IS NULL "
    "AND (p.kind <> 'rectify' OR NEW.state = 'withdrawn'))"
)
_GRANDPARENT = (
    "NEW.parent_id IS NOT NULL AND NEW.parent_id IS DISTINCT FROM OLD.parent_id AND "
    "(EXISTS (SELECT 1 FROM cases_case p WHERE p.id = NEW.parent_id "
    "AND (p.parent_id IS NOT NULL OR p.confidential OR p.city_id <> NEW.city_id)) "
    "OR EXISTS (SELECT 1 FROM cases_case c WHERE c.parent_id = NEW.id) OR NEW.confidential)"
)

_READER_OVER_SOMEBODY = (
    "(NEW.kind_by = 'reader' AND OLD.kind_by IN ('citizen', 'person')) "
    "OR (NEW.urgency_by = 'reader' AND OLD.urgency_by IN ('citizen', 'person')) "
    "OR (NEW.urgency_by = 'reader' AND OLD.urgency = 'urgent' AND NEW.urgency <> 'urgent')"
)

CASE_GUARDS = (
    Trigger(_CASE, Event.DELETE, "cases_case_not_deleted"),
    unchanged(_CASE, ("city_id", "code", "citizen_id", "opened_at"), "cases_case_stands"),
    Trigger(_CASE, Event.UPDATE, "cases_case_closed_by_rating", _CLOSED_TOO_SOON, "rated or seven days"),
    Trigger(_CASE, Event.UPDATE, "cases_case_reopened_himself", _REOPENED_WITH_THE_UNIT, "the official himself"),
    Trigger(_CASE, Event.UPDATE, "cases_case_not_with_conflict", _WITH_A_CONFLICT, "a conflict"),
    Trigger(_CASE, Event.UPDATE, "cases_case_people_decide", _READER_OVER_SOMEBODY, "a person said so"),
    Trigger(_CASE, Event.UPDATE, "cases_case_one_parent", _GRANDPARENT, "one level of parents"),
    Trigger(_CASE, Event.UPDATE, "cases_case_over_owes_nothing", _STILL_OWING, "promises are open"),
    Trigger(
        _CASE, Event.UPDATE, "cases_case_over_stays_over", "OLD.state IN ('closed', 'withdrawn') AND "
        "NEW.state IS DISTINCT FROM OLD.state",
    ),
)  # fmt: skip

# ---- the hotline: offered for nothing urgent or confidential, and never forgotten

_NOT_TO_BE_OFFERED = (
    "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND (c.urgency = 'urgent' OR c.confidential))"
)

OFFER_GUARDS = (
    Trigger(_OFFER, Event.DELETE, "cases_hotlineoffer_not_deleted"),
    Trigger(_OFFER, Event.INSERT, "cases_hotlineoffer_of_what_can_wait", _NOT_TO_BE_OFFERED, "urgent or confidential"),
    unchanged(_OFFER, ("case_id", "ground", "at"), "cases_hotlineoffer_stands"),
)

# ---- replies: by attempts only where there were three on two days at different hours

_TOO_FEW_ATTEMPTS = (
    "NEW.means = 'attempts' "
    "AND ((SELECT COUNT(DISTINCT a.hour) FROM cases_attempt a WHERE a.case_id = NEW.case_id) < 3 "
    "OR (SELECT COUNT(DISTINCT a.day_on) FROM cases_attempt a WHERE a.case_id = NEW.case_id) < 2)"
)
_CALL_NOT_CONNECTED = (
    "NEW.means = 'call' AND NOT EXISTS (SELECT 1 FROM intake_call c WHERE c.id = NEW.call_id "
    "AND c.answered_by_kind IN ('official', 'deputy', 'staff', 'duty', 'citizen') AND c.talk_seconds > 0)"
)

REPLY_GUARDS = (
    Trigger("cases_reply", Event.INSERT, "cases_reply_after_attempts", _TOO_FEW_ATTEMPTS, "too few attempts"),
    Trigger("cases_reply", Event.INSERT, "cases_reply_on_a_call", _CALL_NOT_CONNECTED, "nobody spoke on it"),
)

# ---- acts that wait: what was decided stands, and ends once

_PENDING = "cases_pendingact"
_ENDED = "OLD.done_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL"

PENDING_GUARDS = (
    Trigger(_PENDING, Event.DELETE, "cases_pendingact_not_deleted"),
    unchanged(
        _PENDING,
        ("city_id", "by_id", "kind", "subject", "args", "words", "at", "due_at"),
        "cases_pendingact_stands",
    ),
    Trigger(_PENDING, Event.UPDATE, "cases_pendingact_ended_stays_ended", _ENDED),
)

WRITTEN_ONCE = (
    "cases_conflict", "cases_named", "cases_extension", "cases_escalation", "cases_attempt",
)  # fmt: skip

# ---- what goes when its time is over, and not before: words, photos; that they were there stays

_GONE = f"'{ERASED}'"
_RATED = ("case_id", "reply_id", "score", "answered", "text_id", "at")
_REPLIED = ("case_id", "done_by", "by_id", "at", "text_id", "call_id", "means", "parent_id")
_ATTACHED = ("case_id", "key", "kind", "size", "sha256", "by_id", "shown", "at")

WRITTEN_UNTIL_ERASED = (
    *until_erased("cases_wrapup", "wrapup", ("call_id", "outcome", "by_id", "at"), {"note": _GONE}),
    *until_erased("cases_reply", "reply", _REPLIED, {"done": _GONE}),
    *until_erased("cases_note", "note", ("case_id", "by_id", "at"), {"body": _GONE}),
    *until_erased("cases_rating", "rating", _RATED, {"words": _GONE}),
    *until_erased("cases_attachment", "attachment", _ATTACHED, {"name": _GONE}),
    *until_erased("cases_addition", "addition", ("case_id", "key", "at"), {"body": _GONE}),
)

_NOT_TO_ERASE = (
    "(CASE WHEN NEW.subject = 'case' THEN NOT EXISTS (SELECT 1 FROM cases_case c "
    "WHERE c.id = CAST(NEW.subject_id AS BIGINT) AND c.state IN ('closed', 'withdrawn')) "
    "OR EXISTS (SELECT 1 FROM cases_promise p WHERE p.case_id = CAST(NEW.subject_id AS BIGINT) "
    "AND p.kept_at IS NULL AND p.released_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM cases_hold h WHERE h.case_id = CAST(NEW.subject_id AS BIGINT) "
    "AND h.released_at IS NULL) ELSE FALSE END)"
)
_ERASED_AT_WILL = (
    f"OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NOT {erased('case', 'id', {'title': _GONE})}"
)
_ERASED_ONCE = "OLD.erased_at IS NOT NULL AND (NEW.erased_at IS DISTINCT FROM OLD.erased_at OR NEW.title <> OLD.title)"

ERASURE_GUARDS = (
    Trigger("audit_erasure", Event.INSERT, "cases_erasure_of_what_is_over", _NOT_TO_ERASE, "open, owed or held"),
    Trigger(_CASE, Event.UPDATE, "cases_case_erased_in_time", _ERASED_AT_WILL, "its time is not over"),
    Trigger(_CASE, Event.UPDATE, "cases_case_erased_stays_erased", _ERASED_ONCE, "it went"),
    Trigger("cases_hold", Event.DELETE, "cases_hold_not_deleted"),
    unchanged("cases_hold", ("case_id", "reason", "by_id", "at"), "cases_hold_stands"),
)

CASES_GUARDS = (
    *PROMISE_GUARDS,
    *TRANSFER_GUARDS,
    *CASE_GUARDS,
    *REPLY_GUARDS,
    *OFFER_GUARDS,
    *PENDING_GUARDS,
    *WRITTEN_UNTIL_ERASED,
    *ERASURE_GUARDS,
    *(one for table in WRITTEN_ONCE for one in append_only(table)),
)
