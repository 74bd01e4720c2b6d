"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "minhu.insight"
    label = "insight"
    verbose_name = "民情分析"

    def ready(self) -> None:
        from minhu.audit.guards import guard
        from minhu.audit.triggers import append_only
        from minhu.insight import fulltext
        from minhu.insight.guards_quality import QUALITY_GUARDS
        from minhu.insight.guards_rectify import RECTIFY_GUARDS

        guard(*QUALITY_GUARDS, *RECTIFY_GUARDS, *append_only("insight_correction"))
        fulltext.connect()
