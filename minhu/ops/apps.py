"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "minhu.ops"
    label = "ops"
    verbose_name = "运维"
