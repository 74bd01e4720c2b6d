"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "minhu.cases"
    label = "cases"
    verbose_name = "诉求"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.cases.guards import CASES_GUARDS

        guard(*CASES_GUARDS)
