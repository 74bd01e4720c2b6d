"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "minhu.supervision"
    label = "supervision"
    verbose_name = "监督"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.supervision.guards_checks import CHECK_GUARDS
        from minhu.supervision.guards_complaints import COMPLAINT_GUARDS
        from minhu.supervision.guards_ladder import LADDER_GUARDS

        guard(*CHECK_GUARDS, *COMPLAINT_GUARDS, *LADDER_GUARDS)
