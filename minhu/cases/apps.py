"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "minhu.cases"
    label = "cases"
    verbose_name = "诉求"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.audit.triggers import append_only
        from minhu.cases.guards import PROMISE_GUARDS

        guard(
            *append_only("cases_wrapup"),
            *append_only("cases_reply"),
            *append_only("cases_note"),
            *append_only("cases_rating"),
            *PROMISE_GUARDS,
        )
