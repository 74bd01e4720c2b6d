"""What the database itself refuses about signs of replies and mails of the digest, the same on both databases."""

from __future__ import annotations

from minhu.audit.triggers import Event, Trigger, unchanged, until_erased

_SIGNS = (
    "reply_id", "office_id", "empty", "template", "off_point", "no_fact", "passed_on", "too_short", "shown", "at",
)  # fmt: skip

QUALITY_GUARDS = (
    *until_erased("insight_replysigns", "replysigns", _SIGNS, {"words": "'{}'"}),
    Trigger("insight_digestmail", Event.DELETE, "insight_digestmail_not_deleted"),
    unchanged("insight_digestmail", ("account_id", "monday"), "insight_digestmail_stands"),
    Trigger(
        "insight_digestmail", Event.UPDATE, "insight_digestmail_sent_once",
        "OLD.state IN ('sent', 'unknown') AND NEW.state IS DISTINCT FROM OLD.state", "it may have gone already",
    ),
)  # fmt: skip
