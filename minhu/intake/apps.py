"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "minhu.intake"
    label = "intake"
    verbose_name = "来电来信"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.audit.triggers import Event, Trigger, append_only, unchanged

        guard(
            *append_only("intake_callstep"),
            *append_only("intake_recording"),
            *append_only("intake_trackingcode"),
            Trigger("intake_call", Event.DELETE, "intake_call_not_deleted"),
            Trigger("intake_text", Event.DELETE, "intake_text_not_deleted"),
            Trigger("intake_rawtext", Event.DELETE, "intake_rawtext_not_deleted"),
            Trigger("intake_webmessage", Event.DELETE, "intake_webmessage_not_deleted"),
            unchanged("intake_text", ("thread_id", "direction", "body", "at", "key"), "intake_text_words_stand"),
            unchanged("intake_webmessage", ("citizen_id", "body", "code", "at"), "intake_webmessage_words_stand"),
        )
