"""What the database itself refuses about draws, checks and liveness, the same on both databases."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, unchanged

_DRAW, _CHECK, _TRY = "supervision_draw", "supervision_check", "supervision_checktry"
_CORRECTION = "supervision_correction"


def _once(table: str, when: str, columns: tuple[str, ...], name: str) -> Trigger:
    """Once ``when`` is set, these columns keep what they hold."""
    changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)
    return Trigger(table, Event.UPDATE, name, f'OLD."{when}" IS NOT NULL AND ({changed})')


_ON_ITS_DAY = ("city_id", "on", "opens_at", "closes_at", "committed_at", "commitment", "seed_sealed")
_NOT_FROM_THE_DRAW = (
    "NOT EXISTS (SELECT 1 FROM supervision_draw d WHERE d.id = NEW.draw_id AND d.city_id = NEW.city_id "
    "AND d.drawn_at IS NOT NULL AND d.revealed_at IS NULL)"
)
_FACTS = (
    "ring_seconds", "answered_by_kind", "text_state", "promise_due_at", "promise_kept", "finding", "state", "over_at",
)  # fmt: skip
_JUDGED = ("himself", "to_the_point", "polite", "note", "judged_by_id", "judged_at", "call_id")
_ANOTHER_CALL = (
    "NEW.call_id IS NOT NULL AND NEW.call_id IS DISTINCT FROM OLD.call_id AND NOT EXISTS (SELECT 1 FROM intake_call c "
    "JOIN supervision_checktry t ON t.check_of_id = NEW.id AND t.caller_id = c.citizen_id AND t.at <= c.received_at "
    "WHERE c.id = NEW.call_id AND c.line_id = NEW.line_id AND c.direction = 'inbound')"
)
_WHILE_CHECKED = (
    "NEW.revealed_at IS NOT NULL AND OLD.revealed_at IS NULL AND EXISTS (SELECT 1 FROM supervision_check c "
    "WHERE c.draw_id = NEW.id AND c.over_at IS NULL)"
)
_NOT_ALIVE = (
    "NEW.kept_test_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM supervision_livenesstest t "
    "WHERE t.id = NEW.kept_test_id AND t.line_id = NEW.line_id AND t.health = 'alive' AND t.at >= NEW.made_at)"
)
_NOT_CORRECTED = (
    "NEW.kept_line_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM directory_line w WHERE w.id = NEW.line_id "
    "AND w.withdrawn_at >= NEW.made_at)"
)

CHECK_GUARDS = (
    Trigger(_DRAW, Event.DELETE, "supervision_draw_not_deleted"),
    unchanged(_DRAW, _ON_ITS_DAY, "supervision_draw_stands"),
    _once(_DRAW, "drawn_at", ("drawn_at", "table", "table_digest", "not_drawn"), "supervision_draw_inputs_frozen"),
    _once(_DRAW, "revealed_at", ("revealed_at", "seed"), "supervision_draw_seed_stands"),
    Trigger(_DRAW, Event.UPDATE, "supervision_draw_while_checked", _WHILE_CHECKED, "checks are not over"),
    Trigger(_CHECK, Event.DELETE, "supervision_check_not_deleted"),
    Trigger(_CHECK, Event.INSERT, "supervision_check_was_drawn", _NOT_FROM_THE_DRAW, "not drawn"),
    unchanged(_CHECK, ("city_id", "draw_id", "line_id", "band", "from_at", "until_at"), "supervision_check_as_drawn"),
    _once(_CHECK, "judged_at", _JUDGED, "supervision_check_judged_once"),
    _once(_CHECK, "over_at", (*_FACTS, *_JUDGED), "supervision_check_over_stands"),
    Trigger(_CHECK, Event.UPDATE, "supervision_check_of_its_call", _ANOTHER_CALL, "not a call of this check"),
    Trigger(_TRY, Event.DELETE, "supervision_checktry_not_deleted"),
    unchanged(_TRY, ("check_of_id", "nth", "by_id", "at", "caller_id", "order_id"), "supervision_checktry_stands"),
    *append_only("supervision_livenesstest"),
    Trigger(_CORRECTION, Event.DELETE, "supervision_correction_not_deleted"),
    unchanged(_CORRECTION, ("city_id", "found_id", "line_id", "made_at", "due_at"), "supervision_correction_stands"),
    _once(_CORRECTION, "kept_at", ("kept_at", "kept_line_id", "kept_test_id"), "supervision_correction_kept"),
    Trigger(_CORRECTION, Event.UPDATE, "supervision_correction_alive", _NOT_ALIVE, "no evidence"),
    Trigger(_CORRECTION, Event.UPDATE, "supervision_correction_done", _NOT_CORRECTED, "no evidence"),
)
