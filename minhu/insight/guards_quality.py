"""What the database itself refuses about signs of replies and mails of the digest, the same on both databases."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, append_only, unchanged

QUALITY_GUARDS = (
    *append_only("insight_replysigns"),
    Trigger("insight_digestmail", Event.DELETE, "insight_digestmail_not_deleted"),
    unchanged("insight_digestmail", ("account_id", "monday"), "insight_digestmail_stands"),
    Trigger(
        "insight_digestmail", Event.UPDATE, "insight_digestmail_sent_once",
        "OLD.state IN ('sent', 'unknown') AND NEW.state IS DISTINCT FROM OLD.state", "it may have gone already",
    ),
)  # fmt: skip
