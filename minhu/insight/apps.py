"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "minhu.insight"
    label = "insight"
    verbose_name = "民情分析"

    def ready(self) -> None:
        from minhu.insight import fulltext

        fulltext.connect()
