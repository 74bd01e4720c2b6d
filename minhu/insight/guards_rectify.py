"""What the database itself refuses about rectifications, the same on both databases.

An owner who is under an accused office is looked for three levels up, as with transfers (cases.guards).
"""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, erased, unchanged
from minhu.rules.keeping import ERASED
from minhu.rules.rectifying import DONE, LEAST_REACHED, NEXT, SOLVED_PERCENT, RectifyState

_RECT, _STEP, _MEASURE = "insight_rectification", "insight_rectifystep", "insight_measure"
_REPORTER, _SAMPLE, _RECHECK = "insight_reporter", "insight_sample", "insight_recheck"
_PROMISE = "cases_promise"
_DONE = ", ".join(f"'{state.value}'" for state in sorted(DONE))


def _once(table: str, when: str, columns: tuple[str, ...], name: str) -> Trigger:
    """Once ``when`` is set, these columns keep what they hold."""
    changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)
    return Trigger(table, Event.UPDATE, name, f'OLD."{when}" IS NOT NULL AND ({changed})')


# ---- its life: along the rule's table, done by the sample alone

_STEPS = " OR ".join(
    f"(OLD.state = '{before.value}' AND NEW.state = '{then.value}')" for (before, _act), then in NEXT.items()
)
_NO_SUCH_STEP = f"NEW.state IS DISTINCT FROM OLD.state AND NOT ({_STEPS})"
_REACHED = "(SELECT COUNT(*) FROM insight_recheck k WHERE k.sample_id = s.id AND k.solved IS NOT NULL)"
_SOLVED = "(SELECT COUNT(*) FROM insight_recheck k WHERE k.sample_id = s.id AND k.solved)"
_ENOUGH = (
    f"{_REACHED} >= 1 AND {_REACHED} * 100 >= s.size * {LEAST_REACHED} "
    f"AND {_SOLVED} * 100 >= {_REACHED} * {SOLVED_PERCENT}"
)
_NOT_SAID_BY_REPORTERS = (
    "NEW.state = 'verified' AND OLD.state <> 'verified' AND NOT EXISTS (SELECT 1 FROM insight_sample s "  # noqa: S608
    "WHERE s.rectification_id = NEW.id AND s.verdict = 'passed' AND s.judged_at = NEW.verified_at "
    f"AND {_ENOUGH})"
)
_DUE_MOVED = (
    "OLD.due_at IS NOT NULL AND NEW.due_at IS DISTINCT FROM OLD.due_at "
    f"AND OLD.state <> '{RectifyState.REOPENED.value}'"
)
_TO_A_CONFLICT = (
    "EXISTS (SELECT 1 FROM cases_conflict f JOIN insight_member m ON m.case_id = f.case_id "
    "WHERE m.issue_id = NEW.issue_id AND (f.official_id = NEW.owner_id "
    "OR f.official_id = (SELECT o.superior_id FROM directory_official o WHERE o.id = NEW.owner_id) "
    "OR f.office_id = NEW.office_id "
    "OR f.office_id = (SELECT a.parent_id FROM directory_office a WHERE a.id = NEW.office_id) "
    "OR f.office_id = (SELECT b.parent_id FROM directory_office a JOIN directory_office b ON b.id = a.parent_id "
    "WHERE a.id = NEW.office_id)))"
)
_NEW_OWNER_IN_CONFLICT = f"NEW.owner_id IS DISTINCT FROM OLD.owner_id AND {_TO_A_CONFLICT}"
_SAID_IN_PUBLIC = "published_at", "published_by_id", "words", "title"
_PUBLISHED_CHANGED = "OLD.state = 'published' AND NEW.state = 'published' AND (" + " OR ".join(
    f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in _SAID_IN_PUBLIC
) + ")"  # fmt: skip
_MEASURES_OPEN = (
    "NEW.state = 'claimed' AND OLD.state <> 'claimed' AND EXISTS (SELECT 1 FROM insight_measure m "
    "WHERE m.rectification_id = NEW.id AND m.done_at IS NULL)"
)

# ---- who was promised it, and who says that it is done

_CONFIDENTIAL = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.confidential)"
_NOT_HIS_PROMISE = (
    "NOT EXISTS (SELECT 1 FROM cases_promise p WHERE p.id = NEW.promise_id AND p.case_id = NEW.case_id "
    "AND p.kind = 'rectify')"
)
_GONE = f"'{ERASED}'"
_ANSWERED = ("solved", "call_id", "text_id", "by_id", "at")
_OTHER_WORDS = (
    f"OLD.at IS NOT NULL AND NEW.words IS DISTINCT FROM OLD.words AND NOT {erased('recheck', 'id', {'words': _GONE})}"
)
_CITIZEN = (
    "(SELECT c.citizen_id FROM insight_reporter r JOIN cases_case c ON c.id = r.case_id WHERE r.id = NEW.reporter_id)"
)
_DRAWN_AT = "(SELECT s.drawn_at FROM insight_sample s WHERE s.id = NEW.sample_id)"
_NOT_SPOKEN = (
    "NEW.call_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intake_call c WHERE c.id = NEW.call_id "  # noqa: S608
    f"AND c.citizen_id = {_CITIZEN} AND c.received_at >= {_DRAWN_AT} AND c.talk_seconds > 0 "
    "AND c.answered_by_kind IN ('official', 'deputy', 'staff', 'duty', 'citizen'))"
)
_NOT_WRITTEN = (
    "NEW.text_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intake_text t JOIN intake_thread h ON h.id = t.thread_id "  # noqa: S608
    f"WHERE t.id = NEW.text_id AND t.direction = 'inbound' AND h.citizen_id = {_CITIZEN} "
    f"AND t.at >= {_DRAWN_AT})"
)
_DONE_NOT_SAID = (
    "NEW.done_at IS NOT NULL AND OLD.done_at IS NULL AND NOT EXISTS (SELECT 1 FROM insight_rectification f "  # noqa: S608
    f"WHERE f.id = NEW.rectification_id AND f.state IN ({_DONE}))"
)
_KEPT_WITHOUT = (
    "NEW.kind = 'rectify' AND NEW.kept_at IS NOT NULL AND OLD.kept_at IS NULL AND NOT EXISTS (SELECT 1 "
    "FROM insight_reporter r WHERE r.promise_id = NEW.id AND r.done_at IS NOT NULL "
    "AND (NEW.evidence_text_id IS NULL OR NEW.evidence_text_id = r.done_told_id) "
    "AND (NEW.evidence_call_id IS NULL OR EXISTS (SELECT 1 FROM intake_call c WHERE c.id = NEW.evidence_call_id "
    "AND c.received_at >= r.done_at)))"
)

RECTIFY_GUARDS = (
    Trigger(_RECT, Event.DELETE, "insight_rectification_not_deleted"),
    Trigger(_RECT, Event.INSERT, "insight_rectification_begins", "NEW.state <> 'begun'", "not begun yet"),
    unchanged(_RECT, ("city_id", "issue_id", "begun_by_id", "begun_at"), "insight_rectification_as_begun"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_step", _NO_SUCH_STEP, "no such step"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_by_sample", _NOT_SAID_BY_REPORTERS, "reporters did not say so"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_due_stands", _DUE_MOVED, "the promised time stands"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_measures_done", _MEASURES_OPEN, "measures are open"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_published", _PUBLISHED_CHANGED),
    Trigger(_RECT, Event.INSERT, "insight_rectification_no_conflict", _TO_A_CONFLICT, "a conflict"),
    Trigger(_RECT, Event.UPDATE, "insight_rectification_never_conflict", _NEW_OWNER_IN_CONFLICT, "a conflict"),
    Trigger(_STEP, Event.DELETE, "insight_rectifystep_not_deleted"),
    unchanged(
        _STEP, ("rectification_id", "state", "words", "by_id", "at", "remind_at", "due_at", "escalate_at"),
        "insight_rectifystep_stands",
    ),
    _once(_STEP, "ended_at", ("ended_at",), "insight_rectifystep_ended"),
    Trigger(_MEASURE, Event.DELETE, "insight_measure_not_deleted"),
    unchanged(_MEASURE, ("rectification_id", "what", "who", "due_on", "by_id", "at"), "insight_measure_as_planned"),
    _once(_MEASURE, "done_at", ("done_at", "done", "done_by_id"), "insight_measure_done_stands"),
    Trigger(_REPORTER, Event.DELETE, "insight_reporter_not_deleted"),
    Trigger(_REPORTER, Event.INSERT, "insight_reporter_not_confidential", _CONFIDENTIAL, "confidential"),
    Trigger(_REPORTER, Event.INSERT, "insight_reporter_promised", _NOT_HIS_PROMISE, "not promised it"),
    unchanged(_REPORTER, ("rectification_id", "case_id", "promise_id", "at"), "insight_reporter_stands"),
    _once(_REPORTER, "done_at", ("done_at", "done_told_id"), "insight_reporter_told_once"),
    Trigger(_SAMPLE, Event.DELETE, "insight_sample_not_deleted"),
    unchanged(
        _SAMPLE, ("rectification_id", "nth", "commitment", "seed_sealed", "committed_at"), "insight_sample_committed"
    ),
    _once(_SAMPLE, "drawn_at", ("drawn_at", "size", "reporters"), "insight_sample_drawn_once"),
    _once(_SAMPLE, "judged_at", ("judged_at", "verdict", "seed"), "insight_sample_judged_once"),
    Trigger(_RECHECK, Event.DELETE, "insight_recheck_not_deleted"),
    unchanged(_RECHECK, ("sample_id", "reporter_id", "rank"), "insight_recheck_as_drawn"),
    _once(_RECHECK, "at", _ANSWERED, "insight_recheck_answered_once"),
    Trigger(_RECHECK, Event.UPDATE, "insight_recheck_words_stand", _OTHER_WORDS),
    Trigger(_RECHECK, Event.UPDATE, "insight_recheck_spoken", _NOT_SPOKEN, "no conversation with him"),
    Trigger(_RECHECK, Event.UPDATE, "insight_recheck_written", _NOT_WRITTEN, "no text of his"),
    Trigger(_RECHECK, Event.INSERT, "insight_recheck_begins", "NEW.at IS NOT NULL", "not asked yet"),
    Trigger(_REPORTER, Event.UPDATE, "insight_reporter_when_done", _DONE_NOT_SAID, "reporters did not say so"),
    Trigger(_PROMISE, Event.UPDATE, "insight_promise_rectified", _KEPT_WITHOUT, "he was not told that it is done"),
)  # fmt: skip
