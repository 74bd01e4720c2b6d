"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class OpsConfig(AppConfig):
    name = "minhu.ops"
    label = "ops"
    verbose_name = "运维"

    def ready(self) -> None:
        if settings.MODE == "demo":
            from minhu.ops.demo.clock import run_on_demo_time

            run_on_demo_time()
