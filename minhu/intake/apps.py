"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "minhu.intake"
    label = "intake"
    verbose_name = "来电来信"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.audit.triggers import Event, Trigger, append_only, erased, unchanged, until_erased
        from minhu.rules.keeping import ERASED

        gone = f"'{ERASED}'"

        guard(
            *append_only("intake_callstep"),
            *until_erased(
                "intake_recording", "recording", ("call_id", "seconds", "sha256", "recorded_at"), {"file": "''"}
            ),
            *append_only("intake_trackingcode"),
            Trigger("intake_call", Event.DELETE, "intake_call_not_deleted"),
            Trigger("intake_text", Event.DELETE, "intake_text_not_deleted"),
            Trigger("intake_rawtext", Event.DELETE, "intake_rawtext_not_deleted"),
            Trigger("intake_webmessage", Event.DELETE, "intake_webmessage_not_deleted"),
            unchanged("intake_text", ("thread_id", "direction", "at", "key"), "intake_text_stands"),
            Trigger(
                "intake_text",
                Event.UPDATE,
                "intake_text_words_stand",
                f"NEW.body IS DISTINCT FROM OLD.body AND NOT {erased('text', 'id', {'body': gone})}",
            ),
            unchanged("intake_webmessage", ("citizen_id", "code", "at"), "intake_webmessage_stands"),
            Trigger(
                "intake_webmessage",
                Event.UPDATE,
                "intake_webmessage_words_stand",
                f"NEW.body IS DISTINCT FROM OLD.body AND NOT {erased('webmessage', 'code', {'body': gone})}",
            ),
        )
