"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "minhu.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from minhu.audit import guards

        guards.connect()
