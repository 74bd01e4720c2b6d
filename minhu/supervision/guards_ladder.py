"""What the database itself refuses about the ladder, the same on both databases."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, unchanged

_EVENT, _PROPOSAL, _GROUND = "supervision_ladderevent", "supervision_proposal", "supervision_ground"
_APPEAL, _INTERVIEW, _REFERRAL = "supervision_stepappeal", "supervision_interview", "supervision_referral"


def _once(table: str, when: str, columns: tuple[str, ...], name: str) -> Trigger:
    """Once ``when`` is set, these columns keep what they hold."""
    changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in (when, *columns))
    return Trigger(table, Event.UPDATE, name, f'OLD."{when}" IS NOT NULL AND ({changed})')


_ONE_UNDER_HIM = (
    'NEW."BY" IS NOT NULL AND EXISTS (SELECT 1 FROM directory_account a '
    'JOIN directory_official o ON o.id = a.official_id WHERE a.id = NEW."BY" AND ABOUT IN (o.id, o.superior_id))'
)
_NO_SUCH_STEP = (
    "NOT EXISTS (SELECT 1 FROM supervision_proposal p WHERE p.id = NEW.proposal_id AND p.decision = 'taken' "
    "AND p.step = 'STEP' AND NOT EXISTS (SELECT 1 FROM supervision_stepappeal a "
    "WHERE a.proposal_id = p.id AND (a.granted IS NULL OR a.granted)))"
)


def _judged_by_another(table: str, by: str, about: str, name: str) -> Trigger:
    """``by`` is neither the account of the official it is about (SQL) nor of somebody directly under him."""
    return Trigger(
        table, Event.UPDATE, name, _ONE_UNDER_HIM.replace("BY", by).replace("ABOUT", about), "not his to decide"
    )


def _only_on_a_step(table: str, step: str, name: str) -> Trigger:
    """Inserted only where that step was taken, and no appeal is pending or was granted."""
    return Trigger(table, Event.INSERT, name, _NO_SUCH_STEP.replace("STEP", step), "no such step was taken")


_ABOUT = "(SELECT p.official_id FROM supervision_proposal p WHERE p.id = NEW.proposal_id)"
_NO_SUCH_EVENT = (
    "NOT EXISTS (SELECT 1 FROM supervision_check c JOIN directory_line w ON w.id = c.line_id "
    "WHERE c.id = NEW.check_of_id AND c.finding = 'failed' AND w.official_id = NEW.official_id) "
    "AND NOT EXISTS (SELECT 1 FROM supervision_interview i JOIN supervision_proposal p ON p.id = i.proposal_id "
    "WHERE i.id = NEW.interview_id AND NOT i.attended AND p.official_id = NEW.official_id)"
)
_THE_SAME_JUDGE = (
    "NEW.decided_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM supervision_proposal p "
    "WHERE p.id = NEW.proposal_id AND p.decided_by_id = NEW.decided_by_id)"
)
_NOTHING_TO_APPEAL = (
    "NOT EXISTS (SELECT 1 FROM supervision_proposal p WHERE p.id = NEW.proposal_id AND p.decision = 'taken')"
)

LADDER_GUARDS = (
    Trigger(_EVENT, Event.DELETE, "supervision_ladderevent_not_deleted"),
    Trigger(_EVENT, Event.INSERT, "supervision_ladderevent_happened", _NO_SUCH_EVENT, "no such event"),
    unchanged(
        _EVENT,
        ("city_id", "official_id", "kind", "check_of_id", "interview_id", "at", "told_at", "until"),
        "supervision_ladderevent_stands",
    ),
    _once(_EVENT, "stated_at", ("claimed", "statement"), "supervision_ladderevent_stated_once"),
    _once(_EVENT, "weighed_at", ("excuse", "reason", "weighed_by_id"), "supervision_ladderevent_weighed_once"),
    _judged_by_another(_EVENT, "weighed_by_id", "NEW.official_id", "supervision_ladderevent_weighed_by_another"),
    Trigger(_PROPOSAL, Event.DELETE, "supervision_proposal_not_deleted"),
    unchanged(_PROPOSAL, ("city_id", "official_id", "step", "why", "proposed_at"), "supervision_proposal_stands"),
    _once(_PROPOSAL, "word_at", ("word",), "supervision_proposal_word_stands"),
    _once(
        _PROPOSAL, "decided_at", ("decision", "reason", "decided_by_id", "word"), "supervision_proposal_decided_once"
    ),
    _once(_PROPOSAL, "read_at", (), "supervision_proposal_read_once"),
    _judged_by_another(_PROPOSAL, "decided_by_id", "NEW.official_id", "supervision_proposal_decided_by_another"),
    *append_only(_GROUND),
    Trigger(_APPEAL, Event.DELETE, "supervision_stepappeal_not_deleted"),
    Trigger(_APPEAL, Event.INSERT, "supervision_stepappeal_against_a_step", _NOTHING_TO_APPEAL, "no step was taken"),
    unchanged(_APPEAL, ("proposal_id", "words", "at"), "supervision_stepappeal_stands"),
    _once(_APPEAL, "decided_at", ("granted", "reason", "decided_by_id"), "supervision_stepappeal_decided_once"),
    Trigger(_APPEAL, Event.UPDATE, "supervision_stepappeal_by_a_third", _THE_SAME_JUDGE, "another person decides"),
    _judged_by_another(_APPEAL, "decided_by_id", _ABOUT, "supervision_stepappeal_decided_by_another"),
    Trigger(_INTERVIEW, Event.DELETE, "supervision_interview_not_deleted"),
    _only_on_a_step(_INTERVIEW, "interview", "supervision_interview_decided_on"),
    unchanged(_INTERVIEW, ("proposal_id",), "supervision_interview_stands"),
    _once(
        _INTERVIEW,
        "recorded_at",
        ("at", "place", "arranged_by_id", "arranged_at", "attended", "minutes", "led_by_id"),
        "supervision_interview_recorded_once",
    ),
    _judged_by_another(_INTERVIEW, "led_by_id", _ABOUT, "supervision_interview_led_by_another"),
    *append_only(_REFERRAL),
    _only_on_a_step(_REFERRAL, "referral", "supervision_referral_decided_on"),
)
