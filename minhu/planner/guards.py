"""What the database itself refuses in the planner's tables."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, unchanged

_PROPOSAL = "planner_windowproposal"
_FEED = "planner_holdfeed"
_ROSTER = "planner_roster"
_STAND_IN = "planner_standinproposal"

PLANNER_GUARDS = (
    unchanged(
        _PROPOSAL,
        (
            "city_id", "line_id", "made_at", "week_on", "inputs", "hours", "calls", "calls_low", "calls_high", "inside",
            "minutes", "assumption", "notes", "callbacks", "unmet", "budget_minutes",
        ),
        "planner_proposal_not_rewritten",
    ),
    Trigger(_PROPOSAL, Event.UPDATE, "planner_proposal_answered_once", "OLD.\"answer\" <> ''"),
    Trigger(_PROPOSAL, Event.DELETE, "planner_proposal_not_deleted"),
    Trigger(_FEED, Event.UPDATE, "planner_feed_revoked_for_good", 'OLD."revoked_at" IS NOT NULL'),
    unchanged(_FEED, ("official_id", "key", "token_sealed", "made_at"), "planner_feed_not_rewritten"),
    unchanged(
        _ROSTER, ("city_id", "office_id", "monday_on", "hours", "asked_at", "asked_by_id"), "planner_roster_as_asked"
    ),
    Trigger(
        _ROSTER,
        Event.UPDATE,
        "planner_roster_published_stands",
        'OLD."published_at" IS NOT NULL AND (NEW."published_at" IS DISTINCT FROM OLD."published_at" '
        'OR NEW."gaps" IS DISTINCT FROM OLD."gaps" OR NEW."on_duty" IS DISTINCT FROM OLD."on_duty")',
    ),
    Trigger(_ROSTER, Event.UPDATE, "planner_roster_ended_for_good", 'OLD."ended_at" IS NOT NULL'),
    Trigger(_ROSTER, Event.DELETE, "planner_roster_not_deleted"),
    *append_only("planner_rostershift"),
    unchanged(_STAND_IN, ("line_id", "deputy_id", "since", "until", "made_at"), "planner_stand_in_not_rewritten"),
    Trigger(_STAND_IN, Event.UPDATE, "planner_stand_in_answered_once", "OLD.\"answer\" <> ''"),
    Trigger(_STAND_IN, Event.DELETE, "planner_stand_in_answer_stays", "OLD.\"answer\" <> ''"),
    *append_only("planner_expectedeffect"),
    *append_only("planner_dayplan"),
    *append_only("planner_plannedcall"),
    *append_only("planner_judgedweek"),
)  # fmt: skip
