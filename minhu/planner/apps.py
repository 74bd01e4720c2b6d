"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    name = "minhu.planner"
    label = "planner"
    verbose_name = "接听规划"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.cases import pending
        from minhu.planner.answering import answer_later
        from minhu.planner.guards import PLANNER_GUARDS

        guard(*PLANNER_GUARDS)
        pending.offers("answer_window", answer_later)
